// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the MSRs of a simulated processor.
 */
#include "fixture.h"
#include "sim.h"

static void put_on_cpu(const struct vmx_cap_msrs *raw)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		if (cap_msr_present(raw, msr))
			sim_msr_set(0, cap_msr_table[msr].index, raw->value[msr]);
		else
			sim_msr_remove(0, cap_msr_table[msr].index);
	}
}

TEST(cap_read_gives_what_the_processor_has)
{
	struct vmx_cap_msrs raw = fixture_full(), got;

	put_on_cpu(&raw);
	cap_read_msrs(&got);
	EXPECT_EQ(got.present, raw.present);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		test_context("%s", cap_msr_table[msr].name);
		EXPECT_EQ(got.value[msr], raw.value[msr]);
	}
}

/* Which bit, taken away, takes away which MSRs; they must then not even be tried. */
static const struct {
	enum cap_msr msr;
	u64 bits;
	u32 gone;
} announcements[] = {
	{CAP_BASIC, BIT64(55),
	 BIT32(CAP_TRUE_PINBASED_CTLS) | BIT32(CAP_TRUE_PROCBASED_CTLS) |
		 BIT32(CAP_TRUE_EXIT_CTLS) | BIT32(CAP_TRUE_ENTRY_CTLS)},
	{CAP_PROCBASED_CTLS, BIT64(63),
	 BIT32(CAP_PROCBASED_CTLS2) | BIT32(CAP_EPT_VPID_CAP) | BIT32(CAP_VMFUNC)},
	{CAP_PROCBASED_CTLS, BIT64(49), BIT32(CAP_PROCBASED_CTLS3)},
	{CAP_PROCBASED_CTLS2, BIT64(33), 0},
	{CAP_PROCBASED_CTLS2, BIT64(37), 0},
	{CAP_PROCBASED_CTLS2, BIT64(33) | BIT64(37), BIT32(CAP_EPT_VPID_CAP)},
	{CAP_PROCBASED_CTLS2, BIT64(45), BIT32(CAP_VMFUNC)},
	{CAP_EXIT_CTLS, BIT64(63), BIT32(CAP_EXIT_CTLS2)},
};

TEST(cap_read_only_tries_what_is_announced)
{
	for (size_t i = 0; i < COUNT_OF(announcements); i++) {
		struct vmx_cap_msrs raw = fixture_full(), got;
		u32 present = raw.present;

		test_context("row %zu", i);
		raw.value[announcements[i].msr] &= ~announcements[i].bits;
		put_on_cpu(&raw);
		cap_read_msrs(&got);
		EXPECT_EQ(got.present, present & ~announcements[i].gone);
	}
}

/* An announced MSR that faults is absent, not 0, and the set-up says so. */
TEST(cap_read_takes_a_fault_for_absence)
{
	struct vmx_cap_msrs raw = fixture_full(), got;

	put_on_cpu(&raw);
	sim_msr_remove(0, 0x48e);
	sim_msr_remove(0, 0x3a);
	cap_read_msrs(&got);
	EXPECT_EQ(got.present,
		  raw.present & ~(BIT32(CAP_TRUE_PROCBASED_CTLS) | BIT32(CAP_FEATURE_CONTROL)));
	EXPECT_PROBLEMS(fixture_setup(&got), "-48e");
}

TEST(cap_read_without_vmx_finds_nothing)
{
	struct vmx_cap_msrs none = {.present = 0}, got;

	put_on_cpu(&none);
	cap_read_msrs(&got);
	EXPECT_EQ(got.present, 0);
	EXPECT_PROBLEMS(fixture_setup(&got), "-480");
}
