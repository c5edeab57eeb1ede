/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt controllers and counters in the words of their data sheets: plain, slow, and nothing of
 * the core's in them.  Each is driven side by side with the core's, by choices that somebody makes:
 * a generator (tests/unit/irq), or a fuzzer (tests/fuzz).  What differs is a failed EXPECT.
 */
#ifndef LINTEL_TESTS_UNIT_IRQ_MODEL_H
#define LINTEL_TESTS_UNIT_IRQ_MODEL_H

#include "fixture.h"

struct choices {
	u32 (*choose)(struct choices *choices, u32 limit); /* 0 to limit - 1 */
	u64 state;
};

/* --- model_choices.c --- */

/* Numbers of a generator, which begins with `seed`. */
struct choices choices_random(u64 seed);

static inline u32 choose(struct choices *choices, u32 limit)
{
	return choices->choose(choices, limit);
}

/* --- model_pic.c --- */

void pic_against_model(struct fixture *chips, struct choices *choices, unsigned int steps);

/* --- model_counter.c --- */

void counter_against_model(struct fixture *chips, struct choices *choices, unsigned int steps);

/* --- model_ioapic.c --- */

/* The local APICs behind it too; all are as after a reset. */
void ioapic_against_model(struct fixture *chips, struct choices *choices, unsigned int steps);

/* --- model_lapic.c --- */

/* In xAPIC or x2APIC mode, software-enabled and empty. */
void lapic_against_model(struct vcpu *vcpu, struct choices *choices, unsigned int steps);

#endif
