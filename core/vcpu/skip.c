// SPDX-License-Identifier: GPL-2.0
/*
 * The end of an instruction that Lintel carried out: RIP, what held back events for one instruction,
 * and the traps that come after it.
 *
 * SDM: "Instruction-Breakpoint Exception Condition", "Single-Stepping on Branches", "Saving
 * Non-Register State".
 */
#include "vcpu/vcpu.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

bool vcpu_single_steps(struct vcpu *vcpu)
{
	return (vcpu_rflags_read(vcpu) & RFLAGS_TF) &&
	       !(vmcs_read64(GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF);
}

static void resume_flag_write(struct vcpu *vcpu, bool on)
{
	u64 rflags = vcpu_rflags_read(vcpu);
	u64 wanted = on ? rflags | RFLAGS_RF : rflags & ~RFLAGS_RF;

	if (wanted != rflags)
		vcpu_rflags_write(vcpu, wanted);
}

/*
 * An instruction in the shadow of MOV SS or STI is done: the shadow ends.  Gives the breakpoints
 * that it held back, which hit now; a step that it held back is that of this instruction.
 * "Saving Non-Register State", on pending debug exceptions.
 */
static u64 end_shadow(struct vcpu *vcpu)
{
	u64 pending;

	if (!vcpu_interrupt_shadow(vcpu))
		return 0;
	vcpu_interrupt_shadow_clear(vcpu);
	pending = vmcs_readl(GUEST_PENDING_DBG_EXCEPTIONS);
	if (pending)
		vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	return pending & PENDING_DEBUG_ENABLED ? pending & DR6_BREAKPOINTS : 0;
}

/* The traps that come after the instruction. */
static void trap(struct vcpu *vcpu, bool steps)
{
	u64 dr6 = end_shadow(vcpu) | (steps ? DR6_BS : 0);

	if (dr6)
		vcpu_inject_debug(vcpu, dr6);
}

static void move_past(struct vcpu *vcpu, unsigned int length)
{
	u64 rip = vcpu_rip_read(vcpu) + length;

	/* Outside 64-bit code EIP wraps at 4 GiB (and IP does not: a #GP comes at the fetch). */
	if (vcpu_code_width(vcpu) != WIDTH_64)
		rip = (u32)rip;
	vcpu_rip_write(vcpu, rip);
	/* An EPT violation has saved it as set, so that the instruction could be executed again. */
	resume_flag_write(vcpu, false);
}

void vcpu_skip_instruction(struct vcpu *vcpu, unsigned int length)
{
	move_past(vcpu, length);
	trap(vcpu, vcpu_single_steps(vcpu));
}

void vcpu_skip_branch(struct vcpu *vcpu, unsigned int length)
{
	move_past(vcpu, length);
	trap(vcpu, vcpu_rflags_read(vcpu) & RFLAGS_TF);
}

void vcpu_repeat_instruction(struct vcpu *vcpu)
{
	resume_flag_write(vcpu, true);
	trap(vcpu, vcpu_single_steps(vcpu));
}
