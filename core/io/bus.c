// SPDX-License-Identifier: GPL-2.0
/*
 * The arrays of devices.  There are two of each kind, of the same size: one is published, the other
 * is written at the next change.  So removing needs no memory.
 */
#include "io/bus.h"
#include "vcpu/vcpu.h"

#define BUS_FIRST_ROOM 8

struct bus_entry {
	u64 start, last;
	u64 reach; /* the greatest `last` up to here: where a search backwards may end */
	struct bus_device *device;
};

struct bus {
	struct bus *spare;
	unsigned int used, room;
	struct bus_entry entry[];
};

static struct bus *bus_alloc(unsigned int room)
{
	struct bus *bus = host_zalloc(sizeof(*bus) + room * sizeof(bus->entry[0]));

	if (bus)
		bus->room = room;
	return bus;
}

static void bus_free_pair(struct bus *bus)
{
	if (!bus)
		return;
	host_free(bus->spare);
	host_free(bus);
}

/* NULL without memory. */
static struct bus *bus_alloc_pair(unsigned int room)
{
	struct bus *bus = bus_alloc(room);

	if (!bus)
		return NULL;
	bus->spare = bus_alloc(room);
	if (bus->spare) {
		bus->spare->spare = bus;
		return bus;
	}
	host_free(bus);
	return NULL;
}

/* Index of the first device that starts after `address`. */
static unsigned int bus_upper_bound(const struct bus *bus, u64 address)
{
	unsigned int low = 0, high = bus->used;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (bus->entry[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void bus_append(struct bus *bus, struct bus_device *device)
{
	u64 last = device->length ? device->start + device->length - 1 : device->start;
	u64 reach = bus->used ? bus->entry[bus->used - 1].reach : 0;

	if (last < device->start)
		last = ~0ULL;
	bus->entry[bus->used++] = (struct bus_entry){
		.start = device->start,
		.last = last,
		.reach = reach > last ? reach : last,
		.device = device,
	};
}

/* What `from` (NULL: nothing) has, without `removed` and with `added` before its equals. */
static void bus_copy(struct bus *to, const struct bus *from, const struct bus_device *removed,
		     struct bus_device *added)
{
	unsigned int i;

	to->used = 0;
	for (i = 0; from && i < from->used; i++) {
		if (added && added->start <= from->entry[i].start) {
			bus_append(to, added);
			added = NULL;
		}
		if (from->entry[i].device != removed)
			bus_append(to, from->entry[i].device);
	}
	if (added)
		bus_append(to, added);
}

/* Needs: slots_lock. */
static void bus_publish(struct vm *vm, enum bus_kind kind, struct bus *bus)
{
	HOST_NEEDS(host_mutex_held(&vm->slots_lock));
	__atomic_store_n(&vm->bus[kind], bus, __ATOMIC_RELEASE);
	host_srcu_synchronize(&vm->srcu);
}

/* Needs: slots_lock. */
static int bus_insert(struct vm *vm, enum bus_kind kind, struct bus_device *device)
{
	struct bus *before = vm->bus[kind];
	bool grow = !before || before->used == before->room;
	struct bus *after;

	after = grow ? bus_alloc_pair(before ? 2 * before->room : BUS_FIRST_ROOM) : before->spare;
	if (!after)
		return -ENOMEM;
	bus_copy(after, before, NULL, device);
	bus_publish(vm, kind, after);
	if (grow)
		bus_free_pair(before);
	return 0;
}

int bus_add(struct vm *vm, enum bus_kind kind, struct bus_device *device)
{
	int error;

	host_mutex_lock(&vm->slots_lock);
	error = bus_insert(vm, kind, device);
	host_mutex_unlock(&vm->slots_lock);
	return error;
}

void bus_remove(struct vm *vm, enum bus_kind kind, struct bus_device *device)
{
	struct bus *before;

	host_mutex_lock(&vm->slots_lock);
	before = vm->bus[kind];
	bus_copy(before->spare, before, device, NULL);
	bus_publish(vm, kind, before->spare);
	host_mutex_unlock(&vm->slots_lock);
}

void bus_destroy(struct vm *vm)
{
	for (unsigned int kind = 0; kind < BUS_KINDS; kind++)
		bus_free_pair(vm->bus[kind]);
}

static bool entry_takes(const struct bus_entry *entry, u64 address, unsigned int length)
{
	if (!entry->device->length)
		return entry->start == address;
	return length && address <= entry->last && entry->last - address >= length - 1;
}

/* The next that an access concerns, going backwards from *index. */
static struct bus_device *bus_next(const struct bus *bus, unsigned int *index, u64 address,
				   unsigned int length)
{
	while (*index && bus->entry[*index - 1].reach >= address) {
		const struct bus_entry *entry = &bus->entry[--*index];

		if (entry_takes(entry, address, length))
			return entry->device;
	}
	return NULL;
}

static const struct bus *bus_get(const struct vcpu *vcpu, enum bus_kind kind)
{
	HOST_NEEDS(host_srcu_held(&vcpu->vm->srcu));
	return __atomic_load_n(&vcpu->vm->bus[kind], __ATOMIC_ACQUIRE);
}

static bool must_wait(const struct bus_device *device, const struct vcpu *vcpu)
{
	return !device->raw && vcpu_is_between_entries(vcpu);
}

enum bus_answer bus_read(struct vcpu *vcpu, enum bus_kind kind, u64 address, unsigned int length,
			 void *data)
{
	const struct bus *bus = bus_get(vcpu, kind);
	struct bus_device *device;
	unsigned int index;

	if (!bus)
		return BUS_NOBODY;
	index = bus_upper_bound(bus, address);
	while ((device = bus_next(bus, &index, address, length))) {
		if (!device->read)
			continue;
		if (must_wait(device, vcpu))
			return BUS_LATER;
		if (device->read(device, vcpu, address, length, data))
			return BUS_TAKEN;
	}
	return BUS_NOBODY;
}

enum bus_answer bus_write(struct vcpu *vcpu, enum bus_kind kind, u64 address, unsigned int length,
			  const void *data)
{
	const struct bus *bus = bus_get(vcpu, kind);
	struct bus_device *device;
	unsigned int index;

	if (!bus)
		return BUS_NOBODY;
	index = bus_upper_bound(bus, address);
	while ((device = bus_next(bus, &index, address, length))) {
		if (!device->write)
			continue;
		if (must_wait(device, vcpu))
			return BUS_LATER;
		if (device->write(device, vcpu, address, length, data))
			return BUS_TAKEN;
	}
	return BUS_NOBODY;
}

bool bus_has_device(struct vcpu *vcpu, enum bus_kind kind, u64 address)
{
	const struct bus *bus = bus_get(vcpu, kind);
	unsigned int index;

	if (!bus)
		return false;
	index = bus_upper_bound(bus, address);
	return bus_next(bus, &index, address, 1);
}
