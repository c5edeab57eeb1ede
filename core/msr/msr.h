/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MSRs: what follows from the table of facts/msr_list.h, the MSR bitmap, and RDMSR/WRMSR for what
 * exits.
 */
#ifndef LINTEL_MSR_H
#define LINTEL_MSR_H

#include "vcpu/vcpu.h"
#include "facts/msr_bitmap.h"

/* --- condition.c --- */

/* Does this guest have it?  NULL: can a guest on this host?  msr_exists() asks for the rest. */
bool msr_condition_met(enum msr_condition condition, const struct vcpu *vcpu);

/* The same; what most accesses meet is decided here. */
static inline bool msr_exists(enum msr_condition condition, const struct vcpu *vcpu)
{
	if (condition == MSR_IF_NOTHING)
		return true;
	if (condition == MSR_IF_LAPIC && vcpu)
		return vcpu->lapic;
	return msr_condition_met(condition, vcpu);
}

/* --- bitmap.c --- */

/* Open what the table passes through for this guest, close all else.  Changes memory only. */
void msr_bitmap_apply_policy(struct vcpu *vcpu);

/* --- access.c --- */

/*
 * RDMSR/WRMSR by the guest (from_host false) or by KVM_GET/SET_MSRS (true).  Needs: loaded, srcu
 * read lock, whichever of the two it is: what a row's function reaches is the same. -ENOENT: no row
 * has it; -EINVAL: it is not for this guest, or not this value.  The guest gets #GP(0).
 */
int msr_read(struct vcpu *vcpu, u32 msr, u64 *value, bool from_host);
int msr_write(struct vcpu *vcpu, u32 msr, u64 value, bool from_host);
/* The same for who has the row already, msr_find()'s. */
int msr_row_read(struct vcpu *vcpu, const struct msr_row *row, u32 msr, u64 *value, bool from_host);
int msr_row_write(struct vcpu *vcpu, const struct msr_row *row, u32 msr, u64 value, bool from_host);
/* Does the guest's access need neither the lock nor interrupts? */
bool msr_is_quick(struct vcpu *vcpu, const struct msr_row *row, u32 msr,
		  enum msr_direction direction);

/* KVM_SET_TSC_KHZ, 0 for the host's rate: the counter is as if it had had this rate since it was
 * set. -EINVAL: this processor cannot.  Loaded. */
int msr_tsc_khz_set(struct vcpu *vcpu, u32 khz);
/* The VMCS's part of the rate: control and multiplier.  Loaded. */
void msr_tsc_rate_write(struct vcpu *vcpu);
/* KVM_VCPU_TSC_OFFSET: what is added to the host's TSC, at the guest's rate.  Loaded. */
void msr_tsc_offset_set(struct vcpu *vcpu, u64 offset);

/* May IA32_APIC_BASE hold this, for a guest with this CPUID?  KVM_SET_SREGS asks before it acts. */
bool msr_apic_base_valid(const struct vcpu *vcpu, u64 value);
/* IA32_APIC_BASE, for a vCPU without a lapic too: mode changes as "x2APIC State Transitions" allows
 * (user space may make any).  -EINVAL as #GP.  Loaded. */
int msr_apic_base_write(struct vcpu *vcpu, u64 value, bool from_host);
/* What of its local APIC the processor virtualizes, after what decides about it has changed: the
 * mode, where it is, the debugger.  There is a local APIC; loaded; may sleep. */
void msr_apic_controls_update(struct vcpu *vcpu);

/* CPUID tells of MONITOR what IA32_MISC_ENABLE says, where user space has switched off the quirk
 * that it does not. */
void msr_show_monitor(struct vcpu *vcpu);

/* Does CPUID fault above CPL 0, as the guest asked by MISC_FEATURES_ENABLES? */
bool msr_cpuid_faults(const struct vcpu *vcpu);

/* What IA32_MCG_CAP may announce beside the number of banks: IA32_MCG_CTL, the interrupt of
 * corrected errors, software recovery. */
#define MSR_MCE_BANK_MSRS     4 /* CTL, STATUS, ADDR, MISC */
#define MSR_MCE_BANKS	      (MSR_COUNT_IA32_MC0_CTL / MSR_MCE_BANK_MSRS) /* at most */
#define MCG_CTL_P	      BIT64(8)
#define MCG_CMCI_P	      BIT64(10)
#define MCG_SER_P	      BIT64(24)
#define MSR_MCG_CAP_SUPPORTED (MCG_CTL_P | MCG_CMCI_P | MCG_SER_P)
/*
 * KVM_X86_SETUP_MCE, KVM_X86_SET_MCE (loaded).  -EINVAL: not such banks, or not an error.
 * With MCG_CMCI_P the local APIC has its LVT CMCI register.
 */
int msr_setup_mce(struct vcpu *vcpu, u64 capabilities);
int msr_set_mce(struct vcpu *vcpu, const struct kvm_x86_mce *mce);

/* KVM_GET_MSR_FEATURE_INDEX_LIST, and KVM_GET_MSRS of the device: -ENOENT. */
unsigned int msr_feature_list(u32 *indices, unsigned int room);
int msr_feature_read(u32 msr, u64 *value);

/* vcpu->msrs: allocate and set to reset values; -ENOMEM. */
int msr_vcpu_init(struct vcpu *vcpu);
void msr_vcpu_destroy(struct vcpu *vcpu);
void msr_vcpu_reset(struct vcpu *vcpu, bool init);

/* --- switch.c --- */

/* The MSRs of OWNER_SWITCH_BY_HAND: the guest's values in, and the host's back.  Preemption off. */
void msr_switch_to_guest(struct vcpu *vcpu);
void msr_switch_to_host(struct vcpu *vcpu);
/* The guest's state is loaded: are all those in that it can use as it is? */
bool msr_switched_suffices(const struct vcpu *vcpu);

/* KVM_GET_MSR_INDEX_LIST: how many the table lists for this host, and which. */
unsigned int msr_index_list(u32 *indices, unsigned int room);

#endif
