/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The handlers of exits whose answer depends on something (ANSWER_HANDLER), and what they share.
 */
#ifndef LINTEL_EXIT_TABLE_H
#define LINTEL_EXIT_TABLE_H

#include "vcpu/vcpu.h"

/* KVM_EXIT_INTERNAL_ERROR with the exit's data: nobody expected this exit. */
void exit_report_broken(struct vcpu *vcpu);

/* Handlers, by file; and what they are with interrupts off, as table.c says. */

/* event.c */
enum exit_action exit_exception(struct vcpu *vcpu);
enum exit_action exit_entry_failure(struct vcpu *vcpu);
enum exit_action exit_preemption_timer(struct vcpu *vcpu);
/* Not of an exit: VCPU_REQUEST_DEBUG. */
enum exit_action exit_debug(struct vcpu *vcpu);

/* instruction.c */
enum exit_action exit_cpuid(struct vcpu *vcpu);
enum exit_action exit_hlt(struct vcpu *vcpu);
enum exit_action exit_hlt_at_once(struct vcpu *vcpu);
enum exit_action exit_monitor(struct vcpu *vcpu);
enum exit_action exit_pause(struct vcpu *vcpu);
enum exit_action exit_pause_at_once(struct vcpu *vcpu);
enum exit_action exit_vmcall(struct vcpu *vcpu);
enum exit_action exit_vmcall_at_once(struct vcpu *vcpu);
enum exit_action exit_xsetbv(struct vcpu *vcpu);
/* What WRMSR and XSETBV write. */
u64 exit_edx_eax(struct vcpu *vcpu);
/* #GP(0) for the instruction. */
enum exit_action exit_general_protection(struct vcpu *vcpu);

/* msr.c */
enum exit_action exit_rdmsr(struct vcpu *vcpu);
enum exit_action exit_wrmsr(struct vcpu *vcpu);
enum exit_action exit_rdmsr_at_once(struct vcpu *vcpu);
enum exit_action exit_wrmsr_at_once(struct vcpu *vcpu);

/* task_switch.c */
enum exit_action exit_task_switch(struct vcpu *vcpu);

/* control_register.c */
enum exit_action exit_cr_access(struct vcpu *vcpu);
enum exit_action exit_cr_access_at_once(struct vcpu *vcpu);

/* debug_register.c */
enum exit_action exit_mov_dr(struct vcpu *vcpu);

/* apic.c */
enum exit_action exit_apic_access(struct vcpu *vcpu);
enum exit_action exit_apic_write(struct vcpu *vcpu);
enum exit_action exit_apic_write_at_once(struct vcpu *vcpu);
enum exit_action exit_virtualized_eoi(struct vcpu *vcpu);

/* memory.c */
/* The access that exited is for no memory: exit.gpa. */
enum exit_action exit_mmio(struct vcpu *vcpu);
enum exit_action exit_ept_violation(struct vcpu *vcpu);
enum exit_action exit_ept_violation_at_once(struct vcpu *vcpu);
enum exit_action exit_io(struct vcpu *vcpu);
enum exit_action exit_io_at_once(struct vcpu *vcpu);

#endif
