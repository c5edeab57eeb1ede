/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The benchmark: what calls of the KVM API cost their caller, and events their guest.  Costs are
 * differences of the TSC, which in the emulated machine counts instructions.
 */
#ifndef BENCH_H
#define BENCH_H

#include "../lab/count.h"
#include "../tests/conformance/api/vm.h"

/* For the emulator, which counts what is executed between START and STOP. */
#define MARK(what) __asm__ volatile(COUNT_NOP(what)::: "memory")

static inline u64 rdtsc(void)
{
	return __builtin_ia32_rdtsc();
}

/* One row of the table: the smallest and the middle of the samples; the emulator's counts end with
 * it. */
void bench_row(const char *name, u64 *samples, unsigned int count);

/* Rows of the KVM API; rows of events in a guest. */
void bench_api(void);
void bench_events(void);

/* Rows of what grows, or does not, with the number of slots, vCPUs, VMs. */
void bench_scale(void);

/* Some of bench_events()'s rows in a VM with that many slots more, "NAME; slots @ SLOTS". */
void bench_events_with_slots(unsigned int slots);

/* Slots of a page each, from the number FIRST_OF_MANY and the address MANY_GPA on. */
#define FIRST_OF_MANY 10
#define MANY_GPA      0x100000000UL
void bench_add_slots(int vm, unsigned int count, u8 *page);

#endif
