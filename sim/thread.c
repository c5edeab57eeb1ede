// SPDX-License-Identifier: GPL-2.0
/* The thread of a vCPU: the FPU, signals, sleep, and what the host has to say before an entry. */
#include <string.h>

#include "sim.h"
#include "host_entry.h"
#include "vcpu/vcpu.h"

struct sim_delivered sim_delivered;
struct host_counters sim_counters;

static bool signal_pending, work_pending, looked;
static void (*kick_hook)(struct vm *vm);
static void (*wait_hook)(struct vcpu *vcpu);

__attribute__((constructor)) void sim_thread_reset(void)
{
	memset(&sim_delivered, 0, sizeof(sim_delivered));
	signal_pending = false;
	work_pending = false;
	kick_hook = NULL;
	wait_hook = NULL;
	looked = false;
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
	(void)rip;
	sim_might_sleep("host_split_lock");
	return !sim_split_locks_refused;
}

void host_deliver_machine_check(void)
{
	needs_no_irqs("host_deliver_machine_check");
	sim_delivered.machine_checks++;
}

/* --- the FPU, as the XSAVE area of the KVM API --- */

/* "XSAVE Area": legacy region, then the header. */
#define XSAVE_FCW	 0   /* u16 */
#define XSAVE_MXCSR	 6   /* as a word of 32 bits */
#define XSAVE_XSTATE_BV	 128 /* two words */
#define XSAVE_XCOMP_BV	 130
#define XSAVE_HEADER_END 144
#define FCW_AFTER_FNINIT 0x37f
#define MXCSR_RESET	 0x1f80
#define MXCSR_MASK	 0xffff

int host_vcpu_init(struct vcpu *vcpu)
{
	/* The kernel's FPU state is allocated: that can fail. */
	void *memory = host_zalloc(1);

	if (!memory)
		return -ENOMEM;
	host_free(memory);
	vcpu->host = (struct host_vcpu){.initialised = true};
	host_mutex_init(&vcpu->host.mutex);
	host_fpu_reset(vcpu, false);
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

	if (area[XSAVE_XSTATE_BV] & ~(u32)host_xcr0_supported())
		return false;
	if (area[XSAVE_XSTATE_BV + 1] & ~(u32)(host_xcr0_supported() >> 32))
		return false;
	for (i = XSAVE_XCOMP_BV; i < XSAVE_HEADER_END; i++)
		if (area[i])
			return false;
	return !(area[XSAVE_MXCSR] & ~MXCSR_MASK);
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

void host_fpu_reset(struct vcpu *vcpu, bool init)
{
	if (init)
		return;
	memset(vcpu->host.fpu, 0, sizeof(vcpu->host.fpu));
	vcpu->host.fpu[XSAVE_FCW] = FCW_AFTER_FNINIT;
	vcpu->host.fpu[XSAVE_MXCSR] = MXCSR_RESET;
	vcpu->host.fpu[XSAVE_XSTATE_BV] = 3;
}

/* --- the thread --- */

void host_kick_vm(struct vm *vm)
{
	if (!sim_irqs_enabled())
		sim_panic("host_kick_vm(): interrupts are off: deadlock");
	vm->host.kicks++;
	if (kick_hook)
		kick_hook(vm);
}

void sim_kick_hook(void (*hook)(struct vm *vm))
{
	kick_hook = hook;
}

void host_kick_vcpu(struct vcpu *vcpu)
{
	vcpu->host.kicks++;
	if (!sim_irqs_enabled())
		sim_interrupted = vcpu;
}

void sim_signal(bool pending)
{
	signal_pending = pending;
}

void sim_work_pending(bool pending)
{
	work_pending = pending;
}

void sim_wait_hook(void (*hook)(struct vcpu *vcpu))
{
	wait_hook = hook;
}

/* Nobody else is there to wake it: what is to happen meanwhile, the test's hook does. */
void host_vcpu_wait(struct vcpu *vcpu)
{
	sim_might_sleep("host_vcpu_wait");
	while (!vcpu_wakes(vcpu) && !signal_pending) {
		u64 kicks = vcpu->host.kicks;

		if (!wait_hook)
			sim_panic("vCPU %u sleeps, and nothing will wake it", vcpu->id);
		wait_hook(vcpu);
		if (kicks == vcpu->host.kicks && !signal_pending)
			sim_panic("vCPU %u sleeps, and was not woken", vcpu->id);
	}
}

int host_before_guest(struct vcpu *vcpu)
{
	(void)vcpu;
	sim_might_sleep("host_before_guest");
	work_pending = false;
	return signal_pending || sim_guests_stopped() ? -EINTR : 0;
}

bool sim_guest_must_wait(void)
{
	return work_pending || signal_pending || sim_guests_stopped();
}

bool sim_guest_must_turn_back(void)
{
	needs_no_irqs("host_guest_must_turn_back");
	looked = true;
	return sim_guest_must_wait();
}

bool sim_take_last_look(void)
{
	bool was = looked;

	looked = false;
	return was;
}

struct host_counters host_counters(struct vcpu *vcpu)
{
	(void)vcpu;
	needs_no_irqs("host_counters");
	return sim_counters;
}
