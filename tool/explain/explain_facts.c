// SPDX-License-Identifier: GPL-2.0
/*
 * What is said about a topic, from the core's tables and the recordings.
 */
#include <stdio.h>

#include "demand.h"
#include "explain.h"
#include "facts/exit_reason.h"

static enum availability availability_exit(const struct vmx_cap_msrs *raw,
					   const struct exit_text *exit)
{
	bool unknown = false;

	for (unsigned int i = 0; i < exit->control_count; i++) {
		enum availability one = availability_control(raw, exit->control[i]);

		if (one == (exit->any ? AVAILABLE_YES : AVAILABLE_NO))
			return one;
		unknown = unknown || one == AVAILABLE_UNKNOWN;
	}
	if (unknown)
		return AVAILABLE_UNKNOWN;
	return exit->any ? AVAILABLE_NO : AVAILABLE_YES;
}

static enum availability ask(const struct vmx_cap_msrs *raw, const void *what)
{
	const struct topic *topic = what;

	switch (topic->kind) {
	case TOPIC_CONTROL:
		return availability_control(
			raw, (struct ctl_ref){.word = topic->word, .bit = (u8)topic->number});
	case TOPIC_CAPABILITY:
		return availability_bit(raw, topic->word, topic->number);
	case TOPIC_FIELD:
		return availability_field(raw, topic->field);
	case TOPIC_MSR:
		return availability_msr(raw, cap_msr_find(topic->number));
	default:
		return availability_exit(raw, topic->exit);
	}
}

bool explain_is_counted(const struct topic *topic)
{
	switch (topic->kind) {
	case TOPIC_CONTROL:
	case TOPIC_FIELD:
		return true;
	case TOPIC_CAPABILITY:
		return !explain_is_number(topic);
	case TOPIC_MSR: /* dumps of capabilities leave IA32_FEATURE_CONTROL out */
		return topic->cap_msr && topic->cap_msr != &cap_msr_table[CAP_FEATURE_CONTROL];
	case TOPIC_EXIT:
		return topic->exit->control_count;
	default:
		return false;
	}
}

struct recorded_count explain_count(const struct topic *topic, struct recorded_list list)
{
	return recorded_count(list, ask, topic);
}

bool explain_is_number(const struct topic *topic)
{
	return topic->kind == TOPIC_CAPABILITY && topic->number != topic->last;
}

struct explain_range explain_range(const struct topic *topic, struct recorded_list list)
{
	struct explain_range range = {.smallest = ~(u64)0};

	for (unsigned int i = 0; i < list.count; i++) {
		const struct recorded *row = &list.row[i];
		u64 value;

		if (row->class != RECORDING_PHYSICAL || !cap_msr_present(&row->msrs, topic->word))
			continue;
		value = cap_bits(row->msrs.value[topic->word], topic->last, topic->number);
		range.known++;
		if (value < range.smallest)
			range.smallest = value;
		if (value > range.largest)
			range.largest = value;
	}
	return range;
}

static const char *asked_setting(enum ctl_ask ask)
{
	static const char *const words[] = {
		[CTL_MUST1] = "it has to be 1; a processor where it cannot be is refused",
		[CTL_MUST0] = "it has to be 0; a processor where it cannot be is refused",
		[CTL_LIKE1] = "1 where the processor has it",
		[CTL_TOGGLE] = "it changes at run time; a processor that does not allow both 0 and "
			       "1 is refused",
		[CTL_OFF] = "0; a processor that forces it to 1 is refused",
		[CTL_EITHER] = "0 where it can be; a processor that forces it to 1 is taken",
	};

	return words[ask];
}

static struct explain_lintel lintel_bit(const struct topic *topic, struct recorded_list list,
					char words[200])
{
	struct demand demand = {0};

	if (topic->number == topic->last)
		demand = demand_of_bit(list, topic->word, topic->number);
	if (!demand.known)
		return (struct explain_lintel){NULL, NULL};
	if (!demand.refused)
		return (struct explain_lintel){"either will do", NULL};
	snprintf(words, 200, "%s", demand.why);
	return (struct explain_lintel){demand.bad ? "it has to be 0" : "it has to be 1", words};
}

/* Is a control that the exit needs always 0? */
static const struct ctl_bit *exit_prevented_by(const struct exit_text *exit)
{
	const struct ctl_bit *off = NULL;

	for (unsigned int i = 0; i < exit->control_count; i++) {
		const struct ctl_bit *row = ctl_find(exit->control[i].word, exit->control[i].bit);
		bool is_off = row->ask == CTL_OFF || row->ask == CTL_MUST0;

		if (is_off && !exit->any)
			return row;
		if (!is_off && exit->any)
			return NULL;
		off = row;
	}
	return exit->any ? off : NULL;
}

static struct explain_lintel lintel_exit(const struct exit_text *exit, char words[200])
{
	static const struct explain_lintel answers[] = {
		[ANSWER_UNEXPECTED] =
			{"it is not expected: user space gets KVM_EXIT_INTERNAL_ERROR "
			 "with its data"},
		[ANSWER_NEXT_INSN] = {"the instruction is skipped"},
		[ANSWER_SAME_INSN] = {"it is handled"},
		[ANSWER_UD] = {"the guest gets #UD", "its CPUID does not offer the instruction"},
		[ANSWER_GP] = {"it is handled"},
		[ANSWER_SHUTDOWN] = {"it is handled"},
		[ANSWER_FAIL_ENTRY] = {"user space gets KVM_EXIT_FAIL_ENTRY, the log the details"},
		[ANSWER_HANDLER] = {"it is handled"},
	};
	const struct ctl_bit *off = exit_prevented_by(exit);

	if (!off)
		return answers[exit_row(exit->reason)->answer];
	snprintf(words, 200, "\"%s\" is 0: %s", off->name, off->why);
	return (struct explain_lintel){"it does not happen", words};
}

/* A field is used with the control that it goes with. */
static struct explain_lintel lintel_field(const struct vmcs_field *field, char words[200])
{
	const struct ctl_bit *row = NULL;

	for (unsigned int i = 0; i < field->exists_count; i++) {
		if (field->exists[i].word == VMCS_BY_VMFUNC)
			row = ctl_find(CTL_SECONDARY, __builtin_ctz(CPU2_ENABLE_VM_FUNCTIONS));
		else
			row = ctl_find(field->exists[i].word, field->exists[i].bit);
		if (row->ask != CTL_OFF)
			return (struct explain_lintel){NULL, NULL};
	}
	if (!row)
		return (struct explain_lintel){NULL, NULL};
	snprintf(words, 200, "\"%s\" is 0: %s", row->name, row->why);
	return (struct explain_lintel){"it is not used", words};
}

struct explain_lintel explain_lintel(const struct topic *topic, struct recorded_list list,
				     char words[200])
{
	switch (topic->kind) {
	case TOPIC_CONTROL:
		return (struct explain_lintel){asked_setting(topic->control->ask),
					       topic->control->why};
	case TOPIC_CAPABILITY:
		return lintel_bit(topic, list, words);
	case TOPIC_EXIT:
		return lintel_exit(topic->exit, words);
	case TOPIC_FIELD:
		return lintel_field(topic->field, words);
	default:
		return (struct explain_lintel){topic->cap_msr ? topic->cap_msr->without : NULL,
					       NULL};
	}
}

static const char *field_width(u32 encoding)
{
	static const char *const words[] = {
		[VMCS_WIDTH_16] = "16 bits",
		[VMCS_WIDTH_64] = "64 bits",
		[VMCS_WIDTH_32] = "32 bits",
		[VMCS_WIDTH_NATURAL] = "natural width",
	};

	return words[VMCS_FIELD_WIDTH(encoding)];
}

static const char *field_type(u32 encoding)
{
	static const char *const words[] = {
		[VMCS_CONTROL] = "control",
		[VMCS_READ_ONLY] = "VM-exit information",
		[VMCS_GUEST] = "guest state",
		[VMCS_HOST] = "host state",
	};

	return words[VMCS_FIELD_TYPE(encoding)];
}

void explain_where(const struct topic *topic, char words[160])
{
	const u32 number = topic->number, last = topic->last;
	char bits[32];

	snprintf(bits, sizeof(bits), number == last ? "bit %u" : "bits %2$u:%1$u", number, last);
	switch (topic->kind) {
	case TOPIC_CONTROL:
		snprintf(words, 160, "bit %u of the %s controls", number,
			 ctl_word_table[topic->word].name);
		break;
	case TOPIC_CAPABILITY:
		snprintf(words, 160, "%s of MSR 0x%x, %s", bits, cap_msr_table[topic->word].index,
			 cap_msr_table[topic->word].name);
		break;
	case TOPIC_FIELD:
		snprintf(words, 160, "VMCS field 0x%04x, %s, %s", number, field_width(number),
			 field_type(number));
		break;
	case TOPIC_MSR:
		snprintf(words, 160, number == last ? "MSR 0x%x" : "MSRs 0x%x to 0x%x", number,
			 last);
		break;
	case TOPIC_RULE:
	case TOPIC_LOG:
		snprintf(words, 160, "%s", topic_kind_name(topic->kind));
		break;
	default:
		snprintf(words, 160, "%s %u", topic_kind_name(topic->kind), number);
	}
}
