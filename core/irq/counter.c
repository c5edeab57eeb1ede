// SPDX-License-Identifier: GPL-2.0
/* One counter of the 8254. */
#include "irq/counter.h"

#define COUNT_MAX     0x10000
#define COUNT_MAX_BCD 10000

/* The modes by number. */
enum { TERMINAL_COUNT, ONE_SHOT, RATE_GENERATOR, SQUARE_WAVE, SOFTWARE_STROBE, HARDWARE_STROBE };

/* Which byte is next, or (latched) what there is to read; the numbers are the API's. */
enum { LOW_BYTE = 1, HIGH_BYTE = 2, LOW_THEN_HIGH = 3, HIGH_OF_BOTH = 4 };

static u64 ns_to_ticks(u64 ns)
{
	return ns / NS_PER_SECOND * COUNTER_HZ + ns % NS_PER_SECOND * COUNTER_HZ / NS_PER_SECOND;
}

u64 counter_ticks_to_ns(u64 ticks)
{
	return ticks * NS_PER_SECOND / COUNTER_HZ;
}

static bool mode_is(const struct counter *counter, unsigned int one, unsigned int other)
{
	return counter->s.mode == one || counter->s.mode == other;
}

/* Only a rising gate starts it; the gate's level is nothing to it. */
static bool is_triggered(const struct counter *counter)
{
	return mode_is(counter, ONE_SHOT, HARDWARE_STROBE);
}

static bool is_periodic(const struct counter *counter)
{
	return mode_is(counter, RATE_GENERATOR, SQUARE_WAVE);
}

/* Clock pulses since it was loaded. */
static u64 elapsed(const struct counter *counter, u64 now)
{
	bool paused = !counter->s.gate && !is_triggered(counter);

	return ns_to_ticks((paused ? counter->paused : now) - (u64)counter->s.count_load_time);
}

static void start(struct counter *counter, u64 now)
{
	counter->counting = true;
	counter->s.count_load_time = (s64)now;
	counter->paused = now;
}

void counter_reset(struct counter *counter, bool gate, u64 now)
{
	*counter = (struct counter){
		.s = {.mode = COUNTER_NONE,
		      .gate = gate,
		      .count = COUNT_MAX,
		      .count_load_time = (s64)now},
	};
}

void counter_set(struct counter *counter, const struct kvm_pit_channel_state *state, u64 now)
{
	counter->s = *state;
	counter->s.gate = !!state->gate;
	if (!state->count || state->count > COUNT_MAX)
		counter->s.count = COUNT_MAX;
	if (state->mode > HARDWARE_STROBE)
		counter->s.mode = COUNTER_NONE;
	start(counter, now);
	counter->loaded = counter->counting = counter->s.mode != COUNTER_NONE;
}

void counter_control(struct counter *counter, u8 control)
{
	struct kvm_pit_channel_state *s = &counter->s;

	s->rw_mode = (control >> 4) & 3;
	s->read_state = s->rw_mode;
	s->write_state = s->rw_mode;
	s->mode = (control >> 1) & 7;
	if (s->mode > HARDWARE_STROBE)
		s->mode -= 4; /* bit 2 of modes 2 and 3 is not decoded */
	s->bcd = control & 1;
	s->count_latched = 0;
	s->status_latched = 0;
	counter->loaded = counter->counting = false;
}

bool counter_output(const struct counter *counter, u64 now)
{
	u64 ticks = elapsed(counter, now), count = counter->s.count;

	if (!counter->counting)
		return counter->s.mode != TERMINAL_COUNT;
	if (is_periodic(counter) && !counter->s.gate)
		return true;
	switch (counter->s.mode) {
	case RATE_GENERATOR:
		return ticks % count != count - 1;
	case SQUARE_WAVE:
		return ticks % count < (count + 1) / 2;
	case SOFTWARE_STROBE:
	case HARDWARE_STROBE:
		return ticks != count;
	default:
		return ticks >= count;
	}
}

static u16 to_bcd(u64 value)
{
	return (u16)(value % 10 | value / 10 % 10 << 4 | value / 100 % 10 << 8 |
		     value / 1000 % 10 << 12);
}

static u32 from_bcd(u32 value)
{
	u32 result = 0;

	for (int shift = 12; shift >= 0; shift -= 4)
		result = result * 10 + ((value >> shift) & 15) % 10;
	return result;
}

/* It counts by two, in each half anew; of an odd count the half that is high has one pulse more. */
static u64 square_wave_value(u64 count, u64 ticks)
{
	u64 high = (count + 1) / 2, pulse = ticks % count;

	return (count & ~1ull) - 2 * (pulse < high ? pulse : pulse - high);
}

static u16 value_now(const struct counter *counter, u64 now)
{
	u64 count = counter->s.count, wrap = counter->s.bcd ? COUNT_MAX_BCD : COUNT_MAX;
	u64 ticks = counter->counting ? elapsed(counter, now) : 0;

	/* Periodic ones begin anew; the others go on below 0. */
	if (counter->s.mode == SQUARE_WAVE)
		count = square_wave_value(count, ticks);
	else if (counter->s.mode == RATE_GENERATOR)
		count -= ticks % count;
	else
		count += wrap - ticks % wrap;
	return counter->s.bcd ? to_bcd(count % wrap) : (u16)count;
}

void counter_latch_count(struct counter *counter, u64 now)
{
	if (counter->s.count_latched)
		return;
	counter->s.latched_count = value_now(counter, now);
	counter->s.count_latched = counter->s.rw_mode;
}

void counter_latch_status(struct counter *counter, u64 now)
{
	struct kvm_pit_channel_state *s = &counter->s;

	if (s->status_latched)
		return;
	s->status = (u8)(counter_output(counter, now) << 7 | (counter->counting ? 0 : 1 << 6) |
			 (s->rw_mode & 3) << 4 | (s->mode & 7) << 1 | (s->bcd ? 1 : 0));
	s->status_latched = 1;
}

static u8 read_latched(struct kvm_pit_channel_state *s)
{
	u8 what = s->count_latched;

	s->count_latched = what == LOW_THEN_HIGH ? HIGH_BYTE : 0;
	return (u8)(what == HIGH_BYTE ? s->latched_count >> 8 : s->latched_count);
}

/* The state after a byte: two-byte access goes to and fro. */
static u8 next_byte(u8 state)
{
	if (state == LOW_THEN_HIGH)
		return HIGH_OF_BOTH;
	return state == HIGH_OF_BOTH ? LOW_THEN_HIGH : state;
}

u8 counter_read(struct counter *counter, u64 now)
{
	struct kvm_pit_channel_state *s = &counter->s;
	bool high = s->read_state == HIGH_BYTE || s->read_state == HIGH_OF_BOTH;

	if (s->status_latched) {
		s->status_latched = 0;
		return s->status;
	}
	if (s->count_latched)
		return read_latched(s);
	s->read_state = next_byte(s->read_state);
	return (u8)(high ? value_now(counter, now) >> 8 : value_now(counter, now));
}

static void load(struct counter *counter, u32 written, u64 now)
{
	u32 count = counter->s.bcd ? from_bcd(written) : written;

	if (!count)
		count = counter->s.bcd ? COUNT_MAX_BCD : COUNT_MAX;
	counter->s.count = count;
	start(counter, now);
	counter->loaded = true;
	counter->counting = !is_triggered(counter) && counter->s.mode != COUNTER_NONE;
}

bool counter_write(struct counter *counter, u8 value, u64 now)
{
	struct kvm_pit_channel_state *s = &counter->s;
	u8 state = s->write_state;

	s->write_state = next_byte(state);
	if (state == LOW_THEN_HIGH) {
		s->write_latch = value;
		return false;
	}
	if (state == HIGH_BYTE)
		load(counter, (u32)value << 8, now);
	else if (state == HIGH_OF_BOTH)
		load(counter, (u32)value << 8 | s->write_latch, now);
	else
		load(counter, value, now);
	return true;
}

void counter_gate_set(struct counter *counter, bool gate, u64 now)
{
	if (gate == counter->s.gate)
		return;
	counter->s.gate = gate;
	if (!gate)
		counter->paused = now;
	else if (counter->loaded && (is_triggered(counter) || is_periodic(counter)))
		start(counter, now);
	else
		counter->s.count_load_time += (s64)(now - counter->paused);
}
