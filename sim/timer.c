// SPDX-License-Identifier: GPL-2.0
/* Time as the tests make it pass, and the timers that expire on the way. */
#include "task.h"

static struct host_timer *armed;
static u64 now, late;
static struct host_timer *running; /* its callback is under way */
static struct sim_task *running_in;

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

static bool is_not_running(const void *subject, u64 since)
{
	return running != subject;
}

void host_timer_cancel(struct host_timer *timer)
{
	const struct sim_wait wait = {
		.ready = is_not_running,
		.subject = timer,
		.what = "a timer's callback",
		.owner = &running_in,
	};

	if (running_in == sim_task_now)
		sim_panic("host_timer_cancel(): in a timer's callback: deadlock");
	sim_point();
	/* The callback may have started it again. */
	while (timer->armed || running == timer) {
		disarm(timer);
		sim_task_wait(&wait);
	}
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

static void expire(struct host_timer *timer)
{
	if (timer->when + late > now)
		pass_to(timer->when + late);
	disarm(timer);
	running = timer;
	running_in = sim_task_now;
	host_irq_disable();
	timer->expired(timer);
	running = NULL;
	running_in = NULL;
	host_irq_enable();
}

void sim_advance_time(u64 ns)
{
	u64 end = now + ns;

	if (running)
		sim_panic("sim_advance_time(): time passes for somebody else already");
	while (armed && armed->when + late <= end)
		expire(armed);
	if (end > now)
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
	running = NULL;
	running_in = NULL;
}
