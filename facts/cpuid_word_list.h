/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers of CPUID that hold bits of features: name, leaf, subleaf, register, and how the SDM
 * writes it.
 *
 * Included where a table is made of it, with CPUID_WORD() defined.
 *
 * SDM: "CPUID - CPU Identification"; leaf 40000001H: Documentation/virt/kvm/x86/cpuid.rst.
 */
/* clang-format off */
CPUID_WORD(1_ECX,	 0x1,	     0, ECX, "CPUID.01H:ECX")
CPUID_WORD(1_EDX,	 0x1,	     0, EDX, "CPUID.01H:EDX")
CPUID_WORD(6_EAX,	 0x6,	     0, EAX, "CPUID.06H:EAX")
CPUID_WORD(7_EBX,	 0x7,	     0, EBX, "CPUID.07H:EBX")
CPUID_WORD(7_ECX,	 0x7,	     0, ECX, "CPUID.07H:ECX")
CPUID_WORD(7_EDX,	 0x7,	     0, EDX, "CPUID.07H:EDX")
CPUID_WORD(7_1_EAX,	 0x7,	     1, EAX, "CPUID.(07H,1):EAX")
CPUID_WORD(D_1_EAX,	 0xd,	     1, EAX, "CPUID.(0DH,1):EAX")
CPUID_WORD(40000001_EAX, 0x40000001, 0, EAX, "CPUID.40000001H:EAX")
CPUID_WORD(80000001_ECX, 0x80000001, 0, ECX, "CPUID.80000001H:ECX")
CPUID_WORD(80000001_EDX, 0x80000001, 0, EDX, "CPUID.80000001H:EDX")
CPUID_WORD(80000007_EDX, 0x80000007, 0, EDX, "CPUID.80000007H:EDX")
/* clang-format on */

#undef CPUID_WORD
