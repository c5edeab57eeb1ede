/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The benchmark: what calls of the KVM API cost their caller, and events their guest.  Costs are
 * differences of the TSC, which in the emulated machine counts instructions.
 */
#ifndef BENCH_H
#define BENCH_H

#include "../tests/conformance/api/vm.h"

static inline u64 rdtsc(void)
{
	return __builtin_ia32_rdtsc();
}

/* One row of the table: the smallest and the middle of the samples. */
void bench_row(const char *name, u64 *samples, unsigned int count);

/* Rows of the KVM API; rows of events in a guest. */
void bench_api(void);
void bench_events(void);

#endif
