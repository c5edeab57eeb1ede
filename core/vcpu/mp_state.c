// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a vCPU runs: it may be halted, or wait for INIT and SIPI, when its local APIC is in the
 * kernel.
 *
 * SDM: "HLT-Halt", "MP Initialization Protocol Algorithm for MP Systems", "INIT", "SIPI".
 */
#include "vcpu/mp_state.h"
#include "vcpu/events.h"
#include "vcpu/halt_poll.h"
#include "vcpu/measure.h"
#include "irq/lapic.h"

/* What ends HLT, as far as it can be seen without delivering it. */
static bool halt_ends(struct vcpu *vcpu)
{
	return vcpu_event_underway(vcpu) || vcpu_nmi_deliverable(vcpu) ||
	       vcpu_interrupt_deliverable(vcpu);
}

bool vcpu_halt_may_end(struct vcpu *vcpu)
{
	return halt_ends(vcpu) || vcpu_request_waits(vcpu, VCPU_REQUEST_EVENT) ||
	       __atomic_load_n(&vcpu->unhalted, __ATOMIC_SEQ_CST);
}

/* Waits for INIT and SIPI are long. */
static void wait_for_event(struct vcpu *vcpu)
{
	if (vcpu->mp_state == KVM_MP_STATE_HALTED)
		vcpu_halt(vcpu);
	else
		host_vcpu_wait(vcpu);
}

bool vcpu_wakes(struct vcpu *vcpu)
{
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_SEQ_CST))
		return true;
	if (vcpu->mp_state == KVM_MP_STATE_HALTED)
		return halt_ends(vcpu) || __atomic_load_n(&vcpu->unhalted, __ATOMIC_SEQ_CST);
	return vcpu->mp_state == KVM_MP_STATE_RUNNABLE;
}

void vcpu_unhalt(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->unhalted, true, __ATOMIC_SEQ_CST);
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
}

void vcpu_take_unhalt(struct vcpu *vcpu)
{
	if (vcpu->mp_state != KVM_MP_STATE_HALTED ||
	    !__atomic_load_n(&vcpu->unhalted, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&vcpu->unhalted, false, __ATOMIC_RELAXED);
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
}

bool vcpu_wait(struct vcpu *vcpu)
{
	if (vcpu->mp_state == KVM_MP_STATE_RUNNABLE)
		return true;
	/* Who has something for this vCPU sets a request, and then looks at the mode. */
	__atomic_store_n(&vcpu->mode, VCPU_WAITING, __ATOMIC_SEQ_CST);
	if (!vcpu_wakes(vcpu)) {
		vcpu_measure(vcpu, VCPU_PHASE_ASLEEP);
		lapic_deadline_to_host(vcpu);
		wait_for_event(vcpu);
		vcpu_measure(vcpu, VCPU_PHASE_EXIT);
	}
	__atomic_store_n(&vcpu->mode, VCPU_OUTSIDE, __ATOMIC_RELEASE);

	if (vcpu->mp_state == KVM_MP_STATE_HALTED && halt_ends(vcpu))
		vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	else
		vcpu_take_unhalt(vcpu);
	return vcpu->mp_state == KVM_MP_STATE_RUNNABLE;
}

int vcpu_mp_state_set(struct vcpu *vcpu, u32 state)
{
	switch (state) {
	case KVM_MP_STATE_RUNNABLE:
		break;
	case KVM_MP_STATE_UNINITIALIZED:
	case KVM_MP_STATE_INIT_RECEIVED:
	case KVM_MP_STATE_HALTED:
	case KVM_MP_STATE_SIPI_RECEIVED:
		if (vcpu->lapic)
			break;
		return -EINVAL;
	default:
		return -EINVAL;
	}
	/* The vector is that of KVM_SET_VCPU_EVENTS. */
	if (state == KVM_MP_STATE_SIPI_RECEIVED) {
		state = KVM_MP_STATE_INIT_RECEIVED;
		__atomic_fetch_or(&vcpu->lapic->signals, LAPIC_SIGNAL_SIPI, __ATOMIC_RELEASE);
		vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	}
	vcpu->mp_state = state;
	return 0;
}
