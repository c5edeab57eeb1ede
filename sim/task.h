/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks, for the parts of the simulator that keep something for each, or wait; see sim.h. */
#ifndef LINTEL_SIM_TASK_H
#define LINTEL_SIM_TASK_H

#include "sim.h"

/* What a task waits for, and the words for it when nobody can run. */
struct sim_wait {
	bool (*ready)(const void *subject, u64 since); /* asked often, by others; changes nothing */
	const void *subject;
	u64 since;   /* the caller's, for ready() */
	bool sleeps; /* gives the CPU away meanwhile; otherwise it spins, with preemption off */
	const char *what, *name;       /* "mutex", "vm->lock"; the name may be NULL */
	struct sim_task *const *owner; /* who has it; NULL: nobody in particular */
};

struct sim_task {
	const char *name;
	void (*function)(void *argument);
	void *argument;
	bool ended;

	unsigned int cpu; /* that it runs on, or ran on last */
	bool on_cpu;	  /* it is that CPU's current task, whether it is its turn or not */
	const struct sim_wait *wait; /* NULL: it can go on */
	u64 stalled_until;	     /* task.c's own */

	/* lock.c */
	unsigned int mutexes_held, spins_held, irqlocks_held, reads_held, brief_reads_held;
	unsigned int preempt_count;
	bool irqs_off;

	/* thread.c: of the thread that is in KVM_RUN */
	bool signal_pending, work_pending;
	bool looked; /* host_guest_must_turn_back() was called */

	/* schedule.c: the vCPU between host_vcpu_get() and host_vcpu_release(), and what is to be
	 * called when the task leaves its CPU (preemption off, at once) and when it is back. */
	struct vcpu *vcpu;
	unsigned int vcpus_loaded; /* a test may have several; vcpu is the last */
	void (*switch_out)(struct vcpu *vcpu);
	void (*switch_in)(struct vcpu *vcpu);
	bool was_out;

	struct task_stack *stack; /* task.c's own */
};

extern struct sim_task *sim_task_now; /* never NULL: the process's own thread is a task too */

/* Come back when wait->ready().  A task that is alone and has to wait would do so for ever: panic.
 */
void sim_task_wait(const struct sim_wait *wait);

/* The CPU's current task, NULL: it is idle. */
struct sim_task *sim_cpu_task(unsigned int cpu);
/* The task that is on no CPU, or its own: it is on this one from now on, which is idle or its own.
 */
void sim_task_move(struct sim_task *task, unsigned int cpu);

/* An interrupt comes to the CPU: a guest that runs there is left.  It is taken when interrupts are
 * on. */
void sim_interrupt(unsigned int cpu);
/* Is there one for this CPU, or a tick of its timer?  Asked while a guest runs. */
bool sim_interrupt_comes(void);
/* A guest that runs does so for long, as compared with what the hypervisor does for it between two
 * runs: whoever wants it to leave has mostly to wait.  One step of it is here. */
void sim_guest_runs(void);
/* Interrupts came on on the current task's CPU. */
void sim_interrupts_taken(void);
/* The same, and wait until the CPU has taken it; or until it has interrupts on at this moment.
 * `who`: "host_kick_vm() for". */
void sim_interrupt_until_taken(unsigned int cpu, const char *who);
void sim_interrupt_until_possible(unsigned int cpu, const char *who);

/* Nobody is on the CPU, nor gets it, and nobody else runs until it is said to be offline. */
void sim_cpu_vacate(unsigned int cpu);
void sim_cpu_vacated(unsigned int cpu);

/*
 * Between these nobody else runs, and the current task is one that stands for an interrupt on the
 * CPU, with interrupts off.  Nothing may be waited for.
 */
void sim_interrupt_enter(unsigned int cpu);
void sim_interrupt_leave(void);

/* --- ept.c --- */

/* While a guest runs, its processor may read the tables that it knows at any time, until the
 * interrupt of a kick ends that: is what is in them what it may find? */
void ept_look_ahead(unsigned int cpu);

void sim_task_reset(void);

#endif
