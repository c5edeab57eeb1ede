// SPDX-License-Identifier: GPL-2.0
/*
 * The paravirtual end of interrupt: while a bit in the guest's memory is 1, the guest may end the
 * interrupt that it handles by clearing the bit, which does not exit.  The bit is offered at the
 * entry that delivers the interrupt and taken back at the next exit: so whatever happens outside of
 * the guest finds the ISR as it should be, and the bit 0.
 *
 * Documentation/virt/kvm/x86/msr.rst: MSR_KVM_PV_EOI_EN.
 */
#include "irq/registers.h"
#include "irq/irqchip.h"
#include "mem/mem.h"

#define PV_EOI_ENABLED	BIT64(0)
#define PV_EOI_RESERVED BIT64(1)

#define MAY_SKIP_EOI 1 /* in the byte */

static gpa_t byte_address(const struct lapic *lapic)
{
	return lapic->pv_eoi & ~(PV_EOI_ENABLED | PV_EOI_RESERVED);
}

int lapic_pv_eoi_set(struct vcpu *vcpu, u64 value)
{
	if (!vcpu->lapic || (value & PV_EOI_RESERVED))
		return value ? -EINVAL : 0;
	vcpu->lapic->pv_eoi = value;
	return 0;
}

void lapic_eoi_offer(struct vcpu *vcpu, u8 vector)
{
	struct lapic *lapic = vcpu->lapic;
	u8 byte = MAY_SKIP_EOI;
	int ticket;

	/* What waits behind this one, and the I/O APIC, have to hear of its end at once. */
	if (!(lapic->pv_eoi & PV_EOI_ENABLED) ||
	    __atomic_load_n(&lapic->irr_words, __ATOMIC_RELAXED) ||
	    irqchip_hears_eoi(vcpu->vm, vector))
		return;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	if (!guest_write_atomic(vcpu->vm, byte_address(lapic), &byte, sizeof(byte)))
		lapic->takes |= LAPIC_TAKES_EOI;
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}

void lapic_eoi_take(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u8 byte;

	lapic->takes &= (u8)~LAPIC_TAKES_EOI;
	if (guest_read(vcpu->vm, byte_address(lapic), &byte, sizeof(byte)))
		return;
	if (!(byte & MAY_SKIP_EOI)) {
		lapic_eoi(vcpu);
		return;
	}
	byte = 0;
	guest_write(vcpu->vm, byte_address(lapic), &byte, sizeof(byte));
}
