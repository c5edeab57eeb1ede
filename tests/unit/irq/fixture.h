/* SPDX-License-Identifier: GPL-2.0 */
/* A VM with interrupt controllers, a timer and two vCPUs with local APICs. */
#ifndef LINTEL_TESTS_UNIT_IRQ_FIXTURE_H
#define LINTEL_TESTS_UNIT_IRQ_FIXTURE_H

#include "fixture/vm.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"

#define CHIPS_VCPUS   2
#define CHIPS_IOAPIC  0xfec00000
#define CHIPS_MASKED  0x10000u
#define CHIPS_LEVEL   0x8000u
#define CHIPS_LOGICAL 0x800u

/*
 * The one VM of a test, its vCPUs with IDs 0 and 1; the first takes ExtINT.  The srcu read lock is
 * held, as by a vCPU whose exit goes on for ever.  Needs fixture_destroy() before the next.
 */
struct fixture *chips_open(void);

/* Accesses of the first vCPU; those that no device takes are a failure. */
u8 chips_in(struct fixture *chips, u16 port);
void chips_out(struct fixture *chips, u16 port, u8 value);
u32 chips_ioapic_read(struct fixture *chips, u8 index);
void chips_ioapic_write(struct fixture *chips, u8 index, u32 value);
/* A redirection entry, its high half first. */
void chips_redirect(struct fixture *chips, unsigned int pin, u8 destination, u32 low);

/* The first vCPU takes what the 8259s have for it, and enters the guest: the vector. */
u8 chips_pic_take(struct fixture *chips);

/* irq_line_set() by user space. */
int chips_line(struct fixture *chips, u32 gsi, bool level);
/* Up and down; the result is that of up. */
int chips_pulse(struct fixture *chips, u32 gsi);

/* The vCPU takes what its local APIC has for it: the vector, -1 if there is none. */
int chips_take(struct fixture *chips, unsigned int vcpu);
/* And ends what it has in service. */
void chips_eoi(struct fixture *chips, unsigned int vcpu);

#endif
