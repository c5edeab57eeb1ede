// SPDX-License-Identifier: GPL-2.0
/*
 * The dispatcher: it counts, traces, does what the row of the exit reason says, and moves RIP;
 * handlers only act.
 */
#include "exit/table.h"
#include "exit/exit.h"
#include "vcpu/state.h"

#define HANDLERS(HANDLER)                                                                          \
	HANDLER(EXCEPTION_OR_NMI, exit_exception)                                                  \
	HANDLER(NMI_WINDOW, exit_nmi_window)                                                       \
	HANDLER(TASK_SWITCH, exit_task_switch)                                                     \
	HANDLER(CPUID, exit_cpuid)                                                                 \
	HANDLER(HLT, exit_hlt)                                                                     \
	HANDLER(VMCALL, exit_vmcall)                                                               \
	HANDLER(CR_ACCESS, exit_cr_access)                                                         \
	HANDLER(MOV_DR, exit_mov_dr)                                                               \
	HANDLER(IO_INSTRUCTION, exit_io)                                                           \
	HANDLER(RDMSR, exit_rdmsr)                                                                 \
	HANDLER(WRMSR, exit_wrmsr)                                                                 \
	HANDLER(MWAIT, exit_monitor)                                                               \
	HANDLER(MONITOR, exit_monitor)                                                             \
	HANDLER(EPT_VIOLATION, exit_ept_violation)                                                 \
	HANDLER(XSETBV, exit_xsetbv)

#define ROW(reason, handler)	[EXIT_REASON_##reason] = handler,
#define REASON_BIT(number)	((unsigned __int128)1 << (number))
#define REASON(reason, handler) | REASON_BIT(EXIT_REASON_##reason)

static enum exit_action (*const handlers[EXIT_REASONS])(struct vcpu *vcpu) = {HANDLERS(ROW)};

_Static_assert((0 HANDLERS(REASON)) == (0
#define EXIT_REASON(constant, number, name, captures, answer, ...)                                 \
	| (ANSWER_##answer == ANSWER_HANDLER ? REASON_BIT(number) : 0)
#include "facts/exit_reason_list.h"
					),
	       "a handler for each reason whose answer is one, and for no other");

static enum exit_action act(struct vcpu *vcpu)
{
	u32 reason = vcpu->exit.reason;
	enum exit_answer answer = exit_row(reason)->answer;

	/* First: nearly every exit has one, and kernels have their switches made of comparisons. */
	if (answer == ANSWER_HANDLER)
		return handlers[EXIT_REASON_BASIC(reason)](vcpu);
	switch (answer) {
	case ANSWER_NEXT_INSN:
		return ACTION_NEXT_INSN;
	case ANSWER_SAME_INSN:
		return ACTION_SAME_INSN;
	case ANSWER_UD:
		vcpu_inject_exception(vcpu, VECTOR_UD);
		return ACTION_SAME_INSN;
	case ANSWER_GP:
		return exit_general_protection(vcpu);
	case ANSWER_SHUTDOWN:
		return ACTION_SHUTDOWN;
	case ANSWER_FAIL_ENTRY:
		return exit_entry_failure(vcpu);
	case ANSWER_HANDLER:
	case ANSWER_UNEXPECTED:
		break;
	}
	return ACTION_BROKEN;
}

enum exit_action exit_dispatch(struct vcpu *vcpu)
{
	const struct exit_info *exit = &vcpu->exit;
	u32 basic = EXIT_REASON_BASIC(exit->reason);
	enum exit_action action;

	HOST_NEEDS(vcpu->loaded && host_srcu_held(&vcpu->vm->srcu));
	if (basic < EXIT_REASONS)
		vcpu->stats.exits[basic]++;
	host_trace_exit(vcpu);
	action = act(vcpu);
	if (action != ACTION_NEXT_INSN)
		return action;
	vcpu_skip_instruction(vcpu, exit->instruction_length);
	return ACTION_SAME_INSN;
}

void exit_report_broken(struct vcpu *vcpu)
{
	const struct exit_info *exit = &vcpu->exit;
	struct kvm_run *run = vcpu->run;

	host_log(HOST_LOG_WARNING,
		 "vCPU %u: unexpected exit %u (%s), qualification 0x%llx, RIP 0x%llx, "
		 "IDT-vectoring 0x%x",
		 vcpu->id, exit->reason, exit_reason_name(exit->reason), exit->qualification,
		 exit->rip, exit->idt_vectoring_info);
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	run->internal.ndata = 4;
	run->internal.data[0] = exit->reason;
	run->internal.data[1] = exit->qualification;
	run->internal.data[2] = exit->rip;
	run->internal.data[3] = (u64)(unsigned int)vcpu->vmcs.cpu;
}
