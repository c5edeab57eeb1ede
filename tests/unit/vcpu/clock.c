// SPDX-License-Identifier: GPL-2.0
/* kvmclock: one time for all vCPUs, as a guest computes it from its page. */
#include "clock_page.h"
#include "mem/mem.h"
#include "msr/msr.h"
#include "vcpu/clock.h"

#define SECOND	    1000000000ull
#define PAGE_GPA    0x1000ull
#define SYSTEM_TIME 0x4b564d01u
#define STABLE	    1
#define STOPPED	    2

static bool is_near(u64 a, u64 b)
{
	return a - b < 1000000 || b - a < 1000000;
}

TEST(clock_page)
{
	struct fixture *g = guest_with_memory();
	struct vcpu *vcpu = &g->vcpu[0];
	struct kvm_clock_data data = {0};

	sim_advance_time(7 * SECOND);
	page_of(vcpu)->version = 0x1235;
	page_enable(vcpu);
	EXPECT_EQ(page_of(vcpu)->version, 0x1236);
	EXPECT_EQ(page_of(vcpu)->flags, STABLE);
	EXPECT_TRUE(is_near(page_time(vcpu, host_rdtsc()), 7 * SECOND));
	sim_advance_time(100 * SECOND);
	clock_get(&g->vm, &data);
	EXPECT_EQ(data.flags, KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC);
	EXPECT_EQ(page_time(vcpu, data.host_tsc), data.clock);
	EXPECT_TRUE(is_near(data.clock, 107 * SECOND));

	EXPECT_EQ(clock_page_stopped(vcpu), 0);
	clock_page_update(vcpu);
	EXPECT_EQ(page_of(vcpu)->version, 0x1238);
	EXPECT_EQ(page_of(vcpu)->flags, STABLE | STOPPED);
	clock_page_update(vcpu);
	EXPECT_EQ(page_of(vcpu)->flags, STABLE | STOPPED);
	page_of(vcpu)->flags = 0;
	clock_page_update(vcpu);
	EXPECT_EQ(page_of(vcpu)->flags, STABLE);

	/* Off: nobody writes there any more. */
	EXPECT_EQ(msr_write(vcpu, SYSTEM_TIME, PAGE_GPA, false), 0);
	page_of(vcpu)->version = 77;
	clock_page_update(vcpu);
	EXPECT_EQ(page_of(vcpu)->version, 77);
	EXPECT_EQ(clock_page_stopped(vcpu), -EINVAL);
	fixture_destroy(g);
}

/* Whatever the TSC's rate: what the guest computes is what user space gets, and the time. */
TEST(clock_at_each_rate)
{
	static const u64 khz[] = {20000, 999999, 1000000, 2893299, 5000000};

	for (size_t i = 0; i < COUNT_OF(khz); i++) {
		struct fixture *g;
		struct kvm_clock_data data = {0};

		test_context("%llu kHz", khz[i]);
		sim_reset();
		sim_set_tsc_khz(khz[i]);
		g = guest_with_memory();
		page_enable(&g->vcpu[0]);
		sim_advance_time(100 * SECOND);
		clock_get(&g->vm, &data);
		EXPECT_EQ(page_time(&g->vcpu[0], data.host_tsc), data.clock);
		EXPECT_TRUE(is_near(data.clock, 100 * SECOND));
		fixture_destroy(g);
	}
}

/* The same of a guest that has a rate of its own; and its clock goes on when that changes. */
TEST(clock_at_each_rate_of_the_guest)
{
	static const u32 khz[] = {4000,	   20000,   999999,  1000000,
				  2893299, 4000000, 2000000, 2000000000};
	struct fixture *g = guest_with_memory();
	struct kvm_clock_data data = {0};

	page_enable(&g->vcpu[0]);
	for (size_t i = 0; i < COUNT_OF(khz); i++) {
		test_context("%u kHz", khz[i]);
		sim_advance_time(100 * SECOND);
		g->vcpu[0].requests = 0;
		EXPECT_EQ(msr_tsc_khz_set(&g->vcpu[0], khz[i]), 0);
		EXPECT_TRUE(g->vcpu[0].requests & BIT32(VCPU_REQUEST_CLOCK));
		clock_page_update(&g->vcpu[0]);
		clock_get(&g->vm, &data);
		EXPECT_TRUE(is_near(data.clock, (2 * i + 1) * 100 * SECOND));
		sim_advance_time(100 * SECOND);
		clock_get(&g->vm, &data);
		EXPECT_EQ(page_time(&g->vcpu[0], data.host_tsc), data.clock);
		EXPECT_TRUE(is_near(data.clock, (2 * i + 2) * 100 * SECOND));
		EXPECT_EQ(page_of(&g->vcpu[0])->flags, STABLE);
	}
	fixture_destroy(g);
}

/* Each reads the time with its own counter; "stable", which lets it use another's, is not said. */
TEST(clock_of_two_rates)
{
	struct fixture *g = guest_with_memory();
	struct vcpu *other;
	u64 tsc;

	page_enable(&g->vcpu[0]);
	other = guest_add_vcpu(g);
	fixture_set_cpuid(other);
	EXPECT_EQ(msr_tsc_khz_set(other, 3000000), 0);
	page_enable(other);
	clock_page_update(&g->vcpu[0]);
	sim_advance_time(1000 * SECOND);
	tsc = host_rdtsc();
	EXPECT_EQ(page_of(&g->vcpu[0])->flags, 0);
	EXPECT_EQ(page_of(other)->flags, 0);
	EXPECT_TRUE(is_near(page_time(&g->vcpu[0], tsc), 1000 * SECOND));
	EXPECT_TRUE(is_near(page_time(other, tsc), 1000 * SECOND));
	fixture_destroy(g);
}

/* A processor whose TSC is a little behind: the clock stands, and does not go back. */
TEST(clock_does_not_go_back)
{
	struct fixture *g = guest_with_memory();
	struct kvm_clock_data data = {.clock = 5 * SECOND};

	sim_advance_time(SECOND);
	EXPECT_EQ(clock_set(&g->vm, &data), 0);
	sim_advance_tsc(-100000ull);
	clock_get(&g->vm, &data);
	EXPECT_EQ(data.clock, 5 * SECOND);
	fixture_destroy(g);
}

TEST(clock_set)
{
	struct fixture *g = guest_with_memory();
	struct vcpu *vcpu = &g->vcpu[0];
	struct kvm_clock_data data = {.clock = 5 * SECOND};
	struct host_clock now;

	page_enable(vcpu);
	vcpu->requests = 0;
	EXPECT_EQ(clock_set(&g->vm, &data), 0);
	EXPECT_TRUE(vcpu->requests & BIT32(VCPU_REQUEST_CLOCK));
	clock_page_update(vcpu);
	EXPECT_TRUE(is_near(page_time(vcpu, host_rdtsc()), 5 * SECOND));

	/* Three seconds between the two ends. */
	host_clock_read(&now);
	data.flags = KVM_CLOCK_REALTIME | KVM_CLOCK_TSC_STABLE | KVM_CLOCK_HOST_TSC;
	data.realtime = now.realtime_ns - 3 * SECOND;
	EXPECT_EQ(clock_set(&g->vm, &data), 0);
	clock_get(&g->vm, &data);
	EXPECT_TRUE(is_near(data.clock, 8 * SECOND));
	data.flags = KVM_CLOCK_REALTIME;
	data.realtime = now.realtime_ns + 3 * SECOND;
	data.clock = SECOND;
	EXPECT_EQ(clock_set(&g->vm, &data), 0);
	clock_get(&g->vm, &data);
	EXPECT_TRUE(is_near(data.clock, SECOND));
	data.flags = 1;
	EXPECT_EQ(clock_set(&g->vm, &data), -EINVAL);
	fixture_destroy(g);
}

/* Equal to the nanosecond whatever their TSCs are; "stable" only while those agree. */
TEST(clock_of_two_vcpus)
{
	struct fixture *g = guest_with_memory();
	struct vcpu *other;
	u64 tsc;

	page_enable(&g->vcpu[0]);
	sim_advance_time(3 * SECOND);
	other = guest_add_vcpu(g);
	fixture_set_cpuid(other);
	page_enable(other);
	tsc = host_rdtsc();
	EXPECT_EQ(page_of(other)->flags, STABLE);
	EXPECT_EQ(page_time(other, tsc), page_time(&g->vcpu[0], tsc));

	g->vcpu[0].requests = other->requests = 0;
	EXPECT_EQ(msr_write(other, MSR_IA32_TSC, 12345, false), 0);
	EXPECT_TRUE(g->vcpu[0].requests & other->requests & BIT32(VCPU_REQUEST_CLOCK));
	clock_page_update(&g->vcpu[0]);
	clock_page_update(other);
	EXPECT_EQ(page_of(&g->vcpu[0])->flags, 0);
	EXPECT_EQ(page_of(other)->flags, 0);
	tsc = host_rdtsc();
	EXPECT_EQ(page_time(other, tsc), page_time(&g->vcpu[0], tsc));

	EXPECT_EQ(msr_write(other, MSR_IA32_TSC_ADJUST, 0, false), 0);
	clock_page_update(other);
	EXPECT_EQ(page_of(other)->flags, STABLE);
	fixture_destroy(g);
}

TEST(clock_without_a_stable_tsc)
{
	struct fixture *g = guest_with_memory();
	struct vcpu *vcpu = &g->vcpu[0];
	struct kvm_clock_data data = {0};

	sim_set_tsc_stable(false);
	page_enable(vcpu);
	EXPECT_EQ(page_of(vcpu)->flags, 0);
	sim_advance_tsc(1ull << 40);
	sim_advance_time(SECOND);
	clock_get(&g->vm, &data);
	EXPECT_EQ(data.flags, 0);
	EXPECT_EQ(data.clock, SECOND);
	vcpu->requests = 0;
	clock_cpu_changed(vcpu);
	EXPECT_TRUE(vcpu->requests & BIT32(VCPU_REQUEST_CLOCK));
	clock_page_update(vcpu);
	EXPECT_TRUE(is_near(page_time(vcpu, host_rdtsc()), SECOND));
	sim_set_tsc_stable(true);
	fixture_destroy(g);
}

/* Where no memory is, and at its edge: nothing breaks, nothing is written past it. */
TEST(clock_without_memory)
{
	struct fixture *g = guest_with_memory();

	EXPECT_EQ(msr_write(&g->vcpu[0], SYSTEM_TIME, 0xffffffffffffffff, false), 0);
	clock_page_update(&g->vcpu[0]);
	EXPECT_EQ(msr_write(&g->vcpu[0], SYSTEM_TIME, 4 * LINTEL_PAGE_SIZE - 31, false), 0);
	clock_page_update(&g->vcpu[0]);
	sim_log_clear();
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_KVM_WALL_CLOCK, 1ull << 50, false), 0);
	EXPECT_CONTAINS(sim_log_text(), "no memory for the wall clock at 0x4000000000000");
	fixture_destroy(g);
}

TEST(clock_wall)
{
	struct fixture *g = guest_with_memory();
	const u32 *wall = clock_memory(0x2004);
	struct host_clock now;

	sim_advance_time(SECOND / 2);
	host_clock_read(&now);
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_KVM_WALL_CLOCK_NEW, 0x2004, false), 0);
	EXPECT_STR_EQ(sim_log_text(), "");
	EXPECT_EQ(wall[0], 2);
	EXPECT_TRUE(is_near(wall[1] * SECOND + wall[2], now.realtime_ns - SECOND / 2));
	fixture_destroy(g);
}
