// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "bus.h"
#include "words/say.h"

int bus_attach(struct bus *bus, uint64_t base, uint64_t size, bus_access_fn access, void *device)
{
	unsigned int i;

	for (i = 0; i < bus->count; i++) {
		const struct bus_range *r = &bus->ranges[i];

		if (base < r->base + r->size && r->base < base + size)
			return say_error("move one of them", "two devices at %#llx",
					 (unsigned long long)base);
	}
	if (bus->count == BUS_RANGES_MAX)
		return say_error("take one away", "more than %d devices", BUS_RANGES_MAX);
	bus->ranges[bus->count++] = (struct bus_range){base, size, access, device};
	return 0;
}

static const struct bus_range *bus_find(const struct bus *bus, uint64_t addr, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < bus->count; i++) {
		const struct bus_range *r = &bus->ranges[i];

		if (addr >= r->base && addr - r->base < r->size &&
		    size <= r->size - (addr - r->base))
			return r;
	}
	return NULL;
}

void bus_access(const struct bus *bus, uint64_t addr, void *data, unsigned int size, bool write)
{
	const struct bus_range *r = bus_find(bus, addr, size);
	unsigned int i;

	if (!write)
		memset(data, 0xff, size);
	if (r) {
		r->access(r->device, addr - r->base, data, size, write);
		return;
	}
	for (i = 0; i < size && size > 1; i++)
		bus_access(bus, addr + i, (uint8_t *)data + i, 1, write);
}
