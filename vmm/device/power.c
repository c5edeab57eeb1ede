// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "vmm/guest_layout.h"
#include "power.h"
#include "words/say.h"

/* ACPI specification, "Sleep Control Register". */
#define SLEEP_ENABLE	  0x20
#define SLEEP_TYPE(value) ((value) >> 2 & 7)

#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_RESET	 0xfe

static void power_end(struct machine *machine, int status, const char *words)
{
	if (machine_end(machine, status))
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
	if (!write)
		*(uint8_t *)data = 0;
	else if (*(uint8_t *)data == KEYBOARD_RESET)
		power_end(device, RUN_RESET, "the guest reset its machine");
}

/*
 * Linux without EFI, on hardware-reduced ACPI, resets as a BIOS was asked to: by a jump to the
 * reset vector in real mode.  What is there asks the keyboard controller.
 */
static int place_reset_vector(const struct memory *mem)
{
	static const uint8_t code[] = {
		0xb0, KEYBOARD_RESET,	/* mov $KEYBOARD_RESET, %al */
		0xe6, KEYBOARD_COMMAND, /* out %al, $KEYBOARD_COMMAND */
		0xf4,			/* hlt */
		0xeb, 0xfd,		/* jmp to the hlt */
	};
	void *to = memory_at(mem, LAYOUT_RESET_VECTOR, sizeof(code));

	if (!to)
		return say_error("give the guest at least 2M with --memory",
				 "no room for the reset vector");
	memcpy(to, code, sizeof(code));
	return 0;
}

int power_add(struct machine *machine)
{
	if (place_reset_vector(&machine->mem))
		return -1;
	if (device_bus_attach(&machine->ports, POWER_SLEEP_CONTROL, 3, power_access, machine))
		return -1;
	return device_bus_attach(&machine->ports, KEYBOARD_COMMAND, 1, keyboard_access, machine);
}
