/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUID: what Lintel can give a guest on this processor, and what user space gave this guest.
 * No leaf is made up for the guest: it sees what KVM_SET_CPUID2 said, but for the few bits that
 * follow the guest's own registers (OSXSAVE, the XSAVE area's size, APIC enable).
 */
#ifndef LINTEL_CPUID_H
#define LINTEL_CPUID_H

#include "vcpu/vcpu.h"

#define CPUID_MAX_ENTRIES 256

struct vcpu_cpuid {
	unsigned int count;
	struct kvm_cpuid_entry2 entry[];
};

/*
 * KVM_GET_SUPPORTED_CPUID: fill up to `room` entries, return how many there are (may exceed room).
 */
unsigned int cpuid_supported(struct kvm_cpuid_entry2 *entry, unsigned int room);

/* KVM_SET_CPUID2: takes a copy.  -EINVAL (a leaf the guest can't have), -ENOMEM.  Loaded. */
int cpuid_set(struct vcpu *vcpu, const struct kvm_cpuid_entry2 *entry, unsigned int count);

/* The entry for a leaf, exactly; NULL: none. */
const struct kvm_cpuid_entry2 *cpuid_find(const struct vcpu *vcpu, u32 leaf, u32 subleaf);

/* What CPUID answers in the guest, out of range rules included ("CPUID", "INPUT EAX"). */
bool cpuid_answer(struct vcpu *vcpu, u32 leaf, u32 subleaf, u32 out[4]);

/* Register of a CPUID word, for cpuid_has(). */
enum cpuid_register { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };
bool cpuid_has(const struct vcpu *vcpu, u32 leaf, u32 subleaf, enum cpuid_register reg,
	       unsigned int bit);
/* Guest-physical address width that the guest was told (36 without leaf 80000008H). */
unsigned int cpuid_maxphyaddr(const struct vcpu *vcpu);
/* XCR0 bits that the guest's leaf 0DH allows, within the host's; 0 without XSAVE. */
u64 cpuid_xcr0_allowed(const struct vcpu *vcpu);

#endif
