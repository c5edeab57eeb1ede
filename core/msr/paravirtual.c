// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs of the KVM ABI that are neither a clock nor the local APIC's.
 *
 * Documentation/virt/kvm/x86/msr.rst.
 */
#include "msr/state.h"
#include "vcpu/steal_time.h"

static int steal_time_msr_set(struct vcpu *vcpu, struct msr_request *request)
{
	return steal_time_set(vcpu, request->value);
}

KEEPER(KVM_STEAL_TIME) = {IN_VCPU(steal.msr), .writable = ALL, .set = steal_time_msr_set};

KEEPER(KVM_POLL_CONTROL) = {IN_MSRS(KVM_POLL_CONTROL, poll_control), .writable = 1};
