// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_LAPIC and KVM_SET_LAPIC: the registers as in the page of xAPIC mode, in x2APIC mode too
 * (the ID in bits 31:24, or whole with KVM_X2APIC_API_USE_32BIT_IDS; the ICR in two parts).
 */
#include "irq/registers.h"

_Static_assert(KVM_APIC_REG_SIZE == LAPIC_REGISTERS_END, "the registers of KVM_GET_LAPIC");

/* Is the ID in the format of the API the whole register?  In xAPIC mode it is the same anyway. */
static bool whole_id(const struct vcpu *vcpu)
{
	return lapic_x2apic(vcpu) && __atomic_load_n(&vcpu->vm->apic_ids_32bit, __ATOMIC_RELAXED);
}

void lapic_state_get(struct vcpu *vcpu, struct kvm_lapic_state *state)
{
	/* Those that are not in the page, or not in this form. */
	static const u16 computed[] = {LAPIC_ID,  LAPIC_APR,	       LAPIC_PPR,
				       LAPIC_EOI, LAPIC_TIMER_CURRENT, LAPIC_SELF_IPI};

	/* Or an interrupt that comes meanwhile is in neither of the two, or in both. */
	lapic_timer_pause(vcpu);
	__builtin_memcpy(state, vcpu->lapic->page, sizeof(*state));
	for (unsigned int i = 0; i < COUNT_OF(computed); i++) {
		u32 value = lapic_register_read(vcpu, computed[i]);

		if (computed[i] == LAPIC_ID && lapic_x2apic(vcpu) && !whole_id(vcpu))
			value <<= 24;
		__builtin_memcpy(state->regs + computed[i], &value, sizeof(value));
	}
	lapic_timer_continue(vcpu);
}

/* The bits of a register that are state; the others follow from something else or do not exist. */
static u32 state_bits(const struct vcpu *vcpu, u32 offset)
{
	switch (offset) {
	case LAPIC_ID:
		return lapic_x2apic(vcpu) ? 0 : lapic_writable_bits(vcpu, offset);
	case LAPIC_ISR:
	case LAPIC_TMR:
		return ~(u32)0 << LAPIC_FIRST_VECTOR;
	/* Vectors that no APIC accepts: requested, as in the page of a processor that has one for
	 * it, and never delivered, as no priority is below theirs. */
	case LAPIC_IRR:
	case LAPIC_ISR + LAPIC_REGISTER_STEP... LAPIC_TMR - LAPIC_REGISTER_STEP:
	case LAPIC_TMR + LAPIC_REGISTER_STEP... LAPIC_IRR - LAPIC_REGISTER_STEP:
	case LAPIC_IRR + LAPIC_REGISTER_STEP... LAPIC_ESR - LAPIC_REGISTER_STEP:
	case LAPIC_TIMER_CURRENT:
		return ~(u32)0;
	case LAPIC_ESR:
		return 0xff;
	case LAPIC_ICR2:
		return lapic_x2apic(vcpu) ? ~(u32)0 : lapic_writable_bits(vcpu, offset);
	case LAPIC_SELF_IPI:
		return 0;
	default:
		return lapic_writable_bits(vcpu, offset);
	}
}

int lapic_state_set(struct vcpu *vcpu, const struct kvm_lapic_state *state)
{
	struct lapic *lapic = vcpu->lapic;
	u32 id;

	__builtin_memcpy(&id, state->regs + LAPIC_ID, sizeof(id));
	if (whole_id(vcpu) && id != vcpu->id)
		return -EINVAL;
	lapic_timer_stop(vcpu);
	for (u32 offset = 0; offset < LAPIC_REGISTERS_END; offset += LAPIC_REGISTER_STEP) {
		u32 value;

		__builtin_memcpy(&value, state->regs + offset, sizeof(value));
		lapic_put(lapic, offset, value & state_bits(vcpu, offset));
	}
	lapic_put(lapic, LAPIC_VERSION, lapic_version(lapic));
	lapic_put(lapic, LAPIC_DFR, lapic_get(lapic, LAPIC_DFR) | ~DFR_MODEL);
	if (lapic_x2apic(vcpu))
		lapic_ids_reset(vcpu);
	else
		lapic_id_write(vcpu, lapic_get(lapic, LAPIC_ID));
	lapic_vectors_changed(lapic);
	lapic_timer_resume(vcpu);
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	return 0;
}
