/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which memory of the VM's process is changing, and which has changed a moment ago: a fault that
 * looked a page up asks, before it maps it, whether the page may be another one by now.
 *
 * Every change counts, whether a slot has the memory or not: a slot may come while the change is
 * under way.  A fault is told of those only that touch what it would map.
 */
#ifndef LINTEL_INVALIDATION_H
#define LINTEL_INVALIDATION_H

#include "host.h"

/* As many changes may be over between a fault's look-up and its mapping without it coming again. */
#define INVALIDATIONS_RECENT 64
/* As many may be under way and each be known by itself: about one for a processor that unmaps. */
#define INVALIDATIONS_ACTIVE 16

/* User addresses [start, end). */
struct user_range {
	u64 start, end;
};

struct invalidations {
	host_spinlock_t lock;
	u64 over; /* how many are over; stored with release order */
	/* The last of them: number n is at n % INVALIDATIONS_RECENT. */
	struct user_range recent[INVALIDATIONS_RECENT];
	struct user_range active[INVALIDATIONS_ACTIVE];
	unsigned int active_count;
	/* Those that found no room above: one range round all of them, until none is left. */
	unsigned int crowd_count;
	struct user_range crowd;
};

void invalidations_init(struct invalidations *invalidations);

/* The memory changes from begin to end, which name the same range.  Several may be under way, of
 * the same range too.  Atomic. */
void invalidation_begin(struct invalidations *invalidations, u64 start, u64 end);
void invalidation_end(struct invalidations *invalidations, u64 start, u64 end);

/* Now, for invalidations_touch(); ask before the memory is looked at. */
static inline u64 invalidations_now(const struct invalidations *invalidations)
{
	return __atomic_load_n(&invalidations->over, __ATOMIC_ACQUIRE);
}

/* Does any of [start, end) change, or has it changed since?  True also when that is forgotten.
 * Atomic. */
bool invalidations_touch(struct invalidations *invalidations, u64 since, u64 start, u64 end);
/* The same with interrupts off: true also when somebody has the lock.  Needs: host_spin_is_raw().
 */
bool invalidations_may_touch(struct invalidations *invalidations, u64 since, u64 start, u64 end);

#endif
