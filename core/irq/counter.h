/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A counter of the 8254.  Nothing counts: what it holds and puts out follows from the time since it
 * was loaded.  Times are host_time_ns().
 *
 * 8254 data sheet: "Programming the 8254", "Read Operations", "Mode Definitions".
 */
#ifndef LINTEL_IRQ_COUNTER_H
#define LINTEL_IRQ_COUNTER_H

#include "types.h"

#define COUNTER_HZ   1193182
#define COUNTER_NONE 0xff /* mode of a counter that was never programmed */

struct counter {
	struct kvm_pit_channel_state s; /* as the API shows it */
	bool loaded;			/* a count was written since the control word */
	bool counting;			/* loaded and, where the mode wants it, triggered */
	u64 paused;			/* when the gate went down */
};

u64 counter_ticks_to_ns(u64 ticks);

void counter_reset(struct counter *counter, bool gate, u64 now);
/* The state is the user's: what no counter could be in is made what one could. */
void counter_set(struct counter *counter, const struct kvm_pit_channel_state *state, u64 now);

/* A control word (that is not a latch command): counting ends until a count is written. */
void counter_control(struct counter *counter, u8 control);
void counter_latch_count(struct counter *counter, u64 now);
void counter_latch_status(struct counter *counter, u64 now);

u8 counter_read(struct counter *counter, u64 now);
/* Was this the last byte of a count? */
bool counter_write(struct counter *counter, u8 value, u64 now);

void counter_gate_set(struct counter *counter, bool gate, u64 now);
bool counter_output(const struct counter *counter, u64 now);

#endif
