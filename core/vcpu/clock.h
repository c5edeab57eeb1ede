/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmclock: nanoseconds since the VM began, for the guest to compute from its TSC.
 *
 * A VM has one clock: the moment of a reading of the host's TSC, and the rate of its vCPUs' TSCs
 * (where they differ, of the one that was set last).  Each vCPU's page says the same moment in
 * terms of its own TSC, so all read the same time, on any processor.  Where the host itself does
 * not trust its TSC, a vCPU that comes to another processor gets another TSC offset, so that its
 * counter goes on, and its page is written anew, and does not claim to be stable.
 *
 * Documentation/virt/kvm/x86/msr.rst, api.rst: "KVM_GET_CLOCK".
 */
#ifndef LINTEL_VCPU_CLOCK_H
#define LINTEL_VCPU_CLOCK_H

#include "vcpu/vcpu.h"

void clock_vm_init(struct vm *vm);

/* KVM_GET_CLOCK, KVM_SET_CLOCK.  -EINVAL: flags. */
void clock_get(struct vm *vm, struct kvm_clock_data *data);
int clock_set(struct vm *vm, const struct kvm_clock_data *data);

/* KVM_SYSTEM_TIME was written: its page is filled before the vCPU enters the guest. */
void clock_page_set(struct vcpu *vcpu, u64 value);
/* KVM_WALL_CLOCK was written: the time of day when the clock was 0, to the address, at once. */
void clock_wall_write(struct vcpu *vcpu, gpa_t gpa);
/* KVM_KVMCLOCK_CTRL: tell the guest that it was stopped.  -EINVAL: it has no page. */
int clock_page_stopped(struct vcpu *vcpu);
/* VCPU_REQUEST_CLOCK: write the page.  May sleep. */
void clock_page_update(struct vcpu *vcpu);

/* The rate of the vCPU's TSC, or of those to come (none is there yet): the VM's clock counts with
 * it, and the time stays. */
void clock_rate_set(struct vcpu *vcpu, const struct tsc_rate *rate);
void clock_vm_rate_set(struct vm *vm, const struct tsc_rate *rate);
/* The vCPU's TSC offset or rate is another. */
void clock_tsc_changed(struct vcpu *vcpu);
/* The vCPU has come to another CPU, where its VMCS is not current yet: the guest's TSC and clock go
 * on, whatever the TSC of that CPU is.  Any context. */
void clock_cpu_changed(struct vcpu *vcpu);

#endif
