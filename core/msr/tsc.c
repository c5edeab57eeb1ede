// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's time-stamp counter: the host's, at the guest's rate, plus an offset.
 *
 * SDM: "Time-Stamp Counter", "IA32_TSC_ADJUST MSR", "VMX Timestamp-Counter Offset".
 */
#include "msr/state.h"
#include "irq/lapic.h"
#include "vcpu/clock.h"
#include "vmcs/vmcs.h"

/* Where the counter is now that was `from` then. */
static u64 counter_at(const struct tsc_moment *from, const struct tsc_rate *rate,
		      const struct host_clock *now)
{
	if (host_tsc_is_stable())
		return from->guest + tsc_scale(rate, now->tsc) - tsc_scale(rate, from->host);
	/* It was another TSC, maybe. */
	return from->guest + tsc_ns_to_ticks(rate, now->time_ns - from->time_ns);
}

static struct tsc_moment moment_now(u64 counter)
{
	struct host_clock now;

	host_clock_read(&now);
	return (struct tsc_moment){.guest = counter, .host = now.tsc, .time_ns = now.time_ns};
}

static void offset_changed(struct vcpu *vcpu)
{
	vmcs_write64(TSC_OFFSET, __atomic_load_n(&vcpu->tsc_offset, __ATOMIC_RELAXED));
	clock_tsc_changed(vcpu);
	if (vcpu->lapic)
		lapic_deadline_restart(vcpu);
}

/*
 * The offset with which the counter is what it was to become.  One that was found for a CPU that
 * the vCPU has left since is wrong: it is found again.  While it stays, clock_cpu_changed() moves
 * it.
 */
static void offset_set(struct vcpu *vcpu)
{
	const struct tsc_rate *rate = &vcpu->tsc_rate;
	struct host_clock now;
	int cpu;

	do {
		cpu = __atomic_load_n(&vcpu->vmcs.cpu, __ATOMIC_RELAXED);
		host_clock_read(&now);
		__atomic_store_n(&vcpu->tsc_offset,
				 counter_at(&vcpu->tsc_begin, rate, &now) -
					 tsc_scale(rate, now.tsc),
				 __ATOMIC_RELAXED);
	} while (cpu != __atomic_load_n(&vcpu->vmcs.cpu, __ATOMIC_RELAXED));
	offset_changed(vcpu);
}

static void begin_set(struct vcpu *vcpu, const struct tsc_moment *begin, bool by_user)
{
	host_spin_lock(&vcpu->vm->clock.lock);
	vcpu->tsc_begin = *begin;
	vcpu->tsc_is_set = by_user;
	host_spin_unlock(&vcpu->vm->clock.lock);
	offset_set(vcpu);
}

/* The counter jumps; its begin does, too. */
static void counter_move(struct vcpu *vcpu, u64 distance)
{
	host_spin_lock(&vcpu->vm->clock.lock);
	vcpu->tsc_begin.guest += distance;
	host_spin_unlock(&vcpu->vm->clock.lock);
	__atomic_fetch_add(&vcpu->tsc_offset, distance, __ATOMIC_RELAXED);
	offset_changed(vcpu);
}

/* Less than a second of the guest's between the two? */
static bool is_near(const struct tsc_rate *rate, u64 a, u64 b)
{
	u64 distance = a > b ? a - b : b - a;

	return distance < tsc_scale(rate, host_tsc_khz() * 1000);
}

/*
 * User space sets the counters of a VM's vCPUs one after the other and means them to be equal,
 * which they would not be, by the time between.  So a value near to what another vCPU of the same
 * rate was set to, or the 0 of a processor that starts, means the counter of that other one.  Not
 * near to what one began with: a guest that was saved in its first second would go back to the
 * beginning.
 */
static struct tsc_moment begin_for(const struct vcpu *vcpu, u64 value)
{
	const struct tsc_rate *rate = &vcpu->tsc_rate;
	struct tsc_moment begin = moment_now(value);
	const struct host_clock now = {.tsc = begin.host, .time_ns = begin.time_ns};
	const struct vcpu *other;

	host_spin_lock(&vcpu->vm->clock.lock);
	for (unsigned int id = 0; (other = vm_next_vcpu(vcpu->vm, &id));) {
		if (other == vcpu)
			continue;
		if (!value ||
		    (other->tsc_is_set && other->tsc_rate.multiplier == rate->multiplier &&
		     is_near(rate, value, counter_at(&other->tsc_begin, rate, &now)))) {
			begin = other->tsc_begin;
			break;
		}
	}
	host_spin_unlock(&vcpu->vm->clock.lock);
	return begin;
}

void msr_tsc_reset(struct vcpu *vcpu)
{
	const struct tsc_moment begin = begin_for(vcpu, 0);

	begin_set(vcpu, &begin, false);
}

/* The vCPU may come to another CPU in between, where another offset belongs to another TSC. */
static u64 counter_now(const struct vcpu *vcpu)
{
	u64 offset, host;

	do {
		offset = __atomic_load_n(&vcpu->tsc_offset, __ATOMIC_RELAXED);
		host = host_rdtsc();
	} while (offset != __atomic_load_n(&vcpu->tsc_offset, __ATOMIC_RELAXED));
	return tsc_scale(&vcpu->tsc_rate, host) + offset;
}

static int tsc_get(struct vcpu *vcpu, struct msr_request *request)
{
	request->value = counter_now(vcpu);
	return 0;
}

static int tsc_set(struct vcpu *vcpu, struct msr_request *request)
{
	u64 distance;

	if (request->from_host) {
		const struct tsc_moment begin = begin_for(vcpu, request->value);

		begin_set(vcpu, &begin, request->value != 0);
		return 0;
	}
	/* What WRMSR adds to the counter it adds to IA32_TSC_ADJUST as well. */
	distance = request->value - counter_now(vcpu);
	vcpu->msrs->tsc_adjust += distance;
	counter_move(vcpu, distance);
	return 0;
}

static bool tsc_is_quick(struct vcpu *vcpu, u32 msr, enum msr_direction direction)
{
	return direction == MSR_READ;
}

KEEPER(IA32_TSC) = {.writable = ALL, .get = tsc_get, .set = tsc_set, .is_quick = tsc_is_quick};

/* User space restores the register only: it sets the counter by itself. */
static int tsc_adjust_set(struct vcpu *vcpu, struct msr_request *request)
{
	u64 value = request->value;

	if (!request->from_host)
		counter_move(vcpu, value - vcpu->msrs->tsc_adjust);
	vcpu->msrs->tsc_adjust = value;
	return 0;
}

KEEPER(IA32_TSC_ADJUST) = {IN_MSRS(IA32_TSC_ADJUST, tsc_adjust), .writable = ALL,
			   .set = tsc_adjust_set};

/* Off where nothing is scaled: RDTSC is as fast as it was. */
void msr_tsc_rate_write(struct vcpu *vcpu)
{
	u64 multiplier = vcpu->tsc_rate.multiplier;

	if (!tsc_rate_scales())
		return;
	vmcs_write64(TSC_MULTIPLIER, multiplier);
	vmcs_control_set(vcpu, CTL_SECONDARY, CPU2_USE_TSC_SCALING, multiplier != TSC_UNSCALED);
}

int msr_tsc_khz_set(struct vcpu *vcpu, u32 khz)
{
	struct tsc_rate rate;
	int error = tsc_rate_choose(&rate, khz);

	if (error)
		return error;
	lapic_tsc_changes(vcpu);
	clock_rate_set(vcpu, &rate);
	msr_tsc_rate_write(vcpu);
	offset_set(vcpu);
	lapic_tsc_changed(vcpu);
	return 0;
}

void msr_tsc_offset_set(struct vcpu *vcpu, u64 offset)
{
	struct tsc_moment begin = moment_now(0);

	begin.guest = tsc_scale(&vcpu->tsc_rate, begin.host) + offset;
	begin_set(vcpu, &begin, true);
}

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
