// SPDX-License-Identifier: GPL-2.0
/* What debuggers use: KVM_SET_GUEST_DEBUG, KVM_TRANSLATE. */
#include "api/internal.h"
#include "emulate/emulate.h"
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

/* As a read of the kernel's; accessed flags are set, as by one. */
int api_translate(struct vcpu *vcpu, struct kvm_translation *translation)
{
	gpa_t gpa = 0;
	u32 error;
	bool valid = walk_linear(vcpu, translation->linear_address, 0, &gpa, &error) == WALK_OK;

	translation->physical_address = valid ? gpa : ~(gpa_t)0;
	translation->valid = valid;
	/* These two say the same of every page, as KVM's do. */
	translation->writeable = 1;
	translation->usermode = 0;
	return 0;
}
