/* SPDX-License-Identifier: GPL-2.0 */
/* A VM with interrupt controllers, a timer and two vCPUs that do nothing but have local APICs. */
#ifndef LINTEL_TESTS_UNIT_IRQ_FIXTURE_H
#define LINTEL_TESTS_UNIT_IRQ_FIXTURE_H

#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "sim.h"
#include "test.h"

#define CHIPS_VCPUS   2
#define CHIPS_IOAPIC  0xfec00000
#define CHIPS_MASKED  0x10000u
#define CHIPS_LEVEL   0x8000u
#define CHIPS_LOGICAL 0x800u

struct chips {
	struct vm vm;
	struct vcpu vcpu[CHIPS_VCPUS]; /* IDs 0 and 1; the first takes ExtINT */
	int ticket;
};

/*
 * The one VM of a test; the srcu read lock is held, as by a vCPU whose exit goes on for ever. Needs
 * chips_close() before the next.
 */
struct chips *chips_open(void);
/* Nothing may be left behind. */
void chips_close(struct chips *chips);

/* Accesses of the first vCPU; those that no device takes are a failure. */
u8 chips_in(struct chips *chips, u16 port);
void chips_out(struct chips *chips, u16 port, u8 value);
u32 chips_ioapic_read(struct chips *chips, u8 index);
void chips_ioapic_write(struct chips *chips, u8 index, u32 value);
/* A redirection entry, its high half first. */
void chips_redirect(struct chips *chips, unsigned int pin, u8 destination, u32 low);
/* The 8259s as a PC's firmware sets them up: vectors from 20H and 28H, nothing masked. */
void chips_pic_begin(struct chips *chips);

/* The first vCPU takes what the 8259s have for it, and enters the guest: the vector. */
u8 chips_pic_take(struct chips *chips);

/* irq_line_set() by user space. */
int chips_line(struct chips *chips, u32 gsi, bool level);
/* Up and down; the result is that of up. */
int chips_pulse(struct chips *chips, u32 gsi);

/* The vCPU takes what its local APIC has for it: the vector, -1 if there is none. */
int chips_take(struct chips *chips, unsigned int vcpu);
/* And ends what it has in service. */
void chips_eoi(struct chips *chips, unsigned int vcpu);

/* Takes what waits for the readers of srcu out of the read section. */
#define CHIPS_SLEEPING(chips, statement)                                                           \
	do {                                                                                       \
		host_srcu_read_unlock(&(chips)->vm.srcu, (chips)->ticket);                         \
		statement;                                                                         \
		(chips)->ticket = host_srcu_read_lock(&(chips)->vm.srcu);                          \
	} while (0)

#endif
