// SPDX-License-Identifier: GPL-2.0
/*
 * The devices that every machine has: a UART, and the ports that end the VM and mark
 * its progress, if they are asked for.
 */
#include "words/say.h"
#include "vmm/machine.h"

static void serial_lead_irq(struct machine *machine)
{
	struct kvm_irq_level irq = {.irq = SERIAL_IRQ, .level = serial_irq(&machine->serial)};

	if (!machine->irqchip || irq.level == machine->serial_line)
		return;
	machine->serial_line = irq.level;
	if (kvm_call(machine->kvm.vm, KVM_IRQ_LINE, &irq, "KVM_IRQ_LINE"))
		machine_end(machine, RUN_BROKEN);
}

/* An access wider than a byte goes to as many registers as it has bytes, as on an 8-bit bus. */
static void serial_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	struct machine *machine = device;
	uint8_t *bytes = data;
	unsigned int i;
	bool waiting;

	pthread_mutex_lock(&machine->devices);
	waiting = machine->serial.out_count;
	for (i = 0; i < size; i++) {
		if (write)
			serial_write(&machine->serial, offset + i, bytes[i]);
		else
			bytes[i] = serial_read(&machine->serial, offset + i);
	}
	serial_lead_irq(machine);
	if (!waiting && machine->serial.out_count)
		machine_wake(machine); /* to write it if the guest does not go on */
	pthread_mutex_unlock(&machine->devices);
}

void machine_serial_receive(struct machine *machine, const uint8_t *bytes, size_t count)
{
	size_t i;

	pthread_mutex_lock(&machine->devices);
	for (i = 0; i < count; i++)
		serial_receive(&machine->serial, bytes[i]);
	serial_lead_irq(machine);
	pthread_mutex_unlock(&machine->devices);
}

static void debug_exit_access(void *device, uint64_t offset, void *data, unsigned int size,
			      bool write)
{
	if (write)
		machine_end(device, ((*(uint8_t *)data << 1) | 1) & 0xff);
}

/* How far the guest has come. */
static void mark_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	uint64_t now = __builtin_ia32_rdtsc();
	const struct machine *machine = device;

	if (write)
		say("mark %#04x: %llu TSC ticks after the first KVM_RUN", *(uint8_t *)data,
		    (unsigned long long)(now - machine->first_run));
}

int machine_add_devices(struct machine *machine, uint32_t debug_exit, uint32_t mark_port)
{
	if (device_bus_attach(&machine->ports, SERIAL_PORT, SERIAL_REGISTERS, serial_access,
			      machine))
		return -1;
	if (debug_exit &&
	    device_bus_attach(&machine->ports, debug_exit, 1, debug_exit_access, machine))
		return -1;
	return mark_port ? device_bus_attach(&machine->ports, mark_port, 1, mark_access, machine)
			 : 0;
}
