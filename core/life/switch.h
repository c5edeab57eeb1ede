/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is the guest's from before its first entry until its thread leaves the
 * processor or KVM_RUN: the MSRs switched by hand, the segments by which the
 * host finds itself after an exit.  Preemption is off.
 */
#ifndef LINTEL_LIFE_SWITCH_H
#define LINTEL_LIFE_SWITCH_H

#include "vcpu/vcpu.h"

void vcpu_load_guest_state(struct vcpu *vcpu);
void vcpu_switch_to_host(struct vcpu *vcpu);

static inline void vcpu_switch_to_guest(struct vcpu *vcpu)
{
	if (!vcpu->guest_state_loaded)
		vcpu_load_guest_state(vcpu);
}

#endif
