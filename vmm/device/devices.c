// SPDX-License-Identifier: GPL-2.0
/*
 * The devices that every machine has: a UART, and the ports that end the VM and mark
 * its progress, if they are asked for.
 */
#include "words/say.h"
#include "vmm/vm.h"

static void serial_lead_irq(struct vm *vm)
{
	struct kvm_irq_level irq = {.irq = SERIAL_IRQ, .level = serial_irq(&vm->serial)};

	if (!vm->irqchip || irq.level == vm->serial_line)
		return;
	vm->serial_line = irq.level;
	if (kvm_call(vm->kvm.vm, KVM_IRQ_LINE, &irq, "KVM_IRQ_LINE"))
		vm_end(vm, RUN_BROKEN);
}

/* An access wider than a byte goes to as many registers as it has bytes, as on an 8-bit bus. */
static void serial_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	struct vm *vm = device;
	uint8_t *bytes = data;
	unsigned int i;
	bool waiting;

	pthread_mutex_lock(&vm->devices);
	waiting = vm->serial.out_count;
	for (i = 0; i < size; i++) {
		if (write)
			serial_write(&vm->serial, offset + i, bytes[i]);
		else
			bytes[i] = serial_read(&vm->serial, offset + i);
	}
	serial_lead_irq(vm);
	if (!waiting && vm->serial.out_count)
		vm_wake(vm); /* to write it if the guest does not go on */
	pthread_mutex_unlock(&vm->devices);
}

void vm_serial_receive(struct vm *vm, const uint8_t *bytes, size_t count)
{
	size_t i;

	pthread_mutex_lock(&vm->devices);
	for (i = 0; i < count; i++)
		serial_receive(&vm->serial, bytes[i]);
	serial_lead_irq(vm);
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

/* How far the guest has come. */
static void mark_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	uint64_t now = __builtin_ia32_rdtsc();
	const struct vm *vm = device;

	(void)offset;
	(void)size;
	if (write)
		say("mark %#04x: %llu TSC ticks after the first KVM_RUN", *(uint8_t *)data,
		    (unsigned long long)(now - vm->first_run));
}

int vm_add_devices(struct vm *vm, uint32_t debug_exit, uint32_t mark_port)
{
	if (bus_attach(&vm->ports, SERIAL_PORT, SERIAL_REGISTERS, serial_access, vm))
		return -1;
	if (debug_exit && bus_attach(&vm->ports, debug_exit, 1, debug_exit_access, vm))
		return -1;
	return mark_port ? bus_attach(&vm->ports, mark_port, 1, mark_access, vm) : 0;
}
