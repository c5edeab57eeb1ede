// SPDX-License-Identifier: GPL-2.0
/* The guest's debug registers.  SDM: "Debug Registers". */
#include "vcpu/vcpu.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

int vcpu_dr_write(struct vcpu *vcpu, unsigned int dr, u64 value)
{
	if (dr < 4) {
		vcpu->dr[dr] = value;
		return 0;
	}
	if (value >> 32)
		return -EINVAL;
	if (dr == 6) {
		vcpu->dr6 = (value & DR6_TRAPS) | DR6_FIXED;
	} else {
		vcpu->dr7 = (value & ~DR7_RESERVED_0 & ~BIT64(11)) | DR7_FIXED;
		vmcs_writel(GUEST_DR7, vcpu->dr7);
	}
	return 0;
}

void vcpu_debug_registers_take(struct vcpu *vcpu)
{
	u64 dr6;

	vmcs_control_set(vcpu, CTL_PRIMARY, CPU1_MOV_DR_EXITING, true);
	host_debugregs_save(vcpu->dr, &dr6);
	vcpu->dr6 = (dr6 & DR6_TRAPS) | DR6_FIXED;
	vcpu->dr7 = vmcs_readl(GUEST_DR7);
}
