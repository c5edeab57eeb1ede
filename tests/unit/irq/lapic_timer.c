// SPDX-License-Identifier: GPL-2.0
/* The timer of the local APIC, in simulated time. */
#include "lapic_guest.h"
#include "msr/msr.h"

#define VECTOR 0x40

static bool fired(struct vcpu *vcpu)
{
	int vector = apic_take(vcpu);

	if (vector >= 0)
		apic_write(vcpu, LAPIC_EOI, 0);
	return vector == VECTOR;
}

static void start(struct vcpu *vcpu, u32 mode, u32 divide, u32 count)
{
	apic_write(vcpu, LAPIC_LVT_TIMER, mode | VECTOR);
	apic_write(vcpu, LAPIC_TIMER_DIVIDE, divide);
	apic_write(vcpu, LAPIC_TIMER_INITIAL, count);
}

TEST(lapic_timer_one_shot)
{
	/* "Divide Configuration Register" */
	static const struct {
		u32 divide, by;
	} rows[] = {{0xb, 1}, {0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {0xa, 128}};
	struct fixture *g = apic_guest_create(1);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("divided by %u", rows[i].by);
		start(g->vcpu, 0, rows[i].divide, 1000);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1000);
		sim_advance_time(rows[i].by * 400);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 600);
		sim_advance_time(rows[i].by * 600 - 1);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1);
		EXPECT_FALSE(fired(g->vcpu));
		sim_advance_time(1);
		EXPECT_TRUE(fired(g->vcpu));
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 0);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_INITIAL), 1000);
		sim_advance_time(1000000);
		EXPECT_FALSE(fired(g->vcpu));
		EXPECT_EQ(sim_timers_armed(), 0);
	}
	fixture_destroy(g);
}

/* A thousand periods, looked at late: each is there, at its time, and none has moved. */
TEST(lapic_timer_periodic_does_not_drift)
{
	struct fixture *g = apic_guest_create(1);

	start(g->vcpu, LVT_TIMER_PERIODIC, 0xb, 1000000);
	for (unsigned int i = 0; i < 1000; i++) {
		sim_advance_time(999999);
		REQUIRE_TRUE(!fired(g->vcpu));
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1);
		sim_advance_time(1);
		REQUIRE_TRUE(fired(g->vcpu));
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1000000);
	}
	apic_write(g->vcpu, LAPIC_TIMER_INITIAL, 0);
	EXPECT_EQ(sim_timers_armed(), 0);
	fixture_destroy(g);
}

static unsigned int expirations(struct vcpu *vcpu, u64 step, unsigned int steps)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < steps; i++) {
		sim_advance_time(step);
		count += fired(vcpu);
	}
	return count;
}

/* A period of a nanosecond is made one that the host can bear, however it is asked for. */
TEST(lapic_timer_period_has_a_lower_bound)
{
	struct fixture *g = apic_guest_create(1);

	start(g->vcpu, LVT_TIMER_PERIODIC, 0xb, 1);
	EXPECT_EQ(expirations(g->vcpu, 1000, 10000), 50);
	start(g->vcpu, 0, 0xb, 1);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_PERIODIC | VECTOR);
	EXPECT_EQ(expirations(g->vcpu, 1000, 10000), 50);
	EXPECT_TRUE(apic_read(g->vcpu, LAPIC_TIMER_CURRENT) <= 1);
	fixture_destroy(g);
}

TEST(lapic_timer_mode_changes)
{
	struct fixture *g = apic_guest_create(1);

	/* The count goes on, and is reloaded or not by the mode at its end. */
	start(g->vcpu, 0, 0xb, 1000000);
	sim_advance_time(600000);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_PERIODIC | VECTOR);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 400000);
	sim_advance_time(400000);
	EXPECT_TRUE(fired(g->vcpu));
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1000000);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, VECTOR);
	sim_advance_time(1000000);
	EXPECT_TRUE(fired(g->vcpu));
	/* Once at 0 it stays there. */
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_PERIODIC | VECTOR);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 0);
	EXPECT_EQ(sim_timers_armed(), 0);
	/* TSC-deadline mode begins and ends disarmed. */
	start(g->vcpu, 0, 0xb, 1000000);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	EXPECT_EQ(sim_timers_armed(), 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_INITIAL), 0);
	EXPECT_EQ(apic_msr_write(g->vcpu, 0x6e0, ~0ull, true), 0);
	EXPECT_EQ(sim_timers_armed(), 1);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, VECTOR);
	EXPECT_EQ(sim_timers_armed(), 0);
	EXPECT_EQ(g->vcpu->lapic->tsc_deadline, 0);
	fixture_destroy(g);
}

TEST(lapic_timer_divide_changes_the_pace)
{
	struct fixture *g = apic_guest_create(1);

	start(g->vcpu, 0, 0xb, 1000);
	sim_advance_time(400);
	apic_write(g->vcpu, LAPIC_TIMER_DIVIDE, 3);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 600);
	sim_advance_time(600 * 16 - 1);
	EXPECT_FALSE(fired(g->vcpu));
	sim_advance_time(1);
	EXPECT_TRUE(fired(g->vcpu));
	fixture_destroy(g);
}

TEST(lapic_timer_masked_counts_and_is_silent)
{
	struct fixture *g = apic_guest_create(1);

	start(g->vcpu, LVT_MASKED, 0xb, 1000);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1000);
	sim_advance_time(2000);
	EXPECT_FALSE(fired(g->vcpu));
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 0);
	fixture_destroy(g);
}

/* QEMU's saved state has no current count: a one-shot timer that ran comes at once. */
TEST(lapic_timer_set_without_a_count_is_due)
{
	struct fixture *g = apic_guest_create(1);
	struct kvm_lapic_state state;
	u32 none = 0;

	start(g->vcpu, 0, 0xb, 1000);
	lapic_state_get(g->vcpu, &state);
	memcpy(state.regs + LAPIC_TIMER_CURRENT, &none, sizeof(none));
	EXPECT_EQ(lapic_state_set(g->vcpu, &state), 0);
	sim_advance_time(1);
	EXPECT_TRUE(fired(g->vcpu));
	EXPECT_EQ(sim_timers_armed(), 0);
	/* One that never ran does not. */
	apic_write(g->vcpu, LAPIC_TIMER_INITIAL, 0);
	lapic_state_get(g->vcpu, &state);
	EXPECT_EQ(lapic_state_set(g->vcpu, &state), 0);
	sim_advance_time(1);
	EXPECT_FALSE(fired(g->vcpu));
	fixture_destroy(g);
}

static u64 tsc(struct vcpu *vcpu)
{
	u64 value = 0;

	EXPECT_EQ(apic_msr_read(vcpu, 0x10, &value, false), 0);
	return value;
}

static u64 deadline(struct vcpu *vcpu)
{
	u64 value = 1;

	EXPECT_EQ(apic_msr_read(vcpu, 0x6e0, &value, false), 0);
	return value;
}

/* By user space, for which the host's timer waits; the guest's are in preemption_timer.c. */
static void deadline_set(struct vcpu *vcpu, u64 value)
{
	EXPECT_EQ(apic_msr_write(vcpu, 0x6e0, value, true), 0);
}

TEST(lapic_timer_tsc_deadline)
{
	struct fixture *g = apic_guest_create(1);
	u64 when;

	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	apic_write(g->vcpu, LAPIC_TIMER_INITIAL, 1000);
	EXPECT_EQ(sim_timers_armed(), 0);
	g->vcpu->tsc_offset = 123456789;
	when = tsc(g->vcpu) + host_tsc_khz() * 5; /* 5 ms */
	deadline_set(g->vcpu, when);
	EXPECT_EQ(deadline(g->vcpu), when);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 0);
	sim_advance_time(4999000);
	EXPECT_FALSE(fired(g->vcpu));
	sim_advance_time(2000);
	EXPECT_TRUE(tsc(g->vcpu) >= when);
	EXPECT_TRUE(fired(g->vcpu));
	EXPECT_EQ(deadline(g->vcpu), 0);
	/* One that has passed comes at once; 0 is none. */
	deadline_set(g->vcpu, tsc(g->vcpu));
	EXPECT_TRUE(fired(g->vcpu));
	EXPECT_EQ(deadline(g->vcpu), 0);
	deadline_set(g->vcpu, tsc(g->vcpu) + 1000000000);
	deadline_set(g->vcpu, 0);
	EXPECT_EQ(sim_timers_armed(), 0);
	/* Not in another mode. */
	apic_write(g->vcpu, LAPIC_LVT_TIMER, VECTOR);
	deadline_set(g->vcpu, 1);
	EXPECT_EQ(deadline(g->vcpu), 0);
	EXPECT_FALSE(fired(g->vcpu));
	fixture_destroy(g);
}

/* The callback comes before the TSC is there: clocks differ.  It waits for the rest. */
TEST(lapic_timer_deadline_is_never_early)
{
	struct fixture *g = apic_guest_create(1);
	u64 when;

	sim_advance_time(10000000);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	when = tsc(g->vcpu) + host_tsc_khz();
	deadline_set(g->vcpu, when);
	g->vcpu->tsc_offset -= host_tsc_khz() / 2;
	for (unsigned int i = 0; i < 3000 && tsc(g->vcpu) < when; i++) {
		REQUIRE_TRUE(!fired(g->vcpu));
		sim_advance_time(1000);
	}
	sim_advance_time(1000000);
	EXPECT_TRUE(fired(g->vcpu));
	fixture_destroy(g);
}

/* The guest's ticks are not the host's: the deadline comes when its own counter is there. */
TEST(lapic_timer_deadline_at_a_rate)
{
	static const u32 khz[] = {1000, 500000, 2000000, 3000000, 2000000000};
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	for (size_t i = 0; i < COUNT_OF(khz); i++) {
		test_context("%u kHz", khz[i]);
		host_vcpu_get(g->vcpu);
		EXPECT_EQ(msr_tsc_khz_set(g->vcpu, khz[i]), 0);
		host_vcpu_release(g->vcpu);
		deadline_set(g->vcpu, tsc(g->vcpu) + khz[i] * 5ull);
		sim_advance_time(4990000);
		EXPECT_FALSE(fired(g->vcpu));
		sim_advance_time(20000);
		EXPECT_TRUE(fired(g->vcpu));
		EXPECT_EQ(sim_timers_armed(), 0);
	}
	/* The end of time is no sooner at the fastest rate. */
	deadline_set(g->vcpu, ~0ull);
	sim_advance_time(1000 * NS_PER_SECOND);
	EXPECT_FALSE(fired(g->vcpu));
	EXPECT_EQ(sim_timers_armed(), 1);
	fixture_destroy(g);
}

/* A deadline that waits is as far away as it is at the new rate; a count goes on. */
TEST(lapic_timer_rate_changes)
{
	struct fixture *g = apic_guest_create(1);

	host_vcpu_get(g->vcpu);
	msr_tsc_offset_set(g->vcpu, 0);
	host_vcpu_release(g->vcpu);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	deadline_set(g->vcpu, tsc(g->vcpu) + host_tsc_khz() * 100);
	host_vcpu_get(g->vcpu);
	EXPECT_EQ(msr_tsc_khz_set(g->vcpu, 200000000), 0);
	host_vcpu_release(g->vcpu);
	sim_advance_time(1100000);
	EXPECT_TRUE(fired(g->vcpu));
	start(g->vcpu, 0, 0xb, 1000000);
	host_vcpu_get(g->vcpu);
	EXPECT_EQ(msr_tsc_khz_set(g->vcpu, 1000000), 0);
	host_vcpu_release(g->vcpu);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1000000);
	sim_advance_time(1000000);
	EXPECT_TRUE(fired(g->vcpu));
	fixture_destroy(g);
}

/* Where the TSCs do not agree the host's clock alone says when. */
TEST(lapic_timer_deadline_on_another_tsc)
{
	struct fixture *g;

	g = apic_guest_create(1);
	sim_set_tsc_stable(false);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	deadline_set(g->vcpu, tsc(g->vcpu) + host_tsc_khz() * 5);
	sim_set_tsc_behind(sim_cpu_now(), 1ull << 40);
	sim_advance_time(5010000);
	EXPECT_TRUE(fired(g->vcpu));
	EXPECT_EQ(sim_timers_armed(), 0);
	fixture_destroy(g);
}

/* KVM_CAP_X86_APIC_BUS_CYCLES_NS: counts, periods and divisors are in cycles of so many ns. */
TEST(lapic_timer_bus_cycles)
{
	static const u32 ns[] = {1, 40, 1000, LAPIC_BUS_NS_MAX};

	for (size_t i = 0; i < COUNT_OF(ns); i++) {
		struct fixture *g = apic_guest_create(1);
		u64 unit = ns[i];

		test_context("%u ns", ns[i]);
		g->vm.apic_bus_ns = ns[i];
		start(g->vcpu, 0, 1, 1000000);
		sim_advance_time(unit * 4 * 400000);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 600000);
		sim_advance_time(unit * 4 * 600000 - 1);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1);
		EXPECT_FALSE(fired(g->vcpu));
		sim_advance_time(1);
		EXPECT_TRUE(fired(g->vcpu));

		start(g->vcpu, LVT_TIMER_PERIODIC, 0xb, 1000000);
		EXPECT_EQ(expirations(g->vcpu, unit * 500000, 10), 5);
		/* As much as there is, which may be the end of time. */
		start(g->vcpu, LVT_TIMER_PERIODIC, 0xa, 0xffffffff);
		EXPECT_TRUE(apic_read(g->vcpu, LAPIC_TIMER_CURRENT) >= 0xfff00000);
		sim_advance_time(unit * 128 * 1000);
		EXPECT_TRUE(apic_read(g->vcpu, LAPIC_TIMER_CURRENT) >= 0xffe00000);
		EXPECT_FALSE(fired(g->vcpu));
		fixture_destroy(g);
		sim_reset();
	}
}

/* Written TSC, written TSC_ADJUST: the deadline is as far as the counter says then. */
TEST(lapic_timer_deadline_follows_the_tsc)
{
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	deadline_set(g->vcpu, tsc(g->vcpu) + host_tsc_khz() * 1000);
	EXPECT_EQ(apic_msr_write(g->vcpu, 0x10, tsc(g->vcpu) + host_tsc_khz() * 999, false), 0);
	sim_advance_time(1100000);
	EXPECT_TRUE(fired(g->vcpu));
	fixture_destroy(g);
}

/* Deadlines to the end of time, on any clock. */
TEST(lapic_timer_far_deadlines)
{
	static const u64 khz[] = {1000, 1000000, 2893123, 10000000};
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	for (size_t i = 0; i < COUNT_OF(khz); i++) {
		sim_set_tsc_khz(khz[i]);
		for (unsigned int bit = 40; bit < 64; bit++) {
			test_context("bit %u at %llu kHz", bit, khz[i]);
			deadline_set(g->vcpu, BIT64(bit));
			EXPECT_EQ(sim_timers_armed(), 1);
			sim_advance_time(1000000);
			EXPECT_FALSE(fired(g->vcpu));
		}
	}
	fixture_destroy(g);
}

/* None fires after a reset, an INIT, the APIC's end or the vCPU's. */
TEST(lapic_timer_stops)
{
	struct fixture *g = apic_guest_create(1);

	for (unsigned int how = 0; how < 3; how++) {
		test_context("way %u", how);
		start(g->vcpu, LVT_TIMER_PERIODIC, 0xb, 1000000);
		EXPECT_EQ(sim_timers_armed(), 1);
		if (how == 2)
			EXPECT_EQ(apic_msr_write(g->vcpu, 0x1b, 0xfee00100, false), 0);
		else
			lapic_reset(g->vcpu, how);
		EXPECT_EQ(sim_timers_armed(), 0);
		sim_advance_time(10000000);
		EXPECT_EQ(g->vcpu->lapic->irr_words, 0);
		EXPECT_EQ(msr_apic_base_write(g->vcpu, 0xfee00900, true), 0);
		apic_write(g->vcpu, LAPIC_SVR, 0x1ff);
	}
	start(g->vcpu, LVT_TIMER_PERIODIC, 0xb, 1000000);
	fixture_destroy(g);
	sim_advance_time(10000000);
}

/* Software-disabled: it counts, and is not heard. */
TEST(lapic_timer_and_software_disable)
{
	struct fixture *g = apic_guest_create(1);

	start(g->vcpu, LVT_TIMER_PERIODIC, 0xb, 1000000);
	apic_write(g->vcpu, LAPIC_SVR, 0xff);
	sim_advance_time(5000000);
	EXPECT_EQ(g->vcpu->lapic->irr_words, 0);
	fixture_destroy(g);
}
