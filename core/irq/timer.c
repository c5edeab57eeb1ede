// SPDX-License-Identifier: GPL-2.0
/*
 * The timer of the local APIC, on a timer of the host; but see lapic_deadline_write_in_guest().  A
 * cycle of the bus clock is so many
 * nanoseconds of host_time_ns() as the VM has it, one where nobody has said anything.
 *
 * The vCPU's thread changes the timer's state only while it does not run; while it runs, the state
 * is its callback's, but for the mode bit between one-shot and periodic, which is looked at when
 * the time has come.
 *
 * SDM: "APIC Timer", "TSC-Deadline Mode".
 */
#include "irq/registers.h"
#include "facts/control.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

bool lapic_preemption_timer = true;

/* A guest must not make the host do nothing but serve its timer. */
#define PERIOD_MIN_NS 200000u

#define FAR_NS BIT64(62)

static u32 mode_of(const struct lapic *lapic)
{
	return lapic_get(lapic, LAPIC_LVT_TIMER) & LVT_TIMER_MODE;
}

/* Bits 3, 1 and 0 of the divide configuration: 2, 4, 8 ... 128, 1. */
static unsigned int divide_shift(const struct lapic *lapic)
{
	u32 divide = lapic_get(lapic, LAPIC_TIMER_DIVIDE);

	return (((divide >> 1 & 4) | (divide & 3)) + 1) & 7;
}

/* Nanoseconds of a count of 1, as the divide configuration has it now. */
static u64 count_ns(const struct lapic *lapic)
{
	return (u64)lapic->vcpu->vm->apic_bus_ns << divide_shift(lapic);
}

/* The end of time, where it is beyond that. */
static u64 later(u64 when, u64 ns)
{
	return when + ns < when ? ~(u64)0 : when + ns;
}

static u64 expires(const struct lapic *lapic)
{
	return __atomic_load_n(&lapic->timer_expires, __ATOMIC_ACQUIRE);
}

static void arm(struct lapic *lapic, u64 when)
{
	__atomic_store_n(&lapic->timer_expires, when, __ATOMIC_RELEASE);
	host_timer_start(&lapic->timer, when);
}

/* Last in the callback: from now on the state is the vCPU's thread's. */
static void not_armed(struct lapic *lapic)
{
	__atomic_store_n(&lapic->timer_expires, 0, __ATOMIC_RELEASE);
}

/* Its value in the VMCS is another from now on. */
static void set_in_guest(struct lapic *lapic, bool on)
{
	lapic->deadline_in_guest = on;
	lapic->vcpu->dirty |= VCPU_DIRTY_TIMER;
}

static void disarm(struct lapic *lapic)
{
	if (lapic->deadline_in_guest)
		set_in_guest(lapic, false);
	if (!expires(lapic))
		return;
	host_timer_cancel(&lapic->timer);
	not_armed(lapic);
}

void lapic_timer_stop(struct vcpu *vcpu)
{
	if (vcpu->lapic->deadline_in_guest)
		set_in_guest(vcpu->lapic, false);
	host_timer_cancel(&vcpu->lapic->timer);
	not_armed(vcpu->lapic);
}

void lapic_timer_pause(struct vcpu *vcpu)
{
	lapic_deadline_to_host(vcpu);
	host_timer_cancel(&vcpu->lapic->timer);
}

void lapic_timer_continue(struct vcpu *vcpu)
{
	u64 when = expires(vcpu->lapic);

	if (when)
		host_timer_start(&vcpu->lapic->timer, when);
}

static void deliver(struct lapic *lapic)
{
	u32 lvt = lapic_get(lapic, LAPIC_LVT_TIMER);

	if (!(lvt & LVT_MASKED))
		lapic_deliver(lapic->vcpu, IRQ_FIXED, lvt & LVT_VECTOR, false);
}

/* --- TSC deadline ---------------------------------------------------------------------- */

static void deadline_is_over(struct lapic *lapic)
{
	lapic->tsc_deadline = 0;
	deliver(lapic);
	not_armed(lapic);
}

/* Ticks of the guest's TSC; 0: it is over. */
static u64 ticks_to_deadline(const struct lapic *lapic)
{
	u64 offset = __atomic_load_n(&lapic->vcpu->tsc_offset, __ATOMIC_RELAXED);
	u64 now = tsc_scale(&lapic->vcpu->tsc_rate, host_rdtsc()) + offset;

	return lapic->tsc_deadline > now ? lapic->tsc_deadline - now : 0;
}

/* Wait for the deadline, or deliver when it has passed. */
static void await_deadline(struct lapic *lapic)
{
	const struct tsc_rate *rate = &lapic->vcpu->tsc_rate;
	u64 ticks = ticks_to_deadline(lapic);

	/* Rounded up: the deadline is not before its time. */
	if (ticks)
		arm(lapic, host_time_ns() + 1 + tsc_ticks_to_ns_up_to(rate, ticks, FAR_NS));
	else
		deadline_is_over(lapic);
}

u64 lapic_deadline_read(const struct vcpu *vcpu)
{
	if (mode_of(vcpu->lapic) != LVT_TIMER_DEADLINE)
		return 0;
	return __atomic_load_n(&vcpu->lapic->tsc_deadline, __ATOMIC_RELAXED);
}

void lapic_deadline_write(struct vcpu *vcpu, u64 value)
{
	struct lapic *lapic = vcpu->lapic;

	if (mode_of(lapic) != LVT_TIMER_DEADLINE)
		return;
	disarm(lapic);
	lapic->tsc_deadline = value;
	if (value)
		await_deadline(lapic);
}

/* --- TSC deadline, while the guest runs ------------------------------------------------- */

void lapic_deadline_write_in_guest(struct vcpu *vcpu, u64 value)
{
	struct lapic *lapic = vcpu->lapic;

	if (!(vcpu->control[CTL_PIN] & PIN_ACTIVATE_PREEMPTION_TIMER)) {
		lapic_deadline_write(vcpu, value);
		return;
	}
	if (mode_of(lapic) != LVT_TIMER_DEADLINE)
		return;
	disarm(lapic);
	lapic->tsc_deadline = value;
	if (value)
		set_in_guest(lapic, true);
}

/* Ticks of the host's TSC in so many of the guest's. */
static u64 host_ticks(const struct tsc_rate *rate, u64 ticks)
{
	const u64 ms = NS_PER_SECOND / 1000;
	u64 ns, khz = host_tsc_khz();

	if (rate->multiplier == TSC_UNSCALED)
		return ticks;
	ns = tsc_ticks_to_ns_up_to(rate, ticks, ms * NS_PER_SECOND);
	return ns / ms * khz + ns % ms * khz / ms;
}

/* The timer counts at the host's rate: at each change of that bit of its TSC. */
static u32 preemption_ticks(const struct lapic *lapic)
{
	u64 ticks = ticks_to_deadline(lapic);

	if (!ticks)
		return 0;
	ticks = host_ticks(&lapic->vcpu->tsc_rate, ticks);
	ticks >>= vmx_capability.misc.preemption_timer_shift;
	/* One that is further away is looked at again then. */
	return ticks < LAPIC_PREEMPTION_TIMER_OFF ? (u32)ticks + 1 : LAPIC_PREEMPTION_TIMER_OFF;
}

void lapic_deadline_to_guest(struct vcpu *vcpu)
{
	const struct lapic *lapic = vcpu->lapic;
	bool in_guest = lapic && lapic->deadline_in_guest;

	vmcs_write32(VMX_PREEMPTION_TIMER_VALUE,
		     in_guest ? preemption_ticks(lapic) : LAPIC_PREEMPTION_TIMER_OFF);
	/* The next entry begins with what is left then. */
	if (in_guest)
		vcpu->dirty |= VCPU_DIRTY_TIMER;
}

/* It may be too early, by rounding or as far as the timer goes. */
void lapic_deadline_exit(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u32 lvt;

	if (!lapic || !lapic->deadline_in_guest || ticks_to_deadline(lapic))
		return;
	set_in_guest(lapic, false);
	lapic->tsc_deadline = 0;
	lvt = lapic_get(lapic, LAPIC_LVT_TIMER);
	if (!(lvt & LVT_MASKED))
		lapic_send_to_itself(vcpu, lvt & LVT_VECTOR);
}

void lapic_deadline_to_host(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;

	if (!lapic || !lapic->deadline_in_guest)
		return;
	set_in_guest(lapic, false);
	await_deadline(lapic);
}

void lapic_tsc_changes(struct vcpu *vcpu)
{
	if (vcpu->lapic)
		lapic_timer_pause(vcpu);
}

void lapic_tsc_changed(struct vcpu *vcpu)
{
	if (vcpu->lapic)
		lapic_timer_continue(vcpu);
}

void lapic_deadline_restart(struct vcpu *vcpu)
{
	u64 deadline = lapic_deadline_read(vcpu);

	if (deadline)
		lapic_deadline_write(vcpu, deadline);
}

/* --- One-shot and periodic --------------------------------------------------------------- */

static u64 repeat_after(const struct lapic *lapic)
{
	return lapic->timer_period > PERIOD_MIN_NS ? lapic->timer_period : PERIOD_MIN_NS;
}

/* From the time it was due, not from now: periods do not drift.  Those that were missed are. */
static u64 next_expiry(const struct lapic *lapic)
{
	u64 period = repeat_after(lapic), now = host_time_ns();
	u64 next = later(lapic->timer_expires, period);

	return next > now ? next : next + ((now - next) / period + 1) * period;
}

static void expired(struct host_timer *timer)
{
	struct lapic *lapic = (struct lapic *)((char *)timer - offsetof(struct lapic, timer));

	switch (mode_of(lapic)) {
	case LVT_TIMER_DEADLINE:
		/* The host's clock and the TSC need not agree: it may be early.  But where the
		 * TSCs do not agree either, this CPU's may be another than the vCPU's. */
		if (host_tsc_is_stable())
			await_deadline(lapic);
		else
			deadline_is_over(lapic);
		break;
	case LVT_TIMER_PERIODIC:
		deliver(lapic);
		arm(lapic, next_expiry(lapic));
		break;
	default:
		deliver(lapic);
		not_armed(lapic);
	}
}

void lapic_timer_init(struct lapic *lapic)
{
	host_timer_init(&lapic->timer, expired);
	lapic->timer_unit = 1;
}

/* While it runs the count is not 0, whenever the callback comes. */
u32 lapic_timer_count(const struct vcpu *vcpu)
{
	const struct lapic *lapic = vcpu->lapic;
	u32 initial = lapic_get(lapic, LAPIC_TIMER_INITIAL);
	u64 when = expires(lapic), now = host_time_ns(), count;

	if (!when || mode_of(lapic) == LVT_TIMER_DEADLINE)
		return 0;
	if (when <= now)
		return 1;
	count = (when - now - 1) / lapic->timer_unit + 1;
	return count < initial ? (u32)count : initial;
}

/* Count down from `count`. */
static void run(struct lapic *lapic, u32 count)
{
	u64 unit = count_ns(lapic), first = count * unit;

	lapic->timer_unit = unit;
	lapic->timer_period = lapic_get(lapic, LAPIC_TIMER_INITIAL) * unit;
	if (mode_of(lapic) == LVT_TIMER_PERIODIC && first == lapic->timer_period)
		first = repeat_after(lapic);
	if (count)
		arm(lapic, later(host_time_ns(), first));
}

void lapic_timer_count_write(struct vcpu *vcpu, u32 value)
{
	struct lapic *lapic = vcpu->lapic;

	if (mode_of(lapic) == LVT_TIMER_DEADLINE) {
		/* The processor may have written it where the guest did. */
		lapic_put(lapic, LAPIC_TIMER_INITIAL, 0);
		return;
	}
	disarm(lapic);
	lapic_put(lapic, LAPIC_TIMER_INITIAL, value);
	run(lapic, value);
}

/* The count goes on from where it is, at the new pace. */
void lapic_timer_divide_write(struct vcpu *vcpu, u32 value)
{
	struct lapic *lapic = vcpu->lapic;
	u32 count = lapic_timer_count(vcpu);

	if (!count) {
		lapic_put(lapic, LAPIC_TIMER_DIVIDE, value);
		return;
	}
	disarm(lapic);
	lapic_put(lapic, LAPIC_TIMER_DIVIDE, value);
	run(lapic, count);
}

/* Between one-shot and periodic the count goes on; TSC-deadline mode begins and ends disarmed. */
void lapic_timer_lvt_write(struct vcpu *vcpu, u32 value)
{
	struct lapic *lapic = vcpu->lapic;
	bool deadline = (value & LVT_TIMER_MODE) == LVT_TIMER_DEADLINE;

	/* The register may have the new mode already. */
	if (lapic->timer_deadline != deadline) {
		lapic->timer_deadline = deadline;
		disarm(lapic);
		lapic_put(lapic, LAPIC_TIMER_INITIAL, 0);
		lapic->tsc_deadline = 0;
	}
	lapic_put(lapic, LAPIC_LVT_TIMER, value);
}

void lapic_timer_resume(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u32 initial = lapic_get(lapic, LAPIC_TIMER_INITIAL);
	u32 count = lapic_get(lapic, LAPIC_TIMER_CURRENT);

	lapic->timer_deadline = mode_of(lapic) == LVT_TIMER_DEADLINE;
	if (mode_of(lapic) == LVT_TIMER_DEADLINE) {
		lapic_deadline_restart(vcpu);
		return;
	}
	lapic->tsc_deadline = 0;
	if (count > initial || (!count && mode_of(lapic) == LVT_TIMER_PERIODIC))
		count = initial;
	run(lapic, count);
	/* The count of QEMU's state is always 0.  Whether it had come to its end is not known then:
	 * an interrupt too many does not hurt, a guest that waits for one would hang. */
	if (initial && !count)
		arm(lapic, host_time_ns());
}
