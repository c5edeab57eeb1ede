// SPDX-License-Identifier: GPL-2.0
#include "io/ioeventfd.h"
#include "io/bus.h"

#define IOEVENTFD_FLAGS                                                                            \
	((u32)(KVM_IOEVENTFD_FLAG_DATAMATCH | KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DEASSIGN))

struct ioeventfd {
	struct bus_device bus;
	enum bus_kind kind;
	bool any_data;
	u64 data; /* that signals, if not any does */
	struct host_event *event;
	struct ioeventfd *next;
};

static bool ioeventfd_write(struct bus_device *bus, struct vcpu *vcpu, u64 address,
			    unsigned int length, const void *data)
{
	const struct ioeventfd *ioeventfd = (const struct ioeventfd *)bus;
	u64 value = 0;

	(void)vcpu, (void)address;
	if (bus->length && length != bus->length)
		return false;
	if (!ioeventfd->any_data) {
		__builtin_memcpy(&value, data, length);
		if (value != ioeventfd->data)
			return false;
	}
	host_event_signal(ioeventfd->event);
	return true;
}

static bool is_length(u32 length)
{
	return length <= 8 && !(length & (length - 1));
}

static int check(const struct kvm_ioeventfd *wanted)
{
	if (wanted->flags & ~IOEVENTFD_FLAGS)
		return -EINVAL;
	if (wanted->flags & KVM_IOEVENTFD_FLAG_DEASSIGN)
		return 0;
	if (!is_length(wanted->len) || wanted->addr + wanted->len < wanted->addr)
		return -EINVAL;
	return !wanted->len && (wanted->flags & KVM_IOEVENTFD_FLAG_DATAMATCH) ? -EINVAL : 0;
}

static struct ioeventfd describe(const struct kvm_ioeventfd *wanted, struct host_event *event)
{
	return (struct ioeventfd){
		.bus = {.start = wanted->addr,
			.length = wanted->len,
			.raw = host_event_signal_is_raw(),
			.write = ioeventfd_write},
		.kind = wanted->flags & KVM_IOEVENTFD_FLAG_PIO ? BUS_PIO : BUS_MMIO,
		.any_data = !(wanted->flags & KVM_IOEVENTFD_FLAG_DATAMATCH),
		.data = wanted->datamatch,
		.event = event,
	};
}

static bool same_place(const struct ioeventfd *a, const struct ioeventfd *b)
{
	return a->kind == b->kind && a->bus.start == b->bus.start;
}

/* Is there a write that both would take? */
static bool clashes(const struct ioeventfd *a, const struct ioeventfd *b)
{
	if (!same_place(a, b))
		return false;
	if (!a->bus.length || !b->bus.length)
		return true;
	return a->bus.length == b->bus.length && (a->any_data || b->any_data || a->data == b->data);
}

static bool equals(const struct ioeventfd *a, const struct ioeventfd *b)
{
	return same_place(a, b) && a->event == b->event && a->bus.length == b->bus.length &&
	       a->any_data == b->any_data && (a->any_data || a->data == b->data);
}

/* Needs: io_lock.  With 0 the event is the list's. */
static int assign(struct vm *vm, const struct ioeventfd *wanted)
{
	struct ioeventfd *added;
	int error;

	HOST_NEEDS(host_mutex_held(&vm->io_lock));
	for (const struct ioeventfd *other = vm->ioeventfds; other; other = other->next)
		if (clashes(wanted, other))
			return -EEXIST;
	added = host_zalloc(sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = *wanted;
	error = bus_add(vm, added->kind, &added->bus);
	if (error) {
		host_free(added);
		return error;
	}
	added->next = vm->ioeventfds;
	vm->ioeventfds = added;
	return 0;
}

/* Needs: io_lock. */
static int deassign(struct vm *vm, const struct ioeventfd *wanted)
{
	struct ioeventfd **at = &vm->ioeventfds;
	struct ioeventfd *found;

	HOST_NEEDS(host_mutex_held(&vm->io_lock));
	while (*at && !equals(*at, wanted))
		at = &(*at)->next;
	found = *at;
	if (!found)
		return -ENOENT;
	*at = found->next;
	bus_remove(vm, found->kind, &found->bus);
	host_event_put(found->event);
	host_free(found);
	return 0;
}

int ioeventfd_set(struct vm *vm, const struct kvm_ioeventfd *wanted)
{
	bool remove = wanted->flags & KVM_IOEVENTFD_FLAG_DEASSIGN;
	struct ioeventfd ioeventfd;
	struct host_event *event;
	int error = check(wanted);

	if (error)
		return error;
	error = host_event_get(wanted->fd, &event);
	if (error)
		return error;
	ioeventfd = describe(wanted, event);
	host_mutex_lock(&vm->io_lock);
	error = remove ? deassign(vm, &ioeventfd) : assign(vm, &ioeventfd);
	host_mutex_unlock(&vm->io_lock);
	if (remove || error)
		host_event_put(event);
	return error;
}

void ioeventfds_destroy(struct vm *vm)
{
	struct ioeventfd *ioeventfd;

	while ((ioeventfd = vm->ioeventfds)) {
		vm->ioeventfds = ioeventfd->next;
		host_event_put(ioeventfd->event);
		host_free(ioeventfd);
	}
}
