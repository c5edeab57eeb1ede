// SPDX-License-Identifier: GPL-2.0
/* The table of MSRs agrees with itself. */
#include "facts/msr_text.h"
#include "cpuid/cpuid.h"
#include "guest.h"

TEST(msr_table_is_sorted)
{
	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		test_context("row %u, %s", i, msr_table[i].name);
		EXPECT_TRUE(msr_table[i].first <= msr_table[i].last);
		if (i)
			EXPECT_TRUE(msr_table[i - 1].last < msr_table[i].first);
	}
}

TEST(MSR_ROWS_are_complete)
{
	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];
		const struct msr_keeper *keeper = msr_keeper(row);

		test_context("%s", row->name);
		EXPECT_TRUE(row->name && row->name[0]);
		EXPECT_TRUE(msr_text(row)->why && msr_text(row)->why[0]);
		/* What is read without an exit can be read with one, too: a processor may have no
		 * bitmap, and user space reads it. */
		if (row->read != MSR_DENY || row->listed)
			EXPECT_TRUE(keeper->get || keeper->home != HOME_NOWHERE);
		/* A row in the index list can be saved and restored. */
		if (row->write != MSR_DENY || row->listed)
			EXPECT_TRUE(keeper->writable);
	}
}

TEST(msr_table_pass_through_writes_have_owners)
{
	unsigned int passed = 0;

	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];

		test_context("%s", row->name);
		if (row->write == MSR_PASS_THROUGH) {
			passed++;
			EXPECT_TRUE(row->owner == OWNER_VMCS || row->owner == OWNER_SWITCH_BY_HAND);
		}
		/* The host's value must not be seen either. */
		if (row->read == MSR_PASS_THROUGH)
			EXPECT_TRUE(row->owner != OWNER_NONE);
		if (row->read == MSR_PASS_THROUGH || row->write == MSR_PASS_THROUGH)
			for (u32 msr = row->first; msr <= row->last; msr++)
				EXPECT_TRUE(msr_bitmap_covers(msr));
	}
	EXPECT_EQ(passed, 6);
}

TEST(msr_table_switched_rows_fit_the_list)
{
	unsigned int switched = 0;

	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		if (msr_table[i].owner != OWNER_SWITCH_BY_HAND)
			continue;
		test_context("%s", msr_table[i].name);
		EXPECT_EQ(msr_table[i].first, msr_table[i].last);
		switched++;
	}
	EXPECT_EQ(switched, 7);
	EXPECT_TRUE(switched <= MSR_SWITCHED_MAX);
}

TEST(msr_find_finds_every_row_and_nothing_else)
{
	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];
		const struct msr_row *next = i + 1 < MSR_ROWS ? row + 1 : NULL;

		test_context("%s", row->name);
		for (u32 msr = row->first; msr <= row->last; msr++)
			EXPECT_TRUE(msr_find(msr) == row);
		if (!next || next->first > row->last + 1)
			EXPECT_TRUE(msr_find(row->last + 1) == NULL);
	}
	test_context("%s", "");
	EXPECT_TRUE(msr_find(0x2) == NULL);
	EXPECT_TRUE(msr_find(0x1fff) == NULL);
	EXPECT_TRUE(msr_find(0xc0000080 - 1) == NULL);
	EXPECT_TRUE(msr_find(0xffffffff) == NULL);
}

/* The numbers of the SDM's volume 4, typed a second time. */
TEST(msr_index_numbers)
{
	static const struct {
		u32 msr;
		const char *name;
	} rows[] = {
		{0x10, "IA32_TIME_STAMP_COUNTER"},
		{0x17, "IA32_PLATFORM_ID"},
		{0x1b, "IA32_APIC_BASE"},
		{0x2c, "EBC_FREQUENCY_ID"},
		{0x34, "SMI_COUNT"},
		{0x3a, "IA32_FEATURE_CONTROL"},
		{0x3b, "IA32_TSC_ADJUST"},
		{0x79, "IA32_BIOS_UPDT_TRIG"},
		{0x8b, "IA32_BIOS_SIGN_ID"},
		{0xc1, "IA32_PMC0, IA32_PMC1"},
		{0xfe, "IA32_MTRRCAP"},
		{0x10a, "IA32_ARCH_CAPABILITIES"},
		{0x11e, "BBL_CR_CTL3"},
		{0x122, "IA32_TSX_CTRL"},
		{0x174, "IA32_SYSENTER_CS"},
		{0x175, "IA32_SYSENTER_ESP"},
		{0x176, "IA32_SYSENTER_EIP"},
		{0x179, "IA32_MCG_CAP"},
		{0x17a, "IA32_MCG_STATUS"},
		{0x17b, "IA32_MCG_CTL"},
		{0x187, "IA32_PERFEVTSEL0, IA32_PERFEVTSEL1"},
		{0x198, "IA32_PERF_STATUS"},
		{0x199, "IA32_PERF_CTL"},
		{0x1a0, "IA32_MISC_ENABLE"},
		{0x1d9, "IA32_DEBUGCTL"},
		{0x1de, "LASTBRANCHFROMIP, LASTBRANCHTOIP, LASTINTFROMIP, LASTINTTOIP"},
		{0x200, "IA32_MTRR_PHYSBASEn, IA32_MTRR_PHYSMASKn"},
		{0x20f, "IA32_MTRR_PHYSBASEn, IA32_MTRR_PHYSMASKn"},
		{0x250, "IA32_MTRR_FIX64K"},
		{0x258, "IA32_MTRR_FIX16K"},
		{0x259, "IA32_MTRR_FIX16K"},
		{0x268, "IA32_MTRR_FIX4K"},
		{0x26f, "IA32_MTRR_FIX4K"},
		{0x277, "IA32_PAT"},
		{0x2ff, "IA32_MTRR_DEF_TYPE"},
		{0x400, "IA32_MCi_CTL, _STATUS, _ADDR, _MISC"},
		{0x47f, "IA32_MCi_CTL, _STATUS, _ADDR, _MISC"},
		{0x606, "RAPL_POWER_UNIT"},
		{0x611, "PKG_ENERGY_STATUS"},
		{0x619, "DRAM_ENERGY_STATUS"},
		{0x639, "PP0_ENERGY_STATUS"},
		{0x641, "PP1_ENERGY_STATUS"},
		{0x6e0, "IA32_TSC_DEADLINE"},
		{0xda0, "IA32_XSS"},
		{0xc0000080, "IA32_EFER"},
		{0xc0000081, "IA32_STAR"},
		{0xc0000082, "IA32_LSTAR"},
		{0xc0000083, "IA32_CSTAR"},
		{0xc0000084, "IA32_FMASK"},
		{0xc0000100, "IA32_FS_BASE"},
		{0xc0000101, "IA32_GS_BASE"},
		{0xc0000102, "IA32_KERNEL_GS_BASE"},
		{0xc0000103, "IA32_TSC_AUX"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct msr_row *row = msr_find(rows[i].msr);

		test_context("MSR 0x%x", rows[i].msr);
		REQUIRE_TRUE(row != NULL);
		EXPECT_STR_EQ(row->name, rows[i].name);
	}
}

static bool in_list(const u32 *list, unsigned int count, u32 msr)
{
	for (unsigned int i = 0; i < count; i++)
		if (list[i] == msr)
			return true;
	return false;
}

TEST(msr_index_list_is_what_this_host_has)
{
	u32 list[128], few[4] = {0};
	unsigned int count, listed = 0;

	guest_use_processor();
	count = msr_index_list(list, COUNT_OF(list));
	REQUIRE_TRUE(count <= COUNT_OF(list));
	EXPECT_TRUE(in_list(list, count, MSR_LSTAR));
	EXPECT_TRUE(in_list(list, count, MSR_TSC_AUX));
	EXPECT_TRUE(in_list(list, count, 0x20f));
	EXPECT_FALSE(in_list(list, count, MSR_IA32_XSS));
	for (unsigned int i = 0; i < count; i++)
		EXPECT_TRUE(msr_find(list[i])->listed);
	for (unsigned int i = 0; i < MSR_ROWS; i++)
		if (msr_table[i].listed && msr_exists(msr_table[i].condition, NULL))
			listed += msr_table[i].last - msr_table[i].first + 1;
	EXPECT_EQ(count, listed);

	EXPECT_EQ(msr_index_list(NULL, 0), count);
	EXPECT_EQ(msr_index_list(few, 3), count);
	EXPECT_EQ(few[2], list[2]);
	EXPECT_EQ(few[3], 0);

	/* A host without RDTSCP and RDPID has no IA32_TSC_AUX. */
	sim_cpuid_disable(0x80000001, SIM_ANY_SUBLEAF, 0, 0, 0, BIT32(27));
	cpuid_setup();
	EXPECT_EQ(msr_index_list(list, COUNT_OF(list)), count - 1);
	EXPECT_FALSE(in_list(list, count - 1, MSR_TSC_AUX));
}

/* All that is listed can be read by user space, and what was read can be set. */
TEST(msr_index_list_round_trips)
{
	struct fixture *g = guest_create();
	unsigned int count;
	u32 list[128];
	u64 value;

	fixture_set_cpuid(&g->vcpu[0]);
	count = msr_index_list(list, COUNT_OF(list));
	for (unsigned int i = 0; i < count; i++) {
		test_context("MSR 0x%x", list[i]);
		EXPECT_EQ(msr_read(&g->vcpu[0], list[i], &value, true), 0);
		EXPECT_EQ(msr_write(&g->vcpu[0], list[i], value, true), 0);
	}
	fixture_destroy(g);
}
