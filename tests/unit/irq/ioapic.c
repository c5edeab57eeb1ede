// SPDX-License-Identifier: GPL-2.0
/* 82093AA data sheet, as far as software sees it. */
#include "fixture.h"
#include "io/bus.h"

#define REPEATS_MAX 10000

TEST(ioapic_registers)
{
	struct fixture *chips = chips_open();
	u32 value = 0x12345678;
	u64 wide;

	EXPECT_EQ(chips_ioapic_read(chips, 1), 0x170011);
	chips_ioapic_write(chips, 0, 0xffffffff);
	EXPECT_EQ(chips_ioapic_read(chips, 0), 0x0f000000);
	EXPECT_EQ(chips_ioapic_read(chips, 2), 0x0f000000);
	chips_ioapic_write(chips, 1, 0);
	EXPECT_EQ(chips_ioapic_read(chips, 1), 0x170011);
	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++)
		EXPECT_EQ(chips_ioapic_read(chips, (u8)(0x10 + 2 * pin)), CHIPS_MASKED);
	/* Delivery status and remote IRR are read-only, the rest is reserved. */
	chips_redirect(chips, 23, 0xab, 0xffffffff);
	EXPECT_EQ(chips_ioapic_read(chips, 0x3e), 0x1afff);
	EXPECT_EQ(chips_ioapic_read(chips, 0x3f), 0xab000000);
	EXPECT_EQ(chips_ioapic_read(chips, 0x40), 0);
	EXPECT_EQ(chips_ioapic_read(chips, 0xff), 0);
	/* Other addresses and sizes. */
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x40, 4, &value));
	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x40, 4, &value));
	EXPECT_EQ(value, 0);
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC, 1, "\1"));
	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x10, 8, &wide));
	EXPECT_EQ(wide, 0x170011);
	EXPECT_FALSE(bus_read(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0xfc, 8, &wide));
	fixture_destroy(chips);
}

TEST(ioapic_edge)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 20, 1, 0x61);
	EXPECT_EQ(chips_line(chips, 20, true), 1);
	EXPECT_EQ(chips_line(chips, 20, true), 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(chips_take(chips, 1), 0x61);
	EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 20), 0x61);
	chips_eoi(chips, 1);
	EXPECT_EQ(chips_take(chips, 1), -1);
	chips_line(chips, 20, false);
	/* A second one, while the first is in IRR. */
	EXPECT_EQ(chips_pulse(chips, 20), 1);
	EXPECT_EQ(chips_pulse(chips, 20), 0);
	EXPECT_EQ(chips_take(chips, 1), 0x61);
	chips_eoi(chips, 1);
	EXPECT_EQ(chips_take(chips, 1), -1);
	fixture_destroy(chips);
}

/* What comes while the pin is masked is lost, if it is an edge; a level is still there. */
TEST(ioapic_masked)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_MASKED);
	EXPECT_EQ(chips_line(chips, 20, true), -1);
	chips_redirect(chips, 20, 0, 0x61);
	EXPECT_EQ(chips_take(chips, 0), -1);
	chips_line(chips, 20, false);

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL | CHIPS_MASKED);
	EXPECT_EQ(chips_line(chips, 20, true), -1);
	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	fixture_destroy(chips);
}

TEST(ioapic_level)
{
	struct fixture *chips = chips_open();
	const u8 low = 0x10 + 2 * 20;

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	EXPECT_EQ(chips_line(chips, 20, true), 1);
	EXPECT_EQ(chips_ioapic_read(chips, low), 0x61 | CHIPS_LEVEL | 0x4000);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	/* Not again before the EOI, whatever the line does. */
	EXPECT_EQ(chips_pulse(chips, 20), 0);
	chips_line(chips, 20, true);
	EXPECT_EQ(chips_take(chips, 0), -1);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_line(chips, 20, false);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(chips_ioapic_read(chips, low), 0x61 | CHIPS_LEVEL);
	fixture_destroy(chips);
}

/* As a kernel does it whose handler runs in a thread: masked in service, ended, and unmasked when
 * the device has been seen to.  The line is not dead then. */
TEST(ioapic_masked_in_service)
{
	static const struct {
		bool quiet_before_eoi, quiet_before_unmask;
		int again;
	} rows[] = {{false, false, 0x61}, {true, false, -1}, {false, true, -1}};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *chips = chips_open();

		test_context("row %u", i);
		chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
		chips_line(chips, 20, true);
		EXPECT_EQ(chips_take(chips, 0), 0x61);
		chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL | CHIPS_MASKED);
		if (rows[i].quiet_before_eoi)
			chips_line(chips, 20, false);
		chips_eoi(chips, 0);
		EXPECT_EQ(chips_take(chips, 0), -1);
		EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 20),
			  0x61 | CHIPS_LEVEL | CHIPS_MASKED);
		if (rows[i].quiet_before_unmask)
			chips_line(chips, 20, false);
		chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
		EXPECT_EQ(chips_take(chips, 0), rows[i].again);
		/* The next comes in any case. */
		chips_line(chips, 20, false);
		chips_eoi(chips, 0);
		EXPECT_EQ(chips_line(chips, 20, true), 1);
		EXPECT_EQ(chips_take(chips, 0), 0x61);
		fixture_destroy(chips);
	}
}

/* Two pins with one vector: both are looked at, whichever was delivered. */
TEST(ioapic_shared_vector)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	chips_redirect(chips, 21, 0, 0x61 | CHIPS_LEVEL);
	chips_line(chips, 20, true);
	EXPECT_EQ(chips_line(chips, 21, true), 1);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_line(chips, 20, false);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_line(chips, 21, false);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	fixture_destroy(chips);
}

/* What is requested already, by another or by the pin itself before its entry was written anew, is
 * taken with the line's: its EOI is waited for, whatever the line does meanwhile. */
TEST(ioapic_level_joins_a_request)
{
	for (unsigned int anew = 0; anew < 2; anew++) {
		struct fixture *chips = chips_open();

		test_context("%s", anew ? "the pin itself" : "a message");
		chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
		if (!anew)
			EXPECT_EQ(irq_msi_send(&chips->vm, 0xfee00000, 0x61), 1);
		EXPECT_EQ(chips_line(chips, 20, true), 1);
		if (anew) {
			chips_redirect(chips, 20, 0, 0x61 | CHIPS_MASKED);
			chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
		}
		EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 20), 0x61 | CHIPS_LEVEL | 0x4000);
		EXPECT_EQ(chips_take(chips, 0), 0x61);
		EXPECT_EQ(chips_line(chips, 20, true), 0);
		EXPECT_EQ(chips_take(chips, 0), -1);
		chips_eoi(chips, 0);
		EXPECT_EQ(chips_take(chips, 0), 0x61);
		chips_line(chips, 20, false);
		chips_eoi(chips, 0);
		EXPECT_EQ(chips_take(chips, 0), -1);
		fixture_destroy(chips);
	}
}

/* Guests without an EOI register to write make the entry edge-triggered and back. */
TEST(ioapic_remote_irr_cleared_by_edge)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	chips_pulse(chips, 20);
	EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 20) & 0x4000, 0x4000);
	chips_redirect(chips, 20, 0, 0x61 | CHIPS_MASKED);
	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 20) & 0x4000, 0);
	fixture_destroy(chips);
}

/* Nobody took it: no EOI will come. */
TEST(ioapic_remote_irr_needs_a_taker)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 20, 9, 0x61 | CHIPS_LEVEL);
	EXPECT_EQ(chips_line(chips, 20, true), -1);
	EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 20) & 0x4000, 0);
	chips_redirect(chips, 20, 1, 0x61 | CHIPS_LEVEL);
	EXPECT_EQ(chips_take(chips, 1), 0x61);
	fixture_destroy(chips);
}

TEST(ioapic_delivery_modes)
{
	struct fixture *chips = chips_open();

	/* An NMI is edge-triggered, and has no EOI, whatever the entry says. */
	chips_redirect(chips, 20, 1, 0x400 | CHIPS_LEVEL);
	EXPECT_EQ(chips_pulse(chips, 20), 1);
	EXPECT_EQ(chips->vcpu[1].nmis_arrived, 1);
	EXPECT_EQ(chips_pulse(chips, 20), 1);
	EXPECT_EQ(chips->vcpu[1].nmis_arrived, 2);
	/* Reserved ones. */
	chips_redirect(chips, 20, 1, 0x361);
	EXPECT_EQ(chips_pulse(chips, 20), -1);
	chips_redirect(chips, 20, 1, 0x661);
	EXPECT_EQ(chips_pulse(chips, 20), -1);
	EXPECT_EQ(chips_take(chips, 1), -1);
	chips_redirect(chips, 20, 0xff, 0x61);
	EXPECT_EQ(chips_pulse(chips, 20), 2);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	EXPECT_EQ(chips_take(chips, 1), 0x61);
	fixture_destroy(chips);
}

/* A handler that never quiets its device gets a rest, not an interrupt for each EOI. */
TEST(ioapic_storm)
{
	struct fixture *chips = chips_open();
	unsigned int count = 0;

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	chips_line(chips, 20, true);
	while (count <= 2 * REPEATS_MAX && chips_take(chips, 0) == 0x61) {
		count++;
		chips_eoi(chips, 0);
	}
	EXPECT_EQ(count, REPEATS_MAX);
	EXPECT_EQ(sim_timers_armed(), 1);
	sim_advance_time(20000000);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_line(chips, 20, false);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	fixture_destroy(chips);
}

/* A VM that ends while a pin rests. */
TEST(ioapic_storm_outlived_by_its_timer)
{
	struct fixture *chips = chips_open();

	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	chips_line(chips, 20, true);
	while (!sim_timers_armed() && chips_take(chips, 0) == 0x61)
		chips_eoi(chips, 0);
	EXPECT_EQ(sim_timers_armed(), 1);
	fixture_destroy(chips);
	sim_advance_time(20000000);
}

TEST(ioapic_state)
{
	struct fixture *chips = chips_open();
	struct kvm_irqchip state = {.chip_id = KVM_IRQCHIP_IOAPIC};

	chips_redirect(chips, 20, 0, 0x61);
	chips_redirect(chips, 21, 0, 0x62 | CHIPS_LEVEL);
	for (u32 gsi = 20; gsi <= 22; gsi++)
		chips_line(chips, gsi, true);
	EXPECT_EQ(chips_take(chips, 0), 0x62);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), 0x62);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(irqchip_state_get(&chips->vm, &state), 0);
	EXPECT_EQ(state.chip.ioapic.base_address, CHIPS_IOAPIC);
	EXPECT_EQ(state.chip.ioapic.redirtbl[21].fields.remote_irr, 1);
	/* The edge was delivered, and is not to be delivered again. */
	EXPECT_EQ(state.chip.ioapic.irr, BIT32(21) | BIT32(22));
	chips_line(chips, 21, false);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	/* The EOI that it waits for has still to come. */
	EXPECT_EQ(irqchip_state_set(&chips->vm, &state), 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(chips_ioapic_read(chips, 0x10 + 2 * 21) & 0x4000, 0x4000);
	/* What no I/O APIC could hold. */
	memset(&state.chip, 0xff, sizeof(state.chip));
	EXPECT_EQ(irqchip_state_set(&chips->vm, &state), 0);
	EXPECT_EQ(irqchip_state_get(&chips->vm, &state), 0);
	EXPECT_EQ(state.chip.ioapic.irr, 0xffffff);
	EXPECT_EQ(state.chip.ioapic.id, 0xf);
	EXPECT_EQ(state.chip.ioapic.redirtbl[0].bits, 0xff0000000001ffff);
	fixture_destroy(chips);
}
