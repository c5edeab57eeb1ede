/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The capability MSRs: their numbers and names, which one announces which, and their raw values.
 *
 * SDM: appendix "VMX Capability Reporting Facility".
 */
#ifndef LINTEL_FACTS_CAPABILITY_MSR_H
#define LINTEL_FACTS_CAPABILITY_MSR_H

#include "types.h"

/* In the order in which they are read. */
enum cap_msr {
#define CAPABILITY_MSR(msr, ...) CAP_##msr,
#include "facts/capability_msr_list.h"
	CAP_MSRS
};

#define CAP_BASIC_TRUE_CTLS BIT64(55) /* of IA32_VMX_BASIC: the TRUE MSRs are there */

struct cap_msr_info {
	u32 index;
	const char *name;
	enum cap_msr by;     /* the MSR that announces this one; CAP_MSRS: always there */
	u64 by_mask;	     /* any of these bits of it */
	const char *without; /* what follows if it cannot be read; NULL: it must be readable */
};

extern const struct cap_msr_info cap_msr_table[CAP_MSRS];

/*
 * Raw values.  A value counts only if its bit in `present' is set.  Where not the MSR was read, but
 * somebody's words about it, those bits are `unknown' (and 0 in the value) that the words leave
 * open: all 64 of an absent MSR of which they do not tell whether it is there.
 */
struct vmx_cap_msrs {
	u64 value[CAP_MSRS];
	u64 unknown[CAP_MSRS]; /* 0 of what was read */
	u32 present;	       /* bit n: enum cap_msr n was read, or told of */
};

static inline bool cap_msr_present(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	return raw->present & BIT32(msr);
}

/* The value of an MSR; 0 if it is absent. */
static inline u64 cap_msr_value(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	return cap_msr_present(raw, msr) ? raw->value[msr] : 0;
}

static inline void cap_msr_set(struct vmx_cap_msrs *raw, enum cap_msr msr, u64 value)
{
	raw->value[msr] = value;
	raw->present |= BIT32(msr);
}

/* gives: the enum cap_msr of an MSR index, or CAP_MSRS if it is none. */
enum cap_msr cap_msr_find(u32 index);

/* gives: whether the MSR is there as far as the values read so far tell. */
bool cap_msr_announced(const struct vmx_cap_msrs *raw, enum cap_msr msr);

#endif
