// SPDX-License-Identifier: GPL-2.0
/*
 * The VM's clock as the program gets and sets it, and as guests may read it.
 *
 * How far it is ahead of the host's TSC, in ticks, changes only when it is set: meanwhile a guest
 * may find the clock before or after.  In the simulation the TSC goes on by itself when it is read,
 * so that the time of day stays a little behind it.
 */
#include "simulation.h"

#define ROUNDED	    4	    /* ticks that the arithmetic may leave out */
#define STEP_MIN_NS 1000000 /* more than what the time of day can be behind in one call */

static host_mutex_t clock_lock;
static s64 ahead_least, ahead_most;
static struct kvm_clock_data saved;

static u64 ticks_per_ns(void)
{
	return host_tsc_khz() / 1000000;
}

static s64 ahead(u64 ns, u64 tsc)
{
	return (s64)(ns * ticks_per_ns() - tsc);
}

static struct kvm_clock_data get(void)
{
	struct kvm_clock_data data;

	if (call(simulation.vm_fd, KVM_GET_CLOCK, &data, sizeof(data)))
		broken("KVM_GET_CLOCK fails");
	return data;
}

static void set(u64 ns, u64 realtime)
{
	struct kvm_clock_data data = {
		.clock = ns,
		.flags = realtime ? KVM_CLOCK_REALTIME : 0,
		.realtime = realtime,
	};

	if (call(simulation.vm_fd, KVM_SET_CLOCK, &data, sizeof(data)))
		broken("KVM_SET_CLOCK fails");
}

static void note(const struct kvm_clock_data *now)
{
	ahead_least = ahead_most = ahead(now->clock, now->host_tsc);
}

void clock_create(void)
{
	struct kvm_clock_data now = get();

	host_mutex_init(&clock_lock);
	note(&now);
}

void clock_check(const struct guest *guest, u64 ns, u64 tsc)
{
	s64 seen = ahead(ns, tsc);

	if (seen < ahead_least - ROUNDED || seen > ahead_most + ROUNDED)
		guest_broken(guest, "kvmclock is %lld ticks ahead, not %lld to %lld", seen,
			     ahead_least, ahead_most);
}

bool clock_step(void)
{
	u64 step = STEP_MIN_NS + sim_random_below(STEP_MIN_NS);
	struct kvm_clock_data before, after;
	s64 stepped, behind;

	host_mutex_lock(&clock_lock);
	before = get();
	ahead_most += (s64)(step * ticks_per_ns());
	set(before.clock + step, before.realtime);
	after = get();
	behind = (s64)(after.host_tsc - before.host_tsc) -
		 (s64)((after.realtime - before.realtime) * ticks_per_ns());
	stepped = ahead(after.clock, after.host_tsc) - ahead_most;
	if (stepped > ROUNDED || stepped < -behind - ROUNDED)
		broken("the clock was set, and is %lld ticks from it", stepped);
	note(&after);
	host_mutex_unlock(&clock_lock);
	return true;
}

/* --- in another VM --- */

void clock_save(void)
{
	saved = get();
}

/* It stands still while there is no machine, or goes on with the time of day. */
void clock_restore(void)
{
	bool goes_on = chance(2);
	u64 tsc = sim_rdtsc(), at_least;
	struct kvm_clock_data now;

	set(saved.clock, goes_on ? saved.realtime : 0);
	now = get();
	at_least = saved.clock + (goes_on ? now.realtime - saved.realtime : 0);
	if (now.clock < at_least || now.clock > at_least + (now.host_tsc - tsc))
		broken("the clock was set to %llu, and is %llu", at_least, now.clock);
	note(&now);
}
