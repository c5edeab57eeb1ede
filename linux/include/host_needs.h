/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HOST_NEEDS(), and what it asks: lockdep, where the kernel has it.
 */
#ifndef LINTEL_LINUX_HOST_NEEDS_H
#define LINTEL_LINUX_HOST_NEEDS_H

#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/srcu.h>

#ifdef LINTEL_DEBUG
#define HOST_NEEDS(condition)                                                                      \
	WARN_ONCE(!(condition), "lintel: %s() needs %s\n", __func__, #condition)
#else
#define HOST_NEEDS(condition)                                                                      \
	do {                                                                                       \
		if (0)                                                                             \
			(void)(condition);                                                         \
	} while (0)
#endif

/* Also true once lockdep has found a mistake: it looks no further then. */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define HOST_LOCK_HELD(lock) (lock_is_held(&(lock)->dep_map) != LOCK_STATE_NOT_HELD)
#else
#define HOST_LOCK_HELD(lock) ((void)(lock), true)
#endif

static inline bool host_mutex_held(const host_mutex_t *mutex)
{
	return HOST_LOCK_HELD(mutex);
}

static inline bool host_spin_held(const host_spinlock_t *lock)
{
	return HOST_LOCK_HELD(lock);
}

static inline bool host_irqlock_held(const host_irqlock_t *lock)
{
	return HOST_LOCK_HELD(lock);
}

static inline bool host_srcu_held(const host_srcu_t *srcu)
{
	return srcu_read_lock_held(srcu);
}

/* A kernel that is not preempted does not count. */
static inline bool host_preemption_is_off(void)
{
	return !preemptible();
}

static inline bool host_interrupts_are_off(void)
{
	return irqs_disabled();
}

static inline bool host_interrupts_are_on(void)
{
	return !irqs_disabled();
}

#endif
