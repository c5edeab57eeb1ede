// SPDX-License-Identifier: GPL-2.0
/*
 * The I/O APIC and the local APICs behind it against a model: lines, redirection entries and EOIs
 * at random; each processor is given the vectors that the model's is, and entries read alike.
 *
 * 82093AA data sheet: "I/O Redirection Table Registers"; SDM: "Handling Interrupts".
 */
#include "model.h"

#define PINS	   4
#define FIRST_PIN  20
#define REMOTE_IRR 0x4000u

struct model_pin {
	bool up, masked, level, remote_irr;
	u8 vector, destination;
};

struct model_cpu {
	bool irr[256], isr[256], level[256];
};

struct model {
	struct model_pin pin[PINS];
	struct model_cpu cpu[CHIPS_VCPUS];
};

static int highest(const bool *vectors)
{
	for (int v = 255; v >= 16; v--)
		if (vectors[v])
			return v;
	return -1;
}

/* -1: for nobody; 0: it had it already; 1. */
static int model_send(struct model *m, const struct model_pin *pin)
{
	struct model_cpu *cpu = &m->cpu[pin->destination];
	bool had;

	if (pin->destination >= CHIPS_VCPUS)
		return -1;
	had = cpu->irr[pin->vector];
	cpu->irr[pin->vector] = true;
	cpu->level[pin->vector] = pin->level;
	return pin->level || !had;
}

/* The pin's message, unless it waits for an EOI. */
static int model_deliver(struct model *m, struct model_pin *pin)
{
	int result;

	if (pin->masked)
		return -1;
	if (pin->level && pin->remote_irr)
		return 0;
	result = model_send(m, pin);
	pin->remote_irr |= pin->level && result > 0;
	return result;
}

static int model_raise(struct model *m, struct model_pin *pin)
{
	bool edge = !pin->up;

	pin->up = true;
	return edge || pin->level ? model_deliver(m, pin) : 0;
}

static void model_write(struct model *m, struct model_pin *pin, const struct model_pin *entry)
{
	pin->masked = entry->masked;
	pin->level = entry->level;
	pin->vector = entry->vector;
	pin->destination = entry->destination;
	pin->remote_irr &= pin->level;
	if (pin->level && pin->up)
		model_deliver(m, pin);
}

static int model_take(struct model_cpu *cpu)
{
	int vector = highest(cpu->irr), service = highest(cpu->isr);

	if (vector < 0 || vector >> 4 <= (service < 0 ? 0 : service >> 4))
		return -1;
	cpu->irr[vector] = false;
	cpu->isr[vector] = true;
	return vector;
}

static void model_eoi(struct model *m, struct model_cpu *cpu)
{
	int vector = highest(cpu->isr);

	if (vector < 0)
		return;
	cpu->isr[vector] = false;
	if (!cpu->level[vector])
		return;
	for (unsigned int i = 0; i < PINS; i++) {
		struct model_pin *pin = &m->pin[i];

		if (pin->vector != vector || !pin->level)
			continue;
		pin->remote_irr = false;
		if (pin->up)
			model_deliver(m, pin);
	}
}

/* --- side by side --- */

static u32 entry_low(const struct model_pin *pin)
{
	return pin->vector | (pin->level ? CHIPS_LEVEL : 0) | (pin->masked ? CHIPS_MASKED : 0);
}

/* The high half first, masked meanwhile, as drivers do it; the destination may be nobody's. */
static void step_redirect(struct fixture *chips, struct model *m, struct choices *choices)
{
	static const u8 vectors[] = {0x41, 0x41, 0x45, 0x61, 0x71};
	unsigned int i = choose(choices, PINS);
	struct model_pin entry = {.vector = vectors[choose(choices, COUNT_OF(vectors))]};
	struct model_pin hidden = m->pin[i];

	entry.destination = (u8)choose(choices, CHIPS_VCPUS + 1);
	entry.level = choose(choices, 2);
	entry.masked = !choose(choices, 4);
	hidden.masked = true;
	test_context("pin %u: vector 0x%x, destination %u, level %u, masked %u", i, entry.vector,
		     entry.destination, entry.level, entry.masked);
	model_write(m, &m->pin[i], &hidden);
	chips_ioapic_write(chips, (u8)(0x10 + 2 * (FIRST_PIN + i)), entry_low(&hidden));
	model_write(m, &m->pin[i], &entry);
	chips_redirect(chips, FIRST_PIN + i, entry.destination, entry_low(&entry));
}

static void step_raise(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int i = choose(choices, PINS);

	test_context("pin %u: up", i);
	EXPECT_EQ(chips_line(chips, FIRST_PIN + i, true), model_raise(m, &m->pin[i]));
}

static void step_lower(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int i = choose(choices, PINS);

	test_context("pin %u: down", i);
	m->pin[i].up = false;
	chips_line(chips, FIRST_PIN + i, false);
}

static void step_take(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int cpu = choose(choices, CHIPS_VCPUS);

	test_context("vCPU %u takes", cpu);
	EXPECT_EQ(chips_take(chips, cpu), model_take(&m->cpu[cpu]));
}

static void step_eoi(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int cpu = choose(choices, CHIPS_VCPUS);

	test_context("vCPU %u: EOI", cpu);
	model_eoi(m, &m->cpu[cpu]);
	chips_eoi(chips, cpu);
}

static void compare(struct fixture *chips, const struct model *m)
{
	for (unsigned int i = 0; i < PINS; i++)
		EXPECT_EQ(chips_ioapic_read(chips, (u8)(0x10 + 2 * (FIRST_PIN + i))),
			  entry_low(&m->pin[i]) | (m->pin[i].remote_irr ? REMOTE_IRR : 0));
}

void ioapic_against_model(struct fixture *chips, struct choices *choices, unsigned int steps)
{
	static void (*const step[])(struct fixture *, struct model *, struct choices *) = {
		step_redirect, step_raise, step_raise, step_lower,
		step_lower,    step_eoi,   step_take,  step_take};
	struct model m = {0};

	for (unsigned int i = 0; i < PINS; i++)
		m.pin[i].masked = true;
	while (steps--) {
		step[choose(choices, COUNT_OF(step))](chips, &m, choices);
		compare(chips, &m);
	}
}
