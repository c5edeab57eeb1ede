/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An exit that ends a VM, in words, with the registers of its vCPU.  On stderr.
 */
#ifndef VMM_EXIT_REPORT_H
#define VMM_EXIT_REPORT_H

#include "machine.h"

/* Says what the exit in kvm_run means and dumps the registers.  From the vCPU's own thread. */
void report_exit(struct cpu *cpu);

/* Dumps the registers alone. */
void report_registers(struct cpu *cpu);

/* Prints how often each reason ended KVM_RUN, over all vCPUs, and how often a signal did. */
void report_statistics(const struct machine *machine);

#endif
