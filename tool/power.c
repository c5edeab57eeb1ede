// SPDX-License-Identifier: GPL-2.0
#include "power.h"
#include "say.h"

/* ACPI specification, "Sleep Control Register". */
#define SLEEP_ENABLE	  0x20
#define SLEEP_TYPE(value) ((value) >> 2 & 7)

#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET	 0xfe

static void power_end(struct vm *vm, int status, const char *words)
{
	if (vm_end(vm, status))
		say("%s", words);
}

/* The three ports from POWER_SLEEP_CONTROL on. */
static void power_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	uint8_t *bytes = data;
	unsigned int i;

	for (i = 0; i < size; i++) {
		uint64_t port = POWER_SLEEP_CONTROL + offset + i;

		if (!write)
			bytes[i] = 0;
		else if (port == POWER_SLEEP_CONTROL && bytes[i] & SLEEP_ENABLE &&
			 SLEEP_TYPE(bytes[i]) == POWER_SLEEP_TYPE_OFF)
			power_end(device, RUN_POWERED_OFF, "the guest powered off");
		else if (port == POWER_RESET && bytes[i] == POWER_RESET_VALUE)
			power_end(device, RUN_RESET, "the guest reset its machine");
	}
}

/* As its status the controller says that it waits for a command: who resets looks at that first. */
static void keyboard_access(void *device, uint64_t offset, void *data, unsigned int size,
			    bool write)
{
	(void)offset;
	(void)size;
	if (!write)
		*(uint8_t *)data = 0;
	else if (*(uint8_t *)data == KEYBOARD_RESET)
		power_end(device, RUN_RESET, "the guest reset its machine");
}

int power_add(struct vm *vm)
{
	if (bus_attach(&vm->ports, POWER_SLEEP_CONTROL, 3, power_access, vm))
		return -1;
	return bus_attach(&vm->ports, KEYBOARD_COMMAND, 1, keyboard_access, vm);
}
