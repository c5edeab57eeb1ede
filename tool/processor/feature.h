/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of VT-x has a name of its own among those who use it: for the JSON of `lintel caps`, and
 * wherever processors are put side by side.
 */
#ifndef TOOL_FEATURE_H
#define TOOL_FEATURE_H

#include "cap/cap.h"
#include "facts/control.h"

struct feature {
	const char *key; /* as in JSON */
	/* The control that has to be allowed to be 1, or the bit of IA32_VMX_EPT_VPID_CAP. */
	struct ctl_ref bit;
};

extern const struct feature feature_table[];
extern const size_t feature_count;

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* Does the processor offer it?  Unknown: the MSR or the bit that says so is not among the values.
 */
enum answer feature_offered(const struct vmx_cap_msrs *raw, const struct feature *feature);

/*
 * The MSR that a control word's settings are taken from: cap_word_msr(), or the plain MSR where
 * that one is missing.  gives: CAP_MSRS if there is neither.
 */
enum cap_msr feature_control_msr(const struct vmx_cap_msrs *raw, enum ctl_word word);

/* The settings that this MSR allows for a control word, as vmcs_config has them. */
u64 feature_allowed0(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr);
u64 feature_allowed1(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr);

/* Of which of them the MSR's words do not tell. */
u64 feature_unknown0(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr);
u64 feature_unknown1(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr);

#endif
