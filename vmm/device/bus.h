/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An address space of devices: I/O ports, or the memory where no RAM is.  Where no device is,
 * reads give all ones and writes go nowhere.
 */
#ifndef VMM_BUS_H
#define VMM_BUS_H

#include <stdbool.h>
#include <stdint.h>

#define BUS_RANGES_MAX 32

/*
 * The guest accesses @size bytes (1 to 8) at @offset of the device's range, of which none lies
 * outside of it.  @data: what it writes, or, of all ones, what it is to read.  Called by any
 * vCPU's thread, by several at once.
 */
typedef void (*bus_access_fn)(void *device, uint64_t offset, void *data, unsigned int size,
			      bool write);

struct bus {
	struct bus_range {
		uint64_t base, size;
		bus_access_fn access;
		void *device;
	} ranges[BUS_RANGES_MAX];
	unsigned int count;
};

/*
 * Adds a device; before the first vCPU runs.  0, or -1 after saying that the range is taken, or
 * the bus full.
 */
int bus_attach(struct bus *bus, uint64_t base, uint64_t size, bus_access_fn access, void *device);

/* One access of a guest.  Where it lies in no range, or in more than one, each byte goes alone. */
void bus_access(const struct bus *bus, uint64_t addr, void *data, unsigned int size, bool write);

#endif
