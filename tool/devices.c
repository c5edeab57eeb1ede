// SPDX-License-Identifier: GPL-2.0
/*
 * The devices that every machine has: a UART, and the port that ends the VM.
 */
#include "vm.h"

/* An access wider than a byte goes to as many registers as it has bytes, as on an 8-bit bus. */
static void serial_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	struct vm *vm = device;
	uint8_t *bytes = data;
	unsigned int i;

	pthread_mutex_lock(&vm->devices);
	for (i = 0; i < size; i++) {
		if (write)
			serial_write(&vm->serial, offset + i, bytes[i]);
		else
			bytes[i] = serial_read(&vm->serial, offset + i);
	}
	pthread_mutex_unlock(&vm->devices);
}

static void debug_exit_access(void *device, uint64_t offset, void *data, unsigned int size,
			      bool write)
{
	(void)offset;
	(void)size;
	if (write)
		vm_end(device, ((*(uint8_t *)data << 1) | 1) & 0xff);
}

int vm_add_devices(struct vm *vm, uint32_t debug_exit)
{
	if (bus_attach(&vm->ports, SERIAL_PORT, SERIAL_REGISTERS, serial_access, vm))
		return -1;
	return debug_exit ? bus_attach(&vm->ports, debug_exit, 1, debug_exit_access, vm) : 0;
}
