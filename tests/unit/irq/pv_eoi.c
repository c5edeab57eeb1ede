// SPDX-License-Identifier: GPL-2.0
/* The paravirtual end of interrupt: when it is offered, and what comes of it. */
#include "lapic_guest.h"
#include "irq/devices.h"
#include "mem/mem.h"

#define FLAG   0x104u
#define VECTOR 0x41
#define PV_EOI 0x4b564d04u

static u8 *flag;

static struct fixture *create(void)
{
	struct fixture *g = apic_guest_create(1);

	g->ram = sim_user_map(LINTEL_PAGE_SIZE);
	FIXTURE_SLEEPING(g,
			 EXPECT_EQ(fixture_set_slot(&g->vm, 0, 0, 0, LINTEL_PAGE_SIZE, g->ram), 0));
	flag = (u8 *)g->ram + FLAG;
	EXPECT_EQ(apic_msr_write(g->vcpu, PV_EOI, FLAG | 1, false), 0);
	return g;
}

/* As at an entry that delivers the vector. */
static void deliver(struct vcpu *vcpu, u8 vector)
{
	lapic_deliver(vcpu, IRQ_FIXED, vector, false);
	EXPECT_EQ(apic_take(vcpu), vector);
	host_preempt_disable();
	host_irq_disable();
	lapic_eoi_offer(vcpu, vector);
	host_irq_enable();
	host_preempt_enable();
}

static void take(struct vcpu *vcpu)
{
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);

	lapic_eoi_take(vcpu);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}

TEST(pv_eoi_taken_when_the_guest_clears_the_bit)
{
	struct fixture *g = create();

	deliver(g->vcpu, VECTOR);
	EXPECT_TRUE(g->vcpu->lapic->takes & LAPIC_TAKES_EOI);
	EXPECT_EQ(*flag, 1);
	*flag = 0;
	take(g->vcpu);
	EXPECT_FALSE(g->vcpu->lapic->takes & LAPIC_TAKES_EOI);
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_ISR, VECTOR));
	fixture_destroy(g);
}

TEST(pv_eoi_ends_at_the_next_exit)
{
	struct fixture *g = create();

	deliver(g->vcpu, VECTOR);
	take(g->vcpu);
	EXPECT_FALSE(g->vcpu->lapic->takes & LAPIC_TAKES_EOI);
	EXPECT_EQ(*flag, 0);
	EXPECT_TRUE(apic_has(g->vcpu, LAPIC_ISR, VECTOR));
	apic_write(g->vcpu, LAPIC_EOI, 0);
	EXPECT_FALSE(apic_has(g->vcpu, LAPIC_ISR, VECTOR));
	fixture_destroy(g);
}

static void expect_no_offer(struct fixture *g, const char *why)
{
	test_context("%s", why);
	deliver(g->vcpu, VECTOR);
	EXPECT_FALSE(g->vcpu->lapic->takes & LAPIC_TAKES_EOI);
	EXPECT_EQ(*flag, 0);
	g->vm.irqchip->ioapic_vectors[VECTOR / 64] = 0;
	apic_write(g->vcpu, LAPIC_EOI, 0);
}

TEST(pv_eoi_not_offered)
{
	struct fixture *g = create();

	lapic_deliver(g->vcpu, IRQ_FIXED, VECTOR - 0x10, false);
	expect_no_offer(g, "another vector waits");
	EXPECT_EQ(apic_take(g->vcpu), VECTOR - 0x10);
	apic_write(g->vcpu, LAPIC_EOI, 0);

	g->vm.irqchip->ioapic_vectors[VECTOR / 64] = BIT64(VECTOR % 64);
	expect_no_offer(g, "the I/O APIC has the vector");

	EXPECT_EQ(apic_msr_write(g->vcpu, PV_EOI, FLAG, false), 0);
	expect_no_offer(g, "off");
	EXPECT_EQ(apic_msr_write(g->vcpu, PV_EOI, (LINTEL_PAGE_SIZE + FLAG) | 1, false), 0);
	expect_no_offer(g, "no memory there");
	fixture_destroy(g);
}

TEST(pv_eoi_msr)
{
	struct fixture *g = create();
	u64 value = 0;

	EXPECT_EQ(apic_msr_read(g->vcpu, PV_EOI, &value, false), 0);
	EXPECT_EQ(value, FLAG | 1);
	EXPECT_EQ(apic_msr_write(g->vcpu, PV_EOI, FLAG | 2, false), -EINVAL);
	EXPECT_EQ(apic_msr_read(g->vcpu, PV_EOI, &value, true), 0);
	EXPECT_EQ(value, FLAG | 1);
	lapic_reset(g->vcpu, true);
	EXPECT_EQ(apic_msr_read(g->vcpu, PV_EOI, &value, false), 0);
	EXPECT_EQ(value, 0);
	fixture_destroy(g);
}
