// SPDX-License-Identifier: GPL-2.0
/*
 * Locks, preemption and interrupts.  A task that is alone waits for nobody, so each state that a
 * kernel could not leave again is an error of the core; what others have, a task waits for.
 */
#include "task.h"

/* Where a kernel with PREEMPT_RT could not wait for a spin lock. */
static const char *why_not_atomic(void)
{
	if (sim_task_now->irqlocks_held)
		return "an interrupt-safe lock is held";
	if (sim_task_now->preempt_count)
		return "preemption is off";
	return sim_task_now->irqs_off ? "interrupts are off" : NULL;
}

void sim_might_sleep(const char *who)
{
	const char *why = why_not_atomic();

	if (why)
		sim_panic("%s may sleep, and %s", who, why);
	if (sim_task_now->spins_held)
		sim_panic("%s may sleep, and a spin lock is held", who);
	if (sim_task_now->brief_reads_held)
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
	return !sim_task_now->irqs_off;
}

bool sim_preemptible(void)
{
	const struct sim_task *task = sim_task_now;

	return !task->irqs_off && !task->preempt_count && !task->spins_held && !task->irqlocks_held;
}

unsigned int sim_locks_held(void)
{
	const struct sim_task *task = sim_task_now;

	return task->mutexes_held + task->spins_held + task->irqlocks_held + task->reads_held +
	       task->preempt_count + task->irqs_off;
}

static void (*irq_disable_hook)(void *argument);
static void *irq_disable_argument;

void sim_irq_disable_hook(void (*hook)(void *argument), void *argument)
{
	irq_disable_hook = hook;
	irq_disable_argument = argument;
}

void sim_lock_reset(void)
{
	struct sim_task *task;

	sim_tasks_abandon();
	task = sim_task_now;
	task->mutexes_held = 0;
	task->spins_held = 0;
	task->irqlocks_held = 0;
	task->reads_held = 0;
	task->brief_reads_held = 0;
	task->preempt_count = 0;
	task->irqs_off = false;
	sim_irq_disable_hook(NULL, NULL);
}

static bool lock_is_free(const void *subject, u64 since)
{
	return ((const struct sim_lock *)subject)->state == SIM_LOCK_FREE;
}

static void lock_take(struct sim_lock *lock, const char *kind, bool sleeps)
{
	const struct sim_wait wait = {
		.ready = lock_is_free,
		.subject = lock,
		.sleeps = sleeps,
		.what = kind,
		.name = lock->name,
		.owner = &lock->owner,
	};

	if (lock->state == SIM_LOCK_UNINITIALISED)
		sim_panic("%s was never initialised", kind);
	sim_point();
	if (lock->state == SIM_LOCK_HELD && lock->owner == sim_task_now)
		sim_panic("%s %s is locked already: deadlock", kind, lock->name);
	sim_task_wait(&wait);
	lock->state = SIM_LOCK_HELD;
	lock->owner = sim_task_now;
}

static void lock_give(struct sim_lock *lock, const char *kind)
{
	if (!sim_lock_held(lock))
		sim_panic("%s %s is unlocked and was not locked", kind, lock->name);
	lock->state = SIM_LOCK_FREE;
	lock->owner = NULL;
}

bool sim_lock_held(const struct sim_lock *lock)
{
	return lock->state == SIM_LOCK_HELD && lock->owner == sim_task_now;
}

void sim_lock_init(struct sim_lock *lock, const char *name)
{
	*lock = (struct sim_lock){.state = SIM_LOCK_FREE, .name = name};
}

void sim_mutex_lock(host_mutex_t *mutex)
{
	sim_might_sleep("host_mutex_lock");
	lock_take(&mutex->lock, "mutex", true);
	sim_task_now->mutexes_held++;
}

void sim_mutex_unlock(host_mutex_t *mutex)
{
	lock_give(&mutex->lock, "mutex");
	sim_task_now->mutexes_held--;
	sim_point();
}

void sim_spin_lock(host_spinlock_t *lock)
{
	sim_needs_atomic("host_spin_lock");
	lock_take(&lock->lock, "spin lock", false);
	sim_task_now->spins_held++;
}

bool host_spin_trylock(host_spinlock_t *lock)
{
	struct sim_lock *it = &lock->lock;

	if (!sim_spins_are_raw)
		sim_panic("host_spin_trylock() needs host_spin_is_raw()");
	if (it->state == SIM_LOCK_UNINITIALISED)
		sim_panic("spin lock was never initialised");
	sim_point();
	if (sim_lock_held(it))
		sim_panic("spin lock %s is locked already", it->name);
	if (it->state == SIM_LOCK_HELD)
		return false;
	it->state = SIM_LOCK_HELD;
	it->owner = sim_task_now;
	sim_task_now->spins_held++;
	return true;
}

void sim_spin_unlock(host_spinlock_t *lock)
{
	lock_give(&lock->lock, "spin lock");
	sim_task_now->spins_held--;
	sim_point();
}

unsigned long sim_irqlock_lock(host_irqlock_t *lock)
{
	bool were_off = sim_task_now->irqs_off;

	sim_task_now->irqs_off = true;
	lock_take(&lock->lock, "interrupt-safe lock", false);
	sim_task_now->irqlocks_held++;
	return were_off;
}

static void irqs_come_on(const char *who)
{
	if (sim_task_now->irqs_off)
		sim_host_has_its_registers(who);
	sim_task_now->irqs_off = false;
	sim_interrupts_taken();
	sim_point();
}

void sim_irqlock_unlock(host_irqlock_t *lock, unsigned long flags)
{
	lock_give(&lock->lock, "interrupt-safe lock");
	sim_task_now->irqlocks_held--;
	if (!flags)
		irqs_come_on("host_irqlock_unlock");
}

int sim_srcu_init(host_srcu_t *srcu, bool brief, const char *name)
{
	/* The kernel's has per-CPU memory: its allocation can fail too. */
	void *memory = host_zalloc(1);

	if (!memory)
		return -ENOMEM;
	host_free(memory);
	*srcu = (host_srcu_t){.initialised = true, .brief = brief, .name = name};
	return 0;
}

void host_srcu_destroy(host_srcu_t *srcu)
{
	if (!srcu->initialised)
		sim_panic("srcu is destroyed and was never initialised");
	if (srcu->readers)
		sim_panic("srcu %s is destroyed with %d readers", srcu->name, srcu->readers);
	srcu->initialised = false;
}

/* Readers have numbers, in the order in which they come; the ticket says which place one has. */
int sim_srcu_read_lock(host_srcu_t *srcu)
{
	int place = 0;

	if (!srcu->initialised)
		sim_panic("srcu was never initialised");
	while (place < SIM_SRCU_READERS && srcu->reader[place].task)
		place++;
	if (place == SIM_SRCU_READERS)
		sim_panic("srcu %s has too many readers", srcu->name);
	srcu->reader[place] = (struct sim_reader){sim_task_now, srcu->readers_ever++};
	srcu->readers++;
	sim_task_now->reads_held++;
	sim_task_now->brief_reads_held += srcu->brief;
	sim_point();
	return place;
}

void sim_srcu_read_unlock(host_srcu_t *srcu, int ticket)
{
	sim_point();
	if (!srcu->readers)
		sim_panic("srcu %s is unlocked more often than locked", srcu->name);
	if (ticket < 0 || ticket >= SIM_SRCU_READERS || srcu->reader[ticket].task != sim_task_now)
		sim_panic("srcu %s is unlocked with a ticket that it never gave", srcu->name);
	srcu->reader[ticket].task = NULL;
	srcu->readers--;
	sim_task_now->reads_held--;
	sim_task_now->brief_reads_held -= srcu->brief;
}

bool sim_srcu_held(const host_srcu_t *srcu)
{
	for (int place = 0; place < SIM_SRCU_READERS; place++)
		if (srcu->reader[place].task == sim_task_now)
			return true;
	return false;
}

/* `since`: how many readers there had been. */
static bool readers_are_gone(const void *subject, u64 since)
{
	const host_srcu_t *srcu = subject;

	for (int place = 0; place < SIM_SRCU_READERS; place++)
		if (srcu->reader[place].task && srcu->reader[place].number < since)
			return false;
	return true;
}

void host_srcu_synchronize(host_srcu_t *srcu)
{
	const struct sim_wait wait = {
		.ready = readers_are_gone,
		.subject = srcu,
		.since = srcu->readers_ever,
		.sleeps = true,
		.what = "the readers of",
		.name = srcu->name,
	};

	sim_might_sleep("host_srcu_synchronize");
	if (!srcu->initialised)
		sim_panic("srcu was never initialised");
	if (sim_srcu_held(srcu))
		sim_panic("srcu %s waits for its own thread's read section: deadlock", srcu->name);
	sim_point();
	sim_task_wait(&wait);
	srcu->synchronized++;
}

void sim_preempt_disable(void)
{
	sim_task_now->preempt_count++;
}

void sim_preempt_enable(void)
{
	if (!sim_task_now->preempt_count)
		sim_panic("preemption is enabled more often than disabled");
	sim_task_now->preempt_count--;
	sim_point();
}

void sim_irq_disable(void)
{
	if (sim_task_now->irqs_off)
		sim_panic("interrupts are disabled twice");
	if (irq_disable_hook)
		irq_disable_hook(irq_disable_argument);
	sim_task_now->irqs_off = true;
	sim_point();
}

void sim_irq_enable(void)
{
	if (!sim_task_now->irqs_off)
		sim_panic("interrupts are enabled and were not disabled");
	irqs_come_on("host_irq_enable");
}
