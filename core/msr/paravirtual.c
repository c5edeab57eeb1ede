// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs of the KVM ABI that are neither a clock nor the local APIC's.
 *
 * Documentation/virt/kvm/x86/msr.rst.
 */
#include "msr/state.h"
#include "vcpu/async_pf.h"
#include "vcpu/steal_time.h"

static int steal_time_msr_set(struct vcpu *vcpu, struct msr_request *request)
{
	return steal_time_set(vcpu, request->value);
}

KEEPER(KVM_STEAL_TIME) = {IN_VCPU(steal.msr), .writable = ALL, .set = steal_time_msr_set};

KEEPER(KVM_POLL_CONTROL) = {IN_MSRS(KVM_POLL_CONTROL, poll_control), .writable = 1};

static int async_pf_msr_set(struct vcpu *vcpu, struct msr_request *request)
{
	return async_pf_set(vcpu, request->value);
}

KEEPER(KVM_ASYNC_PF_EN) = {IN_VCPU(async_pf.enable), .writable = ALL, .set = async_pf_msr_set};

/* A vector; without a local APIC in the kernel, what it is then.  (KVM 6.1 does not take that.) */
static bool async_pf_int_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return vcpu->lapic || !request->value;
}

KEEPER(KVM_ASYNC_PF_INT) = {IN_VCPU(async_pf.interrupt), .writable = 0xff,
			    .admits = async_pf_int_admits};

/* The guest takes the next. */
static int async_pf_acknowledge(struct vcpu *vcpu, struct msr_request *request)
{
	if (request->value & 1)
		vcpu_request(vcpu, VCPU_REQUEST_ASYNC_PF);
	return 0;
}

KEEPER(KVM_ASYNC_PF_ACK) = {READS(0), .writable = ALL, .set = async_pf_acknowledge};
