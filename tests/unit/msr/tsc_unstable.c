// SPDX-License-Identifier: GPL-2.0
/* The guest's TSC on a host whose processors' TSCs do not agree: it goes on, wherever the vCPU is.
 */
#include "guest.h"
#include "vcpu/clock.h"

#define SECOND 2000000000ull /* ticks of the simulated clock */
#define SOON   100000ull     /* more than the ticks that a few reads take */

static u64 tsc_of(struct vcpu *vcpu)
{
	u64 value = 0;

	EXPECT_EQ(msr_read(vcpu, MSR_IA32_TSC, &value, true), 0);
	return value;
}

/* What the guest reads when it is entered next. */
static u64 tsc_at_entry(struct vcpu *vcpu)
{
	EXPECT_TRUE(vcpu->requests & BIT32(VCPU_REQUEST_CLOCK));
	clock_page_update(vcpu);
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), vcpu->tsc_offset);
	return tsc_scale(&vcpu->tsc_rate, host_rdtsc()) + vmcs_read64(TSC_OFFSET);
}

static void move(struct vcpu *vcpu, unsigned int cpu)
{
	host_vcpu_release(vcpu);
	sim_run_on(cpu);
	vcpu->requests = 0;
	host_vcpu_get(vcpu);
}

TEST(msr_tsc_unstable_never_goes_back)
{
	static const struct {
		const char *name;
		u64 behind;
		u32 khz;
	} rows[] = {
		{"a little behind", 1000000, 0},
		{"far behind", 1ull << 50, 0},
		{"ahead", -(1ull << 50), 0},
		{"behind, scaled", 1ull << 40, 3000000},
		{"ahead, scaled", -(1ull << 40), 500000},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g;
		struct vcpu *vcpu;
		u64 last, soon, now;

		test_context("%s", rows[i].name);
		sim_reset();
		sim_set_cpus(2);
		sim_set_tsc_stable(false);
		sim_advance_tsc(1ull << 55);
		sim_set_tsc_behind(1, rows[i].behind);
		g = guest_create();
		vcpu = &g->vcpu[0];
		EXPECT_EQ(msr_tsc_khz_set(vcpu, rows[i].khz), 0);
		soon = tsc_scale(&vcpu->tsc_rate, SOON);
		last = tsc_of(vcpu);
		for (unsigned int turn = 1; turn < 10; turn++) {
			move(vcpu, turn % 2);
			now = tsc_of(vcpu);
			EXPECT_TRUE(now - last < soon);
			last = now;
			now = tsc_at_entry(vcpu);
			EXPECT_TRUE(now - last < soon);
			last = now;
		}
		/* Away for a second: it has gone on. */
		host_vcpu_release(vcpu);
		sim_advance_time(NS_PER_SECOND);
		host_vcpu_get(vcpu);
		move(vcpu, 0);
		EXPECT_TRUE(tsc_of(vcpu) - last - tsc_scale(&vcpu->tsc_rate, SECOND) < soon);
		fixture_destroy(g);
	}
}

/* The CPU that it was on is no more: time counts. */
TEST(msr_tsc_unstable_and_hotplug)
{
	struct fixture *g;
	u64 last;

	sim_reset();
	sim_set_cpus(2);
	sim_set_tsc_stable(false);
	sim_advance_tsc(1ull << 55);
	sim_set_tsc_behind(0, 1ull << 50);
	g = guest_create();
	move(&g->vcpu[0], 1);
	last = tsc_of(&g->vcpu[0]);
	host_vcpu_release(&g->vcpu[0]);
	sim_run_on(0);
	sim_cpu_down(1);
	sim_advance_time(NS_PER_SECOND);
	host_vcpu_get(&g->vcpu[0]);
	EXPECT_TRUE(tsc_of(&g->vcpu[0]) - last - SECOND < SOON);
	fixture_destroy(g);
}

/* What user space sets on another processor means the same counter. */
TEST(msr_tsc_unstable_of_two_vcpus)
{
	struct fixture *g;
	struct vcpu *second;

	sim_reset();
	sim_set_cpus(2);
	sim_set_tsc_stable(false);
	sim_advance_tsc(1ull << 55);
	sim_set_tsc_behind(1, 1ull << 50);
	g = guest_create();
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSC, 1ull << 45, true), 0);
	second = guest_add_vcpu(g);
	move(second, 1);
	sim_advance_time(NS_PER_SECOND / 10);
	EXPECT_EQ(msr_write(second, MSR_IA32_TSC, 1ull << 45, true), 0);
	EXPECT_TRUE(tsc_of(second) - (1ull << 45) - SECOND / 10 < SOON);
	EXPECT_EQ(msr_write(second, MSR_IA32_TSC, 0, true), 0);
	EXPECT_TRUE(tsc_of(second) - (1ull << 45) - SECOND / 10 < SOON);
	/* What the guest adds stays added. */
	EXPECT_EQ(msr_write(second, MSR_IA32_TSC, 1ull << 46, false), 0);
	move(second, 0);
	EXPECT_TRUE(tsc_of(second) - (1ull << 46) < SOON);
	fixture_destroy(g);
}

/* Where they agree nothing is moved. */
TEST(msr_tsc_stable_keeps_its_offset)
{
	struct fixture *g;
	u64 offset;

	sim_reset();
	sim_set_cpus(2);
	g = guest_create();
	offset = g->vcpu[0].tsc_offset;
	move(&g->vcpu[0], 1);
	EXPECT_EQ(g->vcpu[0].tsc_offset, offset);
	EXPECT_FALSE(g->vcpu[0].requests & BIT32(VCPU_REQUEST_CLOCK));
	fixture_destroy(g);
}
