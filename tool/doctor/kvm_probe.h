/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A KVM, asked by its API: what it is, whether a virtual machine runs on it, and what it has.
 */
#ifndef TOOL_KVM_PROBE_H
#define TOOL_KVM_PROBE_H

#include "doctor.h"
#include "facts/vmm_need.h"

struct kvm_probe {
	int device, vm, vcpu; /* -1: it did not come so far */
	struct kvm_cpuid2 *cpuid;
	struct kvm_msr_list *msrs;
};

/* Opens the device, and tells of it: its permissions, its version, why it cannot be used. */
void kvm_probe_open(struct kvm_probe *probe, struct doctor *doctor);

/* Runs a few instructions in a virtual machine, and tells what came of it. */
void kvm_probe_run(const struct kvm_probe *probe, struct doctor *doctor);

/* Makes the machine in which needs are looked for, with interrupt controllers in the kernel and
 * all of CPUID that there is.  False after telling what did not work. */
bool kvm_probe_prepare(struct kvm_probe *probe, struct doctor *doctor);

/* Does this KVM, as prepared, have that? */
bool kvm_probe_meets(const struct kvm_probe *probe, const struct vmm_need *need);

void kvm_probe_close(struct kvm_probe *probe);

#endif
