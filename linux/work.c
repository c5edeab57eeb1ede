// SPDX-License-Identifier: GPL-2.0
/*
 * Work for later.
 */
#include <linux/workqueue.h>
#include "platform.h"

/* Not bound to the CPU where it was queued: work of one VM does not wait for that of another there.
 */
static struct workqueue_struct *queue;

int work_init(void)
{
	queue = alloc_workqueue("lintel", WQ_UNBOUND, 0);
	return queue ? 0 : -ENOMEM;
}

void work_exit(void)
{
	destroy_workqueue(queue);
}

static void call(struct work_struct *work)
{
	struct host_work *host = container_of(work, struct host_work, work);

	host->function(host);
}

void host_work_init(struct host_work *work, void (*function)(struct host_work *work))
{
	INIT_WORK(&work->work, call);
	work->function = function;
}

void host_work_queue(struct host_work *work)
{
	queue_work(queue, &work->work);
}

void host_work_cancel(struct host_work *work)
{
	cancel_work_sync(&work->work);
}
