// SPDX-License-Identifier: GPL-2.0
/*
 * Control-register accesses that exit: the bits that are not the guest's own,
 * and CR8.
 *
 * SDM: "Exit Qualification for Control-Register Accesses".
 */
#include "exit/table.h"
#include "vcpu/state.h"

enum cr_access { CR_MOV_TO, CR_MOV_FROM, CR_CLTS, CR_LMSW };

static enum exit_action after_write(struct vcpu *vcpu, int error)
{
	if (!error)
		return ACTION_NEXT_INSN;
	vcpu_inject_gp(vcpu, 0);
	return ACTION_SAME_INSN;
}

/* Outside 64-bit code the operand is 32 bits. */
static u64 operand(struct vcpu *vcpu, enum vcpu_reg reg)
{
	u64 value = vcpu_reg_read(vcpu, reg);

	return vcpu_code_width(vcpu) == WIDTH_64 ? value : (u32)value;
}

/* MOV to CR8: a user space that has the APIC hears of a TPR that fell. */
static enum exit_action write_cr8(struct vcpu *vcpu, u64 value)
{
	u64 before = vcpu_cr8_read(vcpu);

	if (value > 15)
		return after_write(vcpu, -EINVAL);
	vcpu_cr8_store(vcpu, value);
	if (before <= value || vcpu->lapic)
		return ACTION_NEXT_INSN;
	vcpu_skip_instruction(vcpu, vcpu->exit.instruction_length);
	vcpu->run->exit_reason = KVM_EXIT_SET_TPR;
	return ACTION_TO_USER;
}

static enum exit_action mov_to(struct vcpu *vcpu, unsigned int cr, enum vcpu_reg reg)
{
	u64 value = operand(vcpu, reg);

	switch (cr) {
	case 0:
		return after_write(vcpu, vcpu_cr0_write(vcpu, value));
	case 3:
		return after_write(vcpu, vcpu_cr3_write(vcpu, value));
	case 4:
		return after_write(vcpu, vcpu_cr4_write(vcpu, value));
	case 8:
		return write_cr8(vcpu, value);
	default:
		return ACTION_BROKEN;
	}
}

static enum exit_action mov_from(struct vcpu *vcpu, unsigned int cr, enum vcpu_reg reg)
{
	switch (cr) {
	case 3:
		vcpu_reg_write(vcpu, reg, vcpu_cr3_read(vcpu));
		return ACTION_NEXT_INSN;
	case 8:
		vcpu_reg_write(vcpu, reg, vcpu_cr8_read(vcpu));
		return ACTION_NEXT_INSN;
	default:
		return ACTION_BROKEN;
	}
}

enum exit_action exit_cr_access(struct vcpu *vcpu)
{
	u64 qualification = vcpu->exit.qualification;
	unsigned int cr = qualification & 15;
	enum vcpu_reg reg = (enum vcpu_reg)((qualification >> 8) & 15);

	switch ((enum cr_access)((qualification >> 4) & 3)) {
	case CR_MOV_TO:
		return mov_to(vcpu, cr, reg);
	case CR_MOV_FROM:
		return mov_from(vcpu, cr, reg);
	case CR_CLTS:
		return after_write(vcpu, vcpu_cr0_write(vcpu, vcpu_cr0_read(vcpu) & ~CR0_TS));
	case CR_LMSW:
		return after_write(vcpu, vcpu_msw_write(vcpu, (u16)(qualification >> 16)));
	}
	return ACTION_BROKEN;
}

/* Without long mode the PDPTEs may have to be read from the guest's memory; without a local APIC
 * user space may hear of the TPR. */
enum exit_action exit_cr_access_at_once(struct vcpu *vcpu)
{
	bool is_cr8 = (vcpu->exit.qualification & 15) == 8;

	if (!(vcpu->efer & IA32_EFER_LMA) || (is_cr8 && !vcpu->lapic))
		return ACTION_LATER;
	return exit_cr_access(vcpu);
}
