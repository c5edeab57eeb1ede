// SPDX-License-Identifier: GPL-2.0
/*
 * MOV DR: every access exits, so that DR0-DR3 and DR6 need to be in the
 * processor only while the guest has a breakpoint on.
 *
 * SDM: "Debug Registers", "Exit Qualification for MOV DR".
 */
#include "exit/table.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* DR4 and DR5 are DR6 and DR7, unless CR4.DE makes them undefined. */
static int real_number(struct vcpu *vcpu, unsigned int dr)
{
	if (dr != 4 && dr != 5)
		return (int)dr;
	return (vcpu_cr4_read(vcpu) & CR4_DE) ? -EINVAL : (int)dr + 2;
}

static u64 read_dr(const struct vcpu *vcpu, unsigned int dr)
{
	if (dr < 4)
		return vcpu->dr[dr];
	return dr == 6 ? vcpu->dr6 : vcpu->dr7;
}

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

enum exit_action exit_mov_dr(struct vcpu *vcpu)
{
	u64 qualification = vcpu->exit.qualification;
	enum vcpu_reg reg = (enum vcpu_reg)((qualification >> 8) & 15);
	bool is_read = qualification & BIT64(4);
	int dr = real_number(vcpu, qualification & 7);
	bool wide = vcpu_code_width(vcpu) == WIDTH_64;
	u64 value = vcpu_reg_read(vcpu, reg);

	/* The exit comes before the processor's own checks of these. */
	if (dr < 0) {
		vcpu_inject_exception(vcpu, VECTOR_UD);
		return EXIT_SAME_INSN;
	}
	if (vcpu->dr7 & DR7_GD) {
		vcpu_inject_debug(vcpu, BIT64(13));
		return EXIT_SAME_INSN;
	}
	if (vcpu_cpl(vcpu) != 0 ||
	    (!is_read && vcpu_dr_write(vcpu, (unsigned int)dr, wide ? value : (u32)value))) {
		vcpu_inject_gp(vcpu, 0);
		return EXIT_SAME_INSN;
	}
	if (is_read) {
		value = read_dr(vcpu, (unsigned int)dr);
		vcpu_reg_write(vcpu, reg, wide ? value : (u32)value);
	}
	return EXIT_NEXT_INSN;
}
