// SPDX-License-Identifier: GPL-2.0
#include "io/coalesced.h"
#include "io/bus.h"
#include "vcpu/vcpu.h"

#define RING_ENTRIES                                                                               \
	((LINTEL_PAGE_SIZE - sizeof(struct kvm_coalesced_mmio_ring)) /                             \
	 sizeof(struct kvm_coalesced_mmio))
#define MAX_ZONES 1000

struct coalesced_zone {
	struct bus_device bus;
	enum bus_kind kind;
	struct coalesced_zone *next;
};

int coalesced_init(struct vm *vm)
{
	host_spin_init(&vm->coalesced.lock);
	vm->coalesced.ring = host_alloc_pages(0);
	return vm->coalesced.ring ? 0 : -ENOMEM;
}

void coalesced_destroy(struct vm *vm)
{
	struct coalesced_zone *zone;

	while ((zone = vm->coalesced.zones)) {
		vm->coalesced.zones = zone->next;
		host_free(zone);
	}
	host_free_pages(vm->coalesced.ring, 0);
}

/* False: no room, or user space has written nonsense to the ring.  Needs: the ring's lock. */
static bool ring_put(struct coalesced *coalesced, const struct kvm_coalesced_mmio *entry)
{
	struct kvm_coalesced_mmio_ring *ring = coalesced->ring;
	u32 last = __atomic_load_n(&ring->last, __ATOMIC_RELAXED);
	u32 next = (last + 1) % RING_ENTRIES;

	HOST_NEEDS(host_spin_held(&coalesced->lock));
	if (last >= RING_ENTRIES || next == __atomic_load_n(&ring->first, __ATOMIC_ACQUIRE))
		return false;
	ring->coalesced_mmio[last] = *entry;
	__atomic_store_n(&ring->last, next, __ATOMIC_RELEASE);
	return true;
}

static bool coalesced_write(struct bus_device *bus, struct vcpu *vcpu, u64 address,
			    unsigned int length, const void *data)
{
	const struct coalesced_zone *zone = (const struct coalesced_zone *)bus;
	struct coalesced *coalesced = &vcpu->vm->coalesced;
	struct kvm_coalesced_mmio entry = {
		.phys_addr = address,
		.len = length,
		.pio = zone->kind == BUS_PIO,
	};
	bool done;

	/* A zone without bytes, which the bus takes for one of any. */
	if (!bus->length)
		return false;
	__builtin_memcpy(entry.data, data, length);
	host_spin_lock(&coalesced->lock);
	done = ring_put(coalesced, &entry);
	host_spin_unlock(&coalesced->lock);
	return done;
}

/* Needs: io_lock. */
static int zone_add(struct vm *vm, const struct coalesced_zone *wanted)
{
	struct coalesced_zone *zone;
	int error;

	HOST_NEEDS(host_mutex_held(&vm->io_lock));
	if (vm->coalesced.count == MAX_ZONES)
		return -ENOSPC;
	zone = host_zalloc(sizeof(*zone));
	if (!zone)
		return -ENOMEM;
	*zone = *wanted;
	error = bus_add(vm, zone->kind, &zone->bus);
	if (error) {
		host_free(zone);
		return error;
	}
	zone->next = vm->coalesced.zones;
	vm->coalesced.zones = zone;
	vm->coalesced.count++;
	return 0;
}

int coalesced_zone_add(struct vm *vm, const struct kvm_coalesced_mmio_zone *wanted)
{
	const struct coalesced_zone zone = {
		.bus = {.start = wanted->addr, .length = wanted->size, .write = coalesced_write},
		.kind = wanted->pio ? BUS_PIO : BUS_MMIO,
	};
	int error;

	if (wanted->pio > 1)
		return -EINVAL;
	host_mutex_lock(&vm->io_lock);
	error = zone_add(vm, &zone);
	host_mutex_unlock(&vm->io_lock);
	return error;
}

static bool zone_covers(const struct coalesced_zone *zone,
			const struct kvm_coalesced_mmio_zone *part)
{
	u64 offset = part->addr - zone->bus.start;

	return zone->kind == (part->pio ? BUS_PIO : BUS_MMIO) && part->addr >= zone->bus.start &&
	       offset <= zone->bus.length && part->size <= zone->bus.length - offset;
}

int coalesced_zones_remove(struct vm *vm, const struct kvm_coalesced_mmio_zone *wanted)
{
	struct coalesced_zone **at = &vm->coalesced.zones;
	struct coalesced_zone *zone;

	if (wanted->pio > 1)
		return -EINVAL;
	host_mutex_lock(&vm->io_lock);
	while ((zone = *at)) {
		if (!zone_covers(zone, wanted)) {
			at = &zone->next;
			continue;
		}
		*at = zone->next;
		bus_remove(vm, zone->kind, &zone->bus);
		host_free(zone);
		vm->coalesced.count--;
	}
	host_mutex_unlock(&vm->io_lock);
	return 0;
}
