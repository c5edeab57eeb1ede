/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel wants done before its thread goes to the guest.
 */
#ifndef LINTEL_LINUX_GUEST_WORK_H
#define LINTEL_LINUX_GUEST_WORK_H

/* Reschedule, task work, restartable sequences.  0, or -EINTR: a signal is pending.  May sleep. */
int guest_work_handle(void);

#endif
