// SPDX-License-Identifier: GPL-2.0
/*
 * The I/O APIC and the local APICs behind it against a model: lines, redirection entries and EOIs
 * at random; each processor is given the vectors that the model's is, and entries read alike.
 *
 * 82093AA data sheet: "I/O Redirection Table Registers"; SDM: "Handling Interrupts".
 */
#include "fixture.h"

#define PINS	   4
#define FIRST_PIN  20
#define STEPS	   20000
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
	return !had;
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

/* --- Both, step by step --- */

static u32 entry_low(const struct model_pin *pin)
{
	return pin->vector | (pin->level ? CHIPS_LEVEL : 0) | (pin->masked ? CHIPS_MASKED : 0);
}

static u32 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*state >> 33);
}

/* The high half first, masked meanwhile, as drivers do it; the destination may be nobody's. */
static void redirect(struct chips *chips, struct model *m, unsigned int i, u64 *random)
{
	static const u8 vectors[] = {0x41, 0x41, 0x45, 0x61, 0x71};
	u32 choice = next_random(random);
	struct model_pin entry = {
		.vector = vectors[choice % COUNT_OF(vectors)],
		.destination = (u8)(choice >> 4) % 3,
		.level = choice & 0x100,
		.masked = !(choice & 0x600),
	};
	struct model_pin hidden = m->pin[i];

	hidden.masked = true;
	model_write(m, &m->pin[i], &hidden);
	chips_ioapic_write(chips, (u8)(0x10 + 2 * (FIRST_PIN + i)), entry_low(&hidden));
	model_write(m, &m->pin[i], &entry);
	chips_redirect(chips, FIRST_PIN + i, entry.destination, entry_low(&entry));
}

static void step(struct chips *chips, struct model *m, u64 *random)
{
	unsigned int pin = next_random(random) % PINS, cpu = next_random(random) % CHIPS_VCPUS;

	switch (next_random(random) % 8) {
	case 0:
		redirect(chips, m, pin, random);
		break;
	case 1:
	case 2:
		EXPECT_EQ(chips_line(chips, FIRST_PIN + pin, true), model_raise(m, &m->pin[pin]));
		break;
	case 3:
	case 4:
		m->pin[pin].up = false;
		chips_line(chips, FIRST_PIN + pin, false);
		break;
	case 5:
		model_eoi(m, &m->cpu[cpu]);
		chips_eoi(chips, cpu);
		break;
	default:
		EXPECT_EQ(chips_take(chips, cpu), model_take(&m->cpu[cpu]));
		break;
	}
}

static bool same_entries(struct chips *chips, const struct model *m)
{
	bool same = true;

	for (unsigned int i = 0; i < PINS; i++)
		same &= EXPECT_EQ(chips_ioapic_read(chips, (u8)(0x10 + 2 * (FIRST_PIN + i))),
				  entry_low(&m->pin[i]) | (m->pin[i].remote_irr ? REMOTE_IRR : 0));
	return same;
}

TEST(ioapic_against_a_model)
{
	for (u64 seed = 1; seed <= 4; seed++) {
		struct chips *chips = chips_open();
		struct model m = {0};
		u64 random = seed;

		for (unsigned int i = 0; i < PINS; i++)
			m.pin[i].masked = true;
		for (unsigned int i = 0; i < STEPS; i++) {
			test_context("seed %llu, step %u", (unsigned long long)seed, i);
			step(chips, &m, &random);
			REQUIRE_TRUE(same_entries(chips, &m));
		}
		chips_close(chips);
	}
}
