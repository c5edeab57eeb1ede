// SPDX-License-Identifier: GPL-2.0
/* The scheduling of a vCPU's thread: loaded whenever it runs, put whenever it does not. */
#include "sim.h"
#include "vcpu/vcpu.h"

void host_vcpu_get(struct vcpu *vcpu)
{
	if (vcpu->host.scheduled)
		sim_panic("host_vcpu_get(): the vCPU is loaded already");
	sim_might_sleep("host_vcpu_get");
	vcpu->host.scheduled = true;
	sim_preempt_disable();
	vcpu_load(vcpu);
	sim_preempt_enable();
}

void host_vcpu_release(struct vcpu *vcpu)
{
	if (!vcpu->host.scheduled)
		sim_panic("host_vcpu_release(): the vCPU is not loaded");
	sim_preempt_disable();
	vcpu_put(vcpu);
	sim_preempt_enable();
	vcpu->host.scheduled = false;
}

void sim_reschedule(struct vcpu *vcpu, unsigned int cpu)
{
	if (!vcpu->host.scheduled)
		sim_panic("sim_reschedule(): the vCPU is not loaded");
	sim_preempt_disable();
	vcpu_put(vcpu);
	sim_preempt_enable();
	sim_run_on(cpu);
	sim_preempt_disable();
	vcpu_load(vcpu);
	sim_preempt_enable();
}
