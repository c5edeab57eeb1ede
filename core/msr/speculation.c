// SPDX-License-Identifier: GPL-2.0
/*
 * The controls of speculation.  IA32_SPEC_CTRL of the guest is in the processor while the guest
 * runs, and writes of it exit: a guest that can leaves it as it is once it has booted.
 *
 * SDM: "Indirect Branch Control Mechanisms", "Speculative Store Bypass Disable (SSBD)".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"

#define CTRL_IBRS  BIT64(0)
#define CTRL_STIBP BIT64(1)
#define CTRL_SSBD  BIT64(2)
#define CMD_IBPB   BIT64(0)

static u64 spec_ctrl_allowed(const struct vcpu *vcpu)
{
	return (cpuid_has(vcpu, FEATURE_SPEC_CTRL) ? CTRL_IBRS : 0) |
	       (cpuid_has(vcpu, FEATURE_STIBP) ? CTRL_STIBP : 0) |
	       (cpuid_has(vcpu, FEATURE_SSBD) ? CTRL_SSBD : 0);
}

/* User space may restore it before it has set the CPUID. */
static u64 spec_ctrl_offered(void)
{
	return (cpuid_offered(FEATURE_SPEC_CTRL) ? CTRL_IBRS : 0) |
	       (cpuid_offered(FEATURE_STIBP) ? CTRL_STIBP : 0) |
	       (cpuid_offered(FEATURE_SSBD) ? CTRL_SSBD : 0);
}

MSR_GET(spec_ctrl)
{
	(void)msr;
	*value = vcpu->spec_ctrl;
	return 0;
}

MSR_SET(spec_ctrl)
{
	(void)msr;
	if (value & ~(from_host ? spec_ctrl_offered() : spec_ctrl_allowed(vcpu)))
		return -EINVAL;
	vcpu->spec_ctrl = value;
	return 0;
}

MSR_SET(pred_cmd)
{
	(void)vcpu;
	(void)from_host;
	if (value & ~CMD_IBPB)
		return -EINVAL;
	if (value)
		host_wrmsr(msr, value);
	return 0;
}

MSR_GET(arch_capabilities)
{
	(void)msr;
	*value = vcpu->msrs->arch_capabilities;
	return 0;
}

/* What this processor lacks cannot be promised to the guest. */
MSR_SET(arch_capabilities)
{
	(void)msr;
	(void)from_host;
	if (value & ~host_arch_capabilities())
		return -EINVAL;
	vcpu->msrs->arch_capabilities = value;
	return 0;
}
