// SPDX-License-Identifier: GPL-2.0
/* 8254 data sheet; the interrupts of counter 0. */
#include "fixture.h"
#include "io/bus.h"
#include "life/life.h"

#define HZ	  1193182ull
#define NS(ticks) ((ticks)*1000000000ull / HZ + 1) /* so many clock pulses, and a bit */

static void program(struct fixture *chips, u8 control, u16 count)
{
	u16 port = 0x40 + (control >> 6);

	chips_out(chips, 0x43, control);
	if (control & 0x10)
		chips_out(chips, port, (u8)count);
	if (control & 0x20)
		chips_out(chips, port, (u8)(count >> 8));
}

static u16 both_bytes(struct fixture *chips, u8 which)
{
	u16 value = chips_in(chips, 0x40 + which);

	return (u16)(value | chips_in(chips, 0x40 + which) << 8);
}

static u16 latched(struct fixture *chips, u8 which)
{
	chips_out(chips, 0x43, (u8)(which << 6));
	return both_bytes(chips, which);
}

static u8 status(struct fixture *chips, u8 which)
{
	chips_out(chips, 0x43, (u8)(0xe0 | 2 << which));
	return chips_in(chips, 0x40 + which);
}

static bool out2(struct fixture *chips)
{
	return chips_in(chips, 0x61) & 0x20;
}

static u64 ticks(struct fixture *chips)
{
	u64 count = 0;

	while (chips_take(chips, 0) == 0x30) {
		count++;
		chips_eoi(chips, 0);
	}
	return count;
}

static struct fixture *timer_open(void)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 0, 0, 0x30);
	return chips;
}

TEST(pit_counts)
{
	struct fixture *chips = chips_open();

	program(chips, 0x34, 1000); /* rate generator */
	EXPECT_EQ(latched(chips, 0), 1000);
	sim_advance_time(NS(300));
	EXPECT_EQ(latched(chips, 0), 700);
	sim_advance_time(NS(699));
	EXPECT_EQ(latched(chips, 0), 1);
	EXPECT_EQ(status(chips, 0), 0x34);
	sim_advance_time(NS(1));
	EXPECT_EQ(latched(chips, 0), 1000);
	EXPECT_EQ(status(chips, 0), 0xb4);
	program(chips, 0x36, 1000); /* square wave: counts by two */
	sim_advance_time(NS(100));
	EXPECT_EQ(latched(chips, 0), 800);
	EXPECT_EQ(status(chips, 0), 0xb6);
	sim_advance_time(NS(500));
	EXPECT_EQ(status(chips, 0), 0x36);
	EXPECT_EQ(latched(chips, 0), 800);
	program(chips, 0x36, 5); /* odd: from 4 to 0, then from 4 to 2 */
	for (unsigned int i = 0; i < 5; i++) {
		EXPECT_EQ(latched(chips, 0), "\4\2\0\4\2"[i]);
		sim_advance_time(NS(1));
	}
	program(chips, 0x30, 0); /* 65536, and on below 0 */
	sim_advance_time(NS(65535));
	EXPECT_EQ(latched(chips, 0), 1);
	EXPECT_EQ(status(chips, 0), 0x30);
	sim_advance_time(NS(3));
	EXPECT_EQ(latched(chips, 0), 0xfffe);
	EXPECT_EQ(status(chips, 0), 0xb0);
	fixture_destroy(chips);
}

TEST(pit_access)
{
	struct fixture *chips = chips_open();

	program(chips, 0xb0, 0x1234);
	chips_out(chips, 0x61, 0);
	EXPECT_EQ(chips_in(chips, 0x42), 0x34);
	EXPECT_EQ(chips_in(chips, 0x42), 0x12);
	program(chips, 0xa0, 0x5600); /* the high byte only */
	EXPECT_EQ(chips_in(chips, 0x42), 0x56);
	EXPECT_EQ(chips_in(chips, 0x42), 0x56);
	program(chips, 0x90, 0x78);
	EXPECT_EQ(chips_in(chips, 0x42), 0x78);
	program(chips, 0xb1, 0x1234); /* BCD */
	chips_out(chips, 0x61, 1);
	sim_advance_time(NS(5));
	EXPECT_EQ(latched(chips, 2), 0x1229);
	program(chips, 0xb1, 0); /* 10000 */
	sim_advance_time(NS(1));
	EXPECT_EQ(latched(chips, 2), 0x9999);
	/* A latch holds until it is read, and a second one is ignored. */
	program(chips, 0xb0, 1000);
	chips_out(chips, 0x43, 0x80);
	sim_advance_time(NS(100));
	chips_out(chips, 0x43, 0x80);
	EXPECT_EQ(both_bytes(chips, 2), 1000);
	EXPECT_EQ(chips_in(chips, 0x43), 0);
	/* Status and count of two counters at once; null count before there is one. */
	chips_out(chips, 0x43, 0x74);
	chips_out(chips, 0x43, 0xcc);
	EXPECT_EQ(chips_in(chips, 0x41), 0xf4);
	EXPECT_EQ(chips_in(chips, 0x42), 0x30);
	EXPECT_EQ(both_bytes(chips, 2), 900);
	fixture_destroy(chips);
}

/* As Linux calibrates its TSC. */
TEST(pit_speaker_gate)
{
	struct fixture *chips = chips_open();

	EXPECT_EQ(chips_in(chips, 0x61) & ~0x30, 0);
	chips_out(chips, 0x61, 3);
	EXPECT_EQ(chips_in(chips, 0x61) & 3, 3);
	chips_out(chips, 0x61, 1);
	program(chips, 0xb0, 11932); /* 10 ms */
	EXPECT_FALSE(out2(chips));
	sim_advance_time(9990000);
	EXPECT_FALSE(out2(chips));
	sim_advance_time(20000);
	EXPECT_TRUE(out2(chips));
	/* The gate holds the count. */
	program(chips, 0xb0, 1000);
	sim_advance_time(NS(400));
	chips_out(chips, 0x61, 0);
	sim_advance_time(NS(5000));
	EXPECT_EQ(latched(chips, 2), 600);
	chips_out(chips, 0x61, 1);
	sim_advance_time(NS(599));
	EXPECT_FALSE(out2(chips));
	sim_advance_time(NS(1));
	EXPECT_TRUE(out2(chips));
	fixture_destroy(chips);
}

TEST(pit_modes_with_trigger)
{
	struct fixture *chips = chips_open();

	program(chips, 0xb2, 100); /* one-shot */
	sim_advance_time(NS(1000));
	EXPECT_TRUE(out2(chips));
	chips_out(chips, 0x61, 1);
	EXPECT_FALSE(out2(chips));
	sim_advance_time(NS(99));
	/* Falling, the gate is nothing; rising, it starts anew. */
	chips_out(chips, 0x61, 0);
	EXPECT_FALSE(out2(chips));
	chips_out(chips, 0x61, 1);
	sim_advance_time(NS(99));
	EXPECT_FALSE(out2(chips));
	sim_advance_time(NS(1));
	EXPECT_TRUE(out2(chips));
	program(chips, 0xba, 100); /* hardware strobe */
	sim_advance_time(NS(1000));
	EXPECT_TRUE(out2(chips));
	chips_out(chips, 0x61, 0);
	chips_out(chips, 0x61, 1);
	sim_advance_time(NS(100));
	EXPECT_FALSE(out2(chips));
	sim_advance_time(NS(1));
	EXPECT_TRUE(out2(chips));
	/* A trigger before there is a count is none. */
	chips_out(chips, 0x43, 0xb2);
	chips_out(chips, 0x61, 0);
	chips_out(chips, 0x61, 1);
	EXPECT_TRUE(out2(chips));
	/* The gate of a square wave: off it is high, on it begins. */
	program(chips, 0xb6, 100);
	sim_advance_time(NS(60));
	EXPECT_FALSE(out2(chips));
	chips_out(chips, 0x61, 0);
	EXPECT_TRUE(out2(chips));
	chips_out(chips, 0x61, 1);
	sim_advance_time(NS(49));
	EXPECT_TRUE(out2(chips));
	sim_advance_time(NS(1));
	EXPECT_FALSE(out2(chips));
	fixture_destroy(chips);
}

TEST(pit_interrupts)
{
	struct fixture *chips = timer_open();

	program(chips, 0x34, 11932);
	sim_advance_time(9990000);
	EXPECT_EQ(ticks(chips), 0);
	for (unsigned int i = 0; i < 100; i++) {
		sim_advance_time(10000000);
		EXPECT_EQ(ticks(chips), 1);
	}
	/* Once. */
	program(chips, 0x38, 11932);
	sim_advance_time(20000000);
	EXPECT_EQ(ticks(chips), 1);
	sim_advance_time(1000000000);
	EXPECT_EQ(ticks(chips), 0);
	program(chips, 0x30, 1000);
	sim_advance_time(NS(1000));
	EXPECT_EQ(ticks(chips), 1);
	/* The control word alone ends it. */
	program(chips, 0x34, 1000);
	chips_out(chips, 0x43, 0x30);
	sim_advance_time(100000000);
	EXPECT_EQ(ticks(chips), 0);
	/* Its gate is always on: nothing triggers it. */
	program(chips, 0x32, 1000);
	sim_advance_time(100000000);
	EXPECT_EQ(ticks(chips), 0);
	fixture_destroy(chips);
}

TEST(pit_interrupts_through_pic)
{
	struct fixture *chips = chips_open();

	fixture_start_pics(chips);
	program(chips, 0x34, 11932);
	for (unsigned int i = 0; i < 10; i++) {
		sim_advance_time(10001000);
		EXPECT_TRUE(pic_output(&chips->vm));
		EXPECT_EQ(chips_pic_take(chips), 0x20);
		EXPECT_FALSE(pic_output(&chips->vm));
		chips_out(chips, 0x20, 0x20);
	}
	fixture_destroy(chips);
}

/* Ticks that the guest had no time for come when it has; with the other policy they are lost. */
TEST(pit_reinjection)
{
	struct fixture *chips = timer_open();
	u64 count;

	program(chips, 0x34, 11932);
	sim_advance_time(100100000);
	EXPECT_EQ(ticks(chips), 10);
	EXPECT_EQ(pit_reinject_set(&chips->vm, false), 0);
	sim_advance_time(100000000);
	EXPECT_EQ(ticks(chips), 1);
	EXPECT_EQ(pit_reinject_set(&chips->vm, true), 0);
	sim_advance_time(100000000000ull);
	count = ticks(chips);
	EXPECT_TRUE(count > 4000 && count <= 4097);
	fixture_destroy(chips);
}

/* A counter that is programmed anew begins anew: ticks that were still to come are gone. */
TEST(pit_programmed_anew)
{
	struct fixture *chips = timer_open();

	program(chips, 0x34, 11932);
	sim_advance_time(100100000);
	program(chips, 0x34, 11932);
	EXPECT_EQ(ticks(chips), 1); /* the local APIC has it already */
	sim_advance_time(10100000);
	EXPECT_EQ(ticks(chips), 1);
	fixture_destroy(chips);
}

/* While nobody listens nothing is kept, and the first tick after that comes in time. */
TEST(pit_unmasked)
{
	struct fixture *chips = chips_open();

	chips_out(chips, 0x21, 0xff);
	program(chips, 0x34, 11932);
	sim_advance_time(1000000000);
	chips_redirect(chips, 0, 0, 0x30);
	EXPECT_EQ(ticks(chips), 0);
	sim_advance_time(10000000);
	EXPECT_EQ(ticks(chips), 1);
	/* The 8259 has one that it never gets rid of: the I/O APIC's ticks come nevertheless. */
	chips_redirect(chips, 0, 0, 0x30 | CHIPS_MASKED);
	chips_out(chips, 0x21, 0);
	sim_advance_time(1000000000);
	chips_redirect(chips, 0, 0, 0x30);
	EXPECT_EQ(ticks(chips), 0);
	sim_advance_time(10000000);
	EXPECT_EQ(ticks(chips), 1);
	fixture_destroy(chips);
}

TEST(pit_shortest_period)
{
	struct fixture *chips = timer_open();
	unsigned int count = 0;

	program(chips, 0x14, 2);
	for (unsigned int i = 0; i < 1000; i++) {
		sim_advance_time(10000);
		count += ticks(chips);
	}
	EXPECT_EQ(count, 50); /* in 10 ms */
	fixture_destroy(chips);
}

TEST(pit_state)
{
	struct fixture *chips = timer_open();
	struct kvm_pit_state2 state = {0}, again = {0};

	program(chips, 0x34, 11932);
	program(chips, 0xb6, 1193);
	chips_out(chips, 0x61, 3);
	EXPECT_EQ(pit_state_get(&chips->vm, &state), 0);
	EXPECT_EQ(state.channels[0].count, 11932);
	EXPECT_EQ(state.channels[0].mode, 2);
	EXPECT_EQ(state.channels[2].gate, 1);
	EXPECT_EQ(state.flags, KVM_PIT_FLAGS_SPEAKER_DATA_ON);
	program(chips, 0x34, 1);
	EXPECT_EQ(pit_state_set(&chips->vm, &state), 0);
	EXPECT_EQ(pit_state_get(&chips->vm, &again), 0);
	EXPECT_EQ(memcmp(&again, &state, sizeof(state)), 0);
	sim_advance_time(10001000);
	EXPECT_EQ(ticks(chips), 1);
	/* An HPET has taken over the interrupt. */
	state.flags |= KVM_PIT_FLAGS_HPET_LEGACY;
	EXPECT_EQ(pit_state_set(&chips->vm, &state), 0);
	sim_advance_time(1000000000);
	EXPECT_EQ(ticks(chips), 0);
	/* What no 8254 could hold. */
	memset(&state, 0xff, sizeof(state));
	state.flags = 0;
	EXPECT_EQ(pit_state_set(&chips->vm, &state), 0);
	for (u16 port = 0x40; port < 0x43; port++)
		for (unsigned int i = 0; i < 5; i++)
			chips_in(chips, port);
	sim_advance_time(1000000000);
	fixture_destroy(chips);
}

/* Port 61H is the kernel's only if it was asked for. */
TEST(pit_without_speaker)
{
	static struct vm vm;
	struct vcpu vcpu = {.vm = &vm};
	struct kvm_pit_state2 state;
	u8 value;
	int ticket;

	sim_reset();
	memset(&vm, 0, sizeof(vm));
	EXPECT_EQ(vm_init(&vm), 0);
	EXPECT_EQ(irqchip_create(&vm), 0);
	EXPECT_EQ(pit_state_get(&vm, &state), -ENXIO);
	EXPECT_EQ(pit_state_set(&vm, &state), -ENXIO);
	EXPECT_EQ(pit_reinject_set(&vm, true), -ENXIO);
	EXPECT_EQ(pit_create(&vm, 0), 0);
	ticket = host_srcu_read_lock(&vm.srcu);
	EXPECT_TRUE(bus_read(&vcpu, BUS_PIO, 0x43, 1, &value));
	EXPECT_FALSE(bus_read(&vcpu, BUS_PIO, 0x61, 1, &value));
	host_srcu_read_unlock(&vm.srcu, ticket);
	irqchip_destroy(&vm);
	vm_destroy(&vm);
	EXPECT_EQ(sim_leaks(), 0);
}
