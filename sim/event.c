// SPDX-License-Identifier: GPL-2.0
/* Events, and the descriptors that the process has of them. */
#include "task.h"

#define MAX_EVENTS     64
#define FIRST_EVENT_FD 3

struct host_event {
	unsigned int descriptors, references;
	u64 count;
};

static struct host_event events[MAX_EVENTS];
static struct host_event *descriptors[MAX_EVENTS]; /* from FIRST_EVENT_FD on */
static struct host_event_watch *watches;
static struct sim_task *calling; /* the task that has the lock of the watches */

static struct host_event **descriptor(int fd)
{
	if (fd < FIRST_EVENT_FD || fd >= FIRST_EVENT_FD + MAX_EVENTS ||
	    !descriptors[fd - FIRST_EVENT_FD])
		return NULL;
	return &descriptors[fd - FIRST_EVENT_FD];
}

static struct host_event *event_of(int fd)
{
	struct host_event **at = descriptor(fd);

	if (!at)
		sim_panic("%d is no event's descriptor", fd);
	return *at;
}

static int new_descriptor(struct host_event *event)
{
	int fd = 0;

	while (fd < MAX_EVENTS && descriptors[fd])
		fd++;
	if (fd == MAX_EVENTS)
		sim_panic("too many descriptors");
	descriptors[fd] = event;
	event->descriptors++;
	return fd + FIRST_EVENT_FD;
}

int sim_event_open(void)
{
	for (unsigned int i = 0; i < MAX_EVENTS; i++) {
		if (events[i].descriptors || events[i].references)
			continue;
		events[i].count = 0;
		return new_descriptor(&events[i]);
	}
	sim_panic("too many events");
}

int sim_event_duplicate(int fd)
{
	return new_descriptor(event_of(fd));
}

static bool nobody_calls(const void *subject, u64 since)
{
	return !calling;
}

/*
 * Who watches is called with the event's own lock held: a spin lock, interrupts off.  One lock
 * serves for all events, and for the list of who watches.
 */
static bool watches_lock(void)
{
	bool were_on = sim_irqs_enabled();

	const struct sim_wait wait = {
		.ready = nobody_calls,
		.what = "an event's callbacks",
		.owner = &calling,
	};

	if (were_on)
		host_irq_disable();
	sim_task_wait(&wait);
	calling = sim_task_now;
	return were_on;
}

static void watches_unlock(bool were_on)
{
	calling = NULL;
	if (were_on)
		host_irq_enable();
}

void sim_event_close(int fd)
{
	struct host_event *event = event_of(fd);
	bool were_on;

	were_on = watches_lock();
	*descriptor(fd) = NULL;
	event->descriptors--;
	for (struct host_event_watch *watch = watches; watch && !event->descriptors;
	     watch = watch->next)
		if (watch->event == event)
			watch->closed(watch);
	watches_unlock(were_on);
}

void host_event_signal(struct host_event *event)
{
	struct host_event_watch *watch;
	bool were_on;

	if (!sim_events_are_raw)
		sim_needs_atomic("host_event_signal");
	were_on = watches_lock();
	watch = watches;
	event->count++;
	while (watch && watch->event != event)
		watch = watch->next;
	if (watch) {
		event->count = 0;
		watch->signalled(watch);
	}
	watches_unlock(were_on);
}

void sim_event_write(int fd)
{
	host_event_signal(event_of(fd));
}

u64 sim_event_read(int fd)
{
	struct host_event *event = event_of(fd);
	u64 count = event->count;

	event->count = 0;
	return count;
}

int host_event_get(int fd, struct host_event **event)
{
	struct host_event **at = descriptor(fd);

	if (!at)
		return fd >= 0 && fd < FIRST_EVENT_FD ? -EINVAL : -EBADF;
	*event = *at;
	(*event)->references++;
	return 0;
}

void host_event_put(struct host_event *event)
{
	if (!event->references)
		sim_panic("an event is given back more often than taken");
	event->references--;
}

int host_event_watch(struct host_event_watch *watch, int fd, struct host_event *event,
		     void (*signalled)(struct host_event_watch *watch),
		     void (*closed)(struct host_event_watch *watch))
{
	struct host_event **at = descriptor(fd);

	if (!at || *at != event)
		return -EBADF;
	event->references++;
	*watch = (struct host_event_watch){
		.event = event,
		.signalled = signalled,
		.closed = closed,
		.next = watches,
	};
	watches = watch;
	return event->count > 0;
}

bool host_event_watches(const struct host_event_watch *watch, const struct host_event *event)
{
	return watch->event == event;
}

void host_event_unwatch(struct host_event_watch *watch)
{
	struct host_event_watch **at = &watches;
	bool were_on;

	sim_needs_atomic("host_event_unwatch");
	were_on = watches_lock();
	while (*at && *at != watch)
		at = &(*at)->next;
	if (!*at)
		sim_panic("host_event_unwatch(): it is not watched");
	*at = watch->next;
	watches_unlock(were_on);
	host_event_put(watch->event);
}

unsigned int sim_event_references(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < MAX_EVENTS; i++)
		count += events[i].references;
	return count;
}

void sim_event_reset(void)
{
	__builtin_memset(events, 0, sizeof(events));
	__builtin_memset(descriptors, 0, sizeof(descriptors));
	watches = NULL;
	calling = NULL;
}
