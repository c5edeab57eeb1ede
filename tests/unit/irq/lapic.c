// SPDX-License-Identifier: GPL-2.0
/* The local APIC: priorities, delivery, end of interrupt, modes. */
#include "lapic_guest.h"
#include "msr/msr.h"

TEST(lapic_reset_values)
{
	/* "Local APIC State After Power-Up or Reset"; LINT0 as KVM's documentation has it. */
	static const struct {
		u32 offset, value;
	} rows[] = {
		{0x20, 1u << 24}, {0x30, 0x00050014}, {0x80, 0},	  {0x90, 0},
		{0xa0, 0},	  {0xd0, 0},	      {0xe0, 0xffffffff}, {0xf0, 0xff},
		{0x100, 0},	  {0x1f0, 0},	      {0x270, 0},	  {0x280, 0},
		{0x300, 0},	  {0x310, 0},	      {0x320, 0x10000},	  {0x330, 0x10000},
		{0x340, 0x10000}, {0x350, 0x10000},   {0x360, 0x10000},	  {0x370, 0x10000},
		{0x380, 0},	  {0x390, 0},	      {0x3e0, 0},
	};
	struct fixture *g = apic_guest_create(2);

	for (unsigned int init = 0; init < 2; init++) {
		for (u32 offset = 0; offset < 0x400; offset += 16)
			if (offset != LAPIC_ID && offset != LAPIC_ICR)
				apic_write(&g->vcpu[1], offset, 0x1f3);
		lapic_deliver(&g->vcpu[1], IRQ_FIXED, 0x41, true);
		lapic_reset(&g->vcpu[1], init);
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			test_context("register 0x%x", rows[i].offset);
			EXPECT_EQ(apic_read(&g->vcpu[1], rows[i].offset), rows[i].value);
		}
		EXPECT_EQ(sim_timers_armed(), 0);
		EXPECT_EQ(lapic_pending_vector(&g->vcpu[1]), -1);
	}
	lapic_reset(g->vcpu, false);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_LVT_LINT0), 0x700);
	EXPECT_TRUE(lapic_accepts_extint(g->vcpu));
	EXPECT_FALSE(lapic_accepts_extint(&g->vcpu[1]));
	fixture_destroy(g);
}

TEST(lapic_init_keeps_the_id)
{
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_ID, 0x5a000000);
	lapic_reset(g->vcpu, true);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ID), 0x5a000000);
	lapic_reset(g->vcpu, false);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ID), 0);
	fixture_destroy(g);
}

/* Every vector: requested once, taken once, in service until its EOI. */
TEST(lapic_each_vector_goes_through)
{
	struct fixture *g = apic_guest_create(1);

	for (unsigned int vector = 16; vector < 256; vector++) {
		test_context("vector %u", vector);
		EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_FIXED, (u8)vector, false), 1);
		EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_FIXED, (u8)vector, false), 0);
		EXPECT_TRUE(apic_has(g->vcpu, LAPIC_IRR, (u8)vector));
		EXPECT_EQ(apic_take(g->vcpu), vector);
		EXPECT_FALSE(apic_has(g->vcpu, LAPIC_IRR, (u8)vector));
		EXPECT_TRUE(apic_has(g->vcpu, LAPIC_ISR, (u8)vector));
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_PPR), vector & 0xf0);
		EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
		apic_write(g->vcpu, LAPIC_EOI, 0);
		EXPECT_FALSE(apic_has(g->vcpu, LAPIC_ISR, (u8)vector));
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_PPR), 0);
		EXPECT_EQ(g->vcpu->lapic->isr_words, 0);
		EXPECT_EQ(g->vcpu->lapic->irr_words, 0);
	}
	fixture_destroy(g);
}

TEST(lapic_cr8_is_the_tpr)
{
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_TPR, 0x5a);
	EXPECT_EQ(lapic_cr8_read(g->vcpu), 5);
	lapic_cr8_write(g->vcpu, 9);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TPR), 0x90);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x9f, false);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	EXPECT_EQ(lapic_tpr_threshold(g->vcpu), 9);
	lapic_cr8_write(g->vcpu, 8);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), 0x9f);
	EXPECT_EQ(lapic_tpr_threshold(g->vcpu), 0);
	fixture_destroy(g);
}

/* TPR, ISR and IRR in each order.  "Arbitration Priority" as processors with an APR compute it. */
TEST(lapic_arbitration_priority)
{
	static const struct {
		u32 tpr, isr, irr, apr;
	} rows[] = {
		{0, 0, 0, 0},	       {0x35, 0, 0, 0x35},	 {0x35, 0x21, 0x25, 0x35},
		{0x35, 0x41, 0, 0x40}, {0x35, 0, 0x55, 0x50},	 {0x35, 0x41, 0x55, 0x50},
		{0x35, 0x31, 0, 0x30}, {0x45, 0x31, 0x41, 0x45},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = apic_guest_create(1);

		test_context("row %zu", i);
		if (rows[i].isr) {
			lapic_deliver(g->vcpu, IRQ_FIXED, (u8)rows[i].isr, false);
			apic_take(g->vcpu);
		}
		if (rows[i].irr)
			lapic_deliver(g->vcpu, IRQ_FIXED, (u8)rows[i].irr, false);
		apic_write(g->vcpu, LAPIC_TPR, rows[i].tpr);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_APR), rows[i].apr);
		fixture_destroy(g);
	}
}

/* An interrupt that comes just when the processor takes the one before it in the same word. */
TEST(lapic_request_beside_an_acknowledge_is_seen)
{
	struct fixture *g = apic_guest_create(1);

	lapic_deliver(g->vcpu, IRQ_FIXED, 0x45, false);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), 0x45);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x44, false);
	lapic_acknowledge(g->vcpu, 0x45);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), 0x44);
	/* A mark without a vector (it was taken meanwhile) is no interrupt, and goes. */
	lapic_acknowledge(g->vcpu, 0x44);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	g->vcpu->lapic->irr_words = 0xff;
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	EXPECT_EQ(g->vcpu->lapic->irr_words, 0);
	fixture_destroy(g);
}

/* Whoever delivers leaves the request, so that a vCPU on its way in or asleep looks again. */
TEST(lapic_delivery_requests_and_kicks)
{
	static const enum irq_delivery modes[] = {IRQ_FIXED, IRQ_LOWEST, IRQ_INIT, IRQ_STARTUP,
						  IRQ_NMI};
	struct fixture *g = apic_guest_create(1);

	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		u64 kicks = g->vcpu->host.kicks;

		test_context("delivery mode %u", modes[i]);
		g->vcpu->requests = 0;
		g->vcpu->mode = VCPU_WAITING;
		EXPECT_EQ(lapic_deliver(g->vcpu, modes[i], (u8)(0x40 + i), false), 1);
		EXPECT_EQ(g->vcpu->requests, BIT32(VCPU_REQUEST_EVENT));
		EXPECT_EQ(g->vcpu->host.kicks, kicks + 1);
	}
	g->vcpu->mode = VCPU_OUTSIDE;
	g->vcpu->requests = 0;
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_SMI, 0, false), 0);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_EXTINT, 0x50, false), 0);
	EXPECT_EQ(g->vcpu->requests, 0);
	EXPECT_EQ(g->vcpu->nmis_arrived, 1);
	fixture_destroy(g);
}

TEST(lapic_init_and_startup_leave_signals)
{
	struct fixture *g = apic_guest_create(1);
	struct lapic *lapic = g->vcpu->lapic;

	lapic_deliver(g->vcpu, IRQ_STARTUP, 0x12, false);
	EXPECT_EQ(lapic->signals, LAPIC_SIGNAL_SIPI);
	EXPECT_EQ(lapic->sipi_vector, 0x12);
	/* An INIT makes what came before it void. */
	lapic_deliver(g->vcpu, IRQ_INIT, 0, false);
	EXPECT_EQ(lapic->signals, LAPIC_SIGNAL_INIT);
	lapic_deliver(g->vcpu, IRQ_STARTUP, 0x9f, false);
	EXPECT_EQ(lapic->signals, LAPIC_SIGNAL_INIT | LAPIC_SIGNAL_SIPI);
	EXPECT_EQ(lapic->sipi_vector, 0x9f);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	fixture_destroy(g);
}

/* TMR says how the vector was triggered last. */
TEST(lapic_trigger_mode)
{
	struct fixture *g = apic_guest_create(1);

	lapic_deliver(g->vcpu, IRQ_FIXED, 0x61, true);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x62, false);
	EXPECT_TRUE(apic_has(g->vcpu, LAPIC_TMR, 0x61));
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_TMR, 0x62));
	EXPECT_EQ(apic_take(g->vcpu), 0x62);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	EXPECT_EQ(apic_take(g->vcpu), 0x61);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	/* TMR stays until the next of this vector. */
	EXPECT_TRUE(apic_has(g->vcpu, LAPIC_TMR, 0x61));
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x61, false);
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_TMR, 0x61));
	fixture_destroy(g);
}

/* EOI ends the highest, whichever came last; without one in service it does nothing. */
TEST(lapic_eoi_ends_the_highest)
{
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_EOI, 0);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x31, false);
	EXPECT_EQ(apic_take(g->vcpu), 0x31);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x3f, false);
	EXPECT_EQ(apic_take(g->vcpu), -1);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0xe0, false);
	EXPECT_EQ(apic_take(g->vcpu), 0xe0);
	apic_write(g->vcpu, LAPIC_EOI, 0x31);
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_ISR, 0xe0));
	EXPECT_TRUE(apic_has(g->vcpu, LAPIC_ISR, 0x31));
	apic_write(g->vcpu, LAPIC_EOI, 0);
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_ISR, 0x31));
	EXPECT_EQ(apic_take(g->vcpu), 0x3f);
	fixture_destroy(g);
}

/* Software-disabled: the LVT is masked, nothing new is taken, what is there stays. */
TEST(lapic_software_disable)
{
	struct fixture *g = apic_guest_create(1);

	apic_write(g->vcpu, LAPIC_LVT_LINT0, 0x700);
	apic_write(g->vcpu, LAPIC_LVT_ERROR, 0xfe);
	EXPECT_TRUE(lapic_accepts_extint(g->vcpu));
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x80, false);
	apic_write(g->vcpu, LAPIC_SVR, 0xff);
	for (u32 lvt = 0x320; lvt <= 0x370; lvt += 16) {
		EXPECT_TRUE(apic_read(g->vcpu, lvt) & LVT_MASKED);
		apic_write(g->vcpu, lvt, 0x40);
		EXPECT_EQ(apic_read(g->vcpu, lvt), 0x10040);
	}
	EXPECT_FALSE(lapic_accepts_extint(g->vcpu));
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_FIXED, 0x90, false), 0);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_NMI, 0, false), 1);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_INIT, 0, false), 1);
	EXPECT_EQ(apic_take(g->vcpu), 0x80);
	apic_write(g->vcpu, LAPIC_SVR, 0x1ff);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_LVT_ERROR), 0x10040);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_FIXED, 0x90, false), 1);
	fixture_destroy(g);
}

/* "x2APIC State Transitions" */
TEST(lapic_base_transitions)
{
	enum { OFF = 0, XAPIC = 0x800, X2APIC = 0xc00, INVALID = 0x400 };
	static const struct {
		u32 from, to;
		int guest;
	} rows[] = {
		{OFF, OFF, 0},		 {OFF, XAPIC, 0},	    {OFF, X2APIC, -EINVAL},
		{XAPIC, OFF, 0},	 {XAPIC, XAPIC, 0},	    {XAPIC, X2APIC, 0},
		{X2APIC, OFF, 0},	 {X2APIC, XAPIC, -EINVAL},  {X2APIC, X2APIC, 0},
		{OFF, INVALID, -EINVAL}, {XAPIC, INVALID, -EINVAL}, {X2APIC, INVALID, -EINVAL},
	};
	struct fixture *g = apic_guest_create(1);

	host_vcpu_get(g->vcpu);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("from 0x%x to 0x%x", rows[i].from, rows[i].to);
		EXPECT_EQ(msr_apic_base_write(g->vcpu, 0xfee00100 | rows[i].from, true), 0);
		EXPECT_EQ(msr_apic_base_write(g->vcpu, 0xfee00100 | rows[i].to, false),
			  rows[i].guest);
		EXPECT_EQ(g->vcpu->apic_base,
			  0xfee00100 | (rows[i].guest ? rows[i].from : rows[i].to));
		EXPECT_EQ(msr_apic_base_write(g->vcpu, 0xfee00100 | rows[i].to, true),
			  rows[i].to == INVALID ? -EINVAL : 0);
	}
	host_vcpu_release(g->vcpu);
	fixture_destroy(g);
}

/* Disabled by IA32_APIC_BASE: nothing comes in, the 8259s do, nobody is behind the page; enabled
 * again it is as after power-up, but for CR8. */
TEST(lapic_global_disable)
{
	struct fixture *g = apic_guest_create(1);
	u64 value;

	apic_write(g->vcpu, LAPIC_ID, 0x77000000);
	apic_write(g->vcpu, LAPIC_TPR, 0x20);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, 0x20040);
	apic_write(g->vcpu, LAPIC_TIMER_INITIAL, 1000000);
	lapic_deliver(g->vcpu, IRQ_FIXED, 0x80, false);
	EXPECT_EQ(apic_msr_write(g->vcpu, 0x1b, 0xfee00100, false), 0);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_FIXED, 0x81, false), 0);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_NMI, 0, false), 0);
	EXPECT_EQ(lapic_deliver(g->vcpu, IRQ_INIT, 0, false), 0);
	EXPECT_TRUE(lapic_accepts_extint(g->vcpu));
	EXPECT_EQ(sim_timers_armed(), 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_VERSION), 0xffffffff);
	apic_write(g->vcpu, LAPIC_SVR, 0x1ff);
	lapic_cr8_write(g->vcpu, 5);
	EXPECT_EQ(lapic_cr8_read(g->vcpu), 5);
	EXPECT_EQ(apic_msr_read(g->vcpu, 0x802, &value, false), -EINVAL);

	EXPECT_EQ(apic_msr_write(g->vcpu, 0x1b, 0xfee00900, false), 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ID), 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_SVR), 0xff);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TPR), 0x50);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_LVT_TIMER), 0x10000);
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_IRR, 0x80));
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	fixture_destroy(g);
}

/* From xAPIC to x2APIC mode: ID and LDR are the mode's own, all else stays. */
TEST(lapic_to_x2apic_keeps_the_rest)
{
	struct fixture *g = apic_guest_create(0);
	struct vcpu *vcpu = apic_guest_add(g, 0x123);

	EXPECT_EQ(apic_read(vcpu, LAPIC_ID), 0x23000000);
	apic_write(vcpu, LAPIC_TPR, 0x20);
	apic_write(vcpu, LAPIC_LDR, 0x04000000);
	apic_write(vcpu, LAPIC_LVT_ERROR, 0xfe);
	lapic_deliver(vcpu, IRQ_FIXED, 0x80, true);
	apic_take(vcpu);
	lapic_deliver(vcpu, IRQ_FIXED, 0x81, false);
	apic_x2apic_on(vcpu);
	EXPECT_EQ(apic_read(vcpu, LAPIC_ID), 0x123);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LDR), 0x120008);
	EXPECT_EQ(lapic_id(vcpu), 0x123);
	EXPECT_EQ(apic_read(vcpu, LAPIC_TPR), 0x20);
	EXPECT_EQ(apic_read(vcpu, LAPIC_PPR), 0x80);
	EXPECT_EQ(apic_read(vcpu, LAPIC_SVR), 0x1ff);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_ERROR), 0xfe);
	EXPECT_TRUE(apic_has(vcpu, LAPIC_TMR, 0x80));
	EXPECT_TRUE(apic_has(vcpu, LAPIC_IRR, 0x81));
	fixture_destroy(g);
}

TEST(lapic_page_moves)
{
	struct fixture *g = apic_guest_create(1);
	u32 version;

	EXPECT_TRUE(lapic_owns(g->vcpu, 0xfee00000) && lapic_owns(g->vcpu, 0xfee00fff));
	EXPECT_FALSE(lapic_owns(g->vcpu, 0xfedfffff) || lapic_owns(g->vcpu, 0xfee01000));
	EXPECT_EQ(apic_msr_write(g->vcpu, 0x1b, 0x12fed40900, false), 0);
	EXPECT_TRUE(lapic_owns(g->vcpu, 0x12fed40030));
	EXPECT_FALSE(lapic_owns(g->vcpu, 0xfed40030) || lapic_owns(g->vcpu, 0xfee00030));
	lapic_mmio_read(g->vcpu, 0x12fed40030, 4, &version);
	EXPECT_EQ(version, 0x50014);
	EXPECT_EQ(lapic_page(g->vcpu), host_virt_to_phys(g->vcpu->lapic->page));
	fixture_destroy(g);
}

/* The EOI register does not look at what is written. */
TEST(lapic_write_any)
{
	struct fixture *g = apic_guest_create(1);

	lapic_deliver(g->vcpu, IRQ_FIXED, 0x80, false);
	EXPECT_EQ(apic_take(g->vcpu), 0x80);
	EXPECT_FALSE(lapic_mmio_write_any(g->vcpu, 0xfee000b4));
	EXPECT_FALSE(lapic_mmio_write_any(g->vcpu, 0xfee00080));
	EXPECT_TRUE(apic_has(g->vcpu, LAPIC_ISR, 0x80));
	EXPECT_TRUE(lapic_mmio_write_any(g->vcpu, 0xfee000b0));
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_ISR, 0x80));
	apic_x2apic_on(g->vcpu);
	EXPECT_FALSE(lapic_mmio_write_any(g->vcpu, 0xfee000b0));
	fixture_destroy(g);
}

TEST(lapic_init_without_memory)
{
	for (unsigned int n = 0; n < 2; n++) {
		struct vcpu vcpu = {0};

		sim_fail_allocation_after(n);
		EXPECT_EQ(lapic_vcpu_init(&vcpu), -ENOMEM);
		EXPECT_TRUE(sim_allocation_failed());
		lapic_vcpu_destroy(&vcpu);
		EXPECT_EQ(sim_leaks(), 0);
	}
}
