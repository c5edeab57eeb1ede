// SPDX-License-Identifier: GPL-2.0
/* Does a guest have an MSR that not every guest has? */
#include "msr/state.h"
#include "cpuid/cpuid.h"

static bool any_feature(const struct msr_condition_row *row, const struct vcpu *vcpu)
{
	for (unsigned int i = 0; i < row->count; i++)
		if (vcpu ? cpuid_has(vcpu, row->feature[i]) : cpuid_offered(row->feature[i]))
			return true;
	return false;
}

static bool user_space_has(enum msr_condition condition)
{
	/* No guest is told of it, and every guest runs with it. */
	if (condition == MSR_IF_TSX_CTRL)
		return host_tsx_ctrl();
	/* They are the processor's, and nothing of a guest. */
	return condition != MSR_IF_CSTATE;
}

static bool guest_has(enum msr_condition condition, const struct vcpu *vcpu)
{
	switch (condition) {
	case MSR_IF_PLATFORM_INFO:
		return !__atomic_load_n(&vcpu->vm->platform_info_hidden, __ATOMIC_RELAXED);
	case MSR_IF_CSTATE:
		return vcpu->exits_disabled & KVM_X86_DISABLE_EXITS_CSTATE;
	case MSR_IF_MCG_CTL:
		return vcpu->msrs->mcg_cap & MCG_CTL_P;
	case MSR_IF_MCG_CMCI:
		return vcpu->msrs->mcg_cap & MCG_CMCI_P;
	default:
		return false;
	}
}

bool msr_condition_met(enum msr_condition condition, const struct vcpu *vcpu)
{
	const struct msr_condition_row *row = &msr_conditions[condition];

	/* Who is not held to it has it. */
	if (row->pv && vcpu && !vcpu->pv_enforced)
		return true;
	if (row->count)
		return (!vcpu && row->always) || any_feature(row, vcpu);
	return vcpu ? guest_has(condition, vcpu) : user_space_has(condition);
}
