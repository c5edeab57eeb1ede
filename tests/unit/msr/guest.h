/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One VM with one or two vCPUs of which one is loaded, for the tests of MSRs and of CPUID.
 */
#ifndef LINTEL_TESTS_UNIT_MSR_GUEST_H
#define LINTEL_TESTS_UNIT_MSR_GUEST_H

#include "sim.h"
#include "cpuid/cpuid.h"
#include "msr/state.h"
#include "vmcs/vmcs.h"
#include "test.h"

#define GUEST_VCPUS 2

struct guest {
	struct vm vm;
	struct vcpu vcpu[GUEST_VCPUS];
	struct kvm_run run[GUEST_VCPUS];
	u8 pio[GUEST_VCPUS][LINTEL_PAGE_SIZE];
	int ticket;
};

/* A recorded processor that has every control, in VMX operation, and the choice it leads to. */
void guest_use_processor(void);

/* A VM with vCPU 0, loaded, without CPUID; the srcu read lock is held.  There is one at a time. */
struct guest *guest_create(void);
/* KVM_SET_CPUID2 of what is supported, and what follows from it. */
void guest_set_supported_cpuid(struct vcpu *vcpu);
/* vCPU 1, in place of vCPU 0 as the loaded one. */
struct vcpu *guest_add_vcpu(struct guest *guest);
void guest_destroy(struct guest *guest);

/* Takes what waits for the readers of srcu out of the read section. */
#define GUEST_SLEEPING(guest, statement)                                                           \
	do {                                                                                       \
		host_srcu_read_unlock(&(guest)->vm.srcu, (guest)->ticket);                         \
		statement;                                                                         \
		(guest)->ticket = host_srcu_read_lock(&(guest)->vm.srcu);                          \
	} while (0)

/* The guest's state is on the processor, or the host's. */
void guest_switch_in(struct vcpu *vcpu);
void guest_switch_out(struct vcpu *vcpu);

#endif
