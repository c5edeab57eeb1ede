/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What programs require of KVM, as a table.
 */
#ifndef LINTEL_FACTS_VMM_NEED_H
#define LINTEL_FACTS_VMM_NEED_H

#include "facts/vmm_program.h"
#include "types.h"

struct vmm_program_info {
	enum vmm_program program;
	const char *name, *version;
};

enum vmm_need_kind {
	NEED_CAPABILITY, /* KVM_CHECK_EXTENSION is at least `value' */
	NEED_LEAF,	 /* KVM_GET_SUPPORTED_CPUID has it */
	NEED_BIT,	 /* bit `value' of register `reg' (EAX 0 to EDX 3) of that leaf is 1 */
	NEED_LISTED,	 /* KVM_GET_MSR_INDEX_LIST has it */
	NEED_SETTABLE,	 /* KVM_SET_MSRS takes `value' */
};

struct vmm_need {
	u8 programs, kind, reg;
	u32 number; /* capability, leaf or MSR */
	u64 value;
	const char *words; /* the name of what is needed */
};

extern const struct vmm_program_info vmm_program_table[];
extern const size_t vmm_program_count;
extern const struct vmm_need vmm_need_table[];
extern const size_t vmm_need_count;

#endif
