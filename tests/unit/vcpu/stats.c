// SPDX-License-Identifier: GPL-2.0
#include "test.h"
#include "vcpu/stats.h"

TEST(stats_of_an_msr_go_to_its_row)
{
	struct vcpu_stats stats = { 0 };

	vcpu_stats_count_msr(&stats, 0x10, 1, 0);
	vcpu_stats_count_msr(&stats, 0xc0000080, 0, 1);
	vcpu_stats_count_msr(&stats, 0x10, 1, 1);
	EXPECT_EQ(stats.msr[0].msr, 0x10);
	EXPECT_EQ(stats.msr[0].reads, 2);
	EXPECT_EQ(stats.msr[0].writes, 1);
	EXPECT_EQ(stats.msr[1].msr, 0xc0000080);
	EXPECT_EQ(stats.msr[1].writes, 1);
}

TEST(stats_of_msrs_without_a_row_are_in_the_last)
{
	struct vcpu_stats stats = { 0 };

	for (u32 msr = 0; msr < VCPU_MSR_COUNTERS + 5; msr++)
		vcpu_stats_count_msr(&stats, msr, 1, 0);
	EXPECT_EQ(stats.msr[VCPU_MSR_COUNTERS - 2].msr, VCPU_MSR_COUNTERS - 2);
	EXPECT_EQ(stats.msr[VCPU_MSR_COUNTERS - 1].msr, VCPU_STATS_MSR_OTHER);
	EXPECT_EQ(stats.msr[VCPU_MSR_COUNTERS - 1].reads, 6);
}

TEST(stats_add_up)
{
	struct vcpu_stats total = { 0 }, one = { 0 };

	one.exits[10] = 3;
	one.to_user = 2;
	vcpu_stats_count_msr(&one, 0x1b, 4, 5);
	vcpu_stats_add(&total, &one);
	vcpu_stats_add(&total, &one);
	EXPECT_EQ(total.exits[10], 6);
	EXPECT_EQ(total.to_user, 4);
	EXPECT_EQ(total.msr[0].msr, 0x1b);
	EXPECT_EQ(total.msr[0].reads, 8);
	EXPECT_EQ(total.msr[0].writes, 10);
	EXPECT_EQ(total.msr[1].reads + total.msr[1].writes, 0);
}
