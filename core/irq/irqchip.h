/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt controllers and the timer of a PC, for the whole VM: two 8259s, an I/O APIC, an
 * 8254; and the routing of GSIs to their pins and to messages.  Or, in a split irqchip, only that
 * routing: these devices are user space's, and the local APICs alone are in the kernel.
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
 * -EEXIST (a split one, too); -EINVAL: there are vCPUs; -ENOMEM.  vm->lock is held. */
int irqchip_create(struct vm *vm);
/* Also when there is none.  No vCPU runs, but all are still there, for timers
 * look at them; nobody registers or is registered for acknowledgements. */
void irqchip_destroy(struct vm *vm);

/* NULL: the local APICs are not in the kernel either. */
static inline struct irqchip *irqchip_get(const struct vm *vm)
{
	return __atomic_load_n(&vm->irqchip, __ATOMIC_ACQUIRE);
}

/* Are the 8259s and the I/O APIC in the kernel?  Any context. */
bool irqchip_is_full(const struct vm *vm);

/* KVM_GET_IRQCHIP, KVM_SET_IRQCHIP: chip_id KVM_IRQCHIP_*; -EINVAL: another; -ENXIO: the chips are
 * not in the kernel. */
int irqchip_state_get(struct vm *vm, struct kvm_irqchip *state);
int irqchip_state_set(struct vm *vm, const struct kvm_irqchip *state);

/*
 * A local APIC has the EOI of a vector, edge-triggered ones (`level` false) too: the I/O APIC's
 * turn. Cheap when no redirection entry has the vector.  The vCPU's thread; atomic, as who waits
 * for the acknowledgement is told.
 */
void irqchip_eoi(struct vcpu *vcpu, u8 vector, bool level);
/* Tells those who wait for what is in vcpu->pin_news, which is nothing then: before the guest runs
 * again, when pins of a controller were accessed or acknowledged with interrupts off.  Atomic. */
void irqchip_tell_news(struct vcpu *vcpu);
/* Has a redirection entry, or a route of user space's I/O APIC, the vector?  Any context. */
bool irqchip_hears_eoi(struct vm *vm, u8 vector);

/* --- split.c: KVM_CAP_SPLIT_IRQCHIP --- */

/*
 * The local APICs in the kernel, the rest user space's; no GSI has a route.  Those below
 * `reserved_gsis` are the pins of its I/O APIC.  -EINVAL: more than IRQ_MAX_ROUTES; -EEXIST: there
 * is an irqchip, or (as KVM says it) a vCPU; -ENOMEM.  vm->lock is held.
 */
int irqchip_create_split(struct vm *vm, u64 reserved_gsis);

/* KVM_INTERRUPT: the vector of user space's 8259s waits until the vCPU takes it.  -EEXIST: one
 * does. The 8259s are user space's; the vCPU's thread. */
int split_extint_set(struct vcpu *vcpu, u8 vector);
/* Could user space's 8259s interrupt this vCPU: is there room for the vector, and does LINT0 let it
 * through? */
bool split_extint_accepted(const struct vcpu *vcpu);

/* A vector whose end user space's I/O APIC is to hear of, which it then has; -1: none.  The vCPU's
 * thread. */
int split_eoi_take(struct vcpu *vcpu);

/* --- pic.c: "8259A" --- */

/* Is the output to the processors up?  The 8259s are in the kernel.  Any context. */
bool pic_output(struct vm *vm);
/* Have the 8259s, in the kernel or (of user space's, the vCPU's thread) not, an interrupt that this
 * vCPU accepts?  There is an irqchip.  Any context. */
bool pic_waits(const struct vcpu *vcpu);
/*
 * The processor's acknowledge cycle: the vector.  Any context.  With automatic EOI it ends the
 * interrupt at once: the pins then are in vcpu->pin_news, and irqchip_tell_news() is to follow
 * before the guest runs.
 */
u8 pic_acknowledge(struct vcpu *vcpu);

/* --- pit.c: "8254" --- */

/* KVM_CREATE_PIT2.  -EEXIST; -ENOENT: the 8259s are not in the kernel; -ENOMEM.  vm->lock is held.
 */
int pit_create(struct vm *vm, u32 flags);
/* KVM_GET_PIT2, KVM_SET_PIT2 (counting begins anew).  -ENXIO: there is none. */
int pit_state_get(struct vm *vm, struct kvm_pit_state2 *state);
int pit_state_set(struct vm *vm, const struct kvm_pit_state2 *state);
/* Ticks that the guest has not taken yet are delivered later, or lost.  -ENXIO. */
int pit_reinject_set(struct vm *vm, bool reinject);

/* --- routing.c --- */

/* KVM_SET_GSI_ROUTING.  -EINVAL: an entry that cannot be (a pin, of a split irqchip), or no
 * irqchip; -ENOMEM.  May sleep. */
int irq_routing_set(struct vm *vm, const struct kvm_irq_routing_entry *entries, u32 count);

/*
 * Set the line of a GSI for one source, or (an MSI route, level true) send its message.
 * >0: delivered, to so many; 0: coalesced, it was pending; -1: masked or not routed.
 * Any context.
 */
int irq_line_set(struct vm *vm, u32 gsi, bool level, enum irq_source source);

/* Could this be written?  With KVM_X2APIC_API_USE_32BIT_IDS, bits 63:40 are bits 31:8 of the
 * destination and bits 39:32 are 0; without it bits 63:32 are ignored. */
bool irq_msi_valid(const struct vm *vm, u64 address);
/* KVM_SIGNAL_MSI and MSI routes: the write of a message.  As above; -1 for one that is not valid.
 */
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
