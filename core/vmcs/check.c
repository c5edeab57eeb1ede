// SPDX-License-Identifier: GPL-2.0
/*
 * Running the rules of VM entry, and saying which are broken.
 *
 * SDM: "VM Entries".
 */
#include "vmcs/check_rule.h"
#include "facts/control.h"
#include "host.h"

const struct check_section_info check_sections[CHECK_SECTIONS] = {
	[CHECK_EXECUTION_CONTROLS] = {"VM-Execution Control Fields", CHECK_FAILS_CONTROLS},
	[CHECK_EXIT_CONTROLS] = {"VM-Exit Control Fields", CHECK_FAILS_CONTROLS},
	[CHECK_ENTRY_CONTROLS] = {"VM-Entry Control Fields", CHECK_FAILS_CONTROLS},
	[CHECK_HOST_REGISTERS] = {"Checks on Host Control Registers, MSRs, and SSP",
				  CHECK_FAILS_HOST_STATE},
	[CHECK_HOST_SEGMENTS] = {"Checks on Host Segment and Descriptor-Table Registers",
				 CHECK_FAILS_HOST_STATE},
	[CHECK_HOST_ADDRESS_SPACE] = {"Checks Related to Address-Space Size",
				      CHECK_FAILS_HOST_STATE},
	[CHECK_GUEST_REGISTERS] = {"Checks on Guest Control Registers, Debug Registers, and MSRs",
				   CHECK_FAILS_GUEST_STATE},
	[CHECK_GUEST_SEGMENTS] = {"Checks on Guest Segment Registers", CHECK_FAILS_GUEST_STATE},
	[CHECK_GUEST_TABLES] = {"Checks on Guest Descriptor-Table Registers",
				CHECK_FAILS_GUEST_STATE},
	[CHECK_GUEST_RIP] = {"Checks on Guest RIP, RFLAGS, and SSP", CHECK_FAILS_GUEST_STATE},
	[CHECK_GUEST_NON_REGISTER] = {"Checks on Guest Non-Register State",
				      CHECK_FAILS_GUEST_STATE},
	[CHECK_GUEST_PDPTES] = {"Checks on Guest Page-Directory-Pointer-Table Entries",
				CHECK_FAILS_GUEST_STATE},
	[CHECK_LOADING_MSRS] = {"Loading MSRs", CHECK_FAILS_MSR_LOADING},
};

/* In the order in which the processor's answers are. */
static const struct check_table *const tables[] = {
	&check_controls, &check_events, &check_host, &check_guest, &check_segments, &check_state,
};

unsigned int check_rule_count(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < COUNT_OF(tables); i++)
		count += tables[i]->count;
	return count;
}

const struct check_rule *check_rule_at(unsigned int index)
{
	for (unsigned int i = 0; i < COUNT_OF(tables); i++) {
		if (index < tables[i]->count)
			return &tables[i]->rules[index];
		index -= tables[i]->count;
	}
	return NULL;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

const struct check_rule *check_rule_find(const char *id)
{
	for (unsigned int i = 0; i < check_rule_count(); i++)
		if (same(check_rule_at(i)->id, id))
			return check_rule_at(i);
	return NULL;
}

/* --- what a rule looks at ------------------------------------------------------- */

static void note_seen(struct vmcs_check *check, u32 field)
{
	for (unsigned int i = 0; i < check->seen_count; i++)
		if (check->seen[i] == field)
			return;
	if (check->seen_count < CHECK_SEEN_MAX)
		check->seen[check->seen_count++] = (u16)field;
}

static u64 field_unseen(struct vmcs_check *check, u32 field)
{
	u64 value;

	if (!vmcs_values_get(&check->image->fields, field, &value))
		check->unknown = true;
	return value;
}

u64 check_field(struct vmcs_check *check, u32 field)
{
	note_seen(check, field);
	return field_unseen(check, field);
}

u64 check_control(struct vmcs_check *check, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];

	if (info->activated) {
		u64 activator = field_unseen(check, ctl_word_table[info->activator.word].field);

		if (!(activator >> info->activator.bit & 1))
			return 0;
	}
	return check_field(check, info->field);
}

const struct vmcs_processor *check_capability(struct vmcs_check *check, enum cap_msr msr)
{
	if (!(check->image->processor.known & BIT32(msr)))
		check->unknown = true;
	return &check->image->processor;
}

/* CPUID has at most 52, and 36 where it does not say; a VMM may tell a guest of 32. */
#define PHYSICAL_WIDTH_MIN 32
#define PHYSICAL_WIDTH_MAX 52

u64 check_beyond_width(struct vmcs_check *check, u64 address)
{
	unsigned int width = check->image->processor.physical_width;
	u64 beyond_any = address & ~(u64)0 << PHYSICAL_WIDTH_MAX;

	if (width)
		return width < 64 ? address & ~(u64)0 << width : 0;
	if (!beyond_any && address >> PHYSICAL_WIDTH_MIN)
		check->unknown = true;
	return beyond_any;
}

static bool is_canonical(u64 address, unsigned int width)
{
	u64 high = address >> (width - 1);

	return !high || high == ~(u64)0 >> (width - 1);
}

bool check_is_canonical(struct vmcs_check *check, u64 address)
{
	unsigned int width = check->image->processor.linear_width;

	if (width && width <= 64)
		return is_canonical(address, width);
	/* What is canonical with 48 bits is so with 57. */
	if (is_canonical(address, 48))
		return true;
	if (is_canonical(address, 57))
		check->unknown = true;
	return false;
}

bool check_bits(struct vmcs_check *check, u64 value, u64 must, u64 may)
{
	check->must_be_1 = must & ~value;
	check->must_be_0 = value & ~may;
	return !check->must_be_1 && !check->must_be_0;
}

/* SDM: "VMX-Fixed Bits in CR0", "VMX-Fixed Bits in CR4". */
static const struct {
	u64 one, zero;
} always_fixed[] = {
	[CAP_CR0_FIXED0] = {CR0_PE | CR0_NE | CR0_PG, ~(u64)0xffffffff},
	[CAP_CR4_FIXED0] = {CR4_VMXE, 0},
};

bool check_fixed_bits(struct vmcs_check *check, u64 value, enum cap_msr fixed0, u64 free)
{
	const struct vmcs_processor *processor = &check->image->processor;
	const struct vmcs_config *config = &processor->config;
	enum cap_msr fixed1 = fixed0 == CAP_CR0_FIXED0 ? CAP_CR0_FIXED1 : CAP_CR4_FIXED1;
	u64 must = fixed0 == CAP_CR0_FIXED0 ? config->cr0_fixed0 : config->cr4_fixed0;
	u64 may = fixed0 == CAP_CR0_FIXED0 ? config->cr0_fixed1 : config->cr4_fixed1;

	if (!(processor->known & BIT32(fixed0)))
		must = always_fixed[fixed0].one;
	if (!(processor->known & BIT32(fixed1)))
		may = ~always_fixed[fixed0].zero;
	if (!check_bits(check, value, must & ~free, may))
		return false;
	check_capability(check, fixed0);
	check_capability(check, fixed1);
	return true;
}

bool check_cr4_may(struct vmcs_check *check, u64 bits)
{
	return check_capability(check, CAP_CR4_FIXED1)->config.cr4_fixed1 & bits;
}

bool check_is_ia32e(struct vmcs_check *check)
{
	return check_has(check, CTL_ENTRY, ENTRY_IA32E_MODE_GUEST);
}

int check_event_type(struct vmcs_check *check)
{
	u64 info = check_field(check, VM_ENTRY_INTR_INFO_FIELD);

	return info & INTERRUPTION_VALID ? (int)INTERRUPTION_TYPE(info) : -1;
}

/* --- rules of one field ---------------------------------------------------------- */

bool check_canonical(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_is_canonical(check, check_field(check, rule->field));
}

bool check_width(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 address = check_field(check, rule->field);

	return check_bits(check, address, 0, ~check_beyond_width(check, address));
}

bool check_cr3(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 cr3 = check_field(check, rule->field);
	u64 wrong = check_beyond_width(check, cr3 & ~CR3_LAM);

	if (!wrong && (cr3 & CR3_LAM) && !check_cr4_may(check, CR4_LAM_SUP))
		wrong = cr3 & CR3_LAM;
	return check_bits(check, cr3, 0, ~wrong);
}

bool check_zero_bits(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_bits(check, check_field(check, rule->field), 0, ~rule->operand);
}

bool check_one_bits(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_bits(check, check_field(check, rule->field), rule->operand, ~0ull);
}

bool check_cr4_fixed(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_fixed_bits(check, check_field(check, rule->field), CAP_CR4_FIXED0, 0);
}

bool check_cet(struct vmcs_check *check, const struct check_rule *rule)
{
	return !(check_field(check, rule->field) & CR4_CET) ||
	       (check_field(check, (u32)rule->operand) & CR0_WP);
}

bool check_not_zero(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_field(check, rule->field);
}

/* Each byte a memory type: UC, WC, WT, WP, WB, UC-. */
bool check_pat(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 pat = check_field(check, rule->field);

	for (unsigned int byte = 0; byte < 8; byte++, pat >>= 8) {
		u64 type = pat & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

/* "CET": an indirect branch is not at once waited for and let through. */
bool check_tracker(struct vmcs_check *check, const struct check_rule *rule)
{
	return (check_field(check, rule->field) & (BIT64(10) | BIT64(11))) !=
	       (BIT64(10) | BIT64(11));
}

bool check_never(struct vmcs_check *check, ANY_RULE)
{
	return false;
}

/* --- one rule -------------------------------------------------------------------- */

static bool is_about(struct vmcs_check *check, const struct check_rule *rule)
{
	for (unsigned int i = 0; i < CHECK_WHEN_MAX && rule->when[i].mask; i++)
		if (check_has(check, rule->when[i].word, rule->when[i].mask) == rule->when[i].off)
			return false;
	return true;
}

enum check_result check_rule_run(struct vmcs_check *check, const struct vmcs_image *image,
				 const struct check_rule *rule)
{
	bool holds;

	*check = (struct vmcs_check){.image = image};
	holds = !is_about(check, rule) || rule->holds(check, rule);
	check->result = check->unknown ? CHECK_NOT_CHECKED : holds ? CHECK_HOLDS : CHECK_BROKEN;
	return check->result;
}

u32 check_qualification(const struct vmcs_check *check, const struct check_rule *rule)
{
	return rule->section == CHECK_LOADING_MSRS ? check->entry : rule->qualification;
}

/* --- all of them ------------------------------------------------------------------ */

struct report {
	void (*put)(void *context, const char *line);
	void *context;
	char line[200];
};

#define PUT(report, ...)                                                                           \
	do {                                                                                       \
		host_snprintf((report)->line, sizeof((report)->line), __VA_ARGS__);                \
		(report)->put((report)->context, (report)->line);                                  \
	} while (0)

static void say_consequence(struct report *report, const struct vmcs_check *check,
			    const struct check_rule *rule)
{
	const struct check_section_info *section = &check_sections[rule->section];

	if (section->consequence <= CHECK_FAILS_HOST_STATE)
		PUT(report, "  SDM \"%s\": VM-instruction error %u", section->title,
		    section->consequence);
	else
		PUT(report, "  SDM \"%s\": exit reason %u with bit 31 set, qualification %u",
		    section->title, section->consequence, check_qualification(check, rule));
}

static void say_broken(struct report *report, const struct vmcs_check *check,
		       const struct check_rule *rule)
{
	PUT(report, "broken rule %s: needed: %s", rule->id, rule->need);
	for (unsigned int i = 0; i < check->seen_count; i++) {
		u64 value;

		vmcs_values_get(&check->image->fields, check->seen[i], &value);
		PUT(report, "  0x%04x = 0x%llx  %s", check->seen[i], value,
		    vmcs_field_find(check->seen[i])->name);
	}
	if (check->must_be_1)
		PUT(report, "  bits that must be 1: 0x%llx", check->must_be_1);
	if (check->must_be_0)
		PUT(report, "  bits that must be 0: 0x%llx", check->must_be_0);
	say_consequence(report, check, rule);
}

struct check_summary vmcs_check_report(const struct vmcs_image *image,
				       void (*put)(void *context, const char *line), void *context)
{
	struct report report = {.put = put, .context = context};
	struct check_summary summary = {0};
	struct vmcs_check check;

	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		switch (check_rule_run(&check, image, rule)) {
		case CHECK_HOLDS:
			summary.holds++;
			break;
		case CHECK_NOT_CHECKED:
			summary.not_checked++;
			break;
		case CHECK_BROKEN:
			summary.broken++;
			say_broken(&report, &check, rule);
		}
	}
	return summary;
}
