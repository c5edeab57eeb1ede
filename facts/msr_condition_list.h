/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a guest has an MSR, where not every guest has it: the conditions that rows of MSRs name.
 *
 * IF_CPUID(name, user, feature...): its CPUID tells it of any of these.  For user space it is there
 * if this host can offer one (OFFERED), or ALWAYS.
 * IF_PV(name, feature): the same of a feature of leaf 40000001H, but only while the vCPU is held to
 * it (KVM_CAP_ENFORCE_PV_FEATURE_CPUID), and then it counts for user space too.
 * IF_ELSE(name, words): core/msr/condition.c knows.
 *
 * Included where a table is made of it, with the three defined.
 */
/* clang-format off */
IF_CPUID(TSC_ADJUST,	ALWAYS,	 FEATURE_TSC_ADJUST)
IF_CPUID(MTRR,		ALWAYS,	 FEATURE_MTRR)
/* RDTSCP and RDPID read IA32_TSC_AUX, so it is there only where the processor has it. */
IF_CPUID(TSC_AUX,	OFFERED, FEATURE_RDTSCP, FEATURE_RDPID)
IF_CPUID(IBPB,		OFFERED, FEATURE_SPEC_CTRL)
IF_CPUID(SPEC_CTRL,	OFFERED, FEATURE_SPEC_CTRL, FEATURE_STIBP, FEATURE_SSBD)
IF_CPUID(ARCH_CAPABILITIES, OFFERED, FEATURE_ARCH_CAPABILITIES)
IF_CPUID(XSAVES,	OFFERED, FEATURE_XSAVES)
IF_PV(KVM_CLOCK,	FEATURE_KVM_CLOCKSOURCE)
IF_PV(KVM_CLOCK_2,	FEATURE_KVM_CLOCKSOURCE2)
IF_PV(KVM_PV_EOI,	FEATURE_KVM_PV_EOI)
IF_PV(KVM_STEAL_TIME,	FEATURE_KVM_STEAL_TIME)
IF_PV(KVM_ASYNC_PF,	FEATURE_KVM_ASYNC_PF)
IF_PV(KVM_ASYNC_PF_INT,	FEATURE_KVM_ASYNC_PF_INT)
IF_PV(KVM_POLL_CONTROL,	FEATURE_KVM_POLL_CONTROL)
IF_ELSE(LAPIC,		"the local APIC is in the kernel")
IF_ELSE(PLATFORM_INFO,	"user space does not hide it (KVM_CAP_MSR_PLATFORM_INFO)")
IF_ELSE(TSX_CTRL,	"IA32_ARCH_CAPABILITIES.TSX_CTRL[7] is 1, which no guest is told")
IF_ELSE(CSTATE,		"user space lets the guest use C-states (KVM_CAP_X86_DISABLE_EXITS)")
IF_ELSE(MCG_CTL,	"IA32_MCG_CAP.MCG_CTL_P[8] is 1")
IF_ELSE(MCG_CMCI,	"IA32_MCG_CAP.MCG_CMCI_P[10] is 1")
/* clang-format on */

#undef IF_CPUID
#undef IF_PV
#undef IF_ELSE
