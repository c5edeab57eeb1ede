// SPDX-License-Identifier: GPL-2.0
#include "vcpu/stats.h"

/* From the MSR's place on, round the end: most are found at once. */
static struct vcpu_msr_counter *counter_of(struct vcpu_stats *stats, u32 msr)
{
	struct vcpu_msr_counter *counter;

	for (u32 n = 0; n < VCPU_MSR_PLACES; n++) {
		counter = &stats->msr[(msr + n) % VCPU_MSR_PLACES];
		/* An unused row has counted nothing yet. */
		if (counter->msr == msr || !(counter->reads + counter->writes)) {
			counter->msr = msr;
			return counter;
		}
	}
	counter = &stats->msr[VCPU_MSR_PLACES];
	counter->msr = VCPU_STATS_MSR_OTHER;
	return counter;
}

void vcpu_histogram_add(struct vcpu_histogram *histogram, u64 ns)
{
	unsigned int bucket = ns ? 64 - (unsigned int)__builtin_clzll(ns) : 0;

	histogram->bucket[bucket < VCPU_STATS_BUCKETS ? bucket : VCPU_STATS_BUCKETS - 1]++;
}

void vcpu_stats_count_msr(struct vcpu_stats *stats, u32 msr, u64 reads, u64 writes)
{
	struct vcpu_msr_counter *counter = counter_of(stats, msr);

	counter->reads += reads;
	counter->writes += writes;
	stats->last_msr = counter;
}

static void charge(struct vcpu_cost *cost, enum vcpu_phase phase, u64 ticks, bool ended)
{
	cost->count += ended;
	if (phase == VCPU_PHASE_EXIT)
		cost->kernel += ticks;
	else if (phase == VCPU_PHASE_USER)
		cost->user += ticks;
}

void vcpu_stats_enter_phase(struct vcpu_stats *stats, u32 measurement, enum vcpu_phase next,
			    u64 now, u32 reason)
{
	/* The TSCs of two processors may disagree. */
	u64 ticks = now > stats->since ? now - stats->since : 0;
	bool ended = next == VCPU_PHASE_GUEST;

	if (stats->measurement != measurement) {
		stats->measurement = measurement;
		stats->last_msr = NULL;
	} else {
		stats->ticks[stats->phase] += ticks;
		/* Before the first entry of all there was no exit. */
		if (reason < EXIT_REASONS && stats->exits[reason])
			charge(&stats->cost[reason], stats->phase, ticks, ended);
		if (stats->last_msr)
			charge(&stats->last_msr->cost, stats->phase, ticks, ended);
	}
	if (ended)
		stats->last_msr = NULL;
	stats->phase = next;
	stats->since = now;
}

void vcpu_stats_add(struct vcpu_stats *total, const struct vcpu_stats *one)
{
	for (unsigned int reason = 0; reason < EXIT_REASONS; reason++)
		total->exits[reason] += one->exits[reason];
	for (unsigned int row = 0; row < VCPU_MSR_COUNTERS; row++)
		if (one->msr[row].reads + one->msr[row].writes)
			vcpu_stats_count_msr(total, one->msr[row].msr, one->msr[row].reads,
					     one->msr[row].writes);
	total->to_user += one->to_user;
}
