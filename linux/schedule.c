// SPDX-License-Identifier: GPL-2.0
/*
 * A vCPU and its thread: loaded whenever the thread runs, on whatever CPU.
 */
#include <linux/atomic.h>
#include <linux/entry-kvm.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include "guest_work.h"
#include "mitigation.h"
#include "platform.h"

static struct vcpu *vcpu_of(struct preempt_notifier *notifier)
{
	return container_of(notifier, struct vcpu, host.notifier);
}

static void load_here(struct vcpu *vcpu)
{
	WRITE_ONCE(vcpu->host.cpu, smp_processor_id());
	mitigation_vcpu_load(vcpu->host.serial);
	vcpu_load(vcpu);
}

static void put_here(struct vcpu *vcpu)
{
	vcpu_put(vcpu);
	WRITE_ONCE(vcpu->host.cpu, -1);
}

static void sched_in(struct preempt_notifier *notifier, int cpu)
{
	load_here(vcpu_of(notifier));
}

static void sched_out(struct preempt_notifier *notifier, struct task_struct *next)
{
	put_here(vcpu_of(notifier));
}

static struct preempt_ops preempt_ops = {
	.sched_in = sched_in,
	.sched_out = sched_out,
};

int host_vcpu_init(struct vcpu *vcpu)
{
	static atomic64_t serials = ATOMIC64_INIT(0);

	if (!fpu_alloc_guest_fpstate(&vcpu->host.fpu))
		return -ENOMEM;
	mutex_init(&vcpu->host.mutex);
	rcuwait_init(&vcpu->host.wait);
	preempt_notifier_init(&vcpu->host.notifier, &preempt_ops);
	vcpu->host.cpu = -1;
	vcpu->host.serial = atomic64_inc_return(&serials);
	return 0;
}

void host_vcpu_destroy(struct vcpu *vcpu)
{
	fpu_free_guest_fpstate(&vcpu->host.fpu);
}

void host_vcpu_get(struct vcpu *vcpu)
{
	preempt_disable();
	preempt_notifier_register(&vcpu->host.notifier);
	load_here(vcpu);
	preempt_enable();
}

void host_vcpu_release(struct vcpu *vcpu)
{
	preempt_disable();
	put_here(vcpu);
	preempt_notifier_unregister(&vcpu->host.notifier);
	preempt_enable();
}

int host_before_guest(struct vcpu *vcpu)
{
	if (vmx_cpu_shutting_down())
		return -EINTR;
	cond_resched();
	if (!__xfer_to_guest_mode_work_pending())
		return 0;
	return guest_work_handle();
}

void host_vcpu_wait(struct vcpu *vcpu)
{
	prepare_to_rcuwait(&vcpu->host.wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (vcpu_wakes(vcpu) || signal_pending(current))
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->host.wait);
}
