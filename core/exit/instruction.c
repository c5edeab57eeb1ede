// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that exit.
 *
 * SDM: "Instructions That Cause VM Exits".
 */
#include "exit/table.h"
#include "cpuid/cpuid.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "msr/msr.h"
#include "vmcs/vmcs.h"

enum exit_action exit_general_protection(struct vcpu *vcpu)
{
	vcpu_inject_gp(vcpu, 0);
	return ACTION_SAME_INSN;
}

u64 exit_edx_eax(struct vcpu *vcpu)
{
	return (u32)vcpu_reg_read(vcpu, REG_RAX) | vcpu_reg_read(vcpu, REG_RDX) << 32;
}

enum exit_action exit_cpuid(struct vcpu *vcpu)
{
	u32 leaf = (u32)vcpu_reg_read(vcpu, REG_RAX);
	u32 subleaf = (u32)vcpu_reg_read(vcpu, REG_RCX);
	u32 out[4];
	bool found;

	if (msr_cpuid_faults(vcpu) && vcpu_cpl(vcpu) != 0)
		return exit_general_protection(vcpu);
	found = cpuid_answer(vcpu, leaf, subleaf, out);
	host_trace_cpuid(leaf, subleaf, out, found);
	vcpu_reg_write(vcpu, REG_RAX, out[CPUID_REG_EAX]);
	vcpu_reg_write(vcpu, REG_RBX, out[CPUID_REG_EBX]);
	vcpu_reg_write(vcpu, REG_RCX, out[CPUID_REG_ECX]);
	vcpu_reg_write(vcpu, REG_RDX, out[CPUID_REG_EDX]);
	return ACTION_NEXT_INSN;
}

/* The run loop waits for the interrupt; or user space, which has the local APIC. */
enum exit_action exit_hlt(struct vcpu *vcpu)
{
	vcpu_skip_instruction(vcpu, vcpu->exit.instruction_length);
	if (vcpu->lapic) {
		vcpu->mp_state = KVM_MP_STATE_HALTED;
		return ACTION_SAME_INSN;
	}
	vcpu->run->exit_reason = KVM_EXIT_HLT;
	return ACTION_TO_USER;
}

/* With something to do already it does not begin to wait. */
enum exit_action exit_hlt_at_once(struct vcpu *vcpu)
{
	if (!vcpu->lapic)
		return ACTION_LATER;
	exit_hlt(vcpu);
	if (!vcpu_interrupt_deliverable(vcpu))
		return ACTION_WAIT;
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	return ACTION_SAME_INSN;
}

/* MONITOR and MWAIT.  MWAIT may end at any time, so at once. */
enum exit_action exit_monitor(struct vcpu *vcpu)
{
	if (vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS) ||
	    cpuid_told(vcpu, FEATURE_MONITOR))
		return ACTION_NEXT_INSN;
	vcpu_inject_exception(vcpu, VECTOR_UD);
	return ACTION_SAME_INSN;
}

static bool waits_for_processor(const struct vcpu *vcpu)
{
	return host_is_switched_out(vcpu) &&
	       __atomic_load_n(&vcpu->mode, __ATOMIC_RELAXED) != VCPU_WAITING;
}

/* One after the other, so that each has its turn: which of them it is that the guest waits for
 * nobody knows.  NULL: none. */
static struct vcpu *next_that_waits(struct vcpu *vcpu)
{
	u32 last = __atomic_load_n(&vcpu->vm->yielded_to, __ATOMIC_RELAXED);
	struct vcpu *first = NULL, *other;

	for (unsigned int id = 0; (other = vm_next_vcpu(vcpu->vm, &id));) {
		if (other == vcpu || !waits_for_processor(other))
			continue;
		if (other->id > last)
			return other;
		if (!first)
			first = other;
	}
	return first;
}

/* "PAUSE-Loop Exiting": the kernel of the guest spins, as it waits for another of its processors.
 * If the host has taken one off a processor, that gets the time which this one would waste. */
enum exit_action exit_pause(struct vcpu *vcpu)
{
	struct vcpu *other = next_that_waits(vcpu);

	if (other) {
		__atomic_store_n(&vcpu->vm->yielded_to, other->id, __ATOMIC_RELAXED);
		host_yield_to(other);
	}
	return ACTION_NEXT_INSN;
}

enum exit_action exit_pause_at_once(struct vcpu *vcpu)
{
	return next_that_waits(vcpu) ? ACTION_LATER : ACTION_NEXT_INSN;
}

enum exit_action exit_xsetbv(struct vcpu *vcpu)
{
	u32 index = (u32)vcpu_reg_read(vcpu, REG_RCX);

	/* CR4.OSXSAVE = 0 is a #UD that the processor raises before the exit. */
	if (vcpu_cpl(vcpu) != 0 || vcpu_xcr0_write(vcpu, index, exit_edx_eax(vcpu)))
		return exit_general_protection(vcpu);
	return ACTION_NEXT_INSN;
}
