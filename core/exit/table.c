// SPDX-License-Identifier: GPL-2.0
/*
 * The dispatcher: it counts, traces, does what the row of the exit reason says, and moves RIP;
 * handlers only act.
 */
#include "exit/table.h"
#include "emulate/emulate.h"
#include "exit/exit.h"
#include "irq/lapic.h"
#include "vcpu/state.h"

/* A handler for each reason whose answer is one; and what is called with interrupts off, in between
 * two entries: the same where it never needs the host, one that gives ACTION_LATER where it would,
 * or none.  It does nothing that may sleep, and has the srcu lock only if it takes that. */
#define HANDLERS(HANDLER)                                                                          \
	HANDLER(EXCEPTION_OR_NMI, exit_exception, NULL)                                            \
	HANDLER(TASK_SWITCH, exit_task_switch, NULL)                                               \
	HANDLER(CPUID, exit_cpuid, exit_cpuid)                                                     \
	HANDLER(HLT, exit_hlt, exit_hlt_at_once)                                                   \
	HANDLER(VMCALL, exit_vmcall, exit_vmcall_at_once)                                          \
	HANDLER(CR_ACCESS, exit_cr_access, exit_cr_access_at_once)                                 \
	HANDLER(MOV_DR, exit_mov_dr, NULL)                                                         \
	HANDLER(IO_INSTRUCTION, exit_io, exit_io_at_once)                                          \
	HANDLER(RDMSR, exit_rdmsr, exit_rdmsr_at_once)                                             \
	HANDLER(WRMSR, exit_wrmsr, exit_wrmsr_at_once)                                             \
	HANDLER(MWAIT, exit_monitor, exit_monitor)                                                 \
	HANDLER(MONITOR, exit_monitor, exit_monitor)                                               \
	HANDLER(PAUSE, exit_pause, exit_pause_at_once)                                             \
	HANDLER(APIC_ACCESS, exit_apic_access, NULL)                                               \
	HANDLER(VIRTUALIZED_EOI, exit_virtualized_eoi, NULL)                                       \
	HANDLER(GDTR_IDTR, emulate_descriptor_table, NULL)                                         \
	HANDLER(LDTR_TR, emulate_descriptor_table, NULL)                                           \
	HANDLER(EPT_VIOLATION, exit_ept_violation, exit_ept_violation_at_once)                     \
	HANDLER(PREEMPTION_TIMER, exit_preemption_timer, exit_preemption_timer)                    \
	HANDLER(APIC_WRITE, exit_apic_write, exit_apic_write_at_once)                              \
	HANDLER(XSETBV, exit_xsetbv, exit_xsetbv)

struct handler {
	enum exit_action (*act)(struct vcpu *vcpu);
	enum exit_action (*at_once)(struct vcpu *vcpu);
};

#define ROW(reason, handler, at_once) [EXIT_REASON_##reason] = {handler, at_once},
#define REASON_BIT(number)	      ((unsigned __int128)1 << (number))
#define REASON(reason, ...)	      | REASON_BIT(EXIT_REASON_##reason)

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

static enum exit_action act_at_once(struct vcpu *vcpu, u32 reason)
{
	enum exit_action (*at_once)(struct vcpu * vcpu) = handlers[reason].at_once;

	if (at_once)
		return at_once(vcpu);
	return exit_row(reason)->answer == ANSWER_NEXT_INSN ? ACTION_NEXT_INSN : ACTION_LATER;
}

enum exit_action exit_answer_at_once(struct vcpu *vcpu)
{
	u32 reason = vcpu->exit.reason;
	enum exit_action action;

	HOST_NEEDS(vcpu->loaded && host_interrupts_are_off());
	if (reason >= EXIT_REASONS || host_traces_exits() || (vcpu->lapic && vcpu->lapic->takes))
		return ACTION_LATER;
	action = act_at_once(vcpu, reason);
	if (action == ACTION_LATER)
		return action;
	vcpu->stats.exits[reason]++;
	action = finish(vcpu, action);
	HOST_NEEDS(action == ACTION_SAME_INSN || action == ACTION_WAIT || action == ACTION_TO_USER);
	return action;
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
