/* SPDX-License-Identifier: GPL-2.0 */
/* A VM with a vCPU and a page of memory, on two simulated CPUs of a recorded kind. */
#ifndef LINTEL_TESTS_UNIT_SIM_MACHINE_H
#define LINTEL_TESTS_UNIT_SIM_MACHINE_H

#include "cap/cap.h"
#include "test.h"
#include "vcpu/vcpu.h"
#include "facts/vmcs_field.h"
#include "vmx.h"

#define SIM_MACHINE_CPUS 2

struct sim_machine {
	struct vm vm;
	struct vcpu vcpu;
	struct vcpu second; /* its `vm` is NULL as long as there is none */
	u64 hva;
};

/* NULL when Lintel refuses the processor. */
struct sim_machine *sim_machine_create(const struct vmx_cap_msrs *msrs);
/* With interrupt controllers in the kernel. */
struct sim_machine *sim_machine_create_with_irqchip(const struct vmx_cap_msrs *msrs);
/* One more vCPU, with the number 1. */
struct vcpu *sim_machine_add_vcpu(struct sim_machine *machine);
/* Nothing may be left behind. */
void sim_machine_destroy(struct sim_machine *machine);

/* The VMCS region of its vCPU. */
hpa_t sim_machine_vmcs(struct sim_machine *machine);

/* The bare VM entry: neither the run loop before nor after it. */
enum vmx_status sim_machine_enter(struct sim_machine *machine);

#endif
