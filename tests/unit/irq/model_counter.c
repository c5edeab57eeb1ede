// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of an 8254, clock pulse by clock pulse.  8254 data sheet: "Mode Definitions", "Read
 * Operations", "Gate Operation".
 *
 * A count begins at once, not with the pulse after it was written; and a new one always comes with
 * a control word: what becomes of the old one is left out.
 */
#include "model.h"

#define COUNTERS 3
#define SPEAKER	 2 /* the counter whose gate can be moved */
#define HZ	 1193182ull

/* So many clock pulses, and not a whole nanosecond more. */
#define NS(pulses) (((pulses)*1000000000ull + HZ - 1) / HZ)

struct model_counter {
	unsigned int mode, access; /* 1: low byte, 2: high byte, 3: both */
	bool bcd;
	u32 initial;
	u32 value;
	bool gate;
	bool loaded; /* a count was written since the control word */
	bool counts; /* and, where it has to be, triggered */
	bool out;
	bool expired; /* it has passed 0, or gone down for its strobe */
};

struct model {
	struct model_counter counter[COUNTERS];
};

static u32 wrap(const struct model_counter *c)
{
	return c->bcd ? 10000 : 0x10000;
}

/* Of a square wave: it counts by two, and never holds an odd number. */
static void begin_half(struct model_counter *c, bool high)
{
	c->out = high;
	c->value = c->initial & ~1u;
}

static void begin(struct model_counter *c)
{
	c->counts = true;
	c->expired = false;
	c->value = c->initial;
	c->out = c->mode != 0 && c->mode != 1;
	if (c->mode == 3)
		begin_half(c, true);
}

/* An odd count is high for one pulse more: it goes down to 0 then. */
static void pulse_square(struct model_counter *c)
{
	bool odd = c->initial & 1;

	if (c->value > 2 || (odd && c->out && c->value > 0))
		c->value -= 2;
	else
		begin_half(c, !c->out);
}

static void pulse(struct model_counter *c)
{
	bool gated = c->mode == 1 || c->mode == 5;

	if (!c->counts || (!c->gate && !gated))
		return;
	if (c->mode == 3) {
		pulse_square(c);
		return;
	}
	c->value = (c->value + wrap(c) - 1) % wrap(c);
	switch (c->mode) {
	case 0:
	case 1:
		c->expired |= !c->value;
		c->out = c->expired;
		break;
	case 2:
		if (!c->value)
			c->value = c->initial % wrap(c);
		c->out = c->value != 1;
		break;
	default: /* once */
		c->out = c->value || c->expired;
		c->expired |= !c->value;
	}
}

static void set_gate(struct model_counter *c, bool gate)
{
	bool rises = gate && !c->gate;

	c->gate = gate;
	if (!c->loaded || c->mode == 0 || c->mode == 4)
		return;
	if (rises)
		begin(c);
	else if (!gate && (c->mode == 2 || c->mode == 3))
		c->out = true;
}

/* --- side by side --- */

static u16 digits(const struct model_counter *c)
{
	u32 v = c->value % wrap(c);

	if (!c->bcd)
		return (u16)v;
	return (u16)(v / 1000 << 12 | v / 100 % 10 << 8 | v / 10 % 10 << 4 | v % 10);
}

static u16 written_as(const struct model_counter *c, u32 count)
{
	struct model_counter as = {.bcd = c->bcd, .value = count};

	return digits(&as);
}

/* A count that both ways of access can say, and that the mode allows. */
static u32 choose_count(struct choices *choices, unsigned int access)
{
	u32 count = 2 + choose(choices, choose(choices, 2) ? 20 : 9990);

	if (access == 1)
		return 2 + count % 90;
	if (access == 2)
		return 0x100 * (1 + count % 9);
	return count;
}

static void step_program(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int which = choose(choices, COUNTERS), mode = choose(choices, 6);
	unsigned int access = 1 + choose(choices, 3);
	struct model_counter *c = &m->counter[which];
	bool load = choose(choices, 8);
	u16 count;

	*c = (struct model_counter){
		.mode = mode, .access = access, .bcd = choose(choices, 4) == 0, .gate = c->gate};
	c->out = mode != 0;
	c->initial = choose_count(choices, access);
	if (c->bcd && access == 2)
		c->initial = 100 * (1 + c->initial % 90);
	count = written_as(c, c->initial);
	test_context("counter %u: mode %u, access %u, bcd %u, count %u", which, mode, access,
		     c->bcd, c->initial);
	chips_out(chips, 0x43, (u8)(which << 6 | access << 4 | mode << 1 | c->bcd));
	if (!load)
		return;
	if (access & 1)
		chips_out(chips, (u16)(0x40 + which), (u8)count);
	if (access & 2)
		chips_out(chips, (u16)(0x40 + which), (u8)(count >> 8));
	c->loaded = true;
	if (mode != 1 && mode != 5)
		begin(c);
	/* Without its gate it is as when the gate went down. */
	if (!c->gate && (mode == 2 || mode == 3))
		c->out = true;
}

static void step_time(struct fixture *chips, struct model *m, struct choices *choices)
{
	u32 pulses = choose(choices, choose(choices, 4) ? 16 : 4000);

	test_context("%u pulses", pulses);
	sim_advance_time(NS((u64)pulses));
	while (pulses--)
		for (unsigned int i = 0; i < COUNTERS; i++)
			pulse(&m->counter[i]);
}

static void step_gate(struct fixture *chips, struct model *m, struct choices *choices)
{
	bool gate = choose(choices, 2);

	test_context("gate %u", gate);
	chips_out(chips, 0x61, gate);
	set_gate(&m->counter[SPEAKER], gate);
}

static u16 read_count(struct fixture *chips, const struct model_counter *c, unsigned int which)
{
	u16 port = (u16)(0x40 + which), value = 0;

	if (c->access & 1)
		value = chips_in(chips, port);
	if (c->access & 2)
		value |= (u16)(chips_in(chips, port) << 8);
	return value;
}

static u16 readable(const struct model_counter *c)
{
	return digits(c) & (u16)((c->access & 1 ? 0xff : 0) | (c->access & 2 ? 0xff00 : 0));
}

/* Latched, or as it is; what is latched stays so while time goes on. */
static void step_read(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int which = choose(choices, COUNTERS);
	const struct model_counter *c = &m->counter[which];
	u16 expected = readable(c);

	if (!c->counts)
		return;
	if (choose(choices, 2)) {
		chips_out(chips, 0x43, (u8)(which << 6));
		step_time(chips, m, choices);
		/* A second latch is ignored. */
		if (choose(choices, 2))
			chips_out(chips, 0x43, (u8)(which << 6));
	}
	test_context("counter %u: count in mode %u of %u", which, c->mode, c->initial);
	EXPECT_EQ(read_count(chips, c, which), expected);
}

/* "Read-Back Command": the status comes before the count. */
static void step_status(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int which = choose(choices, COUNTERS);
	const struct model_counter *c = &m->counter[which];
	bool count = c->counts && choose(choices, 2);

	if (!c->access)
		return;
	test_context("counter %u: status in mode %u of %u", which, c->mode, c->initial);
	chips_out(chips, 0x43, (u8)(0xc0 | (count ? 0 : 0x20) | 2 << which));
	EXPECT_EQ(chips_in(chips, (u16)(0x40 + which)) & ~0x40,
		  c->out << 7 | c->access << 4 | c->mode << 1 | c->bcd);
	if (count)
		EXPECT_EQ(read_count(chips, c, which), readable(c));
}

void counter_against_model(struct fixture *chips, struct choices *choices, unsigned int steps)
{
	static void (*const step[])(struct fixture *, struct model *, struct choices *) = {
		step_program, step_time, step_time, step_gate, step_read, step_read, step_status};
	struct model m = {.counter = {{.gate = true}, {.gate = true}, {.gate = false}}};

	while (steps--) {
		step[choose(choices, COUNT_OF(step))](chips, &m, choices);
		if (m.counter[SPEAKER].access)
			EXPECT_EQ(chips_in(chips, 0x61) >> 5 & 1, m.counter[SPEAKER].out);
	}
}
