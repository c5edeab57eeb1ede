// SPDX-License-Identifier: GPL-2.0
/*
 * Several CPUs without an interrupt controller: all start at the entry and share memory.
 * Waiting is done with PAUSE: the CPUs may well share one of the host's.
 */
#include "rt64.h"

#define ROUNDS 2000
#define TURNS  8

static volatile u32 started, finished;
static volatile u32 lock;
static u64 locked_count; /* under the lock, and deliberately not atomic */
static volatile u64 atomic_count;
static volatile u32 turn;
static volatile u64 message;
static u64 bad_messages;
static volatile u32 ids;
static volatile u32 bad_registers;

static void pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static u32 exchange(volatile u32 *at, u32 value)
{
	__asm__ volatile("xchg %0, %1" : "+r"(value), "+m"(*at) : : "memory");
	return value;
}

static void take(void)
{
	while (exchange(&lock, 1))
		pause();
}

static void give(void)
{
	__asm__ volatile("" : : : "memory");
	lock = 0;
}

static void count(void)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		take();
		locked_count++;
		give();
		__asm__ volatile("lock incq %0" : "+m"(atomic_count) : : "memory");
		if (i % 256 == 0)
			cpuid(0); /* an exit now and then */
	}
}

/* The CPUs take turns; each finds the message that the one before it wrote before its turn. */
static void take_turns(u32 cpu)
{
	u32 cpus = boot_info->cpus, i;

	for (i = 0; i < TURNS; i++) {
		u32 mine = i * cpus + cpu;

		while (turn != mine)
			pause();
		if (message != mine * 3ull)
			bad_messages++;
		message = (mine + 1) * 3ull;
		__asm__ volatile("" : : : "memory"); /* stores are seen in their order */
		turn = mine + 1;
	}
}

/* A value in a register must survive exits and the other CPUs. */
static void check_registers(u32 cpu)
{
	u64 r15, want = 0x1000 + cpu;

	__asm__ volatile("mov %1, %%r15; mov $200, %%esi; 1: xor %%eax, %%eax; cpuid; pause;"
			 "dec %%esi; jnz 1b; mov %%r15, %0"
			 : "=r"(r15)
			 : "r"(want)
			 : "rax", "rbx", "rcx", "rdx", "rsi", "r15", "memory");
	if (r15 != want)
		__asm__ volatile("lock incl %0" : "+m"(bad_registers));
}

static void work(u32 cpu)
{
	__asm__ volatile("lock orl %1, %0" : "+m"(ids) : "r"(1u << cpu));
	if (cpuid(1).ebx >> 24 != cpu)
		__asm__ volatile("lock incl %0" : "+m"(bad_registers));
	__asm__ volatile("lock incl %0" : "+m"(started));
	while (started != boot_info->cpus)
		pause();
	count();
	check_registers(cpu);
	take_turns(cpu);
	__asm__ volatile("lock incl %0" : "+m"(finished));
}

void guest_ap_main(u32 cpu)
{
	work(cpu);
}

void guest_main(void)
{
	u32 cpus = boot_info->cpus;

	CHECK(cpus >= 2, "there is more than one CPU");
	work(0);
	while (finished != cpus)
		pause();
	CHECK_EQ(ids, (1u << cpus) - 1, "every CPU came, with a number of its own");
	CHECK_EQ(locked_count, (u64)ROUNDS * cpus, "a spin lock keeps a counter right");
	CHECK_EQ(atomic_count, (u64)ROUNDS * cpus, "LOCK INC keeps a counter right");
	CHECK_EQ(bad_messages, 0, "a message is there before the turn it was written for");
	CHECK_EQ(turn, TURNS * cpus, "all turns were taken");
	CHECK_EQ(bad_registers, 0, "each CPU has its own registers and APIC id");
}
