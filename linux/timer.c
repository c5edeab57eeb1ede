// SPDX-License-Identifier: GPL-2.0
/* Time, and callbacks at a given time. */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include <compat.h>
#include "platform.h"
#include "irq/lapic.h"

u64 host_time_ns(void)
{
	return ktime_get_ns();
}

void host_clock_read(struct host_clock *now)
{
	unsigned long flags;

	/* Nothing comes between the three. */
	local_irq_save(flags);
	now->tsc = rdtsc_ordered();
	now->time_ns = ktime_get_ns();
	now->realtime_ns = ktime_get_real_ns();
	local_irq_restore(flags);
}

bool host_tsc_is_stable(void)
{
	return boot_cpu_has(X86_FEATURE_CONSTANT_TSC) && !check_tsc_unstable();
}

static enum hrtimer_restart timer_expired(struct hrtimer *hrtimer)
{
	struct host_timer *timer = container_of(hrtimer, struct host_timer, hrtimer);

	timer->expired(timer);
	return HRTIMER_NORESTART;
}

void host_timer_init(struct host_timer *timer, void (*expired)(struct host_timer *timer))
{
	timer->expired = expired;
	compat_hrtimer_setup(&timer->hrtimer, timer_expired, CLOCK_MONOTONIC,
			     HRTIMER_MODE_ABS_HARD);
}

void host_timer_start(struct host_timer *timer, u64 when)
{
	hrtimer_start(&timer->hrtimer, ns_to_ktime(min_t(u64, when, KTIME_MAX)),
		      HRTIMER_MODE_ABS_HARD);
}

void host_timer_cancel(struct host_timer *timer)
{
	hrtimer_cancel(&timer->hrtimer);
}

/*
 * "VMX-Preemption Timer Does Not Count Down at the Rate Specified": errata AAT59 and AAU65, of
 * Westmere's desktop and mobile steppings C2 and K0; KVM knows an Ivy Bridge of the same kind.
 * Older ones have no unrestricted guest.
 */
static bool __init preemption_timer_is_wrong(void)
{
	switch (cpuid_eax(1)) {
	case 0x20652:
	case 0x20655:
	case 0x306a8:
		return true;
	default:
		return false;
	}
}

void __init timer_init(void)
{
	if (lapic_preemption_timer && preemption_timer_is_wrong())
		lapic_preemption_timer = false;
}
