/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MSRs: the table that says what each one is to Lintel, the MSR bitmap that follows from it, and
 * RDMSR/WRMSR for what exits.  An MSR that no row allows is refused.
 */
#ifndef LINTEL_MSR_H
#define LINTEL_MSR_H

#include "vcpu/vcpu.h"
#include "msr/index.h" /* MSR_* numbers */
#include "facts/msr_condition.h"

enum msr_access {
	MSR_DENY,	 /* #GP(0) */
	MSR_EMULATE,	 /* exits; the row's function */
	MSR_PASS_THROUGH /* no exit; the row needs an owner when written */
};

/* Who saves and restores the host's value of an MSR that the guest may write without an exit. */
enum msr_owner {
	OWNER_NONE,	      /* nobody: the guest's writes exit */
	OWNER_VMCS,	      /* guest-state and host-state areas */
	OWNER_SWITCH_BY_HAND, /* msr_switch_to_guest(), msr_switch_to_host() */
	OWNER_NOBODY_NEEDS,   /* reading only, or the value is the guest's alone */
};

struct msr_row {
	u32 first, last;
	const char *name;
	enum msr_access read, write;
	enum msr_owner owner;
	int (*get)(struct vcpu *vcpu, u32 msr, u64 *value);
	int (*set)(struct vcpu *vcpu, u32 msr, u64 value, bool from_host);
	enum msr_condition condition;
	u64 (*feature)(void); /* KVM_GET_MSR_FEATURE_INDEX_LIST: what this host can give */
	bool listed; /* KVM_GET_MSR_INDEX_LIST */
	const char *why;
};

/* --- table.c --- */
extern const struct msr_row msr_table[];
extern const unsigned int msr_table_rows;
const struct msr_row *msr_find(u32 msr); /* NULL: none */

/* --- condition.c: does this guest have it?  NULL: can a guest on this host? --- */
bool msr_exists(enum msr_condition condition, const struct vcpu *vcpu);

/* --- bitmap.c: "MSR-Bitmap Address" --- */

#define MSR_BITMAP_SIZE 4096u
enum msr_direction { MSR_READ, MSR_WRITE };

void msr_bitmap_set(u8 *bitmap, u32 msr, enum msr_direction direction);	  /* exits */
void msr_bitmap_clear(u8 *bitmap, u32 msr, enum msr_direction direction); /* does not */
/* Would the access exit?  True outside the two ranges, and when bitmap is NULL. */
bool msr_bitmap_test(const u8 *bitmap, u32 msr, enum msr_direction direction);
bool msr_bitmap_covers(u32 msr);
/* Where its bit is: (byte * 8 + bit) of the page.  The MSR is covered. */
unsigned int msr_bitmap_bit(u32 msr, enum msr_direction direction);
/* Open what a row passes through, but for what the filter (NULL: none) denies. */
void msr_bitmap_open_row(u8 *bitmap, const struct msr_filter *filter, const struct msr_row *row);
/* Open the TPR of a guest whose local APIC is in x2APIC mode, with a TPR shadow. */
void msr_bitmap_open_x2apic(u8 *bitmap);
/* Open what the table passes through for this guest, close all else.  Changes memory only. */
void msr_bitmap_apply_policy(struct vcpu *vcpu);

/* --- access.c --- */

/*
 * RDMSR/WRMSR by the guest (from_host false) or by KVM_GET/SET_MSRS (true).  Needs: loaded, srcu read
 * lock, whichever of the two it is: what a row's function reaches is the same.
 * -ENOENT: no row has it; -EINVAL: it is not for this guest, or not this value.  The guest gets
 * #GP(0).
 */
int msr_read(struct vcpu *vcpu, u32 msr, u64 *value, bool from_host);
int msr_write(struct vcpu *vcpu, u32 msr, u64 value, bool from_host);

/* May IA32_APIC_BASE hold this, for a guest with this CPUID?  KVM_SET_SREGS asks before it acts. */
bool msr_apic_base_valid(const struct vcpu *vcpu, u64 value);
/* IA32_APIC_BASE, for a vCPU without a lapic too: mode changes as "x2APIC State Transitions" allows
 * (user space may make any).  -EINVAL as #GP.  Loaded. */
int msr_apic_base_write(struct vcpu *vcpu, u64 value, bool from_host);

/* Does CPUID fault above CPL 0, as the guest asked by MISC_FEATURES_ENABLES? */
bool msr_cpuid_faults(const struct vcpu *vcpu);

/* What IA32_MCG_CAP may announce beside the number of banks: IA32_MCG_CTL, software recovery. */
#define MSR_MCE_BANKS	      32 /* at most */
#define MCG_CTL_P	      BIT64(8)
#define MCG_SER_P	      BIT64(24)
#define MSR_MCG_CAP_SUPPORTED (MCG_CTL_P | MCG_SER_P)
/* KVM_X86_SETUP_MCE, KVM_X86_SET_MCE.  Loaded.  -EINVAL: not such banks, or not an error. */
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

/* KVM_GET_MSR_INDEX_LIST: how many the table lists for this host, and which. */
unsigned int msr_index_list(u32 *indices, unsigned int room);

#endif
