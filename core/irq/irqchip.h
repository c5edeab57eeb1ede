/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt controllers and the timer of a PC, for the whole VM: two 8259s, an I/O APIC, an
 * 8254; and the routing of GSIs to their pins and to messages.
 *
 * Interrupts may be raised in any context, with interrupts off too: the controllers' lock is an
 * interrupt-safe spin lock, and nothing is called with it held but lapic.h's delivery.
 */
#ifndef LINTEL_IRQ_IRQCHIP_H
#define LINTEL_IRQ_IRQCHIP_H

#include "vcpu/vcpu.h"

#define IOAPIC_PINS 24
#define PIC_PINS    16

/* Who holds a line up: the line is the OR of them. */
enum irq_source { IRQ_SOURCE_USER, IRQ_SOURCE_RESAMPLE, IRQ_SOURCE_PIT, IRQ_SOURCES };

/* --- irqchip.c --- */

/* KVM_CREATE_IRQCHIP: vm->irqchip, the default routing, the devices on the buses.
 * -EEXIST; -EINVAL: there are vCPUs; -ENOMEM.  vm->lock is held. */
int irqchip_create(struct vm *vm);
void irqchip_destroy(struct vm *vm); /* also when there is none */

/* A local APIC has the EOI of a level-triggered vector: the I/O APIC's turn. The vCPU's thread, srcu
 * read lock. */
void irqchip_eoi(struct vcpu *vcpu, u8 vector);

/* --- pic.c: "8259A" --- */

/* Is its output to the processors up?  Any context. */
bool pic_output(struct vm *vm);
/* The processor's acknowledge cycle: the vector. */
u8 pic_acknowledge(struct vm *vm);

/* --- routing.c --- */

/*
 * Set the line of a GSI for one source, or (an MSI route, level true) send its message.
 * >0: delivered, to so many; 0: coalesced, it was pending; -1: masked or not routed.
 * Needs: srcu read lock.  Any context.
 */
int irq_line_set(struct vm *vm, u32 gsi, bool level, enum irq_source source);

/* KVM_SIGNAL_MSI and MSI routes.  As above; -EINVAL: flags. */
int irq_msi_send(struct vm *vm, u64 address, u32 data);

/*
 * The guest is done with an interrupt of this GSI: its line is looked at again.  Calls
 * host_irq_acked() of the platform's resampling irqfds and the 8254; process context, no lock held,
 * srcu read lock.
 */
void irq_acknowledged(struct vm *vm, u32 gsi);

#endif
