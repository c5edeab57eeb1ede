// SPDX-License-Identifier: GPL-2.0
/*
 * A vCPU and its thread: loaded whenever the thread runs, on whatever CPU.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <compat.h>
#include "guest_work.h"
#include "mitigation.h"
#include "host_entry.h"
#include "platform.h"
#include "life/life.h"
#include "vcpu/steal_time.h"

static struct vcpu *vcpu_of(struct preempt_notifier *notifier)
{
	return container_of(notifier, struct vcpu, host.notifier);
}

static void load_here(struct vcpu *vcpu)
{
	WRITE_ONCE(vcpu->host.cpu, smp_processor_id());
	mitigation_vcpu_load(vcpu->host.serial);
	/* Without VMX operation there is nothing to load: the machine goes down. */
	if (vmx_cpu_on())
		vcpu_load(vcpu);
}

static void put_here(struct vcpu *vcpu)
{
	vcpu_put(vcpu);
	WRITE_ONCE(vcpu->host.cpu, -1);
}

static void sched_in(struct preempt_notifier *notifier, int cpu)
{
	struct vcpu *vcpu = vcpu_of(notifier);

	WRITE_ONCE(vcpu->host.preempted, NULL);
	load_here(vcpu);
	steal_time_switched_in(vcpu);
}

static void sched_out(struct preempt_notifier *notifier, struct task_struct *next)
{
	struct vcpu *vcpu = vcpu_of(notifier);

	/* Who looks at a vCPU from outside, debugfs, is of another process. */
	if (vcpu->vm->host.mm == current->mm)
		steal_time_switched_out(vcpu);
	put_here(vcpu);
	WRITE_ONCE(vcpu->host.preempted, current);
}

static struct preempt_ops preempt_ops = {
	.sched_in = sched_in,
	.sched_out = sched_out,
};

/*
 * How many vCPUs are at work: between get and release, and not asleep.  Each CPU counts what
 * happens on it; only the sums mean something.
 */
static DEFINE_PER_CPU(unsigned long, work_begun);
static DEFINE_PER_CPU(unsigned long, work_ended);

static void work_begins(void)
{
	this_cpu_inc(work_begun);
}

static void work_ends(void)
{
	this_cpu_inc(work_ended);
}

static unsigned long sum(const unsigned long __percpu *count)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) sum += READ_ONCE(*per_cpu_ptr(count, cpu));
	return sum;
}

/* Those that ended are counted first: if as many had begun a moment later, none was at work. */
static bool nobody_works(void)
{
	unsigned long ended = sum(&work_ended);

	smp_mb();
	return sum(&work_begun) == ended;
}

void vcpus_wait(unsigned int milliseconds)
{
	while (!nobody_works() && milliseconds--)
		usleep_range(1000, 1100);
}

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
	work_begins();
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
	work_ends();
}

u64 host_run_delay_ns(void)
{
	return compat_run_delay();
}

bool host_counts_run_delay(void)
{
	return sched_info_on();
}

/* A task that is switched out ends no sooner than it has been switched in, and its memory a grace
 * period later. */
bool host_yield_to(struct vcpu *vcpu)
{
	struct task_struct *task;
	bool given;

	rcu_read_lock();
	task = READ_ONCE(vcpu->host.preempted);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	if (!task)
		return false;
	given = yield_to(task, true) > 0;
	put_task_struct(task);
	return given;
}

bool host_is_switched_out(const struct vcpu *vcpu)
{
	return READ_ONCE(vcpu->host.preempted);
}

int host_before_guest(struct vcpu *vcpu)
{
	if (READ_ONCE(vmx_shutting_down))
		return -EINTR;
	cond_resched();
	if (!__xfer_to_guest_mode_work_pending())
		return 0;
	return guest_work_handle();
}

void host_vcpu_wait(struct vcpu *vcpu)
{
	work_ends();
	prepare_to_rcuwait(&vcpu->host.wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (vcpu_wakes(vcpu) || signal_pending(current))
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->host.wait);
	work_begins();
}
