// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of the host that are late: the local APIC's loses the periods that went by, the 8254's has
 * its ticks made up for, or not, as user space wants it.  Neither drifts.
 *
 * SDM: "APIC Timer".  Documentation/virt/kvm/api.rst: "KVM_REINJECT_CONTROL".
 */
#include "fixture.h"
#include "irq/registers.h"

#define VECTOR 0x45
#define MS     1000000ull

/* How often the vector comes until there is none, ended each time. */
static unsigned int count_taken(struct fixture *chips, int vector)
{
	unsigned int count = 0;

	while (chips_take(chips, 0) == vector) {
		chips_eoi(chips, 0);
		count++;
	}
	return count;
}

static void apic_write(struct fixture *chips, u32 offset, u32 value)
{
	lapic_mmio_write(&chips->vcpu[0], 0xfee00000 + offset, 4, &value);
}

static u32 apic_read(struct fixture *chips, u32 offset)
{
	u32 value = 0;

	lapic_mmio_read(&chips->vcpu[0], 0xfee00000 + offset, 4, &value);
	return value;
}

static void start(struct fixture *chips, u32 mode, u32 count)
{
	apic_write(chips, LAPIC_LVT_TIMER, mode | VECTOR);
	apic_write(chips, LAPIC_TIMER_DIVIDE, 0xb);
	apic_write(chips, LAPIC_TIMER_INITIAL, count);
}

TEST(late_timer_of_a_local_apic)
{
	static const struct {
		u64 late; /* ns, of a period of a millisecond */
		u64 next; /* from then to the next on the grid */
	} rows[] = {
		{1, MS - 1},
		{MS - 1, 1},
		{MS, MS},
		{3 * MS + MS / 2, MS / 2},
		{5000 * MS + 1, MS - 1},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *chips = chips_open();

		test_context("%llu ns late", (unsigned long long)rows[i].late);
		start(chips, LVT_TIMER_PERIODIC, MS);
		sim_timers_late(rows[i].late);
		sim_advance_time(MS + rows[i].late - 1);
		EXPECT_EQ(count_taken(chips, VECTOR), 0);
		EXPECT_EQ(apic_read(chips, LAPIC_TIMER_CURRENT), 1);
		sim_advance_time(1);
		sim_timers_late(0);
		EXPECT_EQ(count_taken(chips, VECTOR), 1);
		EXPECT_EQ(apic_read(chips, LAPIC_TIMER_CURRENT), rows[i].next);
		sim_advance_time(rows[i].next - 1);
		EXPECT_EQ(count_taken(chips, VECTOR), 0);
		sim_advance_time(1);
		EXPECT_EQ(count_taken(chips, VECTOR), 1);
		apic_write(chips, LAPIC_TIMER_INITIAL, 0);
		fixture_destroy(chips);
	}
}

/* It does not run on, and while it has not come it counts as running. */
TEST(late_timer_that_runs_once)
{
	struct fixture *chips = chips_open();

	start(chips, 0, MS);
	sim_timers_late(7 * MS);
	sim_advance_time(8 * MS - 1);
	EXPECT_EQ(apic_read(chips, LAPIC_TIMER_CURRENT), 1);
	EXPECT_EQ(count_taken(chips, VECTOR), 0);
	sim_advance_time(1);
	EXPECT_EQ(apic_read(chips, LAPIC_TIMER_CURRENT), 0);
	EXPECT_EQ(count_taken(chips, VECTOR), 1);
	sim_advance_time(100 * MS);
	EXPECT_EQ(count_taken(chips, VECTOR), 0);
	fixture_destroy(chips);
}

/* --- The 8254, through pin 0 of the I/O APIC --- */

#define TICK_VECTOR 0x30

/* Mode 2, 0xffff: 54.9 ms. */
static void program(struct fixture *chips)
{
	chips_redirect(chips, 0, 0, TICK_VECTOR);
	chips_out(chips, 0x43, 0x34);
	chips_out(chips, 0x40, 0xff);
	chips_out(chips, 0x40, 0xff);
}

#define PERIOD_NS (65535ull * 1000000000 / 1193182)

TEST(late_timer_of_the_8254)
{
	static const struct {
		u64 late; /* periods, and a half */
		bool reinject;
		unsigned int ticks;
	} rows[] = {
		{0, true, 1},	  {0, false, 1},   {3, true, 4},       {3, false, 1},
		{100, true, 101}, {100, false, 1}, {6000, true, 4096}, {6000, false, 1},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *chips = chips_open();
		u64 late = rows[i].late * PERIOD_NS + PERIOD_NS / 2;

		test_context("%llu periods late, reinject %d", (unsigned long long)rows[i].late,
			     rows[i].reinject);
		EXPECT_EQ(pit_reinject_set(&chips->vm, rows[i].reinject), 0);
		program(chips);
		sim_timers_late(late);
		sim_advance_time(PERIOD_NS + late + 100000);
		sim_timers_late(0);
		EXPECT_EQ(count_taken(chips, TICK_VECTOR), rows[i].ticks);
		/* The next is half a period away. */
		sim_advance_time(PERIOD_NS / 2 - 1000000);
		EXPECT_EQ(count_taken(chips, TICK_VECTOR), 0);
		sim_advance_time(2000000);
		EXPECT_EQ(count_taken(chips, TICK_VECTOR), 1);
		fixture_destroy(chips);
	}
}
