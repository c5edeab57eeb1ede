// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs that say what the processor is and switch parts of it: EFER, MISC_ENABLE, the revision of its
 * microcode, and those that a processor has only to read as 0.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/*
 * Bits of IA32_MISC_ENABLE that a guest may write: the switches that some model has (fast strings,
 * x87 compatibility, thermal control, split locks, level 3 cache, locks, prefetching, FERR#, TM2,
 * SpeedStep, the monitor FSM, adjacent lines, SpeedStep's lock, the limit of CPUID, xTPR messages,
 * level 1 cache, no XD, DCU prefetching, turbo, IP prefetching).  None of them does anything.  That
 * there is performance monitoring only says what there is, and a write of it is ignored.  The rest
 * is reserved, or (no BTS, no PEBS) read-only.
 */
#define MISC_ENABLE_PERFMON BIT64(7)
#define MISC_ENABLE_GUEST                                                                          \
	(BIT64(0) | BIT64(2) | BIT64(3) | BIT64(4) | BIT64(6) | MISC_ENABLE_PERFMON | BIT64(8) |   \
	 BIT64(9) | BIT64(10) | BIT64(13) | BIT64(16) | BIT64(18) | BIT64(19) | BIT64(20) |        \
	 BIT64(22) | BIT64(23) | BIT64(24) | BIT64(34) | BIT64(37) | BIT64(38) | BIT64(39))

MSR_GET(zero)
{
	(void)vcpu;
	(void)msr;
	*value = 0;
	return 0;
}

MSR_SET(zero)
{
	(void)vcpu;
	(void)msr;
	(void)from_host;
	return value ? -EINVAL : 0;
}

MSR_SET(ignored)
{
	(void)vcpu;
	(void)msr;
	(void)value;
	(void)from_host;
	return 0;
}

/* Bits 31:24: the processor's clock, in those of the bus. */
MSR_GET(ebc_frequency)
{
	(void)vcpu;
	(void)msr;
	*value = BIT64(24);
	return 0;
}

/* "L2 Hardware Enabled", "L2 Enabled"; bit 23, "L2 Not Present", is clear. */
MSR_GET(bbl_cr_ctl3)
{
	(void)vcpu;
	(void)msr;
	*value = BIT64(0) | BIT64(8);
	return 0;
}

/* Bits 15:0: the state that the processor is in; 44:40: the highest ratio of its clock to the
 * bus's, which guests divide by. */
MSR_GET(perf_status)
{
	(void)vcpu;
	(void)msr;
	*value = BIT64(40) | 1;
	return 0;
}

MSR_GET(efer)
{
	(void)msr;
	*value = vcpu->efer;
	return 0;
}

MSR_SET(efer)
{
	(void)msr;
	return vcpu_efer_write(vcpu, value, from_host);
}

MSR_GET(misc_enable)
{
	(void)msr;
	*value = vcpu->msrs->misc_enable;
	return 0;
}

MSR_SET(misc_enable)
{
	u64 now = vcpu->msrs->misc_enable;

	(void)msr;
	if (!from_host) {
		if ((value ^ now) & ~MISC_ENABLE_GUEST)
			return -EINVAL;
		value = (value & ~MISC_ENABLE_PERFMON) | (now & MISC_ENABLE_PERFMON);
	}
	vcpu->msrs->misc_enable = value;
	return 0;
}

MSR_GET(ucode_rev)
{
	(void)msr;
	*value = vcpu->msrs->ucode_rev;
	return 0;
}

/* A guest writes 0 before it asks for the revision by CPUID; the revision stays what it is. */
MSR_SET(ucode_rev)
{
	(void)msr;
	if (from_host)
		vcpu->msrs->ucode_rev = value;
	return 0;
}

#define CPUID_FAULTING BIT64(0) /* of MISC_FEATURES_ENABLES */

bool msr_cpuid_faults(const struct vcpu *vcpu)
{
	return vcpu->msrs->misc_features & CPUID_FAULTING;
}

MSR_GET(platform_info)
{
	(void)msr;
	*value = vcpu->msrs->platform_info;
	return 0;
}

/* The guest cannot write it; and user space cannot take away what the guest is using. */
MSR_SET(platform_info)
{
	(void)msr;
	(void)from_host;
	if (!(value & PLATFORM_INFO_CPUID_FAULTING) && msr_cpuid_faults(vcpu))
		return -EINVAL;
	vcpu->msrs->platform_info = value;
	return 0;
}

MSR_GET(misc_features)
{
	(void)msr;
	*value = vcpu->msrs->misc_features;
	return 0;
}

MSR_SET(misc_features)
{
	(void)msr;
	(void)from_host;
	if (value & ~CPUID_FAULTING)
		return -EINVAL;
	if (value && !(vcpu->msrs->platform_info & PLATFORM_INFO_CPUID_FAULTING))
		return -EINVAL;
	vcpu->msrs->misc_features = value;
	return 0;
}

MSR_GET(debugctl)
{
	(void)vcpu;
	(void)msr;
	*value = vmcs_read64(GUEST_IA32_DEBUGCTL);
	return 0;
}

/* LBR is taken and not kept, as an operating system sets it without asking for its MSRs first. */
MSR_SET(debugctl)
{
	(void)vcpu;
	(void)msr;
	(void)from_host;
	if (value & ~(DEBUGCTL_LBR | DEBUGCTL_BTF))
		return -EINVAL;
	vmcs_write64(GUEST_IA32_DEBUGCTL, value & DEBUGCTL_BTF);
	return 0;
}
