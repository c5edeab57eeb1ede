// SPDX-License-Identifier: GPL-2.0
/* The guest's time-stamp counter and IA32_TSC_ADJUST. */
#include "guest.h"

#define SECOND 2000000000ull /* ticks of the simulated clock */
#define SOON   100000ull     /* more than the ticks that a few reads take */

static u64 tsc_of(struct vcpu *vcpu)
{
	u64 value = 0;

	EXPECT_EQ(msr_read(vcpu, MSR_IA32_TSC, &value, true), 0);
	return value;
}

static u64 adjust_of(struct vcpu *vcpu)
{
	u64 value = 0;

	EXPECT_EQ(msr_read(vcpu, MSR_IA32_TSC_ADJUST, &value, true), 0);
	return value;
}

static bool is_soon_after(u64 value, u64 start)
{
	return value - start < SOON;
}

TEST(msr_tsc_starts_at_0)
{
	struct fixture *g;

	sim_advance_tsc(1000 * SECOND);
	g = guest_create();
	EXPECT_TRUE(is_soon_after(tsc_of(&g->vcpu[0]), 0));
	sim_advance_tsc(SECOND);
	EXPECT_TRUE(is_soon_after(tsc_of(&g->vcpu[0]), SECOND));
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), g->vcpu[0].tsc_offset);
	fixture_destroy(g);
}

TEST(msr_tsc_set_by_user_space)
{
	struct fixture *g = guest_create();

	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, 1ull << 50, true), 0);
	EXPECT_TRUE(is_soon_after(tsc_of(&g->vcpu[0]), 1ull << 50));
	EXPECT_EQ(adjust_of(&g->vcpu[0]), 0);
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), g->vcpu[0].tsc_offset);

	/* Back to the beginning, as at a reset of the VM. */
	sim_advance_tsc(100 * SECOND);
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, 0, true), 0);
	EXPECT_TRUE(is_soon_after(tsc_of(&g->vcpu[0]), 0));
	fixture_destroy(g);
}

TEST(msr_tsc_set_by_the_guest)
{
	struct fixture *g = guest_create();
	u64 offset = g->vcpu[0].tsc_offset;

	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, 1ull << 40, false), 0);
	EXPECT_TRUE(is_soon_after(tsc_of(&g->vcpu[0]), 1ull << 40));
	EXPECT_EQ(adjust_of(&g->vcpu[0]), g->vcpu[0].tsc_offset - offset);
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), g->vcpu[0].tsc_offset);
	fixture_destroy(g);
}

TEST(msr_tsc_adjust)
{
	struct fixture *g = guest_create();
	u64 offset;

	fixture_set_cpuid(&g->vcpu[0]);
	offset = g->vcpu[0].tsc_offset;

	/* The guest moves its counter by the difference; downwards too. */
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC_ADJUST, 5000, false), 0);
	EXPECT_EQ(g->vcpu[0].tsc_offset, offset + 5000);
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC_ADJUST, -(u64)2000, false), 0);
	EXPECT_EQ(g->vcpu[0].tsc_offset, offset - 2000);
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), offset - 2000);

	/* User space restores the register, and does not move the counter. */
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC_ADJUST, 77, true), 0);
	EXPECT_EQ(g->vcpu[0].tsc_offset, offset - 2000);
	EXPECT_EQ(adjust_of(&g->vcpu[0]), 77);
	fixture_destroy(g);
}

/* vCPUs whose counters user space sets in turn get one counter. */
TEST(msr_tsc_of_two_vcpus)
{
	static const struct {
		const char *name;
		u64 first, second, between;
		bool same;
	} rows[] = {
		{"both new", 0, 0, SECOND / 100, true},
		{"a late one", 0, 0, 100 * SECOND, true},
		{"restored", 1ull << 45, 1ull << 45, SECOND / 10, true},
		{"restored, with the time between", 1ull << 45, (1ull << 45) + SECOND / 10,
		 SECOND / 10, true},
		{"different", 1ull << 45, 1ull << 46, SECOND / 10, false},
		{"too late", 1ull << 45, 1ull << 45, 2 * SECOND, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = guest_create();
		struct vcpu *second;

		test_context("%s", rows[i].name);
		EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, rows[i].first, true), 0);
		second = guest_add_vcpu(g);
		sim_advance_tsc(rows[i].between);
		EXPECT_EQ(msr_write(second, MSR_IA32_TSC, rows[i].second, true), 0);
		EXPECT_EQ(second->tsc_offset == g->vcpu[0].tsc_offset, rows[i].same);
		if (!rows[i].same)
			EXPECT_TRUE(is_soon_after(tsc_of(second), rows[i].second));
		fixture_destroy(g);
	}
}

/* A VM that was saved in its first second is restored: what its vCPUs have begun with, or were
 * reset to, is no counter to be equal to. */
TEST(msr_tsc_restored_early)
{
	static const struct {
		const char *name;
		bool reset;
	} rows[] = {{"as they began", false}, {"reset", true}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = guest_create();
		struct vcpu *second;

		test_context("%s", rows[i].name);
		if (rows[i].reset)
			EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, 0, true), 0);
		second = guest_add_vcpu(g);
		if (rows[i].reset)
			EXPECT_EQ(msr_write(second, MSR_IA32_TSC, 0, true), 0);
		EXPECT_EQ(msr_write(second, MSR_IA32_TSC, SECOND / 2, true), 0);
		EXPECT_TRUE(is_soon_after(tsc_of(second), SECOND / 2));
		fixture_destroy(g);
	}
}
