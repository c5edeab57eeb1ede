/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One vCPU and the thread that runs it.
 */
#ifndef VMM_CPU_THREAD_H
#define VMM_CPU_THREAD_H

#include "machine.h"

/* Creates vCPU @id of @machine with its kvm_run mapping.  0, or -1 after saying why. */
int cpu_create(struct cpu *cpu, struct machine *machine, unsigned int id);
void cpu_destroy(struct cpu *cpu);

/* Makes the signal that takes vCPUs out of the guest harmless; once, before any cpu_start(). */
void cpu_prepare_kick(void);

/* Starts the vCPU's thread.  0, or -1 after saying why. */
int cpu_start(struct cpu *cpu);

/* Takes the vCPU out of the guest; it goes back in unless the VM has ended. */
void cpu_kick(struct cpu *cpu);

#endif
