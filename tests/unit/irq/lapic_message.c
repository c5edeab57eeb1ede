// SPDX-License-Identifier: GPL-2.0
/* Interrupt messages: who gets them. */
#include "lapic_guest.h"
#include "msr/msr.h"

/* Bit n: vCPU n has just got the vector; it takes it. */
static u32 receivers(struct fixture *g, u8 vector)
{
	u32 got = 0;

	for (unsigned int i = 0; i < FIXTURE_VCPUS; i++) {
		struct vcpu *vcpu = &g->vcpu[i];

		if (!vcpu->lapic || lapic_pending_vector(vcpu) != vector)
			continue;
		got |= BIT32(i);
		lapic_acknowledge(vcpu, vector);
		lapic_eoi(vcpu);
	}
	return got;
}

#define LOGICAL	 0x800
#define SELF	 0x40000
#define ALL	 0x80000
#define BUT_SELF 0xc0000

TEST(message_xapic_destinations)
{
	/* LDRs: 1, 2, 4, 8 in flat mode; in cluster mode 01, 02, 11, 12. */
	static const struct {
		bool cluster;
		u32 icr, destination, got;
	} rows[] = {
		{false, 0, 0, 0x1},	    {false, 0, 3, 0x8},		 {false, 0, 4, 0},
		{false, 0, 0xff, 0xf},	    {false, SELF, 3, 0x2},	 {false, ALL, 3, 0xf},
		{false, BUT_SELF, 3, 0xd},  {false, LOGICAL, 0x1, 0x1},	 {false, LOGICAL, 0xa, 0xa},
		{false, LOGICAL, 0xf0, 0},  {false, LOGICAL, 0xff, 0xf}, {false, LOGICAL, 0, 0},
		{true, LOGICAL, 0x01, 0x1}, {true, LOGICAL, 0x0f, 0x3},	 {true, LOGICAL, 0x13, 0xc},
		{true, LOGICAL, 0x12, 0x8}, {true, LOGICAL, 0x21, 0},	 {true, LOGICAL, 0x10, 0},
		{true, LOGICAL, 0xff, 0xf},
	};
	struct fixture *g = apic_guest_create(4);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		for (u32 n = 0; n < 4; n++) {
			u32 cluster_id = (n / 2) << 4 | BIT32(n % 2);

			apic_write(&g->vcpu[n], LAPIC_DFR, rows[i].cluster ? 0 : 0xffffffff);
			apic_write(&g->vcpu[n], LAPIC_LDR,
				   (rows[i].cluster ? cluster_id : BIT32(n)) << 24);
		}
		apic_icr(&g->vcpu[1], 0x4000 | rows[i].icr | 0x55, rows[i].destination);
		EXPECT_EQ(receivers(g, 0x55), rows[i].got);
	}
	/* Neither model: nobody. */
	apic_write(g->vcpu, LAPIC_DFR, 0x70000000);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_DFR), 0x7fffffff);
	apic_icr(&g->vcpu[1], LOGICAL | 0x55, 1);
	EXPECT_EQ(receivers(g, 0x55), 0);
	fixture_destroy(g);
}

TEST(message_x2apic_destinations)
{
	static const u32 ids[] = {0, 1, 15, 16, 0x123};
	static const struct {
		u32 icr, destination, got;
	} rows[] = {
		{0, 0, 0x1},
		{0, 15, 0x4},
		{0, 0x123, 0x10},
		{0, 0x23, 0},
		{0, 0xff, 0},
		{0, 0xffffffff, 0x1f},
		{0, 0x80000000, 0},
		{0, 1024, 0},
		{LOGICAL, 0x8003, 0x7},
		{LOGICAL, 0x10001, 0x8},
		{LOGICAL, 0x120008, 0x10},
		{LOGICAL, 0x120007, 0},
		{LOGICAL, 0x1ffff, 0x8},
		{LOGICAL, 0xffffffff, 0x1f},
		{SELF, 0, 0x2},
		{ALL, 0, 0x1f},
		{BUT_SELF, 0, 0x1d},
	};
	struct fixture *g = apic_guest_create(0);

	for (size_t i = 0; i < COUNT_OF(ids); i++)
		apic_x2apic_on(apic_guest_add(g, ids[i]));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		apic_icr(&g->vcpu[1], 0x4000 | rows[i].icr | 0x55, rows[i].destination);
		EXPECT_EQ(receivers(g, 0x55), rows[i].got);
	}
	EXPECT_EQ(apic_msr_write(&g->vcpu[2], 0x83f, 0x66, false), 0);
	EXPECT_EQ(receivers(g, 0x66), 0x4);
	fixture_destroy(g);
}

/* From an I/O APIC or MSI: how many took it, coalesced, nobody.  One that is level-triggered is
 * taken also where it joins another. */
TEST(message_results)
{
	struct irq_message all = {.destination = 0xff, .vector = 0x55, .xapic = true};
	struct irq_message one = {.destination = 1, .vector = 0x55, .level = true};
	struct irq_message none = {.destination = 9, .vector = 0x55};
	struct fixture *g = apic_guest_create(3);

	EXPECT_EQ(irq_message_send(&g->vm, NULL, &all), 3);
	EXPECT_EQ(irq_message_send(&g->vm, NULL, &all), 0);
	EXPECT_EQ(irq_message_send(&g->vm, NULL, &one), 1);
	EXPECT_EQ(irq_message_send(&g->vm, NULL, &none), -1);
	EXPECT_EQ(receivers(g, 0x55), 7);
	EXPECT_EQ(irq_message_send(&g->vm, NULL, &one), 1);
	EXPECT_TRUE(apic_has(&g->vcpu[1], LAPIC_TMR, 0x55));
	EXPECT_EQ(irq_message_send(&g->vm, NULL, &all), 2);
	/* One whose APIC is off is nobody. */
	EXPECT_EQ(msr_apic_base_write(&g->vcpu[1], 0xfee00000, false), 0);
	EXPECT_EQ(irq_message_send(&g->vm, NULL, &one), -1);
	fixture_destroy(g);
}

/* Lowest priority: one of those that match and take interrupts, each in turn. */
TEST(message_lowest_priority_takes_turns)
{
	struct irq_message message = {.destination = 0xff,
				      .vector = 0x55,
				      .logical = true,
				      .delivery = IRQ_LOWEST,
				      .xapic = true};
	struct fixture *g = apic_guest_create(4);
	unsigned int got[4] = {0};

	apic_write(&g->vcpu[2], LAPIC_SVR, 0xff);
	for (unsigned int i = 0; i < 300; i++) {
		u32 who;

		EXPECT_EQ(irq_message_send(&g->vm, NULL, &message), 1);
		who = receivers(g, 0x55);
		REQUIRE_EQ(who & (who - 1), 0);
		for (unsigned int n = 0; n < 4; n++)
			got[n] += who >> n & 1;
	}
	EXPECT_EQ(got[0], 100);
	EXPECT_EQ(got[1], 100);
	EXPECT_EQ(got[2], 0);
	EXPECT_EQ(got[3], 100);
	fixture_destroy(g);
}

/* xAPIC IDs can be written; two with the same both get what is for it. */
TEST(message_written_ids)
{
	struct fixture *g = apic_guest_create(3);

	apic_write(&g->vcpu[1], LAPIC_ID, 0x09ffffff);
	EXPECT_EQ(apic_read(&g->vcpu[1], LAPIC_ID), 0x09000000);
	apic_icr(g->vcpu, 0x55, 1);
	EXPECT_EQ(receivers(g, 0x55), 0);
	apic_icr(g->vcpu, 0x55, 9);
	EXPECT_EQ(receivers(g, 0x55), 2);
	apic_write(&g->vcpu[2], LAPIC_ID, 0x09000000);
	apic_icr(g->vcpu, 0x55, 9);
	EXPECT_EQ(receivers(g, 0x55), 6);
	fixture_destroy(g);
}

TEST(message_delivery_modes)
{
	struct fixture *g = apic_guest_create(2);
	struct vcpu *other = &g->vcpu[1];

	apic_icr(g->vcpu, 0x400, 1);
	EXPECT_EQ(other->nmis_arrived, 1);
	apic_icr(g->vcpu, 0x4500, 1);
	EXPECT_EQ(other->lapic->signals, LAPIC_SIGNAL_INIT);
	other->lapic->signals = 0;
	/* INIT level de-assert; SMI; the reserved modes. */
	apic_icr(g->vcpu, 0x8500, 1);
	apic_icr(g->vcpu, 0x200, 1);
	apic_icr(g->vcpu, 0x355, 1);
	apic_icr(g->vcpu, 0x755, 1);
	EXPECT_EQ(other->lapic->signals, 0);
	apic_icr(g->vcpu, 0x4612, 1);
	EXPECT_EQ(other->lapic->signals, LAPIC_SIGNAL_SIPI);
	EXPECT_EQ(other->lapic->sipi_vector, 0x12);
	/* An IPI is edge-triggered whatever the ICR says. */
	apic_icr(g->vcpu, 0xc055, 1);
	EXPECT_EQ(receivers(g, 0x55), 2);
	EXPECT_FALSE(apic_has(other, LAPIC_TMR, 0x55));
	EXPECT_EQ(other->nmis_arrived, 1);
	EXPECT_EQ(g->vcpu->nmis_arrived, 0);
	fixture_destroy(g);
}
