/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside core/msr/: the values Lintel keeps for a vCPU, and the functions that the table names.
 */
#ifndef LINTEL_MSR_STATE_H
#define LINTEL_MSR_STATE_H

#include "msr/msr.h"

#define MTRR_VARIABLE_COUNT 8
#define MTRR_FIXED_COUNT    11
#define MCE_BANKS	    MSR_MCE_BANKS
#define MCE_BANK_MSRS	    4 /* CTL, STATUS, ADDR, MISC */
#define MSR_SWITCHED_MAX    8

#define PLATFORM_INFO_CPUID_FAULTING BIT64(31)

/* An MSR that is switched by hand. */
struct msr_switched {
	u32 msr;
	bool written_live; /* the guest writes it without an exit: fetch it back */
	bool per_task;	   /* the host's value changes with the task: look each time */
	u64 guest;
	u64 host;
};

struct vcpu_msrs {
	struct msr_switched switched[MSR_SWITCHED_MAX];
	unsigned int switched_count;
	int host_cpu; /* where the host's values were read; -1: nowhere yet */

	u64 tsc_adjust;
	u64 misc_enable;
	u64 ucode_rev;
	u64 platform_info, misc_features;
	u64 arch_capabilities;
	u64 mtrr_def_type;
	u64 mtrr_fixed[MTRR_FIXED_COUNT];
	u64 mtrr_variable[2 * MTRR_VARIABLE_COUNT];
	u64 mcg_cap, mcg_status, mcg_ctl;
	u64 mce_bank[MCE_BANKS * MCE_BANK_MSRS];
};

/* The slot of an MSR of OWNER_SWITCH_BY_HAND; NULL when this host has no such MSR. */
struct msr_switched *msr_switched_find(struct vcpu *vcpu, u32 msr);

/* Fills the list of MSRs to switch from the table. */
void msr_switched_init(struct vcpu_msrs *msrs);

/* The types that PAT entries and MTRRs may hold.  "Memory Types That Can Be Encoded". */
bool msr_memory_type_valid(u8 type, bool pat);

#define MSR_GET(name) int msr_get_##name(struct vcpu *vcpu, u32 msr, u64 *value)
#define MSR_SET(name) int msr_set_##name(struct vcpu *vcpu, u32 msr, u64 value, bool from_host)

/* identity.c */
MSR_GET(zero);
MSR_SET(zero);
MSR_SET(ignored);
MSR_GET(ebc_frequency);
MSR_GET(bbl_cr_ctl3);
MSR_GET(perf_status);
MSR_GET(efer);
MSR_SET(efer);
MSR_GET(misc_enable);
MSR_SET(misc_enable);
MSR_GET(ucode_rev);
MSR_SET(ucode_rev);
MSR_GET(platform_info);
MSR_SET(platform_info);
MSR_GET(misc_features);
MSR_SET(misc_features);
MSR_GET(arch_capabilities);
MSR_SET(arch_capabilities);
MSR_GET(spec_ctrl);
MSR_SET(spec_ctrl);
MSR_SET(pred_cmd);
MSR_GET(debugctl);
MSR_SET(debugctl);

/* apic.c */
MSR_GET(apic_base);
MSR_SET(apic_base);
MSR_GET(tsc_deadline);
MSR_SET(tsc_deadline);
MSR_GET(pv_eoi);
MSR_SET(pv_eoi);
MSR_GET(x2apic);
MSR_SET(x2apic);

/* segment.c */
MSR_GET(vmcs);
MSR_SET(vmcs);
MSR_GET(switched);
MSR_SET(switched);
MSR_SET(switched_canonical);
MSR_SET(switched_u32);

/* tsc.c */
MSR_GET(tsc);
MSR_SET(tsc);
MSR_GET(tsc_adjust);
MSR_SET(tsc_adjust);
MSR_GET(system_time);
MSR_SET(system_time);
MSR_GET(wall_clock);
MSR_SET(wall_clock);
void msr_tsc_reset(struct vcpu *vcpu);

/* mtrr.c */
MSR_GET(mtrr_cap);
MSR_GET(mtrr_variable);
MSR_SET(mtrr_variable);
MSR_GET(mtrr_fixed);
MSR_SET(mtrr_fixed);
MSR_GET(mtrr_def_type);
MSR_SET(mtrr_def_type);
MSR_GET(pat);
MSR_SET(pat);

/* machine_check.c */
MSR_GET(mcg_cap);
MSR_GET(mcg);
MSR_SET(mcg);
MSR_GET(mce_bank);
MSR_SET(mce_bank);

#endif
