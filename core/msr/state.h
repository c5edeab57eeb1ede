/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside core/msr/: the values Lintel keeps for a vCPU, and how each MSR is read and written.
 */
#ifndef LINTEL_MSR_STATE_H
#define LINTEL_MSR_STATE_H

#include "msr/msr.h"

#define MSR_SWITCHED_MAX 8

#define PLATFORM_INFO_CPUID_FAULTING BIT64(31)

/* An MSR that is switched by hand. */
struct msr_switched {
	u32 msr;
	bool written_live; /* the guest writes it without an exit: fetch it back */
	bool per_task;	   /* the host's value changes with the task: look each time */
	bool of_syscall;   /* nothing but SYSCALL uses the guest's value */
	u64 guest;
	u64 host;
	u64 held; /* what the register holds while the guest's values are loaded */
};

struct vcpu_msrs {
	struct msr_switched switched[MSR_SWITCHED_MAX]; /* those of SYSCALL are last */
	unsigned int switched_count, without_syscall;
	unsigned int switched_in; /* so many of them, while the guest's state is loaded */
	int host_cpu;		  /* where the host's values were read; -1: nowhere yet */

	u64 poll_control;
	u64 tsc_adjust;
	u64 misc_enable;
	u64 feature_control;
	u64 hwcr;
	u64 power_ctl;
	u64 ucode_rev;
	u64 platform_info, misc_features;
	u64 arch_capabilities;
	u64 mtrr_def_type;
	u64 mtrr_fixed_64k[MSR_COUNT_MTRRfix64K_00000];
	u64 mtrr_fixed_16k[MSR_COUNT_MTRRfix16K_80000];
	u64 mtrr_fixed_4k[MSR_COUNT_MTRRfix4K_C0000];
	u64 mtrr_variable[MSR_COUNT_IA32_MTRR_PHYSBASE0];
	u64 mcg_cap, mcg_status, mcg_ctl;
	u64 mce_bank[MSR_COUNT_IA32_MC0_CTL];
	u64 mce_ctl2[MSR_COUNT_IA32_MC0_CTL2];
};

/* The slot of an MSR of OWNER_SWITCH_BY_HAND; NULL when this host has no such MSR. */
struct msr_switched *msr_switched_find(struct vcpu *vcpu, u32 msr);

/* The guest's value, into the register where it is wanted there now; and what the register has of
 * it.  Loaded. */
void msr_switched_set(struct vcpu *vcpu, struct msr_switched *slot, u64 value);
u64 msr_switched_get(struct vcpu *vcpu, struct msr_switched *slot);

/* IA32_EFER may have another SCE. */
void msr_switched_efer_written(struct vcpu *vcpu);

/* Fills the list of MSRs to switch from the table. */
void msr_switched_init(struct vcpu_msrs *msrs);

/* The types that PAT entries and MTRRs may hold.  "Memory Types That Can Be Encoded". */
bool msr_memory_type_valid(u8 type, bool pat);

void msr_tsc_reset(struct vcpu *vcpu);

/* --- Keepers: a row of facts/msr_list.h has one, defined beside the functions that it needs --- */

struct msr_request {
	u32 msr;
	bool from_host; /* KVM_GET_MSRS and KVM_SET_MSRS; false: the guest */
	u64 value;
};

/* Where a value is that RDMSR and WRMSR only fetch and store. */
enum msr_home {
	HOME_NOWHERE, /* nothing to read; what is written has no effect */
	HOME_CONSTANT,
	HOME_MSRS, /* in struct vcpu_msrs; one after the other, where the row has several */
	HOME_VCPU, /* in struct vcpu */
	HOME_VMCS
};

struct msr_keeper {
	enum msr_home home;
	union {
		u64 constant;
		u32 at; /* offset in the struct, encoding of the field */
	};
	u64 writable; /* the bits that may be 1 in what is written; 0: it cannot be written */
	/* May it hold this?  Changes the value into the one that is stored.  NULL: any. */
	bool (*admits)(struct vcpu *vcpu, struct msr_request *request);
	/* In place of fetching and storing.  0 or -EINVAL. */
	int (*get)(struct vcpu *vcpu, struct msr_request *request);
	int (*set)(struct vcpu *vcpu, struct msr_request *request);
	/* They may be called with interrupts off and without the srcu lock: always, or when this
	 * says so for the guest's access. */
	bool quick;
	bool (*is_quick)(struct vcpu *vcpu, u32 msr, enum msr_direction direction);
};

#define KEEPER(name) const struct msr_keeper msr_keeper_##name

#define ALL (~(u64)0)

/* A constant: not to be written, or to be written as it is. */
#define READS(value) .home = HOME_CONSTANT, .constant = (value)
#define STAYS(value) READS(value), .writable = ALL
/* A plain value; of struct vcpu_msrs an array with room for just the MSRs of the row. */
#define IN_VMCS(field) .home = HOME_VMCS, .at = (field)
#define IN_VCPU(field)                                                                             \
	.home = HOME_VCPU, .at = offsetof(struct vcpu, field) + FIELD_IS(struct vcpu, field, 1)
#define IN_MSRS(row, field)                                                                        \
	.home = HOME_MSRS, .at = offsetof(struct vcpu_msrs, field) +                               \
				 FIELD_IS(struct vcpu_msrs, field, MSR_COUNT_##row)
#define FIELD_IS(type, field, count) ZERO_IF(sizeof(((type *)0)->field) == (count) * sizeof(u64))

#define MSR(name, ...) extern KEEPER(name);
#include "facts/msr_list.h"

extern const struct msr_keeper *const msr_keepers[MSR_ROWS];

static inline const struct msr_keeper *msr_keeper(const struct msr_row *row)
{
	return msr_keepers[row - msr_table];
}

#endif
