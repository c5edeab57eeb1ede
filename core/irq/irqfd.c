// SPDX-License-Identifier: GPL-2.0
#include "irq/irqfd.h"
#include "irq/irqchip.h"

#define IRQFD_FLAGS ((u32)(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE))

struct resampler;

struct irqfd {
	struct host_event_watch watch; /* first */
	struct vm *vm;
	u32 gsi;
	struct host_event *resample; /* NULL: the line does not wait for the guest */
	struct resampler *resampler;
	struct irqfd *next;	    /* of the VM; under io_lock */
	struct irqfd *next_of_line; /* of the resampler; changed under io_lock, read under srcu */
};

/* Those that share a line: it goes down once, before the first of them can raise it again. */
struct resampler {
	struct irq_ack_notifier notifier; /* first */
	struct vm *vm;
	struct irqfd *irqfds;
	struct resampler *next;
};

static void resampler_acked(struct irq_ack_notifier *notifier)
{
	struct resampler *resampler = (struct resampler *)notifier;
	const struct irqfd *irqfd = __atomic_load_n(&resampler->irqfds, __ATOMIC_ACQUIRE);

	irq_line_set(resampler->vm, notifier->gsi, false, IRQ_SOURCE_RESAMPLE);
	for (; irqfd; irqfd = __atomic_load_n(&irqfd->next_of_line, __ATOMIC_ACQUIRE))
		host_event_signal(irqfd->resample);
}

/* The resampler of a line; a new one if need be.  NULL without memory.  Needs: io_lock. */
static struct resampler *resampler_get(struct vm *vm, u32 gsi)
{
	struct resampler *resampler = vm->resamplers;

	while (resampler && resampler->notifier.gsi != gsi)
		resampler = resampler->next;
	if (resampler)
		return resampler;
	resampler = host_zalloc(sizeof(*resampler));
	if (!resampler)
		return NULL;
	resampler->notifier.gsi = gsi;
	resampler->notifier.acked = resampler_acked;
	resampler->vm = vm;
	resampler->next = vm->resamplers;
	vm->resamplers = resampler;
	irq_ack_notifier_add(vm, &resampler->notifier);
	return resampler;
}

/* Needs: io_lock. */
static int resampler_join(struct irqfd *irqfd)
{
	struct resampler *resampler = resampler_get(irqfd->vm, irqfd->gsi);

	if (!resampler)
		return -ENOMEM;
	irqfd->resampler = resampler;
	irqfd->next_of_line = resampler->irqfds;
	__atomic_store_n(&resampler->irqfds, irqfd, __ATOMIC_RELEASE);
	return 0;
}

static void line_set(const struct irqfd *irqfd, bool level, enum irq_source source)
{
	irq_line_set(irqfd->vm, irqfd->gsi, level, source);
}

/* Nobody is left to answer for the line. */
static void resampler_free(struct resampler *resampler)
{
	struct vm *vm = resampler->vm;
	struct resampler **at = &vm->resamplers;
	int ticket;

	while (*at != resampler)
		at = &(*at)->next;
	*at = resampler->next;
	irq_ack_notifier_remove(vm, &resampler->notifier);
	ticket = host_srcu_read_lock(&vm->srcu);
	irq_line_set(vm, resampler->notifier.gsi, false, IRQ_SOURCE_RESAMPLE);
	host_srcu_read_unlock(&vm->srcu, ticket);
	host_free(resampler);
}

/* The irqfd does not raise its line any more.  Needs: io_lock. */
static void resampler_leave(struct irqfd *irqfd)
{
	struct resampler *resampler = irqfd->resampler;
	struct irqfd **at;

	if (!resampler)
		return;
	at = &resampler->irqfds;
	while (*at != irqfd)
		at = &(*at)->next_of_line;
	__atomic_store_n(at, irqfd->next_of_line, __ATOMIC_RELEASE);
	if (!resampler->irqfds)
		resampler_free(resampler);
}

/* Who reads the resampler's list may still be at it. */
static void irqfd_free(struct irqfd *irqfd)
{
	if (irqfd->resample) {
		host_srcu_synchronize(&irqfd->vm->srcu);
		host_event_put(irqfd->resample);
	}
	host_free(irqfd);
}

/* It is on no list of the VM any more. */
static void irqfd_end(struct irqfd *irqfd)
{
	struct vm *vm = irqfd->vm;

	host_event_unwatch(&irqfd->watch);
	host_mutex_lock(&vm->io_lock);
	resampler_leave(irqfd);
	host_mutex_unlock(&vm->io_lock);
	irqfd_free(irqfd);
}

/* Needs: srcu read lock.  Any context. */
static void irqfd_raise(const struct irqfd *irqfd)
{
	if (irqfd->resample) {
		line_set(irqfd, true, IRQ_SOURCE_RESAMPLE);
		return;
	}
	line_set(irqfd, true, IRQ_SOURCE_USER);
	line_set(irqfd, false, IRQ_SOURCE_USER);
}

static void irqfd_signalled(struct host_event_watch *watch)
{
	const struct irqfd *irqfd = (const struct irqfd *)watch;
	int ticket = host_srcu_read_lock(&irqfd->vm->srcu);

	irqfd_raise(irqfd);
	host_srcu_read_unlock(&irqfd->vm->srcu, ticket);
}

/* Whoever takes it from the list ends it: it may be this, or one who waits for this to return. */
static void irqfd_closed(struct host_event_watch *watch)
{
	struct irqfd *irqfd = (struct irqfd *)watch;
	struct irqfd **at = &irqfd->vm->irqfds;
	bool found;

	host_mutex_lock(&irqfd->vm->io_lock);
	while (*at && *at != irqfd)
		at = &(*at)->next;
	found = *at;
	if (found)
		*at = irqfd->next;
	host_mutex_unlock(&irqfd->vm->io_lock);
	if (found)
		irqfd_end(irqfd);
}

/* 0, 1 or an errno as host_event_watch().  Needs: io_lock. */
static int irqfd_bind(struct irqfd *irqfd, int fd, const struct host_event *event)
{
	struct vm *vm = irqfd->vm;
	int result = 0;

	for (const struct irqfd *other = vm->irqfds; other; other = other->next)
		if (host_event_watches(&other->watch, event))
			return -EBUSY;
	if (irqfd->resample)
		result = resampler_join(irqfd);
	if (!result)
		result = host_event_watch(&irqfd->watch, fd, irqfd_signalled, irqfd_closed);
	if (result < 0) {
		resampler_leave(irqfd);
		return result;
	}
	irqfd->next = vm->irqfds;
	vm->irqfds = irqfd;
	if (result)
		irqfd_signalled(&irqfd->watch);
	return 0;
}

static int irqfd_create(struct vm *vm, const struct kvm_irqfd *wanted, struct irqfd **created)
{
	struct irqfd *irqfd = host_zalloc(sizeof(*irqfd));
	int error = 0;

	if (!irqfd)
		return -ENOMEM;
	irqfd->vm = vm;
	irqfd->gsi = wanted->gsi;
	if (wanted->flags & KVM_IRQFD_FLAG_RESAMPLE)
		error = host_event_get((int)wanted->resamplefd, &irqfd->resample);
	if (error)
		host_free(irqfd);
	else
		*created = irqfd;
	return error;
}

static int irqfd_assign(struct vm *vm, const struct kvm_irqfd *wanted, const struct host_event *event)
{
	struct irqfd *irqfd;
	int error = irqfd_create(vm, wanted, &irqfd);

	if (error)
		return error;
	host_mutex_lock(&vm->io_lock);
	error = irqfd_bind(irqfd, (int)wanted->fd, event);
	host_mutex_unlock(&vm->io_lock);
	if (error)
		irqfd_free(irqfd);
	return error;
}

/* Takes those of this event and GSI from the VM; of all, when there is no event. */
static struct irqfd *irqfds_take(struct vm *vm, const struct host_event *event, u32 gsi)
{
	struct irqfd **at = &vm->irqfds, *taken = NULL, *irqfd;

	host_mutex_lock(&vm->io_lock);
	while ((irqfd = *at)) {
		if (event && (irqfd->gsi != gsi || !host_event_watches(&irqfd->watch, event))) {
			at = &irqfd->next;
			continue;
		}
		*at = irqfd->next;
		irqfd->next = taken;
		taken = irqfd;
	}
	host_mutex_unlock(&vm->io_lock);
	return taken;
}

static void irqfds_end(struct irqfd *irqfd)
{
	while (irqfd) {
		struct irqfd *next = irqfd->next;

		irqfd_end(irqfd);
		irqfd = next;
	}
}

int irqfd_set(struct vm *vm, const struct kvm_irqfd *wanted)
{
	bool remove = wanted->flags & KVM_IRQFD_FLAG_DEASSIGN;
	struct host_event *event;
	int error;

	if ((wanted->flags & ~IRQFD_FLAGS) || (!remove && !irqchip_get(vm)))
		return -EINVAL;
	error = host_event_get((int)wanted->fd, &event);
	if (error)
		return error;
	if (remove)
		irqfds_end(irqfds_take(vm, event, wanted->gsi));
	else
		error = irqfd_assign(vm, wanted, event);
	host_event_put(event);
	return error;
}

void irqfds_destroy(struct vm *vm)
{
	irqfds_end(irqfds_take(vm, NULL, 0));
	host_event_flush();
}
