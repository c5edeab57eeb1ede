/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steal time: how long the vCPU wanted to run and its thread waited for a processor, in a page of
 * the guest's; and whether it was taken off one.  While it was, other vCPUs need not wait for it to
 * flush its TLB: they leave a bit there, and it does so before it runs again.
 *
 * Documentation/virt/kvm/x86/msr.rst: MSR_KVM_STEAL_TIME; cpuid.rst: KVM_FEATURE_PV_TLB_FLUSH.
 */
#ifndef LINTEL_VCPU_STEAL_TIME_H
#define LINTEL_VCPU_STEAL_TIME_H

#include "vcpu/vcpu.h"

#define STEAL_TIME_ENABLED BIT64(0) /* of the MSR; the rest is the address */

static inline bool steal_time_enabled(const struct vcpu *vcpu)
{
	return vcpu->steal.msr & STEAL_TIME_ENABLED;
}

/* KVM_STEAL_TIME was written: its page is written before the vCPU enters the guest.  -EINVAL as
 * #GP: reserved bits, or the host does not count. */
int steal_time_set(struct vcpu *vcpu, u64 value);
/* VCPU_REQUEST_STEAL_TIME: write the page.  May sleep. */
void steal_time_update(struct vcpu *vcpu);

/* For a vCPU whose steal time is on: its thread goes into KVM_RUN. */
void steal_time_run_begins(struct vcpu *vcpu);
/* The thread, in the VM's process, loses the processor with the vCPU loaded, and gets one again.
 * Any context; the platform's to call. */
void steal_time_switched_out(struct vcpu *vcpu);
void steal_time_switched_in(struct vcpu *vcpu);

#endif
