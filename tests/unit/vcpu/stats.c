// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include "vcpu/stats.h"

static const struct vcpu_msr_counter *row_of(const struct vcpu_stats *stats, u32 msr)
{
	static const struct vcpu_msr_counter none;

	for (unsigned int i = 0; i < VCPU_MSR_COUNTERS; i++)
		if (stats->msr[i].msr == msr && stats->msr[i].reads + stats->msr[i].writes)
			return &stats->msr[i];
	return &none;
}

/* The last of them has the place of the first. */
TEST(stats_of_an_msr_go_to_its_row)
{
	struct vcpu_stats stats = {0};

	vcpu_stats_count_msr(&stats, 0x10, 1, 0);
	vcpu_stats_count_msr(&stats, 0xc0000080, 0, 1);
	vcpu_stats_count_msr(&stats, 0x10, 1, 1);
	vcpu_stats_count_msr(&stats, 0x10 + VCPU_MSR_PLACES, 3, 0);
	EXPECT_EQ(row_of(&stats, 0x10)->reads, 2);
	EXPECT_EQ(row_of(&stats, 0x10)->writes, 1);
	EXPECT_EQ(row_of(&stats, 0xc0000080)->writes, 1);
	EXPECT_EQ(row_of(&stats, 0x10 + VCPU_MSR_PLACES)->reads, 3);
}

TEST(stats_of_msrs_without_a_row_are_in_the_last)
{
	struct vcpu_stats stats = {0};

	for (u32 msr = 0; msr < VCPU_MSR_COUNTERS + 5; msr++)
		vcpu_stats_count_msr(&stats, msr, 1, 0);
	EXPECT_EQ(stats.msr[VCPU_MSR_COUNTERS - 2].msr, VCPU_MSR_COUNTERS - 2);
	EXPECT_EQ(stats.msr[VCPU_MSR_COUNTERS - 1].msr, VCPU_STATS_MSR_OTHER);
	EXPECT_EQ(stats.msr[VCPU_MSR_COUNTERS - 1].reads, 6);
}

TEST(stats_add_up)
{
	struct vcpu_stats total = {0}, one = {0};

	one.exits[10] = 3;
	one.to_user = 2;
	vcpu_stats_count_msr(&one, 0x1b, 4, 5);
	vcpu_stats_add(&total, &one);
	vcpu_stats_add(&total, &one);
	EXPECT_EQ(total.exits[10], 6);
	EXPECT_EQ(total.to_user, 4);
	EXPECT_EQ(row_of(&total, 0x1b)->reads, 8);
	EXPECT_EQ(row_of(&total, 0x1b)->writes, 10);
	EXPECT_EQ(row_of(&total, 0)->reads, 0);
}

#define MEASUREMENT 3

static void enter(struct vcpu_stats *stats, enum vcpu_phase next, u64 now)
{
	vcpu_stats_enter_phase(stats, MEASUREMENT, next, now, 10);
}

/* The time of an exit is that of its handling, before and after a visit to user space or a sleep.
 */
TEST(stats_of_time_by_phase)
{
	struct vcpu_stats stats = {.exits = {[10] = 7}, .since = 1};

	enter(&stats, VCPU_PHASE_EXIT, 1000);
	enter(&stats, VCPU_PHASE_GUEST, 1001);
	enter(&stats, VCPU_PHASE_EXIT, 1011);
	enter(&stats, VCPU_PHASE_USER, 1111);
	enter(&stats, VCPU_PHASE_EXIT, 2111);
	enter(&stats, VCPU_PHASE_ASLEEP, 2112);
	enter(&stats, VCPU_PHASE_EXIT, 12112);
	enter(&stats, VCPU_PHASE_GUEST, 12114);

	EXPECT_EQ(stats.ticks[VCPU_PHASE_GUEST], 10);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_EXIT], 1 + 100 + 1 + 2);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_USER], 1000);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_ASLEEP], 10000);
	EXPECT_EQ(stats.cost[10].count, 2);
	EXPECT_EQ(stats.cost[10].kernel, 1 + 100 + 1 + 2);
	EXPECT_EQ(stats.cost[10].user, 1000);
}

TEST(stats_of_time_start_anew_with_each_measurement)
{
	struct vcpu_stats stats = {.exits = {[10] = 7}};

	enter(&stats, VCPU_PHASE_EXIT, 1000);
	vcpu_stats_enter_phase(&stats, MEASUREMENT + 1, VCPU_PHASE_GUEST, 9000, 10);
	vcpu_stats_enter_phase(&stats, MEASUREMENT + 1, VCPU_PHASE_EXIT, 9001, 10);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_EXIT], 0);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_GUEST], 1);
	EXPECT_EQ(stats.cost[10].count, 0);
}

TEST(stats_of_time_of_an_msr)
{
	struct vcpu_stats stats = {.exits = {[10] = 7}};

	vcpu_stats_count_msr(&stats, 0x1b, 1, 0);
	enter(&stats, VCPU_PHASE_EXIT, 1000);
	vcpu_stats_count_msr(&stats, 0x10, 1, 0);
	enter(&stats, VCPU_PHASE_GUEST, 1030);
	enter(&stats, VCPU_PHASE_EXIT, 1040);
	enter(&stats, VCPU_PHASE_GUEST, 1070);
	EXPECT_EQ(row_of(&stats, 0x1b)->cost.count, 0);
	EXPECT_EQ(row_of(&stats, 0x10)->cost.count, 1);
	EXPECT_EQ(row_of(&stats, 0x10)->cost.kernel, 30);
	EXPECT_EQ(stats.cost[10].kernel, 60);
}

/* Another processor's TSC may be behind; and a vCPU that never ran has no exit to be blamed. */
TEST(stats_of_time_are_never_nonsense)
{
	struct vcpu_stats stats = {0};

	enter(&stats, VCPU_PHASE_EXIT, 1000);
	enter(&stats, VCPU_PHASE_GUEST, 1500);
	enter(&stats, VCPU_PHASE_EXIT, 1400);
	EXPECT_EQ(stats.cost[10].count, 0);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_GUEST], 0);
	EXPECT_EQ(stats.ticks[VCPU_PHASE_EXIT], 500);
}

TEST(stats_histogram_has_powers_of_two)
{
	static const struct {
		u64 ns;
		unsigned int bucket;
	} rows[] = {
		{0, 0},		{1, 1},
		{2, 2},		{3, 2},
		{4, 3},		{7, 3},
		{8, 4},		{(1u << 30) - 1, 30},
		{1u << 30, 31}, {0x80000000u, 31},
		{~(u64)0, 31},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct vcpu_histogram histogram = {0};

		test_context("%llu ns", rows[i].ns);
		vcpu_histogram_add(&histogram, rows[i].ns);
		for (unsigned int bucket = 0; bucket < VCPU_STATS_BUCKETS; bucket++)
			EXPECT_EQ(histogram.bucket[bucket], bucket == rows[i].bucket);
	}
}
