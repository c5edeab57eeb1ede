// SPDX-License-Identifier: GPL-2.0
/*
 * Where only the local APICs are in the kernel, the I/O APIC is the program's: a level-triggered
 * pin sends its interrupt by a route, and no second one before it hears of the end of the first
 * (KVM_EXIT_IOAPIC_EOI).  It hears of each, and of nothing else.
 */
#include "devices.h"

static struct pin {
	host_mutex_t lock;
	bool sent;	  /* and its end is still to be heard of: the pin's remote IRR */
	u64 ended, heard; /* interrupts, so far, and ends that were told */
	bool lost; /* its end may have been lost, once, or may still come: an INIT, a migration */
} pins[LINES];

bool pin_send(void)
{
	unsigned int number = (unsigned int)sim_random_below(LINES);
	const struct target *target = line_target(number);
	struct pin *pin = &pins[number];
	u64 token;

	host_mutex_lock(&pin->lock);
	if (!pin->sent) {
		pin->sent = true;
		token = interrupt_send_begin(target->id, target->vector);
		line_set(GSI_LINES + number, 1);
		interrupt_send_end(target->id, target->vector, token);
	}
	host_mutex_unlock(&pin->lock);
	return true;
}

void pin_ended(const struct guest *guest, u8 vector)
{
	unsigned int number = line_of(guest, vector);

	if (!simulation.split || number == LINES)
		guest_broken(guest, "an end of interrupt 0x%x, which no pin has sent", vector);
	if (!pins[number].sent && !pins[number].lost)
		guest_broken(guest, "a second end of interrupt 0x%x", vector);
	pins[number].sent = false;
	pins[number].heard++;
}

void pin_expect_heard(unsigned int number)
{
	struct pin *pin = &pins[number];

	pin->ended++;
	if (simulation.split && !pin->lost && pin->heard != pin->ended)
		broken("of %llu ends of interrupt pin %u has heard of %llu", pin->ended, number,
		       pin->heard);
}

void pins_lost(const struct guest *guest, bool init)
{
	for (unsigned int i = 0; i < LINES; i++) {
		if (line_target(i)->id != guest->id)
			continue;
		pins[i].lost |= init || pins[i].sent;
		pins[i].sent = false;
	}
}

/* The state of the guest's local APIC is being replaced: what came meanwhile would be lost. */
void pins_hold(const struct guest *guest)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (line_target(i)->id == guest->id)
			host_mutex_lock(&pins[i].lock);
}

void pins_release(const struct guest *guest)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (line_target(i)->id == guest->id)
			host_mutex_unlock(&pins[i].lock);
}

bool pins_are_ended(void)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (pins[i].sent)
			return false;
	return true;
}

void pins_create(void)
{
	for (unsigned int i = 0; i < LINES; i++) {
		pins[i] = (struct pin){.sent = false};
		host_mutex_init(&pins[i].lock);
	}
}
