// SPDX-License-Identifier: GPL-2.0
/* The guest's debug registers.  SDM: "Debug Registers". */
#include "vcpu/vcpu.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

u64 vcpu_dr7_valid(u64 value)
{
	return ((u32)value & ~DR7_RESERVED_0 & ~BIT64(11)) | DR7_FIXED;
}

void vcpu_dr7_store(struct vcpu *vcpu, u64 value)
{
	bool debugged = vcpu->debug.control & KVM_GUESTDBG_USE_HW_BP;

	vcpu->dr7 = value;
	vcpu->debug.dr_in_use = debugged ? vcpu->debug.dr : vcpu->dr;
	vcpu->debug.dr7_in_use = debugged ? vcpu->debug.dr7 : value;
	vmcs_writel(GUEST_DR7, vcpu->debug.dr7_in_use);
}

int vcpu_dr_write(struct vcpu *vcpu, unsigned int dr, u64 value)
{
	if (dr < 4) {
		vcpu->dr[dr] = value;
		return 0;
	}
	if (value >> 32)
		return -EINVAL;
	if (dr == 6)
		vcpu->dr6 = (value & DR6_TRAPS) | DR6_FIXED;
	else
		vcpu_dr7_store(vcpu, vcpu_dr7_valid(value));
	return 0;
}

u64 vcpu_dr_read(const struct vcpu *vcpu, unsigned int dr)
{
	if (dr < 4)
		return vcpu->dr[dr];
	return dr == 6 ? vcpu->dr6 : vcpu->dr7;
}

void vcpu_debug_registers_take(struct vcpu *vcpu)
{
	u64 dr6;

	vmcs_control_set(vcpu, CTL_PRIMARY, CPU1_MOV_DR_EXITING, true);
	host_debugregs_save(vcpu->dr, &dr6);
	vcpu->dr6 = (dr6 & DR6_TRAPS) | DR6_FIXED;
	vcpu->dr7 = vcpu->debug.dr7_in_use = vmcs_readl(GUEST_DR7);
}
