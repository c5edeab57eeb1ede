// SPDX-License-Identifier: GPL-2.0
/* The thread of a vCPU: the FPU, signals, sleep, and what the host has to say before an entry. */
#include <string.h>

#include "task.h"
#include "facts/xsave.h"
#include "host_entry.h"
#include "vcpu/halt_poll.h"

struct sim_delivered sim_delivered;
struct host_counters sim_counters;

static void (*kick_hook)(struct vm *vm);
static void (*wait_hook)(struct vcpu *vcpu);
static void (*relax_hook)(void);

__attribute__((constructor)) void sim_thread_reset(void)
{
	memset(&sim_delivered, 0, sizeof(sim_delivered));
	sim_task_now->signal_pending = false;
	sim_task_now->work_pending = false;
	sim_task_now->looked = false;
	kick_hook = NULL;
	wait_hook = NULL;
	relax_hook = NULL;
	halt_poll = (struct halt_poll_parameters){.grow = 2, .grow_start = 10000};
	sim_counters = (struct host_counters){0};
}

static void needs_no_irqs(const char *who)
{
	if (sim_irqs_enabled())
		sim_panic("%s: interrupts are on", who);
}

bool sim_split_locks_refused;

bool host_split_lock(u64 rip)
{
	sim_might_sleep("host_split_lock");
	return !sim_split_locks_refused;
}

void host_deliver_machine_check(void)
{
	needs_no_irqs("host_deliver_machine_check");
	sim_delivered.machine_checks++;
}

/* --- the FPU, as the XSAVE area of the KVM API --- */

#define MXCSR_MASK 0xffff

static void fpu_init(struct vcpu *vcpu)
{
	vcpu->host.fpu[XSAVE_FCW / 4] = FCW_INIT;
	vcpu->host.fpu[XSAVE_MXCSR / 4] = MXCSR_INIT;
	vcpu->host.fpu[XSAVE_XSTATE_BV / 4] = 3;
}

int host_vcpu_init(struct vcpu *vcpu)
{
	/* The kernel's FPU state is allocated: that can fail. */
	void *memory = host_zalloc(1);

	if (!memory)
		return -ENOMEM;
	host_free(memory);
	vcpu->host = (struct host_vcpu){.initialised = true};
	host_mutex_init(&vcpu->host.mutex);
	fpu_init(vcpu);
	return 0;
}

void host_vcpu_destroy(struct vcpu *vcpu)
{
	if (!vcpu->host.initialised)
		sim_panic("host_vcpu_destroy(): no host_vcpu_init() before");
	if (vcpu->host.scheduled)
		sim_panic("host_vcpu_destroy(): the vCPU is still loaded");
	vcpu->host.initialised = false;
}

void host_fpu_load_guest(struct vcpu *vcpu)
{
	if (vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_load_guest(): the guest's FPU state is loaded already");
	vcpu->host.fpu_is_guest = true;
}

void host_fpu_load_host(struct vcpu *vcpu)
{
	if (!vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_load_host(): the guest's FPU state is not loaded");
	vcpu->host.fpu_is_guest = false;
}

void sim_fpu_before_entry(struct vcpu *vcpu)
{
	needs_no_irqs("host_fpu_before_entry");
	if (!vcpu->host.fpu_is_guest)
		sim_panic("VM entry without the guest's FPU state");
}

const void *host_fpu_area(struct vcpu *vcpu)
{
	if (vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_area(): the state is in the registers");
	return vcpu->host.fpu;
}

void host_fpu_get_xsave(struct vcpu *vcpu, struct kvm_xsave *state)
{
	if (vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_get_xsave(): the state is in the registers");
	memcpy(state->region, vcpu->host.fpu, sizeof(vcpu->host.fpu));
}

#define FXSAVE_SIZE 512

void host_fpu_read_registers(struct vcpu *vcpu, void *area)
{
	if (!vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_read_registers(): the guest's FPU state is not loaded");
	sim_might_sleep("host_fpu_read_registers");
	memcpy(area, vcpu->host.fpu, FXSAVE_SIZE);
}

void host_fpu_write_registers(struct vcpu *vcpu, const void *area)
{
	if (!vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_write_registers(): the guest's FPU state is not loaded");
	sim_might_sleep("host_fpu_write_registers");
	memcpy(vcpu->host.fpu, area, FXSAVE_SIZE);
}

static bool xsave_is_valid(const u32 *area)
{
	unsigned int i;

	if (area[XSAVE_XSTATE_BV / 4] & ~(u32)host_xcr0_supported())
		return false;
	if (area[XSAVE_XSTATE_BV / 4 + 1] & ~(u32)(host_xcr0_supported() >> 32))
		return false;
	for (i = XSAVE_XCOMP_BV / 4; i < XSAVE_HEADER_END / 4; i++)
		if (area[i])
			return false;
	return !(area[XSAVE_MXCSR / 4] & ~MXCSR_MASK);
}

int host_fpu_set_xsave(struct vcpu *vcpu, const struct kvm_xsave *state)
{
	if (vcpu->host.fpu_is_guest)
		sim_panic("host_fpu_set_xsave(): the state is in the registers");
	if (!xsave_is_valid(state->region))
		return -EINVAL;
	memcpy(vcpu->host.fpu, state->region, sizeof(vcpu->host.fpu));
	return 0;
}

/* --- the thread --- */

/* Each vCPU that is in the guest has a request by now, or would see one: it only has to leave. */
static bool kick_and_wait(struct vm *vm)
{
	struct vcpu *vcpu;
	bool any = false;

	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));) {
		bool in_guest = __atomic_load_n(&vcpu->mode, __ATOMIC_SEQ_CST) == VCPU_IN_GUEST;
		const struct sim_task *task = vcpu->host.task;

		/* By now it may have left, and its thread the CPU. */
		if (!in_guest || !task || !task->on_cpu)
			continue;
		ept_look_ahead(task->cpu);
		sim_interrupt_until_taken(task->cpu, "host_kick_vm():");
		any = true;
	}
	return any;
}

bool host_kick_vm(struct vm *vm)
{
	bool any = false;

	if (!sim_irqs_enabled())
		sim_panic("host_kick_vm(): interrupts are off: deadlock");
	vm->host.kicks++;
	sim_preempt_disable();
	if (sim_switching)
		any = kick_and_wait(vm);
	sim_preempt_enable();
	if (kick_hook)
		kick_hook(vm);
	return any;
}

void sim_kick_hook(void (*hook)(struct vm *vm))
{
	kick_hook = hook;
}

static void interrupt_task(const struct sim_task *task)
{
	if (task && task->on_cpu)
		sim_interrupt(task->cpu);
}

void host_kick_vcpu(struct vcpu *vcpu)
{
	vcpu->host.kicks++;
	interrupt_task(vcpu->host.task);
}

void sim_signal(bool pending)
{
	sim_task_now->signal_pending = pending;
}

void sim_task_signal(struct sim_task *task, bool pending)
{
	task->signal_pending = pending;
	if (pending)
		interrupt_task(task);
}

void sim_work_pending(bool pending)
{
	sim_task_now->work_pending = pending;
}

void sim_task_work_pending(struct sim_task *task)
{
	task->work_pending = true;
	interrupt_task(task);
}

void sim_wait_hook(void (*hook)(struct vcpu *vcpu))
{
	wait_hook = hook;
}

/* A task that is alone is woken by nobody: what is to happen meanwhile, the test's hook does. */
static void wait_alone(struct vcpu *vcpu)
{
	u64 kicks = vcpu->host.kicks;

	if (!wait_hook)
		sim_panic("vCPU %u sleeps, and nothing will wake it", vcpu->id);
	wait_hook(vcpu);
	if (kicks == vcpu->host.kicks && !sim_task_now->signal_pending)
		sim_panic("vCPU %u sleeps, and was not woken", vcpu->id);
}

void sim_relax_hook(void (*hook)(void))
{
	relax_hook = hook;
}

void sim_relax(void)
{
	sim_point();
	if (relax_hook)
		relax_hook();
	else if (!sim_switching)
		sim_advance_time(1000);
}

static bool was_kicked(const void *subject, u64 since)
{
	const struct vcpu *vcpu = subject;

	return vcpu->host.kicks != since || vcpu->host.task->signal_pending ||
	       vcpu->host.task->work_pending;
}

static void wait_among_others(struct vcpu *vcpu, u64 kicks)
{
	const struct sim_wait wait = {
		.ready = was_kicked,
		.subject = vcpu,
		.since = kicks,
		.sleeps = true,
		.what = "its vCPU's wake-up",
	};

	sim_task_wait(&wait);
	sim_task_now->work_pending = false;
}

void host_vcpu_wait(struct vcpu *vcpu)
{
	u64 kicks = vcpu->host.kicks;

	sim_might_sleep("host_vcpu_wait");
	while (!vcpu_wakes(vcpu) && !sim_task_now->signal_pending) {
		if (sim_switching)
			wait_among_others(vcpu, kicks);
		else
			wait_alone(vcpu);
		kicks = vcpu->host.kicks;
	}
}

int host_before_guest(struct vcpu *vcpu)
{
	sim_might_sleep("host_before_guest");
	sim_task_now->work_pending = false;
	sim_point();
	return sim_task_now->signal_pending || sim_guests_stopped() ? -EINTR : 0;
}

bool sim_guest_must_wait(void)
{
	sim_point();
	return sim_task_now->work_pending || sim_task_now->signal_pending || sim_guests_stopped();
}

bool sim_guest_must_turn_back(void)
{
	needs_no_irqs("host_guest_must_turn_back");
	sim_task_now->looked = true;
	return sim_guest_must_wait();
}

bool sim_guest_may_go_on(void)
{
	return !sim_guest_must_turn_back();
}

bool sim_take_last_look(void)
{
	bool was = sim_task_now->looked;

	sim_task_now->looked = false;
	return was;
}

struct host_counters host_counters(struct vcpu *vcpu)
{
	needs_no_irqs("host_counters");
	return sim_counters;
}
