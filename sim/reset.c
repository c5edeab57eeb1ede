// SPDX-License-Identifier: GPL-2.0
/* The whole simulator: back to its start, and what was not given back. */
#include <stdio.h>

#include "irq/lapic.h"
#include "task.h"
#include "vmx.h"

void sim_reset(void)
{
	u64 leaks = sim_memory_leaks() + sim_page_references() + sim_locks_held() +
		    sim_timers_armed() + sim_works_queued() + sim_event_references();

	if (leaks)
		sim_panic("sim_reset(): %llu things were leaked", leaks);
	sim_fail_allocation_never();
	sim_file_reset();
	sim_ioctl_reset();
	sim_user_reset();
	sim_task_reset();
	sim_cpu_reset();
	sim_timer_reset();
	sim_work_reset();
	sim_event_reset();
	sim_vmx_reset();
	sim_thread_reset();
	sim_host_state_reset();
	sim_schedule_reset();
	sim_log_clear();
	sim_traces = (struct sim_traces){0};
	/* The module's default is the other: most tests look at what is injected. */
	enable_apicv = false;
}

u64 sim_leaks(void)
{
	u64 references = sim_page_references();
	unsigned int locks = sim_locks_held();
	unsigned int timers = sim_timers_armed();
	unsigned int works = sim_works_queued();
	unsigned int events = sim_event_references();

	sim_memory_print_leaks();
	if (references)
		fprintf(stderr, "sim: %llu page references were not given back\n", references);
	if (locks)
		fprintf(stderr, "sim: %u locks are still held, or what is like them\n", locks);
	if (timers)
		fprintf(stderr, "sim: %u timers are still armed\n", timers);
	if (works)
		fprintf(stderr, "sim: %u works are still queued\n", works);
	if (events)
		fprintf(stderr, "sim: %u events are still held or watched\n", events);
	return sim_memory_leaks() + references + locks + timers + works + events;
}
