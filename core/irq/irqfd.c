// SPDX-License-Identifier: GPL-2.0
#include "irq/irqfd.h"
#include "irq/irqchip.h"

#define IRQFD_FLAGS ((u32)(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE))

struct resampler;

struct irqfd {
	struct host_event_watch watch; /* first */
	struct vm *vm;
	u32 gsi;
	bool closed;		     /* the event is gone: irqfds_closed will end it */
	struct host_event *resample; /* NULL: the line does not wait for the guest */
	struct resampler *resampler;
	struct irqfd *next; /* of the VM; under irq_lock */
	struct irqfd
		*next_of_line; /* of the resampler; changed under irq_lock, read under irq_srcu */
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

	HOST_NEEDS(host_srcu_held(&resampler->vm->irq_srcu));
	irq_line_set(resampler->vm, notifier->gsi, false, IRQ_SOURCE_RESAMPLE);
	for (; irqfd; irqfd = __atomic_load_n(&irqfd->next_of_line, __ATOMIC_ACQUIRE))
		host_event_signal(irqfd->resample);
}

/* The resampler of a line; a new one if need be.  NULL without memory.  Needs: irq_lock. */
static struct resampler *resampler_get(struct vm *vm, u32 gsi)
{
	struct resampler *resampler = vm->resamplers;

	HOST_NEEDS(host_mutex_held(&vm->irq_lock));
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

/* Needs: irq_lock. */
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

/*
 * The irqfd does not raise its line any more.  What is left in irqfd->resampler is its alone:
 * nobody else answers for the line, and it goes when the readers are done.  Needs: irq_lock.
 */
static void resampler_leave(struct irqfd *irqfd)
{
	struct resampler *resampler = irqfd->resampler, **at = &irqfd->vm->resamplers;
	struct irqfd **of_line;

	HOST_NEEDS(host_mutex_held(&irqfd->vm->irq_lock));
	if (!resampler)
		return;
	of_line = &resampler->irqfds;
	while (*of_line != irqfd)
		of_line = &(*of_line)->next_of_line;
	__atomic_store_n(of_line, irqfd->next_of_line, __ATOMIC_RELEASE);
	if (resampler->irqfds) {
		irqfd->resampler = NULL;
		return;
	}
	while (*at != resampler)
		at = &(*at)->next;
	*at = resampler->next;
	irq_ack_notifier_remove(irqfd->vm, &resampler->notifier);
}

/* Nobody looks at it any more, and nobody new has its line yet.  Needs: irq_lock. */
static void irqfd_free(struct irqfd *irqfd)
{
	HOST_NEEDS(host_mutex_held(&irqfd->vm->irq_lock));
	if (irqfd->resampler) {
		line_set(irqfd, false, IRQ_SOURCE_RESAMPLE);
		host_free(irqfd->resampler);
	}
	if (irqfd->resample)
		host_event_put(irqfd->resample);
	host_free(irqfd);
}

/* Ends those of a list that are not in the VM's any more.  Needs: irq_lock. */
static void irqfds_end(struct vm *vm, struct irqfd *ended)
{
	bool readers = false;

	for (struct irqfd *irqfd = ended; irqfd; irqfd = irqfd->next) {
		host_event_unwatch(&irqfd->watch);
		resampler_leave(irqfd);
		readers |= irqfd->resample != NULL;
	}
	if (readers)
		host_srcu_synchronize(&vm->irq_srcu);
	while (ended) {
		struct irqfd *next = ended->next;

		irqfd_free(ended);
		ended = next;
	}
}

/* Any context. */
static void irqfd_signalled(struct host_event_watch *watch)
{
	const struct irqfd *irqfd = (const struct irqfd *)watch;

	if (irqfd->resample) {
		line_set(irqfd, true, IRQ_SOURCE_RESAMPLE);
		return;
	}
	line_set(irqfd, true, IRQ_SOURCE_USER);
	line_set(irqfd, false, IRQ_SOURCE_USER);
}

/* Any context.  One work for all of a VM: however many are closed at once, it is one that waits. */
static void irqfd_closed(struct host_event_watch *watch)
{
	struct irqfd *irqfd = (struct irqfd *)watch;

	__atomic_store_n(&irqfd->closed, true, __ATOMIC_RELEASE);
	host_work_queue(&irqfd->vm->irqfds_closed);
}

static bool is_closed(const struct irqfd *irqfd, const void *unused)
{
	return __atomic_load_n(&irqfd->closed, __ATOMIC_ACQUIRE);
}

static bool is_any(const struct irqfd *irqfd, const void *unused)
{
	(void)irqfd, (void)unused;
	return true;
}

struct event_and_gsi {
	const struct host_event *event;
	u32 gsi;
};

static bool is_of(const struct irqfd *irqfd, const void *of)
{
	const struct event_and_gsi *both = of;

	return irqfd->gsi == both->gsi && host_event_watches(&irqfd->watch, both->event);
}

/* Takes those that are meant from the VM, and ends them. */
static void irqfds_remove(struct vm *vm,
			  bool (*is_meant)(const struct irqfd *irqfd, const void *of),
			  const void *of)
{
	struct irqfd **at = &vm->irqfds, *taken = NULL, *irqfd;

	host_mutex_lock(&vm->irq_lock);
	while ((irqfd = *at)) {
		if (!is_meant(irqfd, of)) {
			at = &irqfd->next;
			continue;
		}
		*at = irqfd->next;
		irqfd->next = taken;
		taken = irqfd;
	}
	irqfds_end(vm, taken);
	host_mutex_unlock(&vm->irq_lock);
}

static void remove_closed(struct host_work *work)
{
	struct vm *vm = (void *)((char *)work - offsetof(struct vm, irqfds_closed));

	irqfds_remove(vm, is_closed, NULL);
}

/* 0, 1 or an errno as host_event_watch().  Needs: irq_lock. */
static int irqfd_bind(struct irqfd *irqfd, int fd, struct host_event *event)
{
	struct vm *vm = irqfd->vm;
	int result = 0;

	HOST_NEEDS(host_mutex_held(&vm->irq_lock));
	for (const struct irqfd *other = vm->irqfds; other; other = other->next)
		if (host_event_watches(&other->watch, event))
			return -EBUSY;
	if (irqfd->resample)
		result = resampler_join(irqfd);
	if (!result)
		result = host_event_watch(&irqfd->watch, fd, event, irqfd_signalled, irqfd_closed);
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

static int irqfd_assign(struct vm *vm, const struct kvm_irqfd *wanted, struct host_event *event)
{
	struct irqfd *irqfd;
	int error = irqfd_create(vm, wanted, &irqfd);

	if (error)
		return error;
	host_mutex_lock(&vm->irq_lock);
	error = irqfd_bind(irqfd, (int)wanted->fd, event);
	if (error) {
		host_srcu_synchronize(&vm->irq_srcu);
		irqfd_free(irqfd);
	}
	host_mutex_unlock(&vm->irq_lock);
	return error;
}

/* Of user space's I/O APIC nobody here knows when an interrupt ends. */
static bool irqfd_allowed(const struct vm *vm, const struct kvm_irqfd *wanted)
{
	return wanted->flags & KVM_IRQFD_FLAG_RESAMPLE ? irqchip_is_full(vm) : !!irqchip_get(vm);
}

int irqfd_set(struct vm *vm, const struct kvm_irqfd *wanted)
{
	bool remove = wanted->flags & KVM_IRQFD_FLAG_DEASSIGN;
	struct host_event *event;
	int error;

	if ((wanted->flags & ~IRQFD_FLAGS) || (!remove && !irqfd_allowed(vm, wanted)))
		return -EINVAL;
	error = host_event_get((int)wanted->fd, &event);
	if (error)
		return error;
	if (remove)
		irqfds_remove(vm, is_of, &(struct event_and_gsi){event, wanted->gsi});
	else
		error = irqfd_assign(vm, wanted, event);
	host_event_put(event);
	return error;
}

void irqfds_init(struct vm *vm)
{
	host_work_init(&vm->irqfds_closed, remove_closed);
}

/* The work is queued by the callbacks of irqfds alone, and there are none any more. */
void irqfds_destroy(struct vm *vm)
{
	irqfds_remove(vm, is_any, NULL);
	host_work_cancel(&vm->irqfds_closed);
}
