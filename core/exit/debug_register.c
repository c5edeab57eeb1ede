// SPDX-License-Identifier: GPL-2.0
/*
 * MOV DR: a guest that uses one of the debug registers uses several, so from the first MOV DR to
 * the next exit they are its own.  At other times DR0-DR3 and DR6 need to be in the processor only
 * while the guest has a breakpoint on.
 *
 * SDM: "Debug Registers", "Changes to Instruction Behavior in VMX Non-Root Operation".
 */
#include "exit/table.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/*
 * DR7.GD makes the instruction a #DB, unless it is another fault first.  The processor would add
 * the single step that an entry between MOV SS and the next instruction must have pending.
 */
static bool general_detect(struct vcpu *vcpu)
{
	unsigned int dr = vcpu->exit.qualification & 7;
	bool undefined = (dr == 4 || dr == 5) && (vcpu_cr4_read(vcpu) & CR4_DE);

	return (vcpu->dr7 & DR7_GD) && !undefined && vcpu_cpl(vcpu) == 0;
}

enum exit_action exit_mov_dr(struct vcpu *vcpu)
{
	if (general_detect(vcpu)) {
		vcpu_inject_debug(vcpu, DR6_BD);
		return ACTION_SAME_INSN;
	}
	vmcs_control_set(vcpu, CTL_PRIMARY, CPU1_MOV_DR_EXITING, false);
	return ACTION_SAME_INSN;
}
