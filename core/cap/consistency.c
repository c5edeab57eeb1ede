// SPDX-License-Identifier: GPL-2.0
/*
 * What the capability MSRs of any processor fulfil.  A processor does; a file or
 * a virtual processor may not.  Where a contradiction leaves no right setting it
 * is a problem, else a note: the resolver then goes by what it was told.
 *
 * SDM: appendix "VMX Capability Reporting Facility": "Determining the Default
 * Settings of VMX Controls"; the sections on control words and fixed bits.
 */
#include "cap/internal.h"

#define LOW32 ((u64)0xffffffff)

static struct cap_problem malformed(enum cap_msr msr, const char *need)
{
	return (struct cap_problem){
		.kind = CAP_MALFORMED,
		.msr = cap_msr_table[msr].index,
		.hi_bit = 63,
		.name = "allowed settings",
		.need = need,
	};
}

/* A control that can be neither 0 nor 1. */
static void check_settable(struct cap_setup *setup, enum cap_msr msr)
{
	u64 value = setup->raw->value[msr];

	if ((value & LOW32) & ~(value >> 32))
		cap_setup_problem(setup, malformed(msr, "a control may be neither 0 nor 1"));
}

static void check_default1(struct cap_setup *setup, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];

	if (info->default1 & ~setup->raw->value[info->msr])
		cap_setup_note(setup, malformed(info->msr, "the default1 class is reported as "
							   "fixed to 1 only in the TRUE MSR"));
}

static void check_true_variant(struct cap_setup *setup, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	u64 basic = setup->raw->value[info->msr], exact = setup->raw->value[info->true_msr];

	if ((exact & LOW32) & ~basic)
		cap_setup_note(setup, malformed(info->true_msr,
						"it forces bits to 1 that this one does not:"));
	if ((basic ^ exact) >> 32 & ~info->default1)
		cap_setup_note(setup, malformed(info->true_msr,
						"it allows other bits to be 1 than the plain MSR"));
}

static void check_word(struct cap_setup *setup, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	bool plain = cap_msr_present(setup->raw, info->msr);

	if (info->wide)
		return;
	if (plain) {
		check_settable(setup, info->msr);
		check_default1(setup, word);
	}
	if (info->true_msr == info->msr || !cap_msr_present(setup->raw, info->true_msr))
		return;
	check_settable(setup, info->true_msr);
	if (plain)
		check_true_variant(setup, word);
}

static void check_fixed_pair(struct cap_setup *setup, enum cap_msr fixed0, enum cap_msr fixed1)
{
	const struct vmx_cap_msrs *raw = setup->raw;
	struct cap_problem entry = malformed(fixed1, "a bit is fixed to 1 and to 0 at once");

	entry.name = "fixed bits";
	if (cap_msr_present(raw, fixed0) && cap_msr_present(raw, fixed1) &&
	    (raw->value[fixed0] & ~raw->value[fixed1]))
		cap_setup_problem(setup, entry);
}

void cap_check_consistency(struct cap_setup *setup)
{
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		check_word(setup, word);
	if (cap_msr_value(setup->raw, CAP_PROCBASED_CTLS2) & LOW32)
		cap_setup_note(setup, malformed(CAP_PROCBASED_CTLS2,
						"every secondary control may be 0 on a processor"));
	check_fixed_pair(setup, CAP_CR0_FIXED0, CAP_CR0_FIXED1);
	check_fixed_pair(setup, CAP_CR4_FIXED0, CAP_CR4_FIXED1);
}
