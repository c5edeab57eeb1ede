// SPDX-License-Identifier: GPL-2.0
/*
 * Exits about events: exceptions, interrupts of the host, windows, and VM
 * entries that failed.
 *
 * SDM: "Exceptions", "External Interrupts", "Interrupt-Window Exiting and
 * Virtual-Interrupt Delivery", "VM-Entry Failures During or After Loading Guest State".
 */
#include "exit/table.h"
#include "emulate/emulate.h"
#include "irq/lapic.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* The guest gets what made it exit; the processor had not delivered it. */
static enum exit_action deliver_exception(struct vcpu *vcpu, u32 info)
{
	u8 vector = INTERRUPTION_VECTOR(info);

	if (INTERRUPTION_TYPE(info) == INTERRUPTION_PRIVILEGED_EXCEPTION) {
		/* INT1 goes on after itself, and sets no bit of DR6. */
		vcpu_skip_instruction(vcpu, vcpu->exit.instruction_length);
		vcpu_inject_debug(vcpu, 0);
	} else if (vector == VECTOR_DB) {
		vcpu_inject_debug(vcpu, vcpu->exit.qualification & DR6_TRAPS);
	} else if (info & INTERRUPTION_ERROR_CODE) {
		vcpu_inject_exception_error(vcpu, vector, vcpu->exit.interruption_error);
	} else {
		vcpu_inject_exception(vcpu, vector);
	}
	vcpu_event_used_up(vcpu);
	return ACTION_SAME_INSN;
}

/* "Alignment Checking": what the guest itself has asked for, at CPL 3. */
static bool guest_checks_alignment(struct vcpu *vcpu)
{
	return (vcpu_cr0_read(vcpu) & CR0_AM) && (vcpu_rflags_read(vcpu) & RFLAGS_AC) &&
	       vcpu_cpl(vcpu) == 3;
}

/* An #AC that the guest did not ask for comes from the host's split-lock detection, which the
 * guest knows nothing of: the host warns and lets it pass, or user space hears of it. */
static enum exit_action alignment_check(struct vcpu *vcpu, u32 info)
{
	if (guest_checks_alignment(vcpu))
		return deliver_exception(vcpu, info);
	if (host_split_lock(vcpu->exit.rip))
		return ACTION_SAME_INSN;
	vcpu->run->exit_reason = KVM_EXIT_EXCEPTION;
	vcpu->run->ex.exception = VECTOR_AC;
	vcpu->run->ex.error_code = vcpu->exit.interruption_error;
	return ACTION_TO_USER;
}

/* A VMMCALL, of a guest that takes this for AMD's processor, may be made what it should be. */
static enum exit_action invalid_opcode(struct vcpu *vcpu, u32 info)
{
	if (vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_FIX_HYPERCALL_INSN) && emulate_fix_hypercall(vcpu))
		return ACTION_SAME_INSN;
	return deliver_exception(vcpu, info);
}

/* INT3, where a debugger has them exit: RIP is still at it. */
static enum exit_action breakpoint(struct vcpu *vcpu)
{
	vcpu->debug.int3_length = vcpu->exit.instruction_length;
	guest_debug_report(vcpu, VECTOR_BP, 0);
	return ACTION_SAME_INSN;
}

enum exit_action exit_debug(struct vcpu *vcpu)
{
	struct kvm_debug_exit_arch arch = {
		.exception = vcpu->debug.exception,
		.pc = vcpu_linear_rip(vcpu),
		.dr6 = vcpu->debug.dr6 | DR6_FIXED,
		.dr7 = vcpu->debug.dr7_in_use,
	};

	guest_debug_forget(vcpu);
	/* The next instruction is to be stepped, too. */
	guest_debug_rflags_write(vcpu, guest_debug_rflags_read(vcpu));
	vcpu->run->exit_reason = KVM_EXIT_DEBUG;
	vcpu->run->debug.arch = arch;
	return ACTION_TO_USER;
}

enum exit_action exit_exception(struct vcpu *vcpu)
{
	u32 info = vcpu->exit.interruption_info;

	/* The run loop has handed NMIs and machine checks to the host. */
	if (INTERRUPTION_TYPE(info) == INTERRUPTION_NMI || INTERRUPTION_VECTOR(info) == VECTOR_MC)
		return ACTION_SAME_INSN;
	if (INTERRUPTION_VECTOR(info) == VECTOR_AC)
		return alignment_check(vcpu, info);
	if (INTERRUPTION_VECTOR(info) == VECTOR_DB)
		return deliver_exception(vcpu, info);
	if (INTERRUPTION_VECTOR(info) == VECTOR_BP)
		return breakpoint(vcpu);
	if (INTERRUPTION_VECTOR(info) == VECTOR_UD)
		return invalid_opcode(vcpu, info);
	return ACTION_BROKEN;
}

enum exit_action exit_preemption_timer(struct vcpu *vcpu)
{
	lapic_deadline_exit(vcpu);
	return ACTION_SAME_INSN;
}

enum exit_action exit_entry_failure(struct vcpu *vcpu)
{
	host_log(HOST_LOG_WARNING,
		 "vCPU %u: VM entry failed, %s (0x%x), qualification 0x%llx, RIP 0x%llx", vcpu->id,
		 exit_reason_name(vcpu->exit.reason), vcpu->exit.reason, vcpu->exit.qualification,
		 vcpu->exit.rip);
	vmcs_log_failure(vcpu);
	/* A failed entry leaves the event in the field; it is not to go in later by surprise. */
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, 0);
	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = vcpu->exit.reason;
	vcpu->run->fail_entry.cpu = (u32)vcpu->vmcs.cpu;
	return ACTION_TO_USER;
}
