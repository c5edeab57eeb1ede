/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSRs of the host's performance counters that no field of the VMCS switches.
 */
#ifndef LINTEL_LINUX_PERF_H
#define LINTEL_LINUX_PERF_H

struct vcpu;

/* After host_counters(), and after the exit.  Interrupts off. */
void perf_before_entry(struct vcpu *vcpu);
void perf_after_exit(struct vcpu *vcpu);

#endif
