// SPDX-License-Identifier: GPL-2.0
/* The scheduling of a vCPU's thread: loaded whenever it runs, put whenever it does not. */
#include "defined.h"
#include "task.h"
#include "vmx.h"
#include "life/life.h"
#include "vcpu/steal_time.h"
#include "vmcs/vmcs.h"

static bool guests_stopped, vmx_ended;

u64 sim_run_delay;
bool sim_counts_run_delay = true;
struct vcpu *sim_yielded_to;

void sim_stop_guests(void)
{
	guests_stopped = true;
}

bool sim_guests_stopped(void)
{
	return guests_stopped;
}

bool host_vmx_ended(void)
{
	return vmx_ended;
}

void sim_schedule_reset(void)
{
	guests_stopped = false;
	vmx_ended = false;
	sim_run_delay = 0;
	sim_counts_run_delay = true;
	sim_yielded_to = NULL;
}

unsigned int sim_vcpus_loaded(void)
{
	return sim_task_now->vcpus_loaded;
}

u64 sim_yields;

void sim_cond_resched(void)
{
	sim_might_sleep("host_cond_resched");
	sim_yields++;
	sim_point();
}

static void load(struct vcpu *vcpu)
{
	if (!vmx_ended)
		vcpu_load(vcpu);
}

static void put(struct vcpu *vcpu)
{
	vcpu_put(vcpu);
	sim_host_has_its_state(vcpu);
}

static void switch_in(struct vcpu *vcpu)
{
	vcpu->host.switched_out = false;
	load(vcpu);
	steal_time_switched_in(vcpu);
}

static void switch_out(struct vcpu *vcpu)
{
	steal_time_switched_out(vcpu);
	put(vcpu);
	vcpu->host.switched_out = true;
}

u64 host_run_delay_ns(void)
{
	return sim_run_delay;
}

bool host_counts_run_delay(void)
{
	return sim_counts_run_delay;
}

bool host_yield_to(struct vcpu *vcpu)
{
	sim_might_sleep("host_yield_to");
	sim_yielded_to = vcpu;
	sim_point();
	return true;
}

bool host_is_switched_out(const struct vcpu *vcpu)
{
	return vcpu->host.switched_out;
}

void host_vcpu_get(struct vcpu *vcpu)
{
	struct sim_task *task = sim_task_now;

	if (vcpu->host.scheduled)
		sim_panic("host_vcpu_get(): the vCPU is loaded already");
	sim_might_sleep("host_vcpu_get");
	sim_preempt_disable();
	vcpu->host.scheduled = true;
	vcpu->host.task = task;
	task->vcpu = vcpu;
	task->switch_out = switch_out;
	task->switch_in = switch_in;
	task->vcpus_loaded++;
	load(vcpu);
	sim_preempt_enable();
}

void host_vcpu_release(struct vcpu *vcpu)
{
	if (!vcpu->host.scheduled)
		sim_panic("host_vcpu_release(): the vCPU is not loaded");
	must_be_defined(vcpu->run, LINTEL_PAGE_SIZE);
	must_be_defined(vcpu->pio_data, LINTEL_PAGE_SIZE);
	sim_preempt_disable();
	put(vcpu);
	vcpu->host.scheduled = false;
	vcpu->host.task = NULL;
	sim_task_now->vcpu = NULL;
	sim_task_now->vcpus_loaded--;
	sim_preempt_enable();
}

void sim_reschedule(struct vcpu *vcpu, unsigned int cpu)
{
	if (!vcpu->host.scheduled)
		sim_panic("sim_reschedule(): the vCPU is not loaded");
	sim_preempt_disable();
	switch_out(vcpu);
	sim_preempt_enable();
	sim_run_on(cpu);
	sim_preempt_disable();
	switch_in(vcpu);
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

static void clear_tracked(unsigned int cpu)
{
	while (tracked[cpu])
		host_call_cpu(cpu, loaded_vmcs_clear_here, tracked[cpu]);
}

void sim_vmx_end(void)
{
	sim_stop_guests();
	vmx_ended = true;
	for (unsigned int cpu = 0; cpu < sim_cpus(); cpu++)
		clear_tracked(cpu);
}

static void take_down(unsigned int cpu)
{
	clear_tracked(cpu);
	sim_vmxoff(cpu);
	sim_set_online(cpu, false);
}

void sim_cpu_down(unsigned int cpu)
{
	if (!sim_switching) {
		take_down(cpu);
		return;
	}
	sim_cpu_vacate(cpu);
	take_down(cpu);
	sim_cpu_vacated(cpu);
}

void sim_cpu_up(unsigned int cpu)
{
	sim_set_online(cpu, true);
	sim_vmxon(cpu);
}
