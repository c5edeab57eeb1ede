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

static bool spec_ctrl_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return !(request->value &
		 ~(request->from_host ? spec_ctrl_offered() : spec_ctrl_allowed(vcpu)));
}

KEEPER(IA32_SPEC_CTRL) = {IN_VCPU(spec_ctrl), .writable = ALL, .admits = spec_ctrl_admits};

static int pred_cmd_set(struct vcpu *vcpu, struct msr_request *request)
{
	if (request->value)
		host_wrmsr(request->msr, request->value);
	return 0;
}

KEEPER(IA32_PRED_CMD) = {.writable = CMD_IBPB, .set = pred_cmd_set};

/* What this processor lacks cannot be promised to the guest. */
static bool arch_capabilities_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return !(request->value & ~host_arch_capabilities());
}

KEEPER(IA32_ARCH_CAPABILITIES) = {IN_MSRS(IA32_ARCH_CAPABILITIES, arch_capabilities),
				  .writable = ALL, .admits = arch_capabilities_admits};
