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
 * which they would not be, by the time between.  So a value near to what another vCPU was set to,
 * or the 0 of a processor that starts, means the counter of that other one.  Not near to what one
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

static int tsc_get(struct vcpu *vcpu, struct msr_request *request)
{
	request->value = host_rdtsc() + vcpu->tsc_offset;
	return 0;
}

static int tsc_set(struct vcpu *vcpu, struct msr_request *request)
{
	u64 offset, value = request->value;

	if (request->from_host) {
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

KEEPER(IA32_TSC) = {.writable = ALL, .get = tsc_get, .set = tsc_set};

/* User space restores the register only: it sets the counter by itself. */
static int tsc_adjust_set(struct vcpu *vcpu, struct msr_request *request)
{
	u64 value = request->value;

	if (!request->from_host)
		offset_write(vcpu, vcpu->tsc_offset + (value - vcpu->msrs->tsc_adjust));
	vcpu->msrs->tsc_adjust = value;
	return 0;
}

KEEPER(IA32_TSC_ADJUST) = {IN_MSRS(IA32_TSC_ADJUST, tsc_adjust), .writable = ALL,
			   .set = tsc_adjust_set};

static int system_time_set(struct vcpu *vcpu, struct msr_request *request)
{
	clock_page_set(vcpu, request->value);
	return 0;
}

#define SYSTEM_TIME                                                                                \
	{                                                                                          \
		IN_VCPU(clock.system_time), .writable = ALL, .set = system_time_set                \
	}

KEEPER(KVM_SYSTEM_TIME) = SYSTEM_TIME;
KEEPER(KVM_SYSTEM_TIME_NEW) = SYSTEM_TIME;

static int wall_clock_set(struct vcpu *vcpu, struct msr_request *request)
{
	vcpu->clock.wall = request->value;
	clock_wall_write(vcpu, request->value);
	return 0;
}

#define WALL_CLOCK                                                                                 \
	{                                                                                          \
		IN_VCPU(clock.wall), .writable = ALL, .set = wall_clock_set                        \
	}

KEEPER(KVM_WALL_CLOCK) = WALL_CLOCK;
KEEPER(KVM_WALL_CLOCK_NEW) = WALL_CLOCK;
