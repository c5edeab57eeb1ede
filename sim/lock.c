// SPDX-License-Identifier: GPL-2.0
/*
 * Locks, preemption and interrupts.  With one thread nothing is ever waited for, so each state
 * that a kernel could not leave again is an error of the core.
 */
#include "sim.h"

static unsigned int mutexes_held, spins_held, irqlocks_held, reads_held, brief_reads_held;
static unsigned int preempt_count;
static bool irqs_off;

/* Where a kernel with PREEMPT_RT could not wait for a spin lock. */
static const char *why_not_atomic(void)
{
	if (irqlocks_held)
		return "an interrupt-safe lock is held";
	if (preempt_count)
		return "preemption is off";
	return irqs_off ? "interrupts are off" : NULL;
}

void sim_might_sleep(const char *who)
{
	const char *why = why_not_atomic();

	if (why)
		sim_panic("%s may sleep, and %s", who, why);
	if (spins_held)
		sim_panic("%s may sleep, and a spin lock is held", who);
	if (brief_reads_held)
		sim_panic("%s may sleep, in a read section that must be brief", who);
}

void sim_needs_atomic(const char *who)
{
	const char *why = why_not_atomic();

	if (why)
		sim_panic("%s sleeps on PREEMPT_RT, and %s", who, why);
}

bool sim_irqs_enabled(void)
{
	return !irqs_off;
}

bool sim_preemptible(void)
{
	return !irqs_off && !preempt_count && !spins_held && !irqlocks_held;
}

unsigned int sim_locks_held(void)
{
	return mutexes_held + spins_held + irqlocks_held + reads_held + preempt_count + irqs_off;
}

const struct vcpu *sim_interrupted;
static void (*irq_disable_hook)(void *argument);
static void *irq_disable_argument;

void sim_irq_disable_hook(void (*hook)(void *argument), void *argument)
{
	irq_disable_hook = hook;
	irq_disable_argument = argument;
}

/* Those that wait are taken. */
static void interrupts_on(const char *who)
{
	sim_host_has_its_registers(who);
	irqs_off = false;
	sim_interrupted = NULL;
}

void sim_lock_reset(void)
{
	mutexes_held = 0;
	spins_held = 0;
	irqlocks_held = 0;
	reads_held = 0;
	brief_reads_held = 0;
	preempt_count = 0;
	irqs_off = false;
	sim_interrupted = NULL;
	sim_irq_disable_hook(NULL, NULL);
}

static void lock_take(enum sim_lock_state *state, const char *kind, const void *lock)
{
	if (*state == SIM_LOCK_UNINITIALISED)
		sim_panic("%s %p was never initialised", kind, lock);
	if (*state == SIM_LOCK_HELD)
		sim_panic("%s %p is locked already: deadlock", kind, lock);
	*state = SIM_LOCK_HELD;
}

static void lock_give(enum sim_lock_state *state, const char *kind, const void *lock)
{
	if (*state != SIM_LOCK_HELD)
		sim_panic("%s %p is unlocked and was not locked", kind, lock);
	*state = SIM_LOCK_FREE;
}

void host_mutex_init(host_mutex_t *mutex)
{
	mutex->state = SIM_LOCK_FREE;
}

void sim_mutex_lock(host_mutex_t *mutex)
{
	sim_might_sleep("host_mutex_lock");
	lock_take(&mutex->state, "mutex", mutex);
	mutexes_held++;
}

void sim_mutex_unlock(host_mutex_t *mutex)
{
	lock_give(&mutex->state, "mutex", mutex);
	mutexes_held--;
}

void host_spin_init(host_spinlock_t *lock)
{
	lock->state = SIM_LOCK_FREE;
}

void sim_spin_lock(host_spinlock_t *lock)
{
	sim_needs_atomic("host_spin_lock");
	lock_take(&lock->state, "spin lock", lock);
	spins_held++;
}

void sim_spin_unlock(host_spinlock_t *lock)
{
	lock_give(&lock->state, "spin lock", lock);
	spins_held--;
}

void host_irqlock_init(host_irqlock_t *lock)
{
	lock->state = SIM_LOCK_FREE;
}

unsigned long sim_irqlock_lock(host_irqlock_t *lock)
{
	bool were_off = irqs_off;

	irqs_off = true;
	lock_take(&lock->state, "interrupt-safe lock", lock);
	irqlocks_held++;
	return were_off;
}

void sim_irqlock_unlock(host_irqlock_t *lock, unsigned long flags)
{
	lock_give(&lock->state, "interrupt-safe lock", lock);
	irqlocks_held--;
	if (!flags)
		interrupts_on("host_irqlock_unlock");
}

int host_srcu_init(host_srcu_t *srcu)
{
	/* The kernel's has per-CPU memory: its allocation can fail too. */
	void *memory = host_zalloc(1);

	if (!memory)
		return -ENOMEM;
	host_free(memory);
	*srcu = (host_srcu_t){.initialised = true};
	return 0;
}

int host_srcu_init_brief(host_srcu_t *srcu)
{
	int error = host_srcu_init(srcu);

	srcu->brief = true;
	return error;
}

void host_srcu_destroy(host_srcu_t *srcu)
{
	if (!srcu->initialised)
		sim_panic("srcu %p is destroyed and was never initialised", (void *)srcu);
	if (srcu->readers)
		sim_panic("srcu %p is destroyed with %d readers", (void *)srcu, srcu->readers);
	srcu->initialised = false;
}

#define SRCU_TICKET 0x5c

int sim_srcu_read_lock(host_srcu_t *srcu)
{
	if (!srcu->initialised)
		sim_panic("srcu %p was never initialised", (void *)srcu);
	srcu->readers++;
	reads_held++;
	brief_reads_held += srcu->brief;
	return SRCU_TICKET;
}

void sim_srcu_read_unlock(host_srcu_t *srcu, int ticket)
{
	if (ticket != SRCU_TICKET)
		sim_panic("srcu %p is unlocked with a ticket that it never gave", (void *)srcu);
	if (!srcu->readers)
		sim_panic("srcu %p is unlocked more often than locked", (void *)srcu);
	srcu->readers--;
	reads_held--;
	brief_reads_held -= srcu->brief;
}

void host_srcu_synchronize(host_srcu_t *srcu)
{
	sim_might_sleep("host_srcu_synchronize");
	if (!srcu->initialised)
		sim_panic("srcu %p was never initialised", (void *)srcu);
	if (srcu->readers)
		sim_panic("srcu %p waits for its own thread's read section: deadlock",
			  (void *)srcu);
	srcu->synchronized++;
}

void sim_preempt_disable(void)
{
	preempt_count++;
}

void sim_preempt_enable(void)
{
	if (!preempt_count)
		sim_panic("preemption is enabled more often than disabled");
	preempt_count--;
}

void sim_irq_disable(void)
{
	if (irqs_off)
		sim_panic("interrupts are disabled twice");
	if (irq_disable_hook)
		irq_disable_hook(irq_disable_argument);
	irqs_off = true;
}

void sim_irq_enable(void)
{
	if (!irqs_off)
		sim_panic("interrupts are enabled and were not disabled");
	interrupts_on("host_irq_enable");
}
