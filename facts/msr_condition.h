/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a guest has an MSR, where not every guest has it.
 */
#ifndef LINTEL_FACTS_MSR_CONDITION_H
#define LINTEL_FACTS_MSR_CONDITION_H

#include "facts/cpuid_feature.h"

enum msr_condition {
	MSR_IF_NOTHING, /* every guest has it */
#define IF_CPUID(name, ...)  MSR_IF_##name,
#define IF_PV(name, feature) MSR_IF_##name,
#define IF_ELSE(name, words) MSR_IF_##name,
#include "facts/msr_condition_list.h"
	MSR_CONDITIONS
};

/* What CPUID has to tell the guest: any of these features. */
struct msr_condition_row {
	bool always; /* for user space, whatever the host can offer */
	bool pv;     /* only where KVM_CAP_ENFORCE_PV_FEATURE_CPUID is on */
	u8 count;    /* 0: not a matter of CPUID */
	u16 feature[3];
};
extern const struct msr_condition_row msr_conditions[MSR_CONDITIONS];

/* msr_condition_text.c: what a condition is that is not a matter of CPUID; NULL: it is. */
const char *msr_condition_text(enum msr_condition condition);

#endif
