// SPDX-License-Identifier: GPL-2.0
/*
 * Two 8259As in a PC.  8259A data sheet: "Priority Resolver", "Initialization Command Words",
 * "Operation Command Words", "Automatic Rotation", "Special Mask Mode", "Poll Command", "The
 * Special Fully Nested Mode".
 *
 * Not as in the data sheet, but as all that emulates it: the edge that was seen stays a request
 * when the line goes down.
 */
#include "model.h"

#define MASTER	0
#define SLAVE	1
#define CASCADE 2
#define NONE	(-1)

struct model_chip {
	bool line[8], request[8], service[8], mask[8], level[8];
	unsigned int lowest; /* the input of the lowest priority */
	bool special_mask, auto_eoi, auto_rotate, fully_nested, poll, reads_service;
	unsigned int step; /* of the initialization: the word that comes next, or 0 */
	bool fourth;	   /* ICW4 follows */
	u8 base;
};

struct model {
	struct model_chip chip[2];
};

static u8 byte_of(const bool *bits)
{
	u8 byte = 0;

	for (unsigned int i = 0; i < 8; i++)
		byte |= (u8)(bits[i] << i);
	return byte;
}

/* --- "Priority Resolver" --- */

/* The input below the lowest is the highest. */
static int first(const struct model_chip *chip, const bool *bits, const bool *except)
{
	for (unsigned int i = 1; i <= 8; i++) {
		unsigned int input = (chip->lowest + i) % 8;

		if (bits[input] && !(except && except[input]))
			return (int)input;
	}
	return NONE;
}

static unsigned int rank(const struct model_chip *chip, int input)
{
	return input == NONE ? 8 : ((unsigned int)input - chip->lowest + 7) % 8;
}

static int asks(const struct model *m, unsigned int which)
{
	const struct model_chip *chip = &m->chip[which];
	int request = first(chip, chip->request, chip->mask);
	int service = first(chip, chip->service, chip->special_mask ? chip->mask : NULL);

	if (rank(chip, request) < rank(chip, service))
		return request;
	/* A slave is not locked out by its own interrupt. */
	if (which == MASTER && chip->fully_nested && request == CASCADE && service == CASCADE)
		return CASCADE;
	return NONE;
}

static void settle(struct model *m)
{
	for (unsigned int which = 0; which < 2; which++)
		for (unsigned int i = 0; i < 8; i++)
			if (m->chip[which].level[i])
				m->chip[which].request[i] = m->chip[which].line[i];
	m->chip[MASTER].request[CASCADE] = asks(m, SLAVE) != NONE;
}

static void set_line(struct model *m, unsigned int pin, bool up)
{
	struct model_chip *chip = &m->chip[pin / 8];

	if (up && !chip->line[pin % 8])
		chip->request[pin % 8] = true;
	chip->line[pin % 8] = up;
}

/* --- "Interrupt Sequence" --- */

static void take_input(struct model_chip *chip, int input)
{
	chip->request[input] = false;
	chip->service[input] = !chip->auto_eoi;
	if (chip->auto_eoi && chip->auto_rotate)
		chip->lowest = (unsigned int)input;
}

/* One chip's answer: its input, 7 if nothing is there. */
static u8 cycle(struct model *m, unsigned int which)
{
	int input = asks(m, which);

	if (input == NONE)
		return 7;
	take_input(&m->chip[which], input);
	return (u8)input;
}

static u8 acknowledge(struct model *m)
{
	bool through = asks(m, MASTER) == CASCADE;
	u8 input = cycle(m, MASTER);

	if (!through)
		return m->chip[MASTER].base + input;
	return m->chip[SLAVE].base + cycle(m, SLAVE);
}

/* --- the command words --- */

static void initialize(struct model_chip *chip, u8 word)
{
	struct model_chip anew = {.lowest = 7, .step = 2, .fourth = word & 1, .base = chip->base};

	memcpy(anew.line, chip->line, sizeof(anew.line));
	memcpy(anew.level, chip->level, sizeof(anew.level));
	/* Without ICW4 its functions are off; else they are what they were until it comes. */
	if (anew.fourth) {
		anew.auto_eoi = chip->auto_eoi;
		anew.fully_nested = chip->fully_nested;
	}
	*chip = anew;
}

static void operate_2(struct model_chip *chip, u8 word)
{
	int input = word & 7;

	switch (word >> 5) {
	case 0:
	case 4:
		chip->auto_rotate = word >> 7;
		return;
	case 2: /* no operation */
		return;
	case 1:
	case 5: /* non-specific */
		input = first(chip, chip->service, chip->special_mask ? chip->mask : NULL);
		if (input == NONE)
			return;
		break;
	}
	if (word & 0x20)
		chip->service[input] = false;
	if (word & 0x80)
		chip->lowest = (unsigned int)input;
}

static void operate_3(struct model_chip *chip, u8 word)
{
	if (word & 0x40)
		chip->special_mask = word & 0x20;
	if (word & 4)
		chip->poll = true;
	if (word & 2)
		chip->reads_service = word & 1;
}

static void write_command(struct model_chip *chip, u8 word)
{
	if (word & 0x10)
		initialize(chip, word);
	else if (word & 8)
		operate_3(chip, word);
	else
		operate_2(chip, word);
}

static void write_data(struct model_chip *chip, u8 word)
{
	switch (chip->step) {
	case 2:
		chip->base = word & 0xf8;
		chip->step = 3;
		return;
	case 3:
		chip->step = chip->fourth ? 4 : 0;
		return;
	case 4:
		chip->fully_nested = word & 0x10;
		chip->auto_eoi = word & 2;
		chip->step = 0;
		return;
	}
	for (unsigned int i = 0; i < 8; i++)
		chip->mask[i] = word >> i & 1;
}

static u8 read_port(struct model *m, unsigned int which, bool data)
{
	struct model_chip *chip = &m->chip[which];

	if (chip->poll) {
		chip->poll = false;
		return asks(m, which) == NONE ? 0 : 0x80 | cycle(m, which);
	}
	if (data)
		return byte_of(chip->mask);
	return byte_of(chip->reads_service ? chip->service : chip->request);
}

/* --- side by side --- */

static void step_lines(struct fixture *chips, struct model *m, struct choices *choices)
{
	u32 pin = choose(choices, 16);
	bool up = choose(choices, 2);

	if (pin == CASCADE)
		return;
	test_context("line %u %s", pin, up ? "up" : "down");
	chips_line(chips, pin, up);
	set_line(m, pin, up);
}

static void write_both(struct fixture *chips, struct model *m, unsigned int which, bool data,
		       u8 word)
{
	test_context("chip %u: write %02x to port %u", which, word, data);
	chips_out(chips, (u16)(0x20 + 0x80 * which + data), word);
	if (data)
		write_data(&m->chip[which], word);
	else
		write_command(&m->chip[which], word);
	settle(m);
}

/* ICW1, what follows it, and a mask that lets something through. */
static void step_begin(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int which = choose(choices, 2);
	u8 first = 0x10 | (u8)choose(choices, 2);

	write_both(chips, m, which, false, first);
	write_both(chips, m, which, true, which ? 0x28 : 0x20);
	write_both(chips, m, which, true, which ? 2 : 4);
	if (first & 1)
		write_both(chips, m, which, true,
			   (u8)(1 | choose(choices, 2) << 1 | choose(choices, 2) << 4));
	write_both(chips, m, which, true, (u8)(choose(choices, 256) & choose(choices, 256)));
}

static void step_write(struct fixture *chips, struct model *m, struct choices *choices)
{
	static const u8 often[] = {0x20, 0x60, 0xa0, 0xc0, 0xe0, 0x80,
				   0x00, 0x08, 0x68, 0x48, 0x0a, 0x0b};
	unsigned int which = choose(choices, 2), kind = choose(choices, 8);

	if (kind == 0)
		step_begin(chips, m, choices);
	else if (kind == 1)
		write_both(chips, m, which, true, (u8)choose(choices, 256));
	else if (kind == 2)
		write_both(chips, m, which, false, (u8)choose(choices, 256) & 0xef);
	else
		write_both(chips, m, which, false,
			   often[choose(choices, COUNT_OF(often))] |
				   (u8)(kind & 4 ? 0 : choose(choices, 4)));
}

static void step_read(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int which = choose(choices, 2);
	bool data = choose(choices, 2);

	test_context("chip %u: read port %u", which, data);
	EXPECT_EQ(chips_in(chips, (u16)(0x20 + 0x80 * which + data)), read_port(m, which, data));
}

static void step_acknowledge(struct fixture *chips, struct model *m, struct choices *choices)
{
	if (!pic_output(&chips->vm) && choose(choices, 8))
		return;
	test_context("acknowledge");
	EXPECT_EQ(chips_pic_take(chips), acknowledge(m));
}

static void step_level(struct fixture *chips, struct model *m, struct choices *choices)
{
	unsigned int which = choose(choices, 2);
	u8 level = (u8)choose(choices, 256) & (which ? 0xde : 0xf8);

	/* What a request is that was one by its level is not said. */
	for (unsigned int i = 0; i < 8; i++)
		if (m->chip[which].line[i])
			return;
	chips_out(chips, (u16)(0x4d0 + which), level);
	for (unsigned int i = 0; i < 8; i++)
		m->chip[which].level[i] = level >> i & 1;
}

static void compare(struct fixture *chips, const struct model *m)
{
	struct kvm_irqchip state = {0};

	EXPECT_EQ(pic_output(&chips->vm), asks(m, MASTER) != NONE);
	for (u32 which = 0; which < 2; which++) {
		state.chip_id = which;
		EXPECT_EQ(irqchip_state_get(&chips->vm, &state), 0);
		EXPECT_EQ(state.chip.pic.irr, byte_of(m->chip[which].request));
		EXPECT_EQ(state.chip.pic.isr, byte_of(m->chip[which].service));
		EXPECT_EQ(state.chip.pic.imr, byte_of(m->chip[which].mask));
	}
}

void pic_against_model(struct fixture *chips, struct choices *choices, unsigned int steps)
{
	static void (*const step[])(struct fixture *, struct model *, struct choices *) = {
		step_lines,	  step_lines, step_lines, step_acknowledge,
		step_acknowledge, step_write, step_read,  step_level};
	struct model m = {.chip = {{.lowest = 7}, {.lowest = 7}}};

	while (steps--) {
		step[choose(choices, COUNT_OF(step))](chips, &m, choices);
		settle(&m);
		compare(chips, &m);
	}
}
