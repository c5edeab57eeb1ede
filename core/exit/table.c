// SPDX-License-Identifier: GPL-2.0
/*
 * The dispatcher: it counts, traces, does what the row of the exit reason says, and moves RIP;
 * handlers only act.
 */
#include "exit/table.h"
#include "exit/exit.h"
#include "irq/lapic.h"
#include "vcpu/state.h"

/* A handler for each reason whose answer is one; and when it is called with interrupts off, in
 * between two entries: QUICK, NOT_QUICK, or QUICK_IF a function says so.  It needs nothing then
 * that may sleep or that the srcu lock holds, and does not send the vCPU to user space. */
#define HANDLERS(HANDLER)                                                                          \
	HANDLER(EXCEPTION_OR_NMI, exit_exception, NOT_QUICK)                                       \
	HANDLER(NMI_WINDOW, exit_nmi_window, NOT_QUICK)                                            \
	HANDLER(TASK_SWITCH, exit_task_switch, NOT_QUICK)                                          \
	HANDLER(CPUID, exit_cpuid, QUICK)                                                          \
	HANDLER(HLT, exit_hlt, NOT_QUICK)                                                          \
	HANDLER(VMCALL, exit_vmcall, QUICK_IF(exit_vmcall_is_quick))                               \
	HANDLER(CR_ACCESS, exit_cr_access, QUICK_IF(exit_cr_access_is_quick))                      \
	HANDLER(MOV_DR, exit_mov_dr, NOT_QUICK)                                                    \
	HANDLER(IO_INSTRUCTION, exit_io, NOT_QUICK)                                                \
	HANDLER(RDMSR, exit_rdmsr, QUICK_IF(exit_rdmsr_is_quick))                                  \
	HANDLER(WRMSR, exit_wrmsr, QUICK_IF(exit_wrmsr_is_quick))                                  \
	HANDLER(MWAIT, exit_monitor, QUICK)                                                        \
	HANDLER(MONITOR, exit_monitor, QUICK)                                                      \
	HANDLER(APIC_ACCESS, exit_apic_access, NOT_QUICK)                                          \
	HANDLER(VIRTUALIZED_EOI, exit_virtualized_eoi, NOT_QUICK)                                  \
	HANDLER(EPT_VIOLATION, exit_ept_violation, NOT_QUICK)                                      \
	HANDLER(PREEMPTION_TIMER, exit_preemption_timer, QUICK)                                    \
	HANDLER(APIC_WRITE, exit_apic_write, QUICK_IF(exit_apic_write_is_quick))                   \
	HANDLER(XSETBV, exit_xsetbv, QUICK)

struct handler {
	enum exit_action (*act)(struct vcpu *vcpu);
	bool always_quick;
	bool (*is_quick)(struct vcpu *vcpu);
};

#define QUICK		   .always_quick = true
#define NOT_QUICK	   .is_quick = NULL
#define QUICK_IF(function) .is_quick = function

#define ROW(reason, handler, quick) [EXIT_REASON_##reason] = {.act = handler, quick},
#define REASON_BIT(number)	    ((unsigned __int128)1 << (number))
#define REASON(reason, ...)	    | REASON_BIT(EXIT_REASON_##reason)

static const struct handler handlers[EXIT_REASONS] = {HANDLERS(ROW)};

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
		return handlers[EXIT_REASON_BASIC(reason)].act(vcpu);
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

static enum exit_action finish(struct vcpu *vcpu, enum exit_action action)
{
	if (action != ACTION_NEXT_INSN)
		return action;
	vcpu_skip_instruction(vcpu, vcpu->exit.instruction_length);
	return ACTION_SAME_INSN;
}

enum exit_action exit_dispatch(struct vcpu *vcpu)
{
	u32 basic = EXIT_REASON_BASIC(vcpu->exit.reason);

	HOST_NEEDS(vcpu->loaded && host_srcu_held(&vcpu->vm->srcu));
	if (basic < EXIT_REASONS)
		vcpu->stats.exits[basic]++;
	host_trace_exit(vcpu);
	return finish(vcpu, act(vcpu));
}

/* ACTION_BROKEN: it may need the host, and nothing was done. */
static enum exit_action act_at_once(struct vcpu *vcpu, u32 reason)
{
	const struct handler *handler = &handlers[reason];

	if (handler->always_quick || (handler->is_quick && handler->is_quick(vcpu)))
		return handler->act(vcpu);
	return exit_row(reason)->answer == ANSWER_NEXT_INSN ? ACTION_NEXT_INSN : ACTION_BROKEN;
}

bool exit_answer_at_once(struct vcpu *vcpu)
{
	u32 reason = vcpu->exit.reason;
	enum exit_action action;

	HOST_NEEDS(vcpu->loaded && host_interrupts_are_off());
	if (reason >= EXIT_REASONS || host_traces_exits() || (vcpu->lapic && vcpu->lapic->takes))
		return false;
	action = act_at_once(vcpu, reason);
	if (action == ACTION_BROKEN)
		return false;
	vcpu->stats.exits[reason]++;
	action = finish(vcpu, action);
	HOST_NEEDS(action == ACTION_SAME_INSN);
	return true;
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
