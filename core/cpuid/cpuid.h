/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUID: what Lintel can give a guest on this processor, and what user space gave this guest.
 * No leaf is made up for the guest: it sees what KVM_SET_CPUID2 said, but for the few bits that
 * follow the guest's own registers (OSXSAVE, the XSAVE area's size, APIC enable).
 */
#ifndef LINTEL_CPUID_H
#define LINTEL_CPUID_H

#include "facts/cpuid_feature.h"
#include "vcpu/vcpu.h"

#define CPUID_MAX_ENTRIES 256

struct vcpu_cpuid {
	u32 features[CPUID_WORDS]; /* what the guest was told and Lintel can give: cpuid_has() */
	u64 xcr0_allowed;
	unsigned int maxphyaddr;
	u32 pv_leaf;	/* of the features of the KVM ABI; 0: none */
	bool no_unhalt; /* HLT did not exit in the VM when this was set */
	enum { MONITOR_AS_TOLD, MONITOR_HIDDEN, MONITOR_SHOWN } monitor;
	unsigned int count;
	struct kvm_cpuid_entry2 entry[];
};

/* --- cpuid_table.c --- */

/*
 * KVM_GET_SUPPORTED_CPUID: fill up to `room` entries, return how many there are (may exceed room).
 */
unsigned int cpuid_supported(struct kvm_cpuid_entry2 *entry, unsigned int room);

/* Size of the XSAVE area for these components: standard format, or compacted. */
u32 cpuid_xsave_size(u64 components, bool compacted);

/* --- offered.c: what Lintel can give on this host --- */

/* After setup_vmcs_config(), once: from the host's features and the controls in force. */
void cpuid_setup(void);
/* The feature bits of a word that a guest on this host can have. */
u32 cpuid_offered_word(enum cpuid_word word);
/* One of them. */
bool cpuid_offered(enum cpuid_feature feature);
/* Does this processor have it, whatever the kernel and Lintel make of it? */
bool cpuid_host_has(enum cpuid_feature feature);
/* XCR0 bits that a guest on this host can set; 0 without XSAVE. */
u64 cpuid_xcr0_offered(void);
/* Width of the guest-physical addresses that a guest on this host can have. */
u32 cpuid_address_bits_offered(void);

/* After KVM_SET_CPUID2: an instruction that the guest's CPUID lacks is to raise #UD, so its control
 * goes off.  Loaded. */
void cpuid_apply_controls(struct vcpu *vcpu);

/* --- cpuid.c: what this guest was told --- */

/* KVM_SET_CPUID2: takes a copy.  -EINVAL (a leaf the guest can't have), -ENOMEM.  Loaded. */
int cpuid_set(struct vcpu *vcpu, const struct kvm_cpuid_entry2 *entry, unsigned int count);

/* From now on CPUID has the feature MONITOR, or not, whatever user space said. */
void cpuid_show_monitor(struct vcpu *vcpu, bool shown);

/* The entry with what follows the guest's registers, as CPUID shows it now. */
struct kvm_cpuid_entry2 cpuid_as_seen(const struct vcpu *vcpu,
				      const struct kvm_cpuid_entry2 *entry);

/* What CPUID answers in the guest, out of range rules included ("CPUID", "INPUT EAX").
 * gives: whether there is an entry for just this leaf. */
bool cpuid_answer(struct vcpu *vcpu, u32 leaf, u32 subleaf, u32 out[4]);

/* Was the guest told of the feature, and can Lintel give it?  User space may say what it likes. */
bool cpuid_has(const struct vcpu *vcpu, enum cpuid_feature feature);
/* Was the guest told of it?  For what only user space can say. */
bool cpuid_told(const struct vcpu *vcpu, enum cpuid_feature feature);
/* May the guest use this feature of leaf 40000001H?  Any may, unless it is held to what it was
 * told: KVM_CAP_ENFORCE_PV_FEATURE_CPUID. */
static inline bool pv_has(const struct vcpu *vcpu, enum cpuid_feature feature)
{
	return !vcpu->pv_enforced || cpuid_has(vcpu, feature);
}
/* Guest-physical address width that the guest was told (36 without leaf 80000008H), 32 to what the
 * host has. */
unsigned int cpuid_maxphyaddr(const struct vcpu *vcpu);
/* XCR0 bits that the guest's leaf 0DH allows, within the host's; 0 without XSAVE. */
u64 cpuid_xcr0_allowed(const struct vcpu *vcpu);

#endif
