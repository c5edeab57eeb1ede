/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One VM with one or two vCPUs of which one is loaded, for the tests of MSRs and of CPUID.
 */
#ifndef LINTEL_TESTS_UNIT_MSR_GUEST_H
#define LINTEL_TESTS_UNIT_MSR_GUEST_H

#include "fixture/vm.h"
#include "cpuid/cpuid.h"
#include "msr/state.h"
#include "vmcs/vmcs.h"

/* The processor alone, in VMX operation, and the choice it leads to. */
void guest_use_processor(void);

/* vCPU 0, loaded, without CPUID, as while an exit is handled, on the simulator as the test has set
 * it up.  Needs fixture_destroy(). */
struct fixture *guest_create(void);
/* vCPU 1, in place of vCPU 0 as the loaded one. */
struct vcpu *guest_add_vcpu(struct fixture *guest);

/* The guest's state is on the processor, or the host's. */
void guest_switch_in(struct vcpu *vcpu);
void guest_switch_out(struct vcpu *vcpu);

#endif
