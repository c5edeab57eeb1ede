// SPDX-License-Identifier: GPL-2.0
/*
 * The list of topics.
 */
#include <assert.h>
#include <stdio.h>

#include "facts/capability_text.h"
#include "facts/control_text.h"
#include "facts/exit_reason.h"
#include "facts/instruction_error.h"
#include "facts/kvm_exit_text.h"
#include "facts/msr_text.h"
#include "tool/command.h"
#include "topic.h"
#include "vmcs/check.h"

#define S_ERRORS "VM-Instruction Error Numbers"
#define S_KVM	 "The kvm_run structure (Documentation/virt/kvm/api.rst)"
#define S_LOG	 "(the kernel's log)"

static struct topic topics[TOPIC_FOUND_MAX];
static unsigned int topic_count;

const char *topic_kind_name(enum topic_kind kind)
{
	static const char *const names[TOPIC_KINDS] = {
		[TOPIC_CONTROL] = "control",
		[TOPIC_CAPABILITY] = "capability",
		[TOPIC_FIELD] = "VMCS field",
		[TOPIC_MSR] = "MSR",
		[TOPIC_EXIT] = "exit reason",
		[TOPIC_ERROR] = "VM-instruction error",
		[TOPIC_RULE] = "VM-entry rule",
		[TOPIC_KVM_EXIT] = "KVM exit",
		[TOPIC_SUBERROR] = "KVM internal error",
		[TOPIC_LOG] = "log message",
	};

	return names[kind];
}

static struct topic *add(enum topic_kind kind, u32 number, u32 last)
{
	struct topic *topic = &topics[topic_count++];

	assert(topic_count <= TOPIC_FOUND_MAX);
	*topic = (struct topic){.kind = kind, .number = number, .last = last};
	return topic;
}

static void add_control(const struct ctl_bit *row)
{
	const struct control_text *text = control_text(row);
	struct topic *topic = add(TOPIC_CONTROL, row->bit, row->bit);

	topic->word = row->word;
	topic->control = row;
	topic->name = row->name;
	snprintf(topic->id, sizeof(topic->id), "%s:%u", control_word_short_names[row->word],
		 row->bit);
	topic->section = text->section;
	topic->text = text->text;
	topic->constant = text->constant;
	topic->kvm = text->kvm;
}

static void add_capability(const struct cap_field *row)
{
	struct topic *topic = add(TOPIC_CAPABILITY, row->lo_bit, row->hi_bit);

	topic->word = row->msr;
	topic->capability = row;
	topic->name = row->name;
	topic->section = capability_msr_texts[row->msr].section;
	topic->text = capability_field_text(row);
	snprintf(topic->id, sizeof(topic->id), "0x%x:%u", cap_msr_table[row->msr].index,
		 row->lo_bit);
}

static void add_field(const struct vmcs_field *row)
{
	const struct vmcs_field_text *text = vmcs_field_text(row);
	struct topic *topic = add(TOPIC_FIELD, row->encoding, row->encoding);

	topic->field = row;
	topic->name = row->name;
	snprintf(topic->id, sizeof(topic->id), "field:0x%04x", row->encoding);
	topic->section = text->section;
	topic->text = text->text;
	topic->constant = text->constant;
}

/* An MSR that guests ask about; capability: its other row, if it is a capability MSR too. */
static void add_guest_msr(const struct msr_row *row, const struct cap_msr_info *capability)
{
	const struct msr_text *text = msr_text(row);
	struct topic *topic = add(TOPIC_MSR, row->first, row->last);

	topic->msr = row;
	topic->cap_msr = capability;
	topic->name = row->name;
	snprintf(topic->id, sizeof(topic->id), "msr:0x%x", row->first);
	topic->section = text->section;
	topic->text = text->text;
	topic->constant = text->constant;
}

static void add_capability_msr(enum cap_msr msr)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];
	const struct capability_msr_text *text = &capability_msr_texts[msr];
	struct topic *topic = add(TOPIC_MSR, info->index, info->index);

	topic->cap_msr = info;
	topic->name = info->name;
	snprintf(topic->id, sizeof(topic->id), "msr:0x%x", info->index);
	topic->section = text->section;
	topic->text = text->text;
	topic->constant = text->constant;
}

/* Both tables are ordered by index; IA32_FEATURE_CONTROL is in both. */
static void add_msrs(void)
{
	unsigned int row = 0;
	enum cap_msr cap = 0;

	while (row < MSR_ROWS || cap < CAP_MSRS) {
		const struct msr_row *msr = row < MSR_ROWS ? &msr_table[row] : NULL;
		const struct cap_msr_info *info = cap < CAP_MSRS ? &cap_msr_table[cap] : NULL;
		bool both = msr && info && msr->first == info->index;

		if (both || !info || (msr && msr->first < info->index)) {
			add_guest_msr(msr, both ? info : NULL);
			row++;
			cap += both;
		} else {
			add_capability_msr(cap++);
		}
	}
}

static void add_exit(const struct exit_text *row)
{
	struct topic *topic = add(TOPIC_EXIT, row->reason, row->reason);

	topic->exit = row;
	topic->name = row->name;
	topic->section = row->section;
	topic->text = row->text;
	topic->kvm = exit_reason_name(row->reason);
	snprintf(topic->id, sizeof(topic->id), "exit:%u", row->reason);
}

static void add_error(const struct error_text *row)
{
	struct topic *topic = add(TOPIC_ERROR, row->number, row->number);

	topic->name = vmcs_instruction_error(row->number);
	topic->section = S_ERRORS;
	topic->text = row->text;
	snprintf(topic->id, sizeof(topic->id), "error:%u", row->number);
}

static void add_rule(unsigned int number, const struct check_rule *rule)
{
	const struct check_section_info *section = &check_sections[rule->section];
	struct topic *topic = add(TOPIC_RULE, number, number);
	const size_t room = 400;
	char *text = command_alloc(room, 1);

	snprintf(text, room, "%s: %s. Where it is broken: %s %u.%s",
		 vmcs_field_find(rule->field)->name, rule->need,
		 section->consequence < CHECK_FAILS_GUEST_STATE ? "VM-instruction error"
								: "VM-entry failure, exit reason",
		 (unsigned int)section->consequence,
		 rule->qualification ? " The exit qualification tells which kind." : "");
	topic->name = rule->id;
	topic->section = section->title;
	topic->text = text;
	snprintf(topic->id, sizeof(topic->id), "rule:%s", rule->id);
}

static void add_kvm(const struct kvm_text *row)
{
	static const struct {
		enum topic_kind kind;
		const char *id, *section;
	} kinds[] = {
		[KVM_TEXT_EXIT] = {TOPIC_KVM_EXIT, "kvm-exit", S_KVM},
		[KVM_TEXT_SUBERROR] = {TOPIC_SUBERROR, "suberror", S_KVM},
		[KVM_TEXT_LOG] = {TOPIC_LOG, "log", S_LOG},
	};
	unsigned int number =
		row->kind == KVM_TEXT_LOG ? (unsigned int)(row - kvm_texts) : row->number;
	struct topic *topic = add(kinds[row->kind].kind, number, number);

	topic->name = row->name;
	topic->section = kinds[row->kind].section;
	topic->text = row->text;
	snprintf(topic->id, sizeof(topic->id), "%s:%u", kinds[row->kind].id, number);
}

bool topic_has_alias(const struct topic *topic, const struct alias *alias)
{
	switch (alias->of) {
	case ALIAS_OF_CONTROL:
		return topic->kind == TOPIC_CONTROL && topic->word == alias->word &&
		       topic->number == alias->number;
	case ALIAS_OF_CAPABILITY:
		return topic->kind == TOPIC_CAPABILITY && topic->word == alias->word &&
		       topic->number <= alias->number && alias->number <= topic->last;
	default:
		return topic->kind == TOPIC_FIELD && topic->number == alias->number;
	}
}

static void make_list(void)
{
	for (size_t i = 0; i < ctl_table_count; i++)
		add_control(&ctl_table[i]);
	for (size_t i = 0; i < cap_field_count; i++)
		add_capability(&cap_field_table[i]);
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		add_field(&vmcs_field_table[i]);
	add_msrs();
	for (unsigned int i = 0; i < exit_text_count; i++)
		add_exit(&exit_texts[i]);
	for (unsigned int i = 0; i < error_text_count; i++)
		add_error(&error_texts[i]);
	for (unsigned int i = 0; i < check_rule_count(); i++)
		add_rule(i, check_rule_at(i));
	for (unsigned int i = 0; i < kvm_text_count; i++)
		add_kvm(&kvm_texts[i]);
}

const struct topic *topic_list(unsigned int *count)
{
	if (!topic_count)
		make_list();
	*count = topic_count;
	return topics;
}

const struct topic *topic_of_control(struct ctl_ref ref)
{
	bool control = ref.word < CTL_WORDS;
	enum cap_msr msr = ref.word == VMCS_BY_VMFUNC ? CAP_VMFUNC : CAP_EPT_VPID_CAP;
	unsigned int count;
	const struct topic *list = topic_list(&count);

	for (unsigned int i = 0; i < count; i++) {
		const struct topic *topic = &list[i];

		if (control ? topic->kind == TOPIC_CONTROL && topic->word == ref.word &&
				      topic->number == ref.bit
			    : topic->kind == TOPIC_CAPABILITY && topic->word == msr &&
				      topic->number <= ref.bit && ref.bit <= topic->last)
			return topic;
	}
	return NULL;
}
