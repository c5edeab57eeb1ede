/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel does for its own KVM alone, and Lintel needs too.
 */
#ifndef LINTEL_LINUX_GUEST_WORK_H
#define LINTEL_LINUX_GUEST_WORK_H

/* Reschedule, task work, restartable sequences.  0, or -EINTR: a signal is pending.  May sleep. */
int guest_work_handle(void);

struct perf_guest_switch_msr;

/* What perf_guest_get_msrs() says for a guest that has no performance counters: an array, of this
 * CPU, that holds until the next call.  Interrupts off. */
const struct perf_guest_switch_msr *guest_work_perf_msrs(int *count);

#endif
