/* SPDX-License-Identifier: GPL-2.0 */
/* Running, halted, waiting for INIT or SIPI. */
#ifndef LINTEL_VCPU_MP_STATE_H
#define LINTEL_VCPU_MP_STATE_H

#include "vcpu/vcpu.h"

/* The one that runs first, and after INIT. */
static inline bool vcpu_is_bsp(const struct vcpu *vcpu)
{
	return vcpu->id == vcpu->vm->boot_cpu_id;
}

/* Sleep while it has nothing to run for.  True: it is to run.  False: not yet; a request or a
 * signal has to be looked at first.  Loaded; may sleep. */
bool vcpu_wait(struct vcpu *vcpu);

/* Is there, as far as can be seen without delivering it, something that ends HLT?  Loaded. */
bool vcpu_halt_may_end(struct vcpu *vcpu);

/* KVM_HC_KICK_CPU: its HLT ends; or, where it is not halted, its next one does at once.  Any
 * context. */
void vcpu_unhalt(struct vcpu *vcpu);
/* A vCPU that is halted, and was told so meanwhile, is to run. */
void vcpu_take_unhalt(struct vcpu *vcpu);

/* KVM_SET_MP_STATE.  -EINVAL: not a state, or one that needs a local APIC in the kernel. */
int vcpu_mp_state_set(struct vcpu *vcpu, u32 state);

#endif
