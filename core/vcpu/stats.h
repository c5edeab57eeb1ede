/* SPDX-License-Identifier: GPL-2.0 */
/* Counts of exits: by reason, and by MSR. */
#ifndef LINTEL_VCPU_STATS_H
#define LINTEL_VCPU_STATS_H

#include "types.h"

#define VCPU_MSR_COUNTERS  32
#define VCPU_EXIT_REASONS  80
#define VCPU_STATS_MSR_OTHER 0xffffffffu

/* Rows of msr[] fill from the front; the last one (msr VCPU_STATS_MSR_OTHER) counts all those
 * that found no room. */
struct vcpu_stats {
	u64 exits[VCPU_EXIT_REASONS];
	struct vcpu_msr_counter {
		u32 msr;
		u64 reads, writes;
	} msr[VCPU_MSR_COUNTERS];
	u64 to_user;
};

void vcpu_stats_count_msr(struct vcpu_stats *stats, u32 msr, u64 reads, u64 writes);
/* Add what `one` counted to `total`. */
void vcpu_stats_add(struct vcpu_stats *total, const struct vcpu_stats *one);

#endif
