/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VM exits: what the processor said, and what should happen next.
 */
#ifndef LINTEL_EXIT_H
#define LINTEL_EXIT_H

#include "facts/exit_reason.h"
#include "vcpu/state.h"

struct vcpu;

/* Captured once after each exit, before interrupts are on (the reason by host_vmenter()): what has
 * a meaning for the reason, else 0.  Handlers never VMREAD what it holds. "VM-Exit Information
 * Fields". */
struct exit_info {
	u32 reason; /* basic reason; bit 31: VM-entry failure */
	u32 instruction_length;
	u64 qualification;
	gpa_t gpa;
	gva_t gla;
	u32 interruption_info, interruption_error;
	u32 idt_vectoring_info, idt_vectoring_error;
	u32 instruction_info;
	u64 rip;
};

enum exit_action {
	ACTION_NEXT_INSN, /* advance RIP by the instruction's length, run on */
	ACTION_SAME_INSN, /* run on where RIP is */
	ACTION_TO_USER,	  /* run->exit_reason is set; return 0 from KVM_RUN */
	ACTION_SHUTDOWN,  /* triple fault: KVM_EXIT_SHUTDOWN */
	ACTION_ERROR,	  /* KVM_RUN returns vcpu->error */
	ACTION_BROKEN,	  /* nobody knows what to do: KVM_EXIT_INTERNAL_ERROR, the exit's data */
	ACTION_WAIT,	  /* with interrupts off only: it has halted, mp_state says so */
	ACTION_LATER,	  /* with interrupts off only: nothing was done, it needs the host */
};

/* Did the host's NMI cause the exit?  For the platform's host_vmenter(), where nothing may be
 * traced: so it has to be inline. */
static inline __attribute__((always_inline)) bool exit_is_nmi(u32 reason, u32 interruption_info)
{
	return reason == EXIT_REASON_EXCEPTION_OR_NMI && (interruption_info & INTERRUPTION_VALID) &&
	       INTERRUPTION_TYPE(interruption_info) == INTERRUPTION_NMI;
}

/* A hypercall that user space can have for itself (KVM_CAP_EXIT_HYPERCALL): KVM_HC_MAP_GPA_RANGE.
 */
#define HYPERCALL_MAP_GPA_RANGE 12

/* Count, trace, act on vcpu->exit; moves RIP.  Loaded, srcu read lock held. */
enum exit_action exit_dispatch(struct vcpu *vcpu);
/* The same with interrupts off and without the lock, where the exit needs nothing of the host.
 * gives: ACTION_SAME_INSN, ACTION_WAIT, ACTION_TO_USER; or ACTION_LATER, when somebody traces
 * exits, too. */
enum exit_action exit_answer_at_once(struct vcpu *vcpu);

#endif
