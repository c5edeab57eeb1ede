// SPDX-License-Identifier: GPL-2.0
/* Tasks of the simulator: who waits for whom, that CPUs run side by side, and that a seed is a run.
 */
#include "panic.h"

#define SEEDS 200
#define TURNS 20

static host_mutex_t first, second;
static host_spinlock_t spin;
static host_srcu_t srcu;
static unsigned int inside, counter;
static char order[256];
static unsigned int order_length;

static void note(char what)
{
	if (order_length < sizeof(order) - 1)
		order[order_length++] = what;
}

static void begin(u64 seed, unsigned int cpus)
{
	sim_reset();
	sim_set_cpus(cpus);
	sim_random_seed(seed);
	host_mutex_init(&first);
	host_mutex_init(&second);
	host_spin_init(&spin);
	inside = 0;
	counter = 0;
	memset(order, 0, sizeof(order));
	order_length = 0;
}

/* --- locks --- */

static void in_the_mutex(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		host_mutex_lock(&first);
		EXPECT_EQ(inside++, 0);
		host_cond_resched();
		inside--;
		note(*(char *)argument);
		host_mutex_unlock(&first);
	}
}

static void in_the_spin_lock(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		host_spin_lock(&spin);
		EXPECT_EQ(inside++, 0);
		/* Others may have their turn here, on their CPUs. */
		__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
		inside--;
		note(*(char *)argument);
		host_spin_unlock(&spin);
	}
}

TEST(tasks_take_turns_in_a_lock)
{
	static void (*const functions[])(void *argument) = {in_the_mutex, in_the_spin_lock};

	for (unsigned int i = 0; i < COUNT_OF(functions); i++)
		for (u64 seed = 0; seed < SEEDS; seed++) {
			test_context("lock %u, seed %llu", i, seed);
			begin(seed, 1 + seed % 3);
			sim_task_create("a", functions[i], "a");
			sim_task_create("b", functions[i], "b");
			sim_task_create("c", functions[i], "c");
			sim_tasks_run(2);
			EXPECT_EQ(order_length, 3 * TURNS);
			EXPECT_EQ(sim_leaks(), 0);
		}
}

static void first_then_second(void *argument)
{
	host_mutex_lock(&first);
	host_mutex_lock(&second);
	host_mutex_unlock(&second);
	host_mutex_unlock(&first);
}

static void second_then_first(void *argument)
{
	host_mutex_lock(&second);
	host_mutex_lock(&first);
	host_mutex_unlock(&first);
	host_mutex_unlock(&second);
}

static bool wrong_order_found;

/* Not each seed brings the two orders together. */
static void run_wrong_order(u64 seed)
{
	begin(seed, 2);
	sim_task_create("a", first_then_second, NULL);
	sim_task_create("b", second_then_first, NULL);
	sim_tasks_run(2);
	sim_panic("no deadlock");
}

static void try_wrong_order(u64 seed)
{
	EXPECT_PANIC(run_wrong_order(seed), "deadlock");
	wrong_order_found = strstr(panic_words, "nobody can run");
}

TEST(tasks_that_wait_for_each_other_are_a_deadlock)
{
	for (u64 seed = 0; seed < SEEDS && !wrong_order_found; seed++)
		try_wrong_order(seed);
	EXPECT_TRUE(wrong_order_found);
	EXPECT_CONTAINS(panic_words, "a on CPU");
	EXPECT_CONTAINS(panic_words, "waits for mutex &second, which b has");
	EXPECT_CONTAINS(panic_words, "waits for mutex &first, which a has");
}

/* --- races --- */

static void add_one_wrongly(void *argument)
{
	unsigned int value = __atomic_load_n(&counter, __ATOMIC_RELAXED);

	__atomic_store_n(&counter, value + 1, __ATOMIC_RELAXED);
}

/* Both CPUs are between load and store at the same time for some seeds, and not for others. */
TEST(tasks_come_in_between_atomic_accesses)
{
	unsigned int lost = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		begin(seed, 2);
		sim_task_create("a", add_one_wrongly, NULL);
		sim_task_create("b", add_one_wrongly, NULL);
		sim_tasks_run(2);
		lost += counter == 1;
	}
	EXPECT_TRUE(lost > SEEDS / 10 && lost < SEEDS - SEEDS / 10);
}

/* --- contexts --- */

static void holds_its_cpu(void *argument)
{
	unsigned int cpu;

	for (unsigned int i = 0; i < TURNS; i++) {
		host_preempt_disable();
		cpu = host_cpu();
		EXPECT_EQ(counter++, 0); /* on one CPU nobody else is here */
		host_irq_disable();
		note(*(char *)argument);
		host_irq_enable();
		counter--;
		EXPECT_EQ(host_cpu(), cpu);
		host_preempt_enable();
	}
}

TEST(tasks_keep_their_cpu_while_preemption_is_off)
{
	for (u64 seed = 0; seed < SEEDS; seed++) {
		test_context("seed %llu", seed);
		begin(seed, 1);
		sim_task_create("a", holds_its_cpu, "a");
		sim_task_create("b", holds_its_cpu, "b");
		sim_tasks_run(2);
		EXPECT_EQ(order_length, 2 * TURNS);
	}
}

static unsigned int called[2];
static bool irqs_off[2];

static void note_cpu(void *argument)
{
	unsigned int *cpus = argument;

	EXPECT_FALSE(sim_irqs_enabled());
	EXPECT_FALSE(irqs_off[host_cpu()]);
	cpus[host_cpu()]++;
}

static void calls(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		host_call_cpu(0, note_cpu, called);
		host_call_cpu(1, note_cpu, called);
	}
}

static void has_interrupts_off(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		host_irq_disable();
		irqs_off[host_cpu()] = true;
		__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
		irqs_off[host_cpu()] = false;
		host_irq_enable();
	}
}

TEST(tasks_answer_cross_calls_with_interrupts_on)
{
	for (u64 seed = 0; seed < SEEDS; seed++) {
		test_context("seed %llu", seed);
		begin(seed, 2);
		called[0] = 0;
		called[1] = 0;
		sim_task_create("caller", calls, NULL);
		sim_task_create("worker", has_interrupts_off, NULL);
		sim_tasks_run(2);
		EXPECT_EQ(called[0], TURNS);
		EXPECT_EQ(called[1], TURNS);
	}
}

/* --- read sections --- */

static unsigned int published, freed;

static void reads(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		int ticket = host_srcu_read_lock(&srcu);
		unsigned int seen = __atomic_load_n(&published, __ATOMIC_ACQUIRE);

		host_cond_resched();
		host_cond_resched();
		EXPECT_TRUE(seen >= freed);
		host_srcu_read_unlock(&srcu, ticket);
	}
}

static void publishes(void *argument)
{
	for (unsigned int i = 1; i <= TURNS; i++) {
		__atomic_store_n(&published, i, __ATOMIC_RELEASE);
		host_srcu_synchronize(&srcu);
		freed = i;
	}
}

TEST(tasks_wait_for_readers)
{
	for (u64 seed = 0; seed < SEEDS; seed++) {
		test_context("seed %llu", seed);
		begin(seed, 2);
		published = 0;
		freed = 0;
		EXPECT_EQ(host_srcu_init(&srcu), 0);
		sim_task_create("reader", reads, NULL);
		sim_task_create("another", reads, NULL);
		sim_task_create("writer", publishes, NULL);
		sim_tasks_run(3);
		EXPECT_EQ(srcu.synchronized, TURNS);
		host_srcu_destroy(&srcu);
	}
}

/* --- timers and work --- */

static struct host_timer timer;
static struct host_work work;
static bool timer_runs, work_runs;

static void takes_its_time(bool *runs)
{
	*runs = true;
	for (unsigned int i = 0; i < 4; i++)
		__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
	*runs = false;
}

static void expired(struct host_timer *which)
{
	takes_its_time(&timer_runs);
	host_timer_start(which, host_time_ns() + 10);
}

static void is_done(struct host_work *which)
{
	takes_its_time(&work_runs);
}

static void time_passes(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		sim_advance_time(10);
		host_work_queue(&work);
		sim_work_run();
	}
}

static void cancels(void *argument)
{
	for (unsigned int i = 0; i < 5; i++)
		host_cond_resched();
	host_timer_cancel(&timer);
	EXPECT_FALSE(timer_runs);
	host_work_cancel(&work);
	EXPECT_FALSE(work_runs);
}

TEST(tasks_wait_for_callbacks)
{
	for (u64 seed = 0; seed < SEEDS; seed++) {
		test_context("seed %llu", seed);
		begin(seed, 2);
		host_timer_init(&timer, expired);
		host_work_init(&work, is_done);
		host_timer_start(&timer, host_time_ns() + 10);
		sim_task_create("time", time_passes, NULL);
		sim_task_create("canceller", cancels, NULL);
		sim_tasks_run(2);
		EXPECT_EQ(sim_leaks(), 0);
	}
}

/* --- seeds --- */

static void in_turn(void *argument)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		host_cond_resched();
		note(*(char *)argument);
	}
}

static void run_in_turn(u64 seed, char kept[sizeof(order)])
{
	begin(seed, 2);
	sim_task_create("a", in_turn, "a");
	sim_task_create("b", in_turn, "b");
	sim_task_create("c", in_turn, "c");
	sim_tasks_run(2);
	memcpy(kept, order, sizeof(order));
}

TEST(tasks_of_a_seed_run_the_same_way_each_time)
{
	char one[sizeof(order)], again[sizeof(order)], other[sizeof(order)];
	unsigned int different = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		run_in_turn(seed, one);
		run_in_turn(seed, again);
		run_in_turn(seed + 1, other);
		EXPECT_STR_EQ(one, again);
		different += !!strcmp(one, other);
	}
	EXPECT_TRUE(different > SEEDS - SEEDS / 10);
}
