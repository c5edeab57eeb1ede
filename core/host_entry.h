/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the way into a guest and out of it asks of the platform beside host.h, each time: inline, as
 * part of the cost of an exit.  Not in host.h, because the kernel's headers for it are as long as
 * all the others together, and every file includes those.
 */
#ifndef LINTEL_HOST_ENTRY_H
#define LINTEL_HOST_ENTRY_H

#include "host.h"

/* The two of the host state that may change between VM entries without a task switch. */
static inline u64 host_cr3(void);
static inline u64 host_cr4(void);

static inline void host_write_xcr0(u64 value);

/* With interrupts off, just before an entry: the FPU's registers hold the guest's state. */
static inline void host_fpu_before_entry(struct vcpu *vcpu);

/* True when work for host_before_guest() came up since it was called. */
static inline bool host_guest_must_wait(void);
/* The same, the last look before an entry: interrupts are off, and what comes up from now on ends
 * the entry. */
static inline bool host_guest_must_turn_back(void);

/* Between two entries, with interrupts off since: host_guest_must_turn_back() would still say no.
 */
static inline bool host_guest_may_go_on(void);

/* After host_guest_end(): interrupts on.  Those that wait are taken while time still counts as the
 * guest's: the tick that made it leave is for the time that it ran. */
static inline void host_guest_irq_enable(void);

#include <host_entry_inline.h>

#endif
