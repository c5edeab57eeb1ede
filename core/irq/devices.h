/* SPDX-License-Identifier: GPL-2.0 */
/* What the interrupt controllers of a VM know of each other. */
#ifndef LINTEL_IRQ_DEVICES_H
#define LINTEL_IRQ_DEVICES_H

#include "io/bus.h"
#include "irq/irqchip.h"

struct pit;

/* The registers of the chips are kept as the API shows them. */
struct irqchip {
	struct vm *vm;
	/* The 8259s, the I/O APIC and the 8254 are user space's: of what follows only what says so
	 * means anything. */
	bool split;
	u32 reserved_gsis;   /* split: those below are the pins of user space's I/O APIC */
	host_irqlock_t lock; /* the 8259s and the I/O APIC */

	struct kvm_pic_state pic[2]; /* master, slave */
	u8 pic_sources[PIC_PINS];    /* who holds the line up: bits of enum irq_source */
	bool pic_output;	     /* read without the lock; split: true, see pic_waits() */

	struct kvm_ioapic_state ioapic;
	u8 ioapic_sources[IOAPIC_PINS];
	/* Those of the redirection entries (split: of the routes that stand for them); read without
	 * the lock. */
	u64 ioapic_vectors[4];
	u16 ioapic_repeats[IOAPIC_PINS]; /* EOIs in a row that found the line up */
	u32 ioapic_delayed;		 /* pins that wait for the timer */
	struct host_timer ioapic_timer;

	struct pit *pit;		    /* NULL: none; set once */
	struct irq_ack_notifier *notifiers; /* read under irq_srcu; changed under irq_lock */
	struct bus_device pic_ports[3], ioapic_page;
};

/* --- irqchip.c --- */

/* Tells those who wait for news of pins.  Atomic, and interrupts on. */
void irqchip_tell(struct vm *vm, const struct pin_news *news);
/* They are for irqchip_tell_news(). */
void irqchip_keep_news(struct vcpu *vcpu, const struct pin_news *news);
/* By an access of the vCPU's to a controller: one or the other, as interrupts are on or off. */
void irqchip_news(struct vcpu *vcpu, const struct pin_news *news);

/* --- apicv.c --- */

/* The vectors whose end the I/O APIC is to hear of, before any of them is sent.  Any context. */
void irqchip_vectors_set(struct irqchip *chip, const u64 vectors[4]);

/* --- pic.c and ioapic.c: the lock is held, unless said otherwise --- */

void pic_init(struct irqchip *chip);
/* Pin 0 to 15: the result of irq_line_set(). */
int pic_line_set(struct irqchip *chip, unsigned int pin, bool level);
void pic_state_set(struct irqchip *chip, unsigned int which, const struct kvm_pic_state *state);

void ioapic_init(struct irqchip *chip); /* no lock */
int ioapic_line_set(struct irqchip *chip, unsigned int pin, bool level);
void ioapic_state_get(const struct irqchip *chip, struct kvm_ioapic_state *state);
void ioapic_state_set(struct irqchip *chip, const struct kvm_ioapic_state *state);

/* struct bus_device; no lock. */
bool pic_ports_read(struct bus_device *device, struct vcpu *vcpu, u64 port, unsigned int length,
		    void *data);
bool pic_ports_write(struct bus_device *device, struct vcpu *vcpu, u64 port, unsigned int length,
		     const void *data);
bool ioapic_page_read(struct bus_device *device, struct vcpu *vcpu, u64 gpa, unsigned int length,
		      void *data);
bool ioapic_page_write(struct bus_device *device, struct vcpu *vcpu, u64 gpa, unsigned int length,
		       const void *data);

/* --- split.c --- */

/* The routing is about to become this: which vectors end in user space's I/O APIC.  Nothing where
 * the I/O APIC is in the kernel.  Needs: irq_lock. */
void split_routing_changes(struct irqchip *chip, const struct irq_routing *routing);
/* The vector that waits, which it then does no more.  The vCPU's thread. */
u8 split_extint_take(struct vcpu *vcpu);
/* A vector has ended that user space's I/O APIC sends: KVM_EXIT_IOAPIC_EOI.  The vCPU's thread. */
void split_eoi(struct vcpu *vcpu, u8 vector);

/* --- pit.c --- */

void pit_destroy(struct irqchip *chip); /* also when there is none */
/* A pin that a GSI goes to was unmasked: ticks that nobody heard are not made up for. */
void pit_unmasked(struct irqchip *chip, u32 gsi);

/* --- routing.c --- */

/* The routing that KVM begins with: GSIs 0 to 15 to the pins of both, 16 to 23 to the I/O APIC's;
 * or, without pins, none. */
int irq_routing_init(struct vm *vm, bool pins);
void irq_routing_destroy(struct vm *vm);
/* The vectors of level-triggered messages that the GSIs below `gsis` lead to, as bits. */
void irq_routing_level_vectors(const struct irq_routing *routing, u32 gsis, u64 vectors[4]);
/* The GSI that leads to a pin; -1: none.  Needs: irq_srcu. */
s32 irq_routing_gsi(const struct vm *vm, u32 chip, unsigned int pin);

/* One line to a pin of KVM_IRQCHIP_IOAPIC or, 0 to 15, of the 8259s (KVM_IRQCHIP_PIC_MASTER): in
 * irqchip.c.  No lock held. */
int irqchip_pin_set(struct irqchip *chip, u32 which, unsigned int pin, bool level,
		    enum irq_source source);

#endif
