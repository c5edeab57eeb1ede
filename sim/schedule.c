// SPDX-License-Identifier: GPL-2.0
/* The scheduling of a vCPU's thread: loaded whenever it runs, put whenever it does not. */
#include "vmx.h"
#include "vcpu/vcpu.h"
#include "vmcs/vmcs.h"

u64 sim_yields;

void sim_cond_resched(void)
{
	sim_might_sleep("host_cond_resched");
	sim_yields++;
}

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

static struct loaded_vmcs *tracked[SIM_MAX_CPUS];

void host_vmcs_track(struct loaded_vmcs *vmcs)
{
	struct loaded_vmcs **first = &tracked[vmcs->cpu];

	if (sim_irqs_enabled())
		sim_panic("host_vmcs_track(): interrupts are on");
	vmcs->previous = NULL;
	vmcs->next = *first;
	if (*first)
		(*first)->previous = vmcs;
	*first = vmcs;
}

void host_vmcs_untrack(struct loaded_vmcs *vmcs)
{
	struct loaded_vmcs **first = &tracked[vmcs->cpu];

	if (sim_irqs_enabled())
		sim_panic("host_vmcs_untrack(): interrupts are on");
	if (vmcs->previous)
		vmcs->previous->next = vmcs->next;
	else
		*first = vmcs->next;
	if (vmcs->next)
		vmcs->next->previous = vmcs->previous;
}

void sim_cpu_down(unsigned int cpu)
{
	while (tracked[cpu])
		host_call_cpu(cpu, loaded_vmcs_clear_here, tracked[cpu]);
	sim_vmxoff(cpu);
	sim_set_online(cpu, false);
}
