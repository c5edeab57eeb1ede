// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks and CPUs: who runs next, drawn from a seed.
 *
 * Each task has a stack, and gives its turn to another one at a switch point only.  A CPU has one
 * current task.  That of another CPU may have its turn at any switch point: CPUs run side by side.
 * Another task of the same CPU may have it where the current one can be preempted, or sleeps.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>

#include "task.h"

#define MAX_TASKS  32
#define STACK_SIZE (512 * 1024)
#define TICK_PERIOD                                                                                \
	64		/* of the questions whether an interrupt comes, one is answered by a tick  \
			 */
#define STALL_PERIOD 8	/* of the tasks that lose their turn, one stands still for a while ... */
#define STALL_MOST   64 /* turns of others */
#define RUN_PERIOD   8	/* of the steps of a guest, one lasts as long as that */

struct task_stack {
	void *pointer; /* RSP while another stack is in use */
	void *memory;  /* the main thread's: known once another has run */
	size_t size;
	void *fake_stack; /* ASan's */
};

struct cpu {
	struct sim_task *current;
	bool interrupt;
	bool leaves; /* it goes offline: nobody new gets it */
	u64 taken;   /* how often interrupts came on */
};

/* ASan has to know which stack is in use; without it there are no such functions. */
__attribute__((weak)) void __sanitizer_start_switch_fiber(void **fake, const void *bottom,
							  size_t size);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void *fake, const void **bottom,
							   size_t *size);

__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *start, size_t size);

static struct task_stack stacks[MAX_TASKS];
static struct sim_task tasks[MAX_TASKS];
static unsigned int task_count = 1;
static struct cpu cpus[SIM_MAX_CPUS];
static struct sim_task interrupt_task, *interrupted;
static struct sim_task *switched_from; /* by the last switch */
static unsigned int alone;	       /* nobody else may have a turn */
static u64 random_state = 1;
static unsigned int switch_period;
static u64 turns; /* given so far */

bool sim_switching;
const volatile void *sim_read_until;
struct sim_task *sim_task_now = &tasks[0];

/* --- the generator: splitmix64, for which every seed is a good one --- */

void sim_random_seed(u64 seed)
{
	random_state = seed;
}

u64 sim_random(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

u64 sim_random_below(u64 limit)
{
	return sim_random() % limit;
}

/* --- CPUs --- */

static void schedule(void);

struct sim_task *sim_cpu_task(unsigned int cpu)
{
	return cpus[cpu].current;
}

void sim_task_move(struct sim_task *task, unsigned int cpu)
{
	if (cpus[cpu].current && cpus[cpu].current != task)
		sim_panic("task %s cannot have CPU %u, which runs %s", task->name, cpu,
			  cpus[cpu].current->name);
	if (task->on_cpu)
		cpus[task->cpu].current = NULL;
	cpus[cpu].current = task;
	task->cpu = cpu;
	task->on_cpu = true;
}

static bool irqs_on(unsigned int cpu)
{
	return !cpus[cpu].current || !cpus[cpu].current->irqs_off;
}

void sim_interrupt(unsigned int cpu)
{
	if (irqs_on(cpu))
		cpus[cpu].taken++;
	else
		cpus[cpu].interrupt = true;
}

bool sim_interrupt_comes(void)
{
	if (sim_switching && !sim_random_below(TICK_PERIOD))
		return true;
	return cpus[sim_task_now->cpu].interrupt;
}

void sim_interrupts_taken(void)
{
	struct cpu *cpu = &cpus[sim_task_now->cpu];
	bool waited = cpu->interrupt;

	cpu->interrupt = false;
	cpu->taken++;
	/* Who sent it may go on, before interrupts are off again. */
	if (waited && sim_switching && !alone)
		schedule();
}

static bool cpu_has_taken(const void *subject, u64 since)
{
	const struct cpu *cpu = subject;

	return irqs_on((unsigned int)(cpu - cpus)) || cpu->taken != since;
}

static bool cpu_can_take(const void *subject, u64 since)
{
	return irqs_on((unsigned int)((const struct cpu *)subject - cpus));
}

static void interrupt_and_wait(unsigned int cpu, const char *who,
			       bool (*ready)(const void *subject, u64 since))
{
	const struct sim_wait wait = {
		.ready = ready,
		.subject = &cpus[cpu],
		.since = cpus[cpu].taken,
		.what = who,
		.name = "that the CPU has interrupts on of",
		.owner = &cpus[cpu].current,
	};

	sim_interrupt(cpu);
	sim_task_wait(&wait);
}

void sim_interrupt_until_taken(unsigned int cpu, const char *who)
{
	interrupt_and_wait(cpu, who, cpu_has_taken);
}

void sim_interrupt_until_possible(unsigned int cpu, const char *who)
{
	interrupt_and_wait(cpu, who, cpu_can_take);
}

void sim_interrupt_enter(unsigned int cpu)
{
	if (interrupted)
		sim_panic("an interrupt in an interrupt");
	interrupted = sim_task_now;
	interrupt_task = (struct sim_task){.name = "interrupt", .cpu = cpu, .irqs_off = true};
	sim_task_now = &interrupt_task;
	alone++;
}

void sim_interrupt_leave(void)
{
	sim_task_now = interrupted;
	interrupted = NULL;
	alone--;
}

/* --- who can run, and where --- */

static bool can_be_preempted(const struct sim_task *task)
{
	return !task->irqs_off && !task->preempt_count && !task->spins_held && !task->irqlocks_held;
}

static bool is_ready(const struct sim_task *task)
{
	return !task->wait || task->wait->ready(task->wait->subject, task->wait->since);
}

static bool cpu_is_free(unsigned int cpu)
{
	return sim_is_online(cpu) && !cpus[cpu].leaves &&
	       (!cpus[cpu].current || can_be_preempted(cpus[cpu].current));
}

static unsigned int free_cpus(unsigned int free[SIM_MAX_CPUS])
{
	unsigned int count = 0;

	for (unsigned int cpu = 0; cpu < sim_cpus(); cpu++)
		if (cpu_is_free(cpu))
			free[count++] = cpu;
	return count;
}

/* Those that stand still are left out, unless nobody else can go on. */
static unsigned int candidates(struct sim_task *found[MAX_TASKS])
{
	unsigned int free[SIM_MAX_CPUS], cpu_count = free_cpus(free), count = 0, moving = 0;

	alone++;
	for (unsigned int i = 0; i < task_count; i++)
		if (!tasks[i].ended && (tasks[i].on_cpu || cpu_count) && is_ready(&tasks[i]))
			found[count++] = &tasks[i];
	alone--;
	for (unsigned int i = 0; i < count; i++)
		if (found[i]->stalled_until <= turns)
			found[moving++] = found[i];
	return moving ? moving : count;
}

static int describe(char *to, size_t size, const struct sim_task *task)
{
	const struct sim_wait *wait = task->wait;
	const struct sim_task *owner = wait && wait->owner ? *wait->owner : NULL;

	if (!wait)
		return snprintf(to, size, "\n  %s could run, and has no CPU", task->name);
	return snprintf(to, size, "\n  %s on CPU %u waits for %s %s%s%s%s", task->name, task->cpu,
			wait->what, wait->name ? wait->name : "", owner ? ", which " : "",
			owner ? owner->name : "", owner ? " has" : "");
}

static void deadlock(void)
{
	static char words[400];
	size_t at = 0;

	for (unsigned int i = 0; i < task_count && at < sizeof(words); i++)
		if (!tasks[i].ended)
			at += (size_t)describe(words + at, sizeof(words) - at, &tasks[i]);
	sim_panic("deadlock: nobody can run%s", words);
}

static void leave_cpu(struct sim_task *task)
{
	struct sim_task *now = sim_task_now;

	if (task->vcpu) {
		sim_task_now = task;
		alone++;
		task->preempt_count++;
		task->switch_out(task->vcpu);
		task->preempt_count--;
		alone--;
		sim_task_now = now;
		task->was_out = true;
	}
	task->on_cpu = false;
	cpus[task->cpu].current = NULL;
	cpus[task->cpu].interrupt = false;
}

static void take_cpu(struct sim_task *task)
{
	unsigned int free[SIM_MAX_CPUS], count = free_cpus(free);
	unsigned int cpu = free[sim_random_below(count)];

	if (cpus[cpu].current)
		leave_cpu(cpus[cpu].current);
	sim_task_move(task, cpu);
	/* Until switch_in() is through, nobody takes the CPU away again. */
	task->preempt_count += task->was_out;
}

/* --- switching --- */

/* Keep RSP at *from and go on with `to`; what a function has to leave as it was is on the stacks.
 * (With swapcontext() each switch is two system calls, and a warning of ASan's.) */
void task_stack_switch(void **from, void *to);
__asm__(".text\n"
	".type task_stack_switch, @function\n"
	"task_stack_switch:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size task_stack_switch, . - task_stack_switch\n");

#define STACK_SAVED 6 /* registers, and above them the address to return to */

static void stack_leave(struct task_stack *from, struct task_stack *to)
{
	if (__sanitizer_start_switch_fiber)
		__sanitizer_start_switch_fiber(from ? &from->fake_stack : NULL, to->memory,
					       to->size);
}

static void stack_enter(struct task_stack *here)
{
	const void *bottom = NULL;
	size_t size = 0;

	if (__sanitizer_finish_switch_fiber)
		__sanitizer_finish_switch_fiber(here->fake_stack, &bottom, &size);
	if (switched_from == &tasks[0]) {
		stacks[0].memory = (void *)bottom;
		stacks[0].size = size;
	}
}

static void switch_to(struct sim_task *to)
{
	struct sim_task *from = sim_task_now;

	switched_from = from;
	sim_task_now = to;
	stack_leave(from->ended ? NULL : from->stack, to->stack);
	task_stack_switch(&from->stack->pointer, to->stack->pointer);
	stack_enter(from->stack);
}

static void come_back(void)
{
	struct sim_task *task = sim_task_now;

	if (!task->was_out)
		return;
	task->was_out = false;
	task->switch_in(task->vcpu);
	task->preempt_count--;
}

static void schedule(void)
{
	struct sim_task *found[MAX_TASKS], *to;
	unsigned int count = candidates(found);

	if (!count)
		deadlock();
	turns++;
	to = found[sim_random_below(count)];
	if (!to->on_cpu)
		take_cpu(to);
	if (to != sim_task_now)
		switch_to(to);
	/* Another task may have been given the CPU while this one had no turn. */
	sim_task_now->wait = NULL;
	come_back();
}

/*
 * A CPU may be away between any two of its steps, for longer than others need for many of theirs:
 * in an interrupt, in firmware, or because a hypervisor has it.  What is between two steps that
 * should be one would otherwise be met too rarely.
 */
static void stall(struct sim_task *task)
{
	task->stalled_until = turns + 1 + sim_random_below(STALL_MOST);
}

void sim_switch_point(void)
{
	if (alone || sim_random_below(switch_period))
		return;
	if (!sim_random_below(STALL_PERIOD))
		stall(sim_task_now);
	schedule();
}

void sim_guest_runs(void)
{
	if (!sim_switching || alone || sim_random_below(RUN_PERIOD))
		return;
	stall(sim_task_now);
	schedule();
}

void sim_task_wait(const struct sim_wait *wait)
{
	struct sim_task *task = sim_task_now;

	while (!wait->ready(wait->subject, wait->since)) {
		if (!sim_switching || alone) {
			task->wait = wait;
			deadlock();
		}
		task->wait = wait;
		if (wait->sleeps && task->on_cpu)
			leave_cpu(task);
		task->preempt_count += !wait->sleeps;
		schedule();
		task->preempt_count -= !wait->sleeps;
	}
}

/* --- CPUs that go --- */

static bool cpu_can_leave(const void *subject, u64 since)
{
	const struct cpu *cpu = subject;

	return !cpu->current || can_be_preempted(cpu->current);
}

void sim_cpu_vacate(unsigned int cpu)
{
	const struct sim_wait wait = {
		.ready = cpu_can_leave,
		.subject = &cpus[cpu],
		.what = "a CPU to go offline that has",
		.owner = &cpus[cpu].current,
	};

	sim_might_sleep("sim_cpu_vacate");
	cpus[cpu].leaves = true;
	if (sim_task_now->cpu == cpu) {
		leave_cpu(sim_task_now);
		schedule();
	}
	sim_task_wait(&wait);
	alone++;
	if (cpus[cpu].current)
		leave_cpu(cpus[cpu].current);
}

void sim_cpu_vacated(unsigned int cpu)
{
	cpus[cpu].leaves = false;
	alone--;
}

/* --- the life of tasks --- */

static void run(void)
{
	struct sim_task *task = sim_task_now;

	stack_enter(task->stack);
	task->function(task->argument);
	if (!can_be_preempted(task) || task->mutexes_held || task->reads_held || task->vcpu)
		sim_panic("task %s ends, and holds something", task->name);
	task->ended = true;
	leave_cpu(task);
	schedule();
}

static void stack_make(struct task_stack *stack)
{
	u64 *top;

	if (!stack->memory) {
		stack->size = STACK_SIZE;
		stack->memory = mmap(NULL, STACK_SIZE + LINTEL_PAGE_SIZE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (stack->memory == MAP_FAILED)
			sim_panic("no memory for the stack of a task");
		/* What grows beyond it faults. */
		mprotect(stack->memory, LINTEL_PAGE_SIZE, PROT_NONE);
		stack->memory = (u8 *)stack->memory + LINTEL_PAGE_SIZE;
	}
	/* Of the frames of a task before, which were left and never returned from. */
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(stack->memory, stack->size);
	/* As if run() had been called; nothing is above it. */
	top = (u64 *)((u8 *)stack->memory + stack->size);
	top[-1] = 0;
	top[-2] = (u64)run;
	stack->pointer = top - 2 - STACK_SAVED;
	__builtin_memset(stack->pointer, 0, STACK_SAVED * sizeof(u64));
}

struct sim_task *sim_task_create(const char *name, void (*function)(void *argument), void *argument)
{
	struct sim_task *task = &tasks[task_count];

	if (task_count == MAX_TASKS)
		sim_panic("more than %d tasks", MAX_TASKS);
	*task = (struct sim_task){
		.name = name,
		.function = function,
		.argument = argument,
		.stack = &stacks[task_count++],
	};
	stack_make(task->stack);
	return task;
}

bool sim_task_ended(const struct sim_task *task)
{
	return task->ended;
}

bool sim_task_sleeps(const struct sim_task *task)
{
	return !task->ended && task->wait && task->wait->sleeps && !is_ready(task);
}

static bool others_ended(const void *subject, u64 since)
{
	for (unsigned int i = 1; i < task_count; i++)
		if (!tasks[i].ended)
			return false;
	return true;
}

void sim_tasks_run(unsigned int period)
{
	const struct sim_wait wait = {
		.ready = others_ended,
		.sleeps = true,
		.what = "the others' end",
	};

	sim_might_sleep("sim_tasks_run");
	switch_period = period;
	sim_switching = true;
	sim_task_wait(&wait);
	sim_switching = false;
	task_count = 1;
}

/* The stack that a panic left is not come back to. */
void sim_tasks_abandon(void)
{
	if (sim_task_now->stack && sim_task_now != &tasks[0] && __sanitizer_finish_switch_fiber) {
		stack_leave(NULL, &stacks[0]);
		__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
	}
	sim_switching = false;
	alone = 0;
	interrupted = NULL;
	task_count = 1;
	sim_task_now = &tasks[0];
	tasks[0].wait = NULL;
	sim_read_until = NULL;
	__builtin_memset(cpus, 0, sizeof(cpus));
	sim_task_move(&tasks[0], tasks[0].cpu);
}

__attribute__((constructor)) void sim_task_reset(void)
{
	unsigned int cpu = tasks[0].cpu;

	sim_tasks_abandon();
	tasks[0] = (struct sim_task){.name = "main", .stack = &stacks[0], .cpu = cpu};
	__builtin_memset(cpus, 0, sizeof(cpus));
	sim_task_move(&tasks[0], cpu);
}
