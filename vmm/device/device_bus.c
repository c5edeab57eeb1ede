// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "device_bus.h"
#include "words/say.h"

int device_bus_attach(struct device_bus *bus, uint64_t base, uint64_t size,
		      device_bus_access_fn access, void *device)
{
	unsigned int i;

	for (i = 0; i < bus->count; i++) {
		const struct device_bus_range *r = &bus->ranges[i];

		if (base < r->base + r->size && r->base < base + size)
			return say_error("move one of them", "two devices at %#llx",
					 (unsigned long long)base);
	}
	if (bus->count == DEVICE_BUS_RANGES_MAX)
		return say_error("take one away", "more than %d devices", DEVICE_BUS_RANGES_MAX);
	bus->ranges[bus->count++] = (struct device_bus_range){base, size, access, device};
	return 0;
}

static const struct device_bus_range *device_bus_find(const struct device_bus *bus, uint64_t addr,
						      unsigned int size)
{
	unsigned int i;

	for (i = 0; i < bus->count; i++) {
		const struct device_bus_range *r = &bus->ranges[i];

		if (addr >= r->base && addr - r->base < r->size &&
		    size <= r->size - (addr - r->base))
			return r;
	}
	return NULL;
}

void device_bus_access(const struct device_bus *bus, uint64_t addr, void *data, unsigned int size,
		       bool write)
{
	const struct device_bus_range *r = device_bus_find(bus, addr, size);
	unsigned int i;

	if (!write)
		memset(data, 0xff, size);
	if (r) {
		r->access(r->device, addr - r->base, data, size, write);
		return;
	}
	for (i = 0; i < size && size > 1; i++)
		device_bus_access(bus, addr + i, (uint8_t *)data + i, 1, write);
}
