/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random bytes as instructions, for guests of every mode: each CPU fills its page and goes there,
 * with registers that are random too, once a round.  Whatever exception comes begins the next
 * round.  TF is set, and after RANDOM_STEPS single steps, of all CPUs together, #DB does the same,
 * so that a loop ends.
 *
 * The first RANDOM_ROUNDS of each CPU reach nothing but memory, and come to their end, which is
 * checked.  In RANDOM_MORE that follow the bytes reach what is no memory, too, and any end of the
 * VM is right that the guest can bring about: a triple fault, or an instruction that is not
 * emulated.
 */
#ifndef GUEST_RANDOM_H
#define GUEST_RANDOM_H

#include "xorshift.h"

#ifndef RANDOM_ROUNDS
#define RANDOM_ROUNDS 150
#endif
#define RANDOM_MORE  150
#define RANDOM_STEPS 48
#define RANDOM_CPUS  2
#define NOP	     0x90

volatile u32 random_steps;
static volatile u32 random_rounds[RANDOM_CPUS], random_finished, random_devices;

/* In each program: goes to @page, never returns. */
void random_enter(u8 *page) __attribute__((noreturn));
/* From now on the bytes reach what is no memory; on the first CPU. */
void random_devices_map(void);

static inline void random_wait(volatile u32 *number, u32 until)
{
	while (*number < until)
		__asm__ volatile("pause");
}

/* Each CPU comes here twice: after the rounds in memory, and at the end. */
static inline void random_stop(u32 cpu, u32 cpus, u32 round)
{
	__asm__ volatile("lock incl %0" : "+m"(random_finished) : : "memory");
	if (cpu) {
		random_wait(&random_devices, round == RANDOM_ROUNDS ? 1 : 2);
		return;
	}
	random_wait(&random_finished, round == RANDOM_ROUNDS ? cpus : 2 * cpus);
	print("\n"); /* the bytes may have written to the serial port */
	if (round > RANDOM_ROUNDS) {
		CHECK(true, "and so did those that reached devices");
		done();
	}
	CHECK(true, "the random bytes came to an end");
	random_devices_map();
	random_devices = 1;
}

/*
 * HLT, which is also the debug-exit port, would be the end too early.  POPF and IRET clear TF: a
 * loop without it, and with IF = 0, stops the emulated machine of the lab for good.
 */
static inline bool random_leaves_out(u8 byte)
{
	return byte == 0xf4 || byte == 0x9d || byte == 0xcf;
}

/* The next round of a CPU; on a stack of its own. */
static inline void random_next(u32 cpu, u32 cpus, u8 *page)
{
	u32 round = random_rounds[cpu]++, state = 0x9e3779b9 * (round + 1) + cpu, i;

	if (round == RANDOM_ROUNDS || round == RANDOM_ROUNDS + RANDOM_MORE)
		random_stop(cpu, cpus, round);
	for (i = 0; i < PAGE_SIZE; i++) {
		u8 byte = xorshift(&state) >> 11;

		page[i] = random_leaves_out(byte) ? NOP : byte;
	}
	random_steps = RANDOM_STEPS;
	random_enter(page);
}

#endif
