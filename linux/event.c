// SPDX-License-Identifier: GPL-2.0
/*
 * Events: eventfd.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <compat.h>
#include "platform.h"

int host_event_get(int fd, struct host_event **event)
{
	struct eventfd_ctx *context = eventfd_ctx_fdget(fd);

	if (IS_ERR(context))
		return PTR_ERR(context);
	*event = (struct host_event *)context;
	return 0;
}

void host_event_put(struct host_event *event)
{
	eventfd_ctx_put((struct eventfd_ctx *)event);
}

/* The event has a spinlock_t. */
void host_event_signal(struct host_event *event)
{
	HOST_NEEDS(host_interrupts_are_on() || host_event_signal_is_raw());
	compat_eventfd_signal((struct eventfd_ctx *)event);
}

bool host_event_watches(const struct host_event_watch *watch, const struct host_event *event)
{
	return watch->event == (const struct eventfd_ctx *)event;
}

/* Called with the event's own lock held: a spinlock_t, interrupts off but on PREEMPT_RT. */
static int watch_woken(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct host_event_watch *watch = container_of(entry, struct host_event_watch, entry);
	__poll_t happened = key_to_poll(key);
	u64 count;

	if (happened & EPOLLHUP)
		watch->closed(watch);
	if (!(happened & EPOLLIN))
		return 0;
	eventfd_ctx_do_read(watch->event, &count);
	watch->signalled(watch);
	return 1;
}

struct watch_table {
	poll_table table;
	struct host_event_watch *watch;
};

static void watch_queue(struct file *file, wait_queue_head_t *queue, poll_table *table)
{
	struct watch_table *of = container_of(table, struct watch_table, table);

	/* Before those that poll: what is taken here they need not wake up for. */
	add_wait_queue_priority(queue, &of->watch->entry);
}

static int watch_file(struct host_event_watch *watch, struct file *file,
		      const struct host_event *event)
{
	struct watch_table table = {.watch = watch};

	watch->event = eventfd_ctx_fileget(file);
	if (IS_ERR(watch->event))
		return -EBADF;
	if (!host_event_watches(watch, event)) {
		eventfd_ctx_put(watch->event);
		return -EBADF;
	}
	init_poll_funcptr(&table.table, watch_queue);
	return !!(vfs_poll(file, &table.table) & EPOLLIN);
}

int host_event_watch(struct host_event_watch *watch, int fd, struct host_event *event,
		     void (*signalled)(struct host_event_watch *watch),
		     void (*closed)(struct host_event_watch *watch))
{
	struct file *file = fget(fd);
	int result;

	if (!file)
		return -EBADF;
	watch->signalled = signalled;
	watch->closed = closed;
	init_waitqueue_func_entry(&watch->entry, watch_woken);
	result = watch_file(watch, file, event);
	fput(file);
	return result;
}

void host_event_unwatch(struct host_event_watch *watch)
{
	u64 count;

	/* Takes the lock that the callbacks run under. */
	eventfd_ctx_remove_wait_queue(watch->event, &watch->entry, &count);
	eventfd_ctx_put(watch->event);
}
