// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_GUEST_DEBUG. */
#include "api/internal.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"

#define INJECTIONS (KVM_GUESTDBG_INJECT_DB | KVM_GUESTDBG_INJECT_BP)

/* For the guest, whose DR6 user space has set as it should be. */
static void inject(struct vcpu *vcpu, u32 control)
{
	u32 length = vcpu->debug.int3_length;

	if (control & KVM_GUESTDBG_INJECT_DB) {
		vcpu_inject_exception(vcpu, VECTOR_DB);
		return;
	}
	vcpu_inject_exception(vcpu, VECTOR_BP);
	vcpu->events.instruction_length = length ? length : 1;
}

int api_set_guest_debug(struct vcpu *vcpu, const struct kvm_guest_debug *debug)
{
	const u64 *dr = (const u64 *)debug->arch.debugreg;
	u32 control = debug->control;

	if (control & ~(u32)API_GUEST_DEBUG_FLAGS)
		return -EINVAL;
	if ((control & KVM_GUESTDBG_USE_HW_BP) && (dr[7] >> 32))
		return -EINVAL;
	if (control & INJECTIONS) {
		if (vcpu_exception_pending(vcpu))
			return -EBUSY;
		inject(vcpu, control);
	}
	guest_debug_set(vcpu, control & KVM_GUESTDBG_ENABLE ? control & ~(u32)INJECTIONS : 0, dr,
			dr[7]);
	return 0;
}
