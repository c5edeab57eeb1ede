// SPDX-License-Identifier: GPL-2.0
/*
 * The machine's ports: a UART and the port that ends the VM.  Where nothing is, reads give all
 * ones and writes go nowhere, as on an ISA bus.
 */
#include <string.h>

#include "vm.h"

static bool port_is_serial(uint16_t port)
{
	return port >= SERIAL_PORT && port < SERIAL_PORT + SERIAL_REGISTERS;
}

/* An access wider than a byte goes to as many ports as it has bytes, as on an 8-bit bus. */
static void serial_port_access(struct vm *vm, uint16_t port, uint8_t *data, unsigned int size,
			       bool write)
{
	unsigned int i;

	pthread_mutex_lock(&vm->devices);
	for (i = 0; i < size; i++) {
		uint16_t at = port + i;

		if (!port_is_serial(at))
			continue;
		if (write)
			serial_write(&vm->serial, at - SERIAL_PORT, data[i]);
		else
			data[i] = serial_read(&vm->serial, at - SERIAL_PORT);
	}
	pthread_mutex_unlock(&vm->devices);
}

void vm_port_write(struct vm *vm, uint16_t port, const void *data, unsigned int size)
{
	uint8_t bytes[4] = {0};

	memcpy(bytes, data, size);
	if (port == vm->debug_exit && vm->debug_exit)
		vm_end(vm, ((bytes[0] << 1) | 1) & 0xff);
	else
		serial_port_access(vm, port, bytes, size, true);
}

void vm_port_read(struct vm *vm, uint16_t port, void *data, unsigned int size)
{
	memset(data, 0xff, size);
	serial_port_access(vm, port, data, size, false);
}
