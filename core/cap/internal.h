/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of the capability set-up, for each other only.
 */
#ifndef LINTEL_CAP_INTERNAL_H
#define LINTEL_CAP_INTERNAL_H

#include "cap/cap.h"

/* What is at hand while one processor is looked at. */
struct cap_setup {
	const struct vmx_cap_msrs *raw;
	struct vmcs_config *config;
	struct vmx_capability *capability;
	struct cap_report *report;
	u8 word_msr[CTL_WORDS];	    /* enum cap_msr that allowed0 and allowed1 come from */
	bool word_known[CTL_WORDS]; /* the MSR was read, or the word is known not to exist */
	bool word_exact[CTL_WORDS]; /* of its default1 class, it is known which bits may be 0 */
};

static inline bool cap_setup_bit(const struct cap_setup *setup, enum cap_msr msr, unsigned int bit)
{
	return cap_msr_value(setup->raw, msr) >> bit & 1;
}

/* Adds an entry about bits hi..lo of a raw MSR; the value is filled in. */
void cap_setup_problem(struct cap_setup *setup, struct cap_problem entry);
void cap_setup_note(struct cap_setup *setup, struct cap_problem entry);

/* Fields that Lintel cannot work with, and those worth a note. */
void cap_check_fields(struct cap_setup *setup);

/* MSRs that contradict each other or the SDM. */
void cap_check_consistency(struct cap_setup *setup);

/* The control words. */
void cap_resolve_controls(struct cap_setup *setup);

/* Is this bit (of a control word, or of IA32_VMX_EPT_VPID_CAP) 1? */
bool cap_ref_is_on(const struct vmcs_config *config, const struct vmx_capability *capability,
		   struct ctl_ref ref);

/* Is the word in use, or off as a whole? */
bool cap_word_is_active(const struct vmcs_config *config, enum ctl_word word);

/*
 * The first thing that a control needs and does not have.
 * gives: its name, or NULL if there is nothing.
 */
const char *cap_unmet_need(const struct vmcs_config *config,
			   const struct vmx_capability *capability, const struct ctl_bit *row);

#endif
