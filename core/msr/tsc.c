// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's time-stamp counter: the host's plus an offset.
 *
 * SDM: "Time-Stamp Counter", "IA32_TSC_ADJUST MSR", "VMX Timestamp-Counter Offset".
 */
#include "msr/state.h"
#include "irq/lapic.h"
#include "vcpu/clock.h"
#include "vmcs/vmcs.h"

static void offset_write(struct vcpu *vcpu, u64 offset)
{
	__atomic_store_n(&vcpu->tsc_offset, offset, __ATOMIC_RELAXED);
	vmcs_write64(TSC_OFFSET, offset);
	clock_tsc_changed(vcpu);
	if (vcpu->lapic)
		lapic_deadline_restart(vcpu);
}

/* Less than a second between the two? */
static bool is_near(u64 a, u64 b)
{
	u64 distance = a > b ? a - b : b - a;

	return distance < host_tsc_khz() * 1000;
}

/*
 * User space sets the counters of a VM's vCPUs one after the other and means them to be equal,
 * which they would not be, by the time between.  So a value near to what another vCPU was set to, or
 * the 0 of a processor that starts, means the counter of that other one.  Not near to what one
 * began with: a guest that was saved in its first second would go back to the beginning.
 */
static u64 offset_for(const struct vcpu *vcpu, u64 value)
{
	u64 now = host_rdtsc();
	const struct vcpu *other;

	for (unsigned int id = 0; (other = vm_next_vcpu(vcpu->vm, &id));) {
		u64 offset;

		if (other == vcpu)
			continue;
		offset = __atomic_load_n(&other->tsc_offset, __ATOMIC_RELAXED);
		if (!value || (__atomic_load_n(&other->tsc_is_set, __ATOMIC_RELAXED) &&
			       is_near(value, now + offset)))
			return offset;
	}
	return value - now;
}

void msr_tsc_reset(struct vcpu *vcpu)
{
	offset_write(vcpu, offset_for(vcpu, 0));
}

MSR_GET(tsc)
{
	(void)msr;
	*value = host_rdtsc() + vcpu->tsc_offset;
	return 0;
}

MSR_SET(tsc)
{
	u64 offset;

	(void)msr;
	if (from_host) {
		offset_write(vcpu, offset_for(vcpu, value));
		__atomic_store_n(&vcpu->tsc_is_set, value != 0, __ATOMIC_RELAXED);
		return 0;
	}
	/* What WRMSR adds to the counter it adds to IA32_TSC_ADJUST as well. */
	offset = value - host_rdtsc();
	vcpu->msrs->tsc_adjust += offset - vcpu->tsc_offset;
	offset_write(vcpu, offset);
	return 0;
}

MSR_GET(tsc_adjust)
{
	(void)msr;
	*value = vcpu->msrs->tsc_adjust;
	return 0;
}

/* User space restores the register only: it sets the counter by itself. */
MSR_SET(tsc_adjust)
{
	(void)msr;
	if (!from_host)
		offset_write(vcpu, vcpu->tsc_offset + (value - vcpu->msrs->tsc_adjust));
	vcpu->msrs->tsc_adjust = value;
	return 0;
}

MSR_GET(system_time)
{
	(void)msr;
	*value = vcpu->clock.system_time;
	return 0;
}

MSR_SET(system_time)
{
	(void)msr;
	(void)from_host;
	clock_page_set(vcpu, value);
	return 0;
}

MSR_GET(wall_clock)
{
	(void)msr;
	*value = vcpu->clock.wall;
	return 0;
}

MSR_SET(wall_clock)
{
	(void)msr;
	(void)from_host;
	vcpu->clock.wall = value;
	clock_wall_write(vcpu, value);
	return 0;
}
