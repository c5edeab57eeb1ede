// SPDX-License-Identifier: GPL-2.0
/* Time as the tests make it pass, and the timers that expire on the way. */
#include "sim.h"

static struct host_timer *armed;
static u64 now, late;
static bool in_callback;

u64 host_time_ns(void)
{
	return now;
}

#define REALTIME_AT_START 1700000000000000000ull

void host_clock_read(struct host_clock *at)
{
	*at = (struct host_clock){host_rdtsc(), now, REALTIME_AT_START + now};
}

static bool tsc_stable = true;

bool host_tsc_is_stable(void)
{
	return tsc_stable;
}

void sim_set_tsc_stable(bool stable)
{
	tsc_stable = stable;
}

static void disarm(struct host_timer *timer)
{
	struct host_timer **at = &armed;

	if (!timer->armed)
		return;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->armed = false;
}

void host_timer_init(struct host_timer *timer, void (*expired)(struct host_timer *timer))
{
	*timer = (struct host_timer){.expired = expired};
}

void host_timer_start(struct host_timer *timer, u64 when)
{
	struct host_timer **at = &armed;

	if (!timer->expired)
		sim_panic("host_timer_start(): the timer was never initialised");
	disarm(timer);
	while (*at && (*at)->when <= when)
		at = &(*at)->next;
	timer->when = when;
	timer->armed = true;
	timer->next = *at;
	*at = timer;
}

void host_timer_cancel(struct host_timer *timer)
{
	if (in_callback)
		sim_panic("host_timer_cancel(): in a timer's callback: deadlock");
	disarm(timer);
}

/* In this order a large step does not overflow. */
static u64 ticks_at(u64 ns)
{
	return ns / 1000000 * host_tsc_khz() + ns % 1000000 * host_tsc_khz() / 1000000;
}

static void pass_to(u64 when)
{
	sim_advance_tsc(ticks_at(when) - ticks_at(now));
	now = when;
}

void sim_advance_time(u64 ns)
{
	u64 end = now + ns;

	while (armed && armed->when + late <= end) {
		struct host_timer *timer = armed;

		if (timer->when + late > now)
			pass_to(timer->when + late);
		disarm(timer);
		in_callback = true;
		host_irq_disable();
		timer->expired(timer);
		host_irq_enable();
		in_callback = false;
	}
	pass_to(end);
}

void sim_timers_late(u64 ns)
{
	late = ns;
}

unsigned int sim_timers_armed(void)
{
	unsigned int count = 0;

	for (const struct host_timer *timer = armed; timer; timer = timer->next)
		count++;
	return count;
}

void sim_timer_reset(void)
{
	armed = NULL;
	now = 1000000;
	late = 0;
	tsc_stable = true;
	in_callback = false;
}
