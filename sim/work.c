// SPDX-License-Identifier: GPL-2.0
/* Work for later: done when the test says so, or never when it is cancelled before. */
#include "task.h"

static struct host_work *queued, *running;
static struct sim_task *running_in;

void host_work_init(struct host_work *work, void (*function)(struct host_work *work))
{
	*work = (struct host_work){.function = function};
}

void host_work_queue(struct host_work *work)
{
	struct host_work **at = &queued;

	if (!work->function)
		sim_panic("host_work_queue(): the work was never initialised");
	if (work->queued)
		return;
	while (*at)
		at = &(*at)->next;
	work->queued = true;
	work->next = NULL;
	*at = work;
}

static void unqueue(struct host_work *work)
{
	struct host_work **at = &queued;

	while (*at != work)
		at = &(*at)->next;
	*at = work->next;
	work->queued = false;
}

static bool is_not_running(const void *subject, u64 since)
{
	return running != subject;
}

void host_work_cancel(struct host_work *work)
{
	const struct sim_wait wait = {
		.ready = is_not_running,
		.subject = work,
		.sleeps = true,
		.what = "the end of work",
		.owner = &running_in,
	};

	sim_might_sleep("host_work_cancel");
	if (!work->function)
		sim_panic("host_work_cancel(): the work was never initialised");
	sim_point();
	if (work->queued)
		unqueue(work);
	sim_task_wait(&wait);
}

void sim_work_run(void)
{
	while (queued) {
		struct host_work *work = queued;

		sim_might_sleep("sim_work_run");
		unqueue(work);
		running = work;
		running_in = sim_task_now;
		work->function(work);
		running = NULL;
		running_in = NULL;
	}
}

unsigned int sim_works_queued(void)
{
	unsigned int count = 0;

	for (const struct host_work *work = queued; work; work = work->next)
		count++;
	return count;
}

void sim_work_reset(void)
{
	queued = NULL;
	running = NULL;
	running_in = NULL;
}
