// SPDX-License-Identifier: GPL-2.0
/* A guest's TSC at a rate of its own: KVM_SET_TSC_KHZ, and what the counter is then. */
#include "guest.h"
#include "facts/control.h"
#include "irq/lapic.h"

#define HOST_KHZ 2000000u
#define SECOND	 2000000000ull /* ticks of the simulated clock */
#define SOON	 100000ull     /* more than the ticks that a few reads take */

static u64 tsc_of(struct vcpu *vcpu)
{
	u64 value = 0;

	EXPECT_EQ(msr_read(vcpu, MSR_IA32_TSC, &value, true), 0);
	return value;
}

static bool is_soon_after(u64 value, u64 start)
{
	return value - start < SOON;
}

/* What the processor reads, by what the VMCS has. */
static u64 tsc_by_vmcs(const struct vcpu *vcpu)
{
	u64 host = host_rdtsc();

	if (vcpu->control[CTL_SECONDARY] & CPU2_USE_TSC_SCALING)
		host = (u64)((unsigned __int128)host * vmcs_read64(TSC_MULTIPLIER) >> 48);
	return host + vmcs_read64(TSC_OFFSET);
}

static void without_scaling(void)
{
	static struct vmx_cap_msrs msrs;

	msrs = fixture_full();
	msrs.value[CAP_PROCBASED_CTLS2] &= ~(CPU2_USE_TSC_SCALING * BIT64(32));
	EXPECT_TRUE(fixture_start_processor(&msrs));
}

/* The multiplier is the ratio, rounded down; a second is one to some nanoseconds. */
TEST(tsc_rate_ratio)
{
	static const struct {
		u64 host;
		u32 guest;
	} rows[] = {
		{2000000, 1},	    {2000000, 1000000},	   {2000000, 3000000},	{2893299, 2000000},
		{2893299, 2893299}, {5000000, 2147483646}, {20000, 1310719999}, {999999, 1000501},
		{10000000, 33},	    {32768, 2147483646},
	};

	guest_use_processor();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct tsc_rate rate;
		unsigned __int128 ratio = (unsigned __int128)rows[i].guest << 48;
		u64 ns, ticks = rows[i].guest * 1000ull;

		test_context("%u kHz on %llu kHz", rows[i].guest, rows[i].host);
		sim_set_tsc_khz(rows[i].host);
		EXPECT_EQ(tsc_rate_choose(&rate, rows[i].guest), 0);
		EXPECT_EQ(rate.khz, rows[i].guest);
		EXPECT_EQ(rate.multiplier, (u64)(ratio / rows[i].host));
		EXPECT_TRUE(rate.mul >> 31);
		ns = tsc_ticks_to_ns(&rate, ticks);
		EXPECT_TRUE(ns + 40 - NS_PER_SECOND < 80);
		ns = tsc_ticks_to_ns_up_to(&rate, ticks, ~(u64)0);
		EXPECT_TRUE(ns + 5 - NS_PER_SECOND < 10);
		EXPECT_EQ(tsc_ticks_to_ns_up_to(&rate, ticks, 1000), 1000);
		EXPECT_TRUE(ticks - tsc_ns_to_ticks(&rate, NS_PER_SECOND) <= 1);
	}
}

TEST(tsc_rate_limits)
{
	static const struct {
		const char *name;
		u64 host;
		u32 guest;
		bool scales;
		int error;
		bool unscaled;
	} rows[] = {
		{"the host's", 2000000, 0, true, 0, true},
		{"the host's, without", 2000000, 0, false, 0, true},
		{"250 ppm more", 2000000, 2000500, true, 0, true},
		{"250 ppm less, without", 2000000, 1999500, false, 0, true},
		{"251 ppm more", 2000000, 2000501, true, 0, false},
		{"251 ppm less", 2000000, 1999499, true, 0, false},
		{"251 ppm more, without", 2000000, 2000501, false, -EINVAL, false},
		{"251 ppm less, without", 2000000, 1999499, false, -EINVAL, false},
		{"as much as the API holds", 2000000, 0x7ffffffe, true, 0, false},
		{"more", 2000000, 0x7fffffff, true, -EINVAL, false},
		{"32 bits", 2000000, 0xffffffff, true, -EINVAL, false},
		{"as much as the multiplier holds", 1000, 65535999, true, 0, false},
		{"65536 times", 1000, 65536000, true, -EINVAL, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct tsc_rate rate = {.khz = 77};

		test_context("%s", rows[i].name);
		sim_reset();
		if (rows[i].scales)
			guest_use_processor();
		else
			without_scaling();
		sim_set_tsc_khz(rows[i].host);
		EXPECT_EQ(tsc_rate_scales(), rows[i].scales);
		EXPECT_EQ(tsc_rate_choose(&rate, rows[i].guest), rows[i].error);
		if (rows[i].error)
			EXPECT_EQ(rate.khz, 77);
		else
			EXPECT_EQ(rate.multiplier == TSC_UNSCALED, rows[i].unscaled);
	}
}

TEST(msr_tsc_at_a_rate)
{
	static const u32 khz[] = {1000000, 3000000, HOST_KHZ + 400, 20000000, 7};
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];

	fixture_set_cpuid(vcpu);
	for (size_t i = 0; i < COUNT_OF(khz); i++) {
		bool scaled = khz[i] != HOST_KHZ + 400;
		u64 second = scaled ? khz[i] * 1000ull : SECOND;

		test_context("%u kHz", khz[i]);
		EXPECT_EQ(msr_tsc_khz_set(vcpu, khz[i]), 0);
		EXPECT_EQ(vcpu->tsc_rate.khz, khz[i]);
		EXPECT_EQ(!!(vcpu->control[CTL_SECONDARY] & CPU2_USE_TSC_SCALING), scaled);
		EXPECT_EQ(msr_write(vcpu, MSR_IA32_TSC, 1ull << 50, true), 0);
		sim_advance_tsc(3 * SECOND);
		EXPECT_TRUE(is_soon_after(tsc_of(vcpu), (1ull << 50) + 3 * second - 1));
		EXPECT_TRUE(is_soon_after(tsc_by_vmcs(vcpu), (1ull << 50) + 3 * second - 1));

		/* In ticks of the guest's. */
		EXPECT_EQ(msr_write(vcpu, MSR_IA32_TSC_ADJUST, 0, false), 0);
		EXPECT_EQ(msr_write(vcpu, MSR_IA32_TSC, 1000, false), 0);
		EXPECT_TRUE(is_soon_after(tsc_of(vcpu), 1000));
		EXPECT_EQ(msr_write(vcpu, MSR_IA32_TSC_ADJUST, 0, false), 0);
		EXPECT_TRUE(is_soon_after(tsc_of(vcpu), (1ull << 50) + 3 * second - 1));
		EXPECT_TRUE(is_soon_after(tsc_by_vmcs(vcpu), (1ull << 50) + 3 * second - 1));
	}
	EXPECT_EQ(msr_tsc_khz_set(vcpu, 0), 0);
	EXPECT_EQ(vcpu->tsc_rate.khz, HOST_KHZ);
	EXPECT_EQ(vcpu->tsc_rate.multiplier, TSC_UNSCALED);
	EXPECT_EQ(vmcs_read64(TSC_MULTIPLIER), TSC_UNSCALED);
	EXPECT_EQ(msr_tsc_khz_set(vcpu, 0x7fffffff), -EINVAL);
	EXPECT_EQ(vcpu->tsc_rate.khz, HOST_KHZ);
	fixture_destroy(g);
}

/* The host's counter is large, the product needs all of its 128 bits. */
TEST(msr_tsc_at_a_rate_of_a_large_counter)
{
	struct fixture *g;
	u64 before;

	sim_advance_tsc(1ull << 62);
	g = guest_create();
	EXPECT_EQ(msr_tsc_khz_set(&g->vcpu[0], 2000000000), 0);
	before = tsc_of(&g->vcpu[0]);
	EXPECT_TRUE(before < 1000 * SOON);
	sim_advance_tsc(SECOND);
	EXPECT_TRUE(tsc_of(&g->vcpu[0]) - before - 1000 * SECOND < 1000 * SOON);
	EXPECT_TRUE(tsc_by_vmcs(&g->vcpu[0]) - before - 1000 * SECOND < 1000 * SOON);
	fixture_destroy(g);
}

/* It is as if the counter had had its rate from the beginning on, so vCPUs whose rate is set in
 * turn have one counter; whether they are made before or after. */
TEST(msr_tsc_rate_of_two_vcpus)
{
	for (unsigned int made_first = 0; made_first < 2; made_first++) {
		struct fixture *g = guest_create();
		struct vcpu *second;

		test_context("both are made first: %u", made_first);
		sim_advance_tsc(SECOND);
		if (!made_first)
			EXPECT_EQ(msr_tsc_khz_set(&g->vcpu[0], 3000000), 0);
		second = guest_add_vcpu(g);
		sim_advance_tsc(SECOND);
		if (made_first) {
			host_vcpu_release(second);
			host_vcpu_get(&g->vcpu[0]);
			EXPECT_EQ(msr_tsc_khz_set(&g->vcpu[0], 3000000), 0);
			host_vcpu_release(&g->vcpu[0]);
			host_vcpu_get(second);
		}
		sim_advance_tsc(3 * SECOND);
		EXPECT_EQ(msr_tsc_khz_set(second, 3000000), 0);
		EXPECT_EQ(second->tsc_offset, g->vcpu[0].tsc_offset);
		EXPECT_TRUE(g->vm.clock.tscs_agree);
		EXPECT_TRUE(is_soon_after(tsc_of(second), 5 * SECOND * 3 / 2));
		/* 0, a new begin: that of the other one still. */
		EXPECT_EQ(msr_write(second, MSR_IA32_TSC, 0, true), 0);
		EXPECT_EQ(second->tsc_offset, g->vcpu[0].tsc_offset);
		/* The same offset, another rate. */
		EXPECT_EQ(msr_tsc_khz_set(second, 1000000), 0);
		msr_tsc_offset_set(second, g->vcpu[0].tsc_offset);
		EXPECT_EQ(second->tsc_offset, g->vcpu[0].tsc_offset);
		EXPECT_FALSE(g->vm.clock.tscs_agree);
		fixture_destroy(g);
	}
}

/* A second of the guest's, and of a vCPU that has the same rate only. */
TEST(msr_tsc_rate_and_near_values)
{
	static const struct {
		const char *name;
		u32 first, second;
		u64 ahead;
		bool same;
	} rows[] = {
		{"within a second", 3000000, 3000000, 2900000000, true},
		{"more than a second", 3000000, 3000000, 3100000000, false},
		{"within one of the host's, not of the guest's", 1000000, 1000000, 1100000000,
		 false},
		{"another rate", 3000000, 1000000, 0, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = guest_create();
		struct vcpu *second;

		test_context("%s", rows[i].name);
		EXPECT_EQ(msr_tsc_khz_set(&g->vcpu[0], rows[i].first), 0);
		EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, 1ull << 50, true), 0);
		second = guest_add_vcpu(g);
		EXPECT_EQ(msr_tsc_khz_set(second, rows[i].second), 0);
		sim_advance_time(NS_PER_SECOND);
		EXPECT_EQ(msr_write(second, MSR_IA32_TSC,
				    (1ull << 50) + rows[i].first * 1000ull + rows[i].ahead, true),
			  0);
		EXPECT_EQ(second->tsc_offset == g->vcpu[0].tsc_offset, rows[i].same);
		fixture_destroy(g);
	}
}

/* A vCPU to come has the VM's rate from its first instruction on. */
TEST(msr_tsc_rate_of_the_vm)
{
	struct fixture *g = FIXTURE(.pages = 1);
	struct tsc_rate rate;
	struct vcpu *vcpu;

	EXPECT_EQ(tsc_rate_choose(&rate, 500000), 0);
	g->vm.tsc_rate = rate;
	vcpu = fixture_add_vcpu(g, 0);
	host_vcpu_get(vcpu);
	EXPECT_EQ(vcpu->tsc_rate.khz, 500000);
	EXPECT_TRUE(vcpu->control[CTL_SECONDARY] & CPU2_USE_TSC_SCALING);
	EXPECT_EQ(vmcs_read64(TSC_MULTIPLIER), TSC_UNSCALED / 4);
	sim_advance_tsc(SECOND);
	EXPECT_TRUE(is_soon_after(tsc_by_vmcs(vcpu), SECOND / 4 - 1));
	host_vcpu_release(vcpu);
	fixture_destroy(g);
}

TEST(msr_tsc_offset)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];

	sim_advance_tsc(10 * SECOND);
	msr_tsc_offset_set(vcpu, 12345);
	EXPECT_EQ(vcpu->tsc_offset, 12345);
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), 12345);
	EXPECT_TRUE(is_soon_after(tsc_of(vcpu), 10 * SECOND + 12345));
	EXPECT_EQ(msr_tsc_khz_set(vcpu, HOST_KHZ / 2), 0);
	msr_tsc_offset_set(vcpu, -(u64)1000);
	EXPECT_EQ(vcpu->tsc_offset, -(u64)1000);
	EXPECT_TRUE(is_soon_after(tsc_of(vcpu), 5 * SECOND - 1000));
	/* User space has set it: what is near means it. */
	EXPECT_TRUE(vcpu->tsc_is_set);
	fixture_destroy(g);
}
