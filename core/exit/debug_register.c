// SPDX-License-Identifier: GPL-2.0
/*
 * MOV DR: a guest that uses one of the debug registers uses several, so from the first MOV DR to
 * the next exit they are its own.  At other times DR0-DR3 and DR6 need to be in the processor only
 * while the guest has a breakpoint on.  While a debugger's breakpoints are in the processor, each
 * MOV DR is carried out here, on the guest's own registers.
 *
 * SDM: "Debug Registers", "Changes to Instruction Behavior in VMX Non-Root Operation",
 * "Exit Qualification for MOV DR".
 */
#include "exit/table.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define DR_NUMBER(qualification)   ((unsigned int)(qualification)&7)
#define DR_REGISTER(qualification) ((enum vcpu_reg)(((qualification) >> 8) & 15))
#define DR_IS_READ(qualification)  ((qualification)&BIT64(4))

/* DR4 and DR5 are other names of DR6 and DR7 where CR4.DE is 0. */
static bool is_undefined(struct vcpu *vcpu, unsigned int dr)
{
	return (dr == 4 || dr == 5) && (vcpu_cr4_read(vcpu) & CR4_DE);
}

/*
 * DR7.GD makes the instruction a #DB, unless it is another fault first.  The processor would add
 * the single step that an entry between MOV SS and the next instruction must have pending.
 */
static bool general_detect(struct vcpu *vcpu)
{
	return (vcpu->debug.dr7_in_use & DR7_GD) &&
	       !is_undefined(vcpu, DR_NUMBER(vcpu->exit.qualification)) && vcpu_cpl(vcpu) == 0;
}

static enum exit_action mov_dr(struct vcpu *vcpu)
{
	u64 qualification = vcpu->exit.qualification;
	enum vcpu_reg reg = DR_REGISTER(qualification);
	unsigned int dr = DR_NUMBER(qualification);
	u64 value;

	if (is_undefined(vcpu, dr)) {
		vcpu_inject_exception(vcpu, VECTOR_UD);
		return ACTION_SAME_INSN;
	}
	if (vcpu_cpl(vcpu) != 0)
		return exit_general_protection(vcpu);
	if (dr == 4 || dr == 5)
		dr += 2;
	if (DR_IS_READ(qualification)) {
		vcpu_reg_write(vcpu, reg, vcpu_dr_read(vcpu, dr));
		return ACTION_NEXT_INSN;
	}
	value = vcpu_reg_read(vcpu, reg);
	if (vcpu_code_width(vcpu) != WIDTH_64)
		value = (u32)value;
	return vcpu_dr_write(vcpu, dr, value) ? exit_general_protection(vcpu) : ACTION_NEXT_INSN;
}

enum exit_action exit_mov_dr(struct vcpu *vcpu)
{
	if (general_detect(vcpu)) {
		vcpu_inject_debug(vcpu, DR6_BD);
		return ACTION_SAME_INSN;
	}
	if (vcpu->debug.control & KVM_GUESTDBG_USE_HW_BP)
		return mov_dr(vcpu);
	vmcs_control_set(vcpu, CTL_PRIMARY, CPU1_MOV_DR_EXITING, false);
	return ACTION_SAME_INSN;
}
