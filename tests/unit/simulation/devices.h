/* SPDX-License-Identifier: GPL-2.0 */
/* What sends interrupts from outside of the machine, and what guests tell it. */
#ifndef LINTEL_TESTS_UNIT_SIMULATION_DEVICES_H
#define LINTEL_TESTS_UNIT_SIMULATION_DEVICES_H

#include "simulation.h"

#define LINES	 4 /* level-triggered */
#define VISITORS 2 /* events that come and go */

/* GSIs: pins of the same number of the I/O APIC; from the third on, messages. */
#define GSI_EDGES    16
#define GSI_LINES    20
#define GSI_MESSAGES 24
#define GSI_VISITORS 28
#define GSI_END	     (GSI_VISITORS + VISITORS)

struct target {
	unsigned int id;
	u8 vector;
};

/* --- devices.c --- */

struct target target_any(void);
/* Nobody else has its vector, where each `number` is given once; it is below 6. */
struct target target_alone(unsigned int number);
/* KVM_IRQ_LINE */
void line_set(u32 gsi, u32 level);
/* KVM_SET_GSI_ROUTING, for all of them. */
void routing_set(void);
/* KVM_IRQFD */
void irqfd_change(u32 gsi, int event, int resample, u32 flags);

/* --- lines.c: level-triggered lines --- */

void lines_draw(void);
void lines_connect(void);
const struct target *line_target(unsigned int line);
/* Which line has the vector at this vCPU; LINES: none. */
unsigned int line_of(const struct guest *guest, u8 vector);
void line_delivered(const struct guest *guest, u8 vector);
/* The end of interrupt: it is about to be told, and was told. */
void line_eoi_begin(const struct guest *guest, u8 vector);
void line_eoi_end(const struct guest *guest, u8 vector);
/* The guest has asked: one of the line's devices has what it wanted. */
void line_serve(unsigned int line);
/* Nobody moves the guest's lines between these. */
void lines_hold(const struct guest *guest);
void lines_release(const struct guest *guest);
/* After an INIT: the guest is about to unmask the line; and takes interrupts again. */
void line_unmask(unsigned int line);
void lines_started(const struct guest *guest);
void lines_restore(void);
/* What a program does as soon as it hears of it. */
void lines_poll(void);
/* No device wants anything. */
bool lines_are_served(void);

/* The guest has lost what it had of them: it was sent an INIT. */
void lines_forget(const struct guest *guest);

/* --- pins.c: level-triggered messages of the program's I/O APIC --- */

void pins_create(void);
/* KVM_EXIT_IOAPIC_EOI */
void pin_ended(const struct guest *guest, u8 vector);
/* The guest goes on, and has ended an interrupt of this one. */
void pin_expect_heard(unsigned int number);
/* Whether one that was sent to the guest came, and ended, nobody knows; after an INIT, of its last
 * end neither. */
void pins_lost(const struct guest *guest, bool init);
void pins_hold(const struct guest *guest);
void pins_release(const struct guest *guest);
bool pins_are_ended(void);

/* --- doorbells.c: ioeventfds that come and go --- */

void doorbells_create(void);

/* --- visitors.c: irqfds that come and go --- */

void visitors_draw(void);
void visitors_connect(void);
void visitors_restore(void);
const struct target *visitor_target(unsigned int visitor);

#endif
