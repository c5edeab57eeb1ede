// SPDX-License-Identifier: GPL-2.0
/*
 * APIC virtualization: the processor reads and writes the register page for the guest, delivers
 * what is in IRR, and ends it.
 *
 * IRR and ISR are the page's, whoever changes them.  Of each the VMCS has the highest vector: the
 * processor keeps that right for what it does itself, and what anybody else does is followed by
 * VCPU_REQUEST_EVENT, before the next entry, which writes both anew.  So nobody has to know what
 * the guest did since, and PPR, which the entry computes, follows.
 *
 * SDM: "APIC Virtualization and Virtual Interrupts", "Guest Non-Register State".
 */
#include "irq/devices.h"
#include "irq/registers.h"
#include "cap/cap.h"
#include "vmcs/vmcs.h"

bool enable_apicv = true;

bool apicv_is_used(void)
{
	return enable_apicv &&
	       vmcs_config_has(CTL_SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES |
						      CPU2_APIC_REGISTER_VIRTUALIZATION |
						      CPU2_VIRTUAL_INTERRUPT_DELIVERY);
}

bool lapic_in_usual_page(const struct vcpu *vcpu)
{
	return lapic_enabled(vcpu) && !lapic_x2apic(vcpu) && lapic_owns(vcpu, APIC_BASE_DEFAULT);
}

static u32 byte_of(int vector)
{
	return vector < 0 ? 0 : (u32)vector;
}

void lapic_interrupt_status_write(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u32 requested, in_service;

	HOST_NEEDS(vcpu->loaded);
	if (!lapic->processor_delivers)
		return;
	/* The marks are for those who inject.  First: whoever sets one now asks again. */
	__atomic_store_n(&lapic->irr_words, 0, __ATOMIC_SEQ_CST);
	lapic->isr_words = LAPIC_ALL_WORDS;
	requested = byte_of(lapic_highest_requested(lapic));
	in_service = byte_of(lapic_highest_in_service(lapic));
	vmcs_write16(GUEST_INTR_STATUS, (u16)(in_service << 8 | requested));
}

void lapic_processor_delivers(struct vcpu *vcpu, bool on)
{
	struct lapic *lapic = vcpu->lapic;

	if (lapic->processor_delivers == on)
		return;
	lapic->processor_delivers = on;
	if (on)
		lapic_interrupt_status_write(vcpu);
	else
		lapic_vectors_changed(lapic);
}

void lapic_eoi_exits_write(struct vcpu *vcpu)
{
	static const u32 fields[] = {EOI_EXIT_BITMAP0, EOI_EXIT_BITMAP1, EOI_EXIT_BITMAP2,
				     EOI_EXIT_BITMAP3};
	const struct irqchip *chip = irqchip_get(vcpu->vm);

	for (unsigned int i = 0; i < COUNT_OF(fields); i++)
		vmcs_write64(fields[i],
			     __atomic_load_n(&chip->ioapic_vectors[i], __ATOMIC_SEQ_CST));
}

void irqchip_vectors_set(struct irqchip *chip, const u64 vectors[4])
{
	struct vcpu *vcpu;
	bool changed = false;

	for (unsigned int i = 0; i < COUNT_OF(chip->ioapic_vectors); i++) {
		changed |= chip->ioapic_vectors[i] != vectors[i];
		__atomic_store_n(&chip->ioapic_vectors[i], vectors[i], __ATOMIC_SEQ_CST);
	}
	if (!changed || !apicv_is_used())
		return;
	/* A vCPU that is not among them yet has the request from its beginning. */
	for (unsigned int id = 0; (vcpu = vm_next_vcpu(chip->vm, &id));)
		vcpu_request(vcpu, VCPU_REQUEST_EOI_EXITS);
}
