// SPDX-License-Identifier: GPL-2.0
/*
 * The split irqchip: what the local APICs in the kernel and the 8259s and the I/O APIC of user
 * space have to say to each other.
 *
 * The I/O APIC sends its interrupts as messages, by routes or KVM_SIGNAL_MSI, and hears of the end
 * of the level-triggered ones by KVM_EXIT_IOAPIC_EOI.  The vector of the 8259s comes with
 * KVM_INTERRUPT, which stands for the processor's acknowledge cycle, too: it comes when there is
 * room for it.
 *
 * KVM API document: KVM_CAP_SPLIT_IRQCHIP, KVM_INTERRUPT, KVM_EXIT_IOAPIC_EOI; SDM: "Signaling
 * Interrupt Servicing Completion".
 */
#include "irq/devices.h"
#include "irq/lapic.h"

int irqchip_create_split(struct vm *vm, u64 reserved_gsis)
{
	struct irqchip *chip;
	int error;

	HOST_NEEDS(host_mutex_held(&vm->lock));
	if (reserved_gsis > IRQ_MAX_ROUTES)
		return -EINVAL;
	if (vm->irqchip || vm->nr_vcpus)
		return -EEXIST;
	chip = host_zalloc(sizeof(*chip));
	if (!chip)
		return -ENOMEM;
	chip->vm = vm;
	chip->split = true;
	chip->reserved_gsis = (u32)reserved_gsis;
	chip->pic_output = true;
	host_irqlock_init(&chip->lock);
	error = irq_routing_init(vm, false);
	if (error) {
		host_free(chip);
		return error;
	}
	__atomic_store_n(&vm->irqchip, chip, __ATOMIC_RELEASE);
	return 0;
}

/* --- ExtINT: the 8259s --- */

int split_extint_set(struct vcpu *vcpu, u8 vector)
{
	if (vcpu->lapic->extint != LAPIC_NO_EXTINT)
		return -EEXIST;
	vcpu->lapic->extint = vector;
	return 0;
}

u8 split_extint_take(struct vcpu *vcpu)
{
	u8 vector = (u8)vcpu->lapic->extint;

	vcpu->lapic->extint = LAPIC_NO_EXTINT;
	return vector;
}

bool split_extint_accepted(const struct vcpu *vcpu)
{
	return vcpu->lapic->extint == LAPIC_NO_EXTINT && lapic_accepts_extint(vcpu);
}

/* --- EOI: the I/O APIC --- */

/* Before the routes are there: an interrupt that comes by one ends with its vector known. */
void split_routing_changes(struct irqchip *chip, const struct irq_routing *routing)
{
	u64 vectors[4] = {0};

	HOST_NEEDS(host_mutex_held(&chip->vm->irq_lock));
	if (!chip->split)
		return;
	irq_routing_level_vectors(routing, chip->reserved_gsis, vectors);
	irqchip_vectors_set(chip, vectors);
}

/* One instruction can end several interrupts (a REP that writes EOI), and each is an exit. */
void split_eoi(struct vcpu *vcpu, u8 vector)
{
	vcpu->lapic->eois[vector / 64] |= BIT64(vector % 64);
	vcpu_request(vcpu, VCPU_REQUEST_IOAPIC_EOI);
}

int split_eoi_take(struct vcpu *vcpu)
{
	u64 *eois = vcpu->lapic->eois;

	unsigned int word = 0;
	int bit;

	while (word < COUNT_OF(vcpu->lapic->eois) && !eois[word])
		word++;
	if (word == COUNT_OF(vcpu->lapic->eois))
		return -1;
	bit = __builtin_ctzll(eois[word]);
	eois[word] &= ~BIT64(bit);
	if (eois[0] | eois[1] | eois[2] | eois[3])
		vcpu_request(vcpu, VCPU_REQUEST_IOAPIC_EOI);
	return (int)word * 64 + bit;
}
