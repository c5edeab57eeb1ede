/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What registers of CPUID hold that are no features.
 *
 * SDM: "CPUID - CPU Identification".
 */
#ifndef LINTEL_FACTS_CPUID_LEAF_H
#define LINTEL_FACTS_CPUID_LEAF_H

#include "types.h"

/* 01H:EBX: brand index and CLFLUSH size; the rest is this processor's own. */
#define CPUID_OF_ALL_PROCESSORS 0x0000ffffu
#define CPUID_LOGICAL_IDS_SHIFT 16
#define CPUID_INITIAL_ID_SHIFT	24

/* 04H:EAX: the kind of a cache (0: there are no more), its level, and the highest numbers of
 * processors that share it and of cores in the package. */
#define CPUID_CACHE_TYPE	0x1fu
#define CPUID_CACHE_LEVEL_SHIFT 5
#define CPUID_CACHE_LEVEL	7u
#define CPUID_CACHE_ITSELF	0x3fffu
#define CPUID_SHARING_SHIFT	14
#define CPUID_CORES_SHIFT	26
#define CPUID_CORES		63u

/* 0DH, the leaf of XSAVE state.  ECX of a component: is it state of IA32_XSS and not of XCR0, is it
 * aligned to 64 bytes in the compacted format? */
#define CPUID_LEAF_XSAVE_STATE	0xdu
#define CPUID_COMPONENT_ALIGNED BIT32(1)
#define CPUID_FIRST_COMPONENT	2u /* x87 and SSE are in the legacy area */
#define CPUID_COMPONENTS	63u

/* 0BH, 1FH, the topology.  ECX: the level as asked, and its type. */
#define CPUID_LEAF_TOPOLOGY   0xbu
#define CPUID_LEAF_TOPOLOGY_2 0x1fu
#define CPUID_LEVEL	      0xffu
#define CPUID_LEVEL_SMT	      (1u << 8)
#define CPUID_LEVEL_CORE      (2u << 8)

/* 40000000H: the highest of a hypervisor's leaves, and its signature; another one's may begin every
 * 100H.  Documentation/virt/kvm/x86/cpuid.rst */
#define CPUID_LEAF_HYPERVISOR  0x40000000u
#define CPUID_HYPERVISOR_BASES 0xff00u
#define CPUID_KVM_EBX	       0x4b4d564bu /* "KVMKVMKVM" */
#define CPUID_KVM_ECX	       0x564b4d56u
#define CPUID_KVM_EDX	       0x4du

/* 80000008H:EAX: how wide addresses are. */
#define CPUID_LEAF_ADDRESS_WIDTHS 0x80000008u

static inline u32 cpuid_physical_bits(u32 eax)
{
	return eax & 0xff;
}

static inline u32 cpuid_linear_bits(u32 eax)
{
	return (eax >> 8) & 0xff;
}

#endif
