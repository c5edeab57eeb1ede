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

#define IOAPIC_PINS    24
#define PIC_PINS       16
#define IRQ_MAX_ROUTES 4096 /* GSIs and entries; as KVM */

/* Who holds a line up: the line is the OR of them. */
enum irq_source { IRQ_SOURCE_USER, IRQ_SOURCE_RESAMPLE, IRQ_SOURCE_PIT, IRQ_SOURCES };

/* --- irqchip.c --- */

/* KVM_CREATE_IRQCHIP: vm->irqchip, the default routing, the devices on the buses.
 * -EEXIST; -EINVAL: there are vCPUs; -ENOMEM.  vm->lock is held. */
int irqchip_create(struct vm *vm);
/* Also when there is none.  No vCPU runs, but all are still there, for timers
 * look at them; nobody registers or is registered for acknowledgements. */
void irqchip_destroy(struct vm *vm);

/* NULL: there is none. */
static inline struct irqchip *irqchip_get(const struct vm *vm)
{
	return __atomic_load_n(&vm->irqchip, __ATOMIC_ACQUIRE);
}

/* KVM_GET_IRQCHIP, KVM_SET_IRQCHIP: chip_id KVM_IRQCHIP_*; -EINVAL: another.  There is an irqchip.
 */
int irqchip_state_get(struct vm *vm, struct kvm_irqchip *state);
int irqchip_state_set(struct vm *vm, const struct kvm_irqchip *state);

/*
 * A local APIC has the EOI of a vector, edge-triggered ones (`level` false) too: the I/O APIC's
 * turn. Cheap when no redirection entry has the vector.  The vCPU's thread; atomic, as who waits
 * for the acknowledgement is told.
 */
void irqchip_eoi(struct vcpu *vcpu, u8 vector, bool level);
/* Has a redirection entry the vector?  Any context. */
bool irqchip_hears_eoi(struct vm *vm, u8 vector);

/* --- pic.c: "8259A" --- */

/* Is its output to the processors up?  There is an irqchip.  Any context. */
bool pic_output(struct vm *vm);
/*
 * The processor's acknowledge cycle: the vector.  Any context.  With automatic EOI it ends the
 * interrupt at once: the pins then are in vcpu->pic_ended, and pic_tell_ended() is to follow before
 * the guest runs.
 */
u8 pic_acknowledge(struct vcpu *vcpu);
/* Tells those who wait for the end of these interrupts.  Atomic. */
void pic_tell_ended(struct vcpu *vcpu);

/* --- pit.c: "8254" --- */

/* KVM_CREATE_PIT2.  -EEXIST; -ENOENT: no irqchip; -ENOMEM.  vm->lock is held. */
int pit_create(struct vm *vm, u32 flags);
/* KVM_GET_PIT2, KVM_SET_PIT2 (counting begins anew).  -ENXIO: there is none. */
int pit_state_get(struct vm *vm, struct kvm_pit_state2 *state);
int pit_state_set(struct vm *vm, const struct kvm_pit_state2 *state);
/* Ticks that the guest has not taken yet are delivered later, or lost.  -ENXIO. */
int pit_reinject_set(struct vm *vm, bool reinject);

/* --- routing.c --- */

/* KVM_SET_GSI_ROUTING.  -EINVAL: an entry that cannot be, or no irqchip; -ENOMEM.  May sleep. */
int irq_routing_set(struct vm *vm, const struct kvm_irq_routing_entry *entries, u32 count);

/*
 * Set the line of a GSI for one source, or (an MSI route, level true) send its message.
 * >0: delivered, to so many; 0: coalesced, it was pending; -1: masked or not routed.
 * Any context.
 */
int irq_line_set(struct vm *vm, u32 gsi, bool level, enum irq_source source);

/* KVM_SIGNAL_MSI and MSI routes: the write of a message.  As above. */
int irq_msi_send(struct vm *vm, u64 address, u32 data);

/* Who wants to know when the guest is done with interrupts of a GSI. */
struct irq_ack_notifier {
	u32 gsi;
	/* Atomic, but brief: inside a read section of irq_srcu.  May set lines and signal events.
	 */
	void (*acked)(struct irq_ack_notifier *notifier);
	struct irq_ack_notifier *next;
};

/* There is an irqchip.  Both need irq_lock.  After remove, and when the readers of irq_srcu are
 * done, nobody calls it. */
void irq_ack_notifier_add(struct vm *vm, struct irq_ack_notifier *notifier);
void irq_ack_notifier_remove(struct vm *vm, struct irq_ack_notifier *notifier);

/* The guest is done with an interrupt of this GSI.  Atomic.  Needs: irq_srcu. */
void irq_acknowledged(struct vm *vm, u32 gsi);

#endif
