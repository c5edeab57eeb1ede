// SPDX-License-Identifier: GPL-2.0
/*
 * What a local APIC holds and puts forward.  SDM: "Interrupt, Task, and Processor Priority",
 * "Interrupt Acceptance for Fixed Interrupts", "Signaling Interrupt Servicing Completion".
 */
#include "lapic_guest.h"
#include "model.h"

struct model {
	bool irr[256], isr[256], tmr[256];
	u32 tpr;
};

static int highest(const bool *vectors)
{
	for (int v = 255; v >= 16; v--)
		if (vectors[v])
			return v;
	return -1;
}

static u32 ppr(const struct model *m)
{
	int isr = highest(m->isr);
	u32 service = isr < 0 ? 0 : (u32)isr >> 4;

	return m->tpr >> 4 >= service ? m->tpr : service << 4;
}

static int next_vector(const struct model *m)
{
	int irr = highest(m->irr);

	return irr >= 0 && (u32)irr >> 4 > ppr(m) >> 4 ? irr : -1;
}

/* What the TPR has to come down to for the next interrupt. */
static u32 threshold(const struct model *m)
{
	int irr = highest(m->irr), isr = highest(m->isr);

	if (irr < 0 || (isr >= 0 && irr >> 4 <= isr >> 4) || (u32)irr >> 4 > m->tpr >> 4)
		return 0;
	return (u32)irr >> 4;
}

static void step_deliver(struct vcpu *vcpu, struct model *m, struct choices *choices)
{
	u8 vector = (u8)(16 + choose(choices, 240));
	bool level = choose(choices, 2);

	test_context("deliver %u, level %u", vector, level);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, vector, level), level || !m->irr[vector]);
	m->irr[vector] = true;
	m->tmr[vector] = level;
}

static void step_tpr(struct vcpu *vcpu, struct model *m, struct choices *choices)
{
	m->tpr = choose(choices, 3) ? 0 : 16 + choose(choices, 240);
	test_context("TPR %u", m->tpr);
	apic_write(vcpu, LAPIC_TPR, m->tpr);
}

static void step_eoi(struct vcpu *vcpu, struct model *m, struct choices *choices)
{
	int served = highest(m->isr);

	test_context("EOI of %d", served);
	if (served >= 0)
		m->isr[served] = false;
	apic_write(vcpu, LAPIC_EOI, 0);
}

static void step_take(struct vcpu *vcpu, struct model *m, struct choices *choices)
{
	int vector = next_vector(m);

	test_context("take %d", vector);
	EXPECT_EQ(apic_take(vcpu), vector);
	if (vector < 0)
		return;
	m->irr[vector] = false;
	m->isr[vector] = true;
}

static void compare_bits(struct vcpu *vcpu, const char *name, u32 first, const bool *vectors)
{
	for (u32 word = 0; word < 8; word++) {
		u32 bits = 0;

		for (u32 bit = 0; bit < 32; bit++)
			bits |= (u32)vectors[32 * word + bit] << bit;
		test_context("%s %u", name, word);
		EXPECT_EQ(apic_read(vcpu, first + 0x10 * word), bits);
	}
}

static void compare(struct vcpu *vcpu, const struct model *m)
{
	EXPECT_EQ(apic_read(vcpu, LAPIC_PPR), ppr(m));
	EXPECT_EQ(lapic_tpr_threshold(vcpu), threshold(m));
	EXPECT_EQ(lapic_pending_vector(vcpu), next_vector(m));
}

void lapic_against_model(struct vcpu *vcpu, struct choices *choices, unsigned int steps)
{
	static void (*const step[])(struct vcpu *, struct model *, struct choices *) = {
		step_deliver, step_deliver, step_tpr,  step_eoi,
		step_eoi,     step_take,    step_take, step_take};
	struct model m = {0};

	while (steps--) {
		step[choose(choices, COUNT_OF(step))](vcpu, &m, choices);
		compare(vcpu, &m);
	}
	compare_bits(vcpu, "IRR", LAPIC_IRR, m.irr);
	compare_bits(vcpu, "ISR", LAPIC_ISR, m.isr);
	compare_bits(vcpu, "TMR", LAPIC_TMR, m.tmr);
}
