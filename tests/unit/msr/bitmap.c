// SPDX-License-Identifier: GPL-2.0
/* The MSR bitmap against a model of its own, written from the SDM's "MSR-Bitmap Address". */
#include "guest.h"
#include "vmx.h"

/*
 * The four parts: "Read bitmap for low MSRs (located at the MSR-bitmap address)", "Read bitmap for
 * high MSRs (address plus 1024)", "Write bitmap for low MSRs (plus 2048)", "Write bitmap for high
 * MSRs (plus 3072)".  Low: 00000000H to 00001FFFH, high: C0000000H to C0001FFFH.
 */
static const struct model_part {
	u32 first, last;
	enum msr_direction direction;
	unsigned int byte;
} parts[] = {
	{0x00000000, 0x00001fff, MSR_READ, 0},
	{0xc0000000, 0xc0001fff, MSR_READ, 1024},
	{0x00000000, 0x00001fff, MSR_WRITE, 2048},
	{0xc0000000, 0xc0001fff, MSR_WRITE, 3072},
};

/* The number of an access's bit in the page; -1: none. */
static int model_bit(u32 msr, enum msr_direction direction)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (parts[i].direction == direction && msr >= parts[i].first &&
		    msr <= parts[i].last)
			return (int)(parts[i].byte * 8 + (msr - parts[i].first));
	return -1;
}

static u8 page[MSR_BITMAP_SIZE];

static bool page_is(u8 value)
{
	for (size_t i = 0; i < sizeof(page); i++)
		if (page[i] != value)
			return false;
	return true;
}

TEST(msr_bitmap_clears_and_sets_one_bit)
{
	for (size_t p = 0; p < COUNT_OF(parts); p++) {
		for (u32 msr = parts[p].first; msr <= parts[p].last; msr++) {
			int bit = model_bit(msr, parts[p].direction);

			memset(page, 0xff, sizeof(page));
			msr_bitmap_clear(page, msr, parts[p].direction);
			test_context("MSR 0x%x, direction %d", msr, parts[p].direction);
			REQUIRE_EQ(page[bit / 8], 0xff & ~(1 << bit % 8));
			page[bit / 8] = 0xff;
			REQUIRE_TRUE(page_is(0xff));

			memset(page, 0, sizeof(page));
			msr_bitmap_set(page, msr, parts[p].direction);
			REQUIRE_EQ(page[bit / 8], 1 << bit % 8);
			page[bit / 8] = 0;
			REQUIRE_TRUE(page_is(0));
		}
	}
}

TEST(msr_bitmap_tests_the_bit_it_sets)
{
	static const enum msr_direction directions[] = {MSR_READ, MSR_WRITE};

	for (size_t p = 0; p < COUNT_OF(parts); p++) {
		for (u32 msr = parts[p].first; msr <= parts[p].last; msr++) {
			enum msr_direction direction = parts[p].direction;

			memset(page, 0xff, sizeof(page));
			msr_bitmap_clear(page, msr, direction);
			test_context("MSR 0x%x, direction %d", msr, direction);
			for (size_t d = 0; d < COUNT_OF(directions); d++)
				REQUIRE_EQ(msr_bitmap_test(page, msr, directions[d]),
					   directions[d] != direction);
			msr_bitmap_set(page, msr, direction);
			REQUIRE_TRUE(msr_bitmap_test(page, msr, direction));
		}
	}
}

TEST(msr_bitmap_edges_of_the_ranges)
{
	static const struct {
		u32 msr;
		bool covered;
	} rows[] = {
		{0, true},	     {0x1fff, true},	  {0x2000, false},     {0x40000000, false},
		{0x80000000, false}, {0xbfffffff, false}, {0xc0000000, true},  {0xc0001fff, true},
		{0xc0002000, false}, {0xc0010015, false}, {0xffffffff, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("MSR 0x%x", rows[i].msr);
		EXPECT_EQ(msr_bitmap_covers(rows[i].msr), rows[i].covered);
		EXPECT_EQ(model_bit(rows[i].msr, MSR_READ) >= 0, rows[i].covered);

		/* Beyond the ranges nothing is opened, and every access exits. */
		memset(page, 0xff, sizeof(page));
		msr_bitmap_clear(page, rows[i].msr, MSR_READ);
		msr_bitmap_clear(page, rows[i].msr, MSR_WRITE);
		EXPECT_EQ(page_is(0xff), !rows[i].covered);
		memset(page, 0, sizeof(page));
		EXPECT_EQ(msr_bitmap_test(page, rows[i].msr, MSR_READ), !rows[i].covered);
		EXPECT_EQ(msr_bitmap_test(page, rows[i].msr, MSR_WRITE), !rows[i].covered);
		msr_bitmap_set(page, rows[i].msr, MSR_READ);
		EXPECT_EQ(page_is(0), !rows[i].covered);
	}
}

TEST(msr_bitmap_absent)
{
	msr_bitmap_set(NULL, 0x10, MSR_READ);
	msr_bitmap_clear(NULL, 0x10, MSR_READ);
	EXPECT_TRUE(msr_bitmap_test(NULL, 0x10, MSR_READ));
	EXPECT_TRUE(msr_bitmap_test(NULL, 0xc0000080, MSR_WRITE));
}

TEST(msr_bitmap_starts_as_all_ones)
{
	struct loaded_vmcs loaded = {0};

	guest_use_processor();
	REQUIRE_EQ(alloc_loaded_vmcs(&loaded), 0);
	REQUIRE_TRUE(loaded.msr_bitmap != NULL);
	EXPECT_EQ((unsigned long)loaded.msr_bitmap % LINTEL_PAGE_SIZE, 0);
	for (unsigned int i = 0; i < MSR_BITMAP_SIZE; i++)
		REQUIRE_EQ(loaded.msr_bitmap[i], 0xff);
	free_loaded_vmcs(&loaded);
	sim_vmxoff_all();
}

/* What a guest may do without an exit, written down by hand. */
static const struct {
	u32 msr;
	bool read, write;
} opened[] = {
	{0x10, true, false},	   /* TSC */
	{0x174, true, true},	   /* SYSENTER_CS, _ESP, _EIP */
	{0x175, true, true},	   /* */
	{0x176, true, true},	   /* */
	{0xc0000100, true, true},  /* FS_BASE */
	{0xc0000101, true, true},  /* GS_BASE */
	{0xc0000102, true, true},  /* KERNEL_GS_BASE */
	{0xc0000103, true, false}, /* TSC_AUX, with RDTSCP */
};

static void expect_policy(const u8 *bitmap, bool tsc_aux)
{
	memset(page, 0xff, sizeof(page));
	for (size_t i = 0; i < COUNT_OF(opened); i++) {
		int read = model_bit(opened[i].msr, MSR_READ);
		int write = model_bit(opened[i].msr, MSR_WRITE);

		if (opened[i].msr == 0xc0000103 && !tsc_aux)
			continue;
		if (opened[i].read)
			page[read / 8] &= (u8) ~(1 << read % 8);
		if (opened[i].write)
			page[write / 8] &= (u8) ~(1 << write % 8);
	}
	for (unsigned int i = 0; i < MSR_BITMAP_SIZE; i++) {
		test_context("byte %u", i);
		EXPECT_EQ(bitmap[i], page[i]);
	}
	test_context("%s", "");
}

TEST(msr_bitmap_policy_opens_what_the_table_says)
{
	struct fixture *g = guest_create();

	expect_policy(g->vcpu[0].vmcs.msr_bitmap, false);
	fixture_set_cpuid(&g->vcpu[0]);
	expect_policy(g->vcpu[0].vmcs.msr_bitmap, true);

	/* What was opened otherwise is closed again; without CPUID TSC_AUX is too. */
	memset(g->vcpu[0].vmcs.msr_bitmap, 0, MSR_BITMAP_SIZE);
	EXPECT_EQ(cpuid_set(&g->vcpu[0], NULL, 0), 0);
	msr_bitmap_apply_policy(&g->vcpu[0]);
	expect_policy(g->vcpu[0].vmcs.msr_bitmap, false);
	fixture_destroy(g);
}

/* The policy changes memory: the VMCS gets the address once, at creation. */
TEST(msr_bitmap_address_is_in_the_vmcs)
{
	struct fixture *g = guest_create();
	u64 address = vmcs_read64(MSR_BITMAP);

	EXPECT_EQ(address, host_virt_to_phys(g->vcpu[0].vmcs.msr_bitmap));
	fixture_set_cpuid(&g->vcpu[0]);
	EXPECT_EQ(vmcs_read64(MSR_BITMAP), address);
	fixture_destroy(g);
}

TEST(msr_bitmap_policy_without_a_bitmap)
{
	struct vcpu vcpu = {0};

	msr_bitmap_apply_policy(&vcpu);
	EXPECT_TRUE(vcpu.vmcs.msr_bitmap == NULL);
}
