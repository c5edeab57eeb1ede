/* SPDX-License-Identifier: GPL-2.0 */
/* What the KVM API has and <linux/kvm.h> of the oldest kernel that Lintel is built for has not. */
#ifndef LINTEL_API_NEWER_H
#define LINTEL_API_NEWER_H

#include "types.h"

#ifndef KVM_SET_USER_MEMORY_REGION2
#define KVM_CAP_USER_MEMORY2 231

/* The fields of kvm_userspace_memory_region, and those of KVM_MEM_GUEST_MEMFD. */
struct kvm_userspace_memory_region2 {
	__u32 slot;
	__u32 flags;
	__u64 guest_phys_addr;
	__u64 memory_size;
	__u64 userspace_addr;
	__u64 guest_memfd_offset;
	__u32 guest_memfd;
	__u32 pad1;
	__u64 pad2[14];
};

#define KVM_SET_USER_MEMORY_REGION2 _IOW(KVMIO, 0x49, struct kvm_userspace_memory_region2)
#endif

#ifndef KVM_CAP_X86_APIC_BUS_CYCLES_NS
#define KVM_CAP_X86_APIC_BUS_CYCLES_NS 237
#endif

#endif
