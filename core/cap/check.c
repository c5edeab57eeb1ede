// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of the capability MSRs that are not control words: what Lintel cannot
 * work with is a problem, what it can ignore is a note.
 *
 * SDM: appendix "VMX Capability Reporting Facility".
 */
#include "cap/internal.h"
#include "facts/capability_field.h"

#define BASIC_SIZE_MAX	     LINTEL_PAGE_SIZE
#define MEMORY_TYPE_WB	     6
#define FEATURE_LOCKED	     BIT32(0)
#define FEATURE_VMX_OUT_SMX  BIT32(2)
#define MISC_CR3_TARGETS_MAX 256

/* A bit, or one of two, that has to be as Lintel needs it. */
struct required_bit {
	u8 msr;
	u8 bit, or_bit; /* either will do; the same where there is no choice */
	bool must_be;
	const char *name;
	const char *why;
};

/* clang-format off */
static const struct required_bit required_bits[] = {
	{ CAP_BASIC, 31, 31, 0, "bit 31 of the revision identifier",
	  "it has to be 0: in a VMCS it marks a shadow VMCS" },
	{ CAP_BASIC, 48, 48, 0, "physical addresses limited to 32 bits",
	  "a 64-bit host keeps VMCS data anywhere in memory" },
	{ CAP_EPT_VPID_CAP,  6,  6, 1, "EPT page-walk length 4", "Lintel's EPT has 4 levels" },
	{ CAP_EPT_VPID_CAP, 14, 14, 1, "EPT structures in write-back memory",
	  "Lintel's EPT is in ordinary memory" },
	{ CAP_EPT_VPID_CAP, 20, 20, 1, "INVEPT", "changes to the EPT have to reach the processor" },
	{ CAP_EPT_VPID_CAP, 25, 26, 1, "single-context or all-context INVEPT",
	  "changes to the EPT have to reach the processor" },
};
/* clang-format on */

static void check_required_bits(struct cap_setup *setup)
{
	for (size_t i = 0; i < COUNT_OF(required_bits); i++) {
		const struct required_bit *row = &required_bits[i];

		if (!cap_msr_present(setup->raw, row->msr))
			continue;
		if (row->msr == CAP_EPT_VPID_CAP && !cap_setup_bit(setup, CAP_PROCBASED_CTLS2, 33))
			continue; /* no EPT: that is the problem */
		if (cap_setup_bit(setup, row->msr, row->bit) == row->must_be ||
		    cap_setup_bit(setup, row->msr, row->or_bit) == row->must_be)
			continue;
		cap_setup_problem(setup, (struct cap_problem){
						 .kind = CAP_BAD_VALUE,
						 .msr = cap_msr_table[row->msr].index,
						 .hi_bit = row->or_bit,
						 .lo_bit = row->bit,
						 .name = row->name,
						 .need = row->why,
					 });
	}
}

static void bad_basic(struct cap_setup *setup, u8 hi_bit, u8 lo_bit, const char *need)
{
	cap_setup_problem(setup, (struct cap_problem){
					 .kind = CAP_BAD_VALUE,
					 .msr = cap_msr_table[CAP_BASIC].index,
					 .hi_bit = hi_bit,
					 .lo_bit = lo_bit,
					 .name = cap_field_find(CAP_BASIC, lo_bit)->name,
					 .need = need,
				 });
}

static void check_basic(struct cap_setup *setup)
{
	if (!cap_msr_present(setup->raw, CAP_BASIC))
		return;
	if (setup->config->size == 0)
		bad_basic(setup, 44, 32, "a VMCS has at least one byte");
	if (setup->config->size > BASIC_SIZE_MAX)
		bad_basic(setup, 44, 32, "a VMCS never has more than 4096 bytes");
	if (setup->capability->basic.memory_type != MEMORY_TYPE_WB)
		bad_basic(setup, 53, 50, "it has to be 6 (write-back)");
}

/*
 * SDM: "Enabling and Entering VMX Operation".  An unlocked MSR is the
 * platform's to set.
 */
static void check_feature_control(struct cap_setup *setup)
{
	u64 value = cap_msr_value(setup->raw, CAP_FEATURE_CONTROL);
	struct cap_problem entry = {
		.kind = CAP_BAD_VALUE,
		.msr = cap_msr_table[CAP_FEATURE_CONTROL].index,
		.hi_bit = 2,
		.lo_bit = 0,
		.name = "VMX outside SMX operation",
	};

	if (!cap_msr_present(setup->raw, CAP_FEATURE_CONTROL))
		return;
	if (!(value & FEATURE_LOCKED)) {
		entry.kind = CAP_INFO;
		entry.need = "the firmware left VMX unlocked; it has to be enabled and locked";
		cap_setup_note(setup, entry);
	} else if (!(value & FEATURE_VMX_OUT_SMX)) {
		entry.need = "the firmware has disabled VT-x and locked the setting: "
			     "look for VT-x or virtualization in its set-up";
		cap_setup_problem(setup, entry);
	}
}

/* What the control registers have to allow, for the host and for any guest. */
struct fixed_rule {
	u8 msr;
	u64 mask;
	bool must_be;
	const char *name;
	const char *need;
};

/* clang-format off */
static const struct fixed_rule fixed_rules[] = {
	/* PE, NE, PG; of them, unrestricted guests may clear PE and PG */
	{ CAP_CR0_FIXED0, ~(u64)0x80000021, 0, "CR0 bits fixed to 1",
	  "no bit but PE, NE and PG may be: guests change the others" },
	/* PE MP EM TS ET NE WP AM NW CD PG */
	{ CAP_CR0_FIXED1, 0xe005003f, 1, "CR0 bits not fixed to 0",
	  "every bit from PE to PG that has a name may be 1" },
	{ CAP_CR4_FIXED0, ~(u64)0x2000, 0, "CR4 bits fixed to 1",
	  "no bit but VMXE may be: guests change the others" },
	/* VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT VMXE */
	{ CAP_CR4_FIXED1, 0x27ff, 1, "CR4 bits not fixed to 0",
	  "VMXE and every bit from VME to OSXMMEXCPT may be 1" },
};
/* clang-format on */

static void check_fixed_bits(struct cap_setup *setup)
{
	for (size_t i = 0; i < COUNT_OF(fixed_rules); i++) {
		const struct fixed_rule *rule = &fixed_rules[i];
		u64 wanted = rule->must_be ? rule->mask : 0;

		if (!cap_msr_present(setup->raw, rule->msr) ||
		    (setup->raw->value[rule->msr] & rule->mask) == wanted)
			continue;
		cap_setup_problem(setup, (struct cap_problem){
						 .kind = CAP_BAD_VALUE,
						 .msr = cap_msr_table[rule->msr].index,
						 .hi_bit = 63,
						 .name = rule->name,
						 .need = rule->need,
					 });
	}
}

static void check_misc(struct cap_setup *setup)
{
	struct cap_problem entry = {
		.kind = CAP_MALFORMED,
		.msr = cap_msr_table[CAP_MISC].index,
	};

	if (!cap_msr_present(setup->raw, CAP_MISC))
		return;
	if (!setup->capability->misc.stores_lma && cap_setup_bit(setup, CAP_PROCBASED_CTLS2, 39)) {
		entry.hi_bit = entry.lo_bit = 5;
		entry.name = "EFER.LMA stored at VM exit";
		entry.need = "it is 1 on every processor with";
		entry.other = "unrestricted guest";
		cap_setup_note(setup, entry);
	}
	if (setup->capability->misc.cr3_targets > MISC_CR3_TARGETS_MAX) {
		entry.hi_bit = 24;
		entry.lo_bit = 16;
		entry.name = "number of CR3-target values";
		entry.need = "it is at most 256";
		entry.other = NULL;
		cap_setup_note(setup, entry);
	}
}

static void note_ins_outs(struct cap_setup *setup)
{
	if (cap_msr_present(setup->raw, CAP_BASIC) && !setup->capability->basic.ins_outs_info)
		cap_setup_note(setup, (struct cap_problem){
					      .kind = CAP_INFO,
					      .msr = cap_msr_table[CAP_BASIC].index,
					      .hi_bit = 54,
					      .lo_bit = 54,
					      .name = "information on INS and OUTS exits",
					      .need = "0: Lintel decodes the instruction itself",
				      });
}

/* Bits that no table row names: newer than this table, or reserved. */
static void note_unnamed_bits(struct cap_setup *setup)
{
	static const struct {
		u8 msr;
		u64 also; /* named elsewhere */
	} rows[] = {
		{CAP_BASIC, BIT64(31)},
		{CAP_MISC, 0},
		{CAP_VMCS_ENUM, 0},
		{CAP_EPT_VPID_CAP, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		u64 unnamed = cap_msr_value(setup->raw, rows[i].msr) &
			      ~(cap_field_mask(rows[i].msr) | rows[i].also);

		for (unsigned int bit = 0; bit < 64; bit++)
			if (unnamed >> bit & 1)
				cap_setup_note(setup,
					       (struct cap_problem){
						       .kind = CAP_INFO,
						       .msr = cap_msr_table[rows[i].msr].index,
						       .hi_bit = bit,
						       .lo_bit = bit,
						       .name = "reserved",
						       .need = "a bit that Lintel has no name for; "
							       "ignored",
					       });
	}
}

void cap_check_fields(struct cap_setup *setup)
{
	check_feature_control(setup);
	check_basic(setup);
	check_required_bits(setup);
	check_fixed_bits(setup);
	check_misc(setup);
	note_ins_outs(setup);
	note_unnamed_bits(setup);
}
