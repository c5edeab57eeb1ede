/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An address space of devices: I/O ports, or the memory where no RAM is.  Where no device is,
 * reads give all ones and writes go nowhere.
 */
#ifndef VMM_DEVICE_BUS_H
#define VMM_DEVICE_BUS_H

#include <stdbool.h>
#include <stdint.h>

#define DEVICE_BUS_RANGES_MAX 32

/*
 * The guest accesses @size bytes (1 to 8) at @offset of the device's range, of which none lies
 * outside of it.  @data: what it writes, or, of all ones, what it is to read.  Called by any
 * vCPU's thread, by several at once.
 */
typedef void (*device_bus_access_fn)(void *device, uint64_t offset, void *data, unsigned int size,
				     bool write);

struct device_bus {
	struct device_bus_range {
		uint64_t base, size;
		device_bus_access_fn access;
		void *device;
	} ranges[DEVICE_BUS_RANGES_MAX];
	unsigned int count;
};

/*
 * Adds a device; before the first vCPU runs.  0, or -1 after saying that the range is taken, or
 * the bus full.
 */
int device_bus_attach(struct device_bus *bus, uint64_t base, uint64_t size,
		      device_bus_access_fn access, void *device);

/* One access of a guest.  Where it lies in no range, or in more than one, each byte goes alone. */
void device_bus_access(const struct device_bus *bus, uint64_t addr, void *data, unsigned int size,
		       bool write);

#endif
