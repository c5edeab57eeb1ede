/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of exit reasons: what is read at the exit, and who handles it.
 */
#ifndef LINTEL_EXIT_TABLE_H
#define LINTEL_EXIT_TABLE_H

#include "vcpu/vcpu.h"
#include "exit/reason.h"

/* Beside reason, qualification, instruction length, IDT-vectoring information and RIP. */
enum exit_capture {
	CAPTURE_GPA = 1 << 0,
	CAPTURE_GLA = 1 << 1,
	CAPTURE_INSTRUCTION = 1 << 2, /* VM-exit instruction information */
	CAPTURE_INTERRUPTION = 1 << 3,
};

struct exit_row {
	const char *name; /* as KVM's tracepoints and perf know it */
	enum exit_action (*handle)(struct vcpu *vcpu);
	u32 captures;
};

/* Never NULL: a reason beyond the table has a row of its own. */
const struct exit_row *exit_row(u32 reason);

/* KVM_EXIT_INTERNAL_ERROR with the exit's data: nobody expected this exit. */
void exit_report_broken(struct vcpu *vcpu);

/* Handlers, by file. */

/* event.c */
enum exit_action exit_exception(struct vcpu *vcpu);
enum exit_action exit_external_interrupt(struct vcpu *vcpu);
enum exit_action exit_interrupt_window(struct vcpu *vcpu);
enum exit_action exit_nmi_window(struct vcpu *vcpu);
enum exit_action exit_tpr_below_threshold(struct vcpu *vcpu);
enum exit_action exit_triple_fault(struct vcpu *vcpu);
enum exit_action exit_entry_failure(struct vcpu *vcpu);

/* instruction.c */
enum exit_action exit_cpuid(struct vcpu *vcpu);
enum exit_action exit_hlt(struct vcpu *vcpu);
enum exit_action exit_nothing_to_do(struct vcpu *vcpu);
enum exit_action exit_undefined(struct vcpu *vcpu);
enum exit_action exit_rdpmc(struct vcpu *vcpu);
enum exit_action exit_vmcall(struct vcpu *vcpu);
enum exit_action exit_xsetbv(struct vcpu *vcpu);
/* What WRMSR and XSETBV write. */
u64 exit_edx_eax(struct vcpu *vcpu);
/* #GP(0) for the instruction. */
enum exit_action exit_general_protection(struct vcpu *vcpu);

/* msr.c */
enum exit_action exit_rdmsr(struct vcpu *vcpu);
enum exit_action exit_wrmsr(struct vcpu *vcpu);

/* task_switch.c */
enum exit_action exit_task_switch(struct vcpu *vcpu);

/* control_register.c */
enum exit_action exit_cr_access(struct vcpu *vcpu);

/* debug_register.c */
enum exit_action exit_mov_dr(struct vcpu *vcpu);

/* memory.c */
enum exit_action exit_ept_violation(struct vcpu *vcpu);
enum exit_action exit_pml_full(struct vcpu *vcpu);
enum exit_action exit_io(struct vcpu *vcpu);

#endif
