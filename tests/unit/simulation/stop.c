// SPDX-License-Identifier: GPL-2.0
/*
 * Everybody stands still, as when a VMM stops its machine: its threads begin nothing new, and each
 * vCPU's thread comes out of KVM_RUN and waits.
 *
 * KVM API document, KVM_RUN: who wants a vCPU's state finishes a device access first, by a KVM_RUN
 * that ends at once, with -EINTR.
 */
#include "simulation.h"

static host_mutex_t acting[ACTORS];
static bool asked;

void stop_create(void)
{
	asked = false;
	for (unsigned int actor = 0; actor < ACTORS; actor++)
		host_mutex_init(&acting[actor]);
}

void actor_begin(enum actor actor)
{
	host_mutex_lock(&acting[actor]);
}

void actor_end(enum actor actor)
{
	host_mutex_unlock(&acting[actor]);
}

static bool all_stopped(const void *subject, u64 since)
{
	for (unsigned int id = 0; id < simulation.guests; id++)
		if (!simulation.guest[id].stopped)
			return false;
	return true;
}

static bool goes_on(const void *subject, u64 since)
{
	return !asked;
}

void stop_all(void)
{
	const struct sim_wait wait = {
		.ready = all_stopped,
		.sleeps = true,
		.what = "all vCPUs to stop",
	};

	for (unsigned int actor = 0; actor < ACTORS; actor++)
		host_mutex_lock(&acting[actor]);
	asked = true;
	for (unsigned int id = 0; id < simulation.guests; id++) {
		simulation.guest[id].run->immediate_exit = 1;
		sim_task_signal(simulation.guest[id].task, true);
	}
	sim_task_wait(&wait);
}

void stop_end(void)
{
	asked = false;
	for (unsigned int actor = 0; actor < ACTORS; actor++)
		host_mutex_unlock(&acting[actor]);
}

void stop_here_if_asked(struct guest *guest, long result)
{
	const struct sim_wait wait = {.ready = goes_on, .sleeps = true, .what = "the machine"};

	if (!asked || result != -EINTR)
		return;
	guest->stopped = true;
	sim_task_wait(&wait);
	guest->stopped = false;
}
