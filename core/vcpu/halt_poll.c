// SPDX-License-Identifier: GPL-2.0
#include "host_entry.h"
#include "vcpu/halt_poll.h"
#include "vcpu/mp_state.h"
#include "msr/state.h"

/* As KVM has them. */
struct halt_poll_parameters halt_poll = {.most_ns = 200000, .grow = 2, .grow_start = 10000};

static u32 grown(u64 ns, u32 most, const struct halt_poll_parameters *parameters)
{
	u64 start = __atomic_load_n(&parameters->grow_start, __ATOMIC_RELAXED);
	u64 factor = __atomic_load_n(&parameters->grow, __ATOMIC_RELAXED);

	if (!factor)
		return (u32)ns;
	ns *= factor;
	if (ns < start)
		ns = start;
	return ns < most ? (u32)ns : most;
}

static u32 shrunk(u32 ns, const struct halt_poll_parameters *parameters)
{
	u32 divisor = __atomic_load_n(&parameters->shrink, __ATOMIC_RELAXED);

	ns = divisor ? ns / divisor : 0;
	return ns < __atomic_load_n(&parameters->grow_start, __ATOMIC_RELAXED) ? 0 : ns;
}

u32 halt_poll_next(u32 ns, u64 halted, u32 most, const struct halt_poll_parameters *parameters)
{
	if (!most)
		return 0;
	/* It was long enough. */
	if (halted <= ns)
		return ns;
	/* However long it is, it would not be long enough. */
	if (halted > most)
		return ns ? shrunk(ns, parameters) : 0;
	return ns < most ? grown(ns, most, parameters) : ns;
}

static u32 most_of(const struct vm *vm)
{
	u64 most = __atomic_load_n(&vm->halt_poll_most, __ATOMIC_RELAXED);

	return most == HALT_POLL_MOST_IS_HOSTS
		       ? __atomic_load_n(&halt_poll.most_ns, __ATOMIC_RELAXED)
		       : (u32)most;
}

/* A guest that polls by itself, before its HLT, wants no more of it. */
static bool guest_allows(const struct vcpu *vcpu)
{
	return vcpu->msrs->poll_control & 1;
}

/* From `begun` on; *now is when it ended.  True: something has come. */
static bool poll(struct vcpu *vcpu, u64 begun, u64 *now)
{
	const u64 end = begun + vcpu->halt_poll_ns;
	bool came;

	do {
		host_relax();
		came = vcpu_wakes(vcpu);
		*now = host_time_ns();
	} while (!came && *now < end && !host_guest_must_wait());
	return came;
}

static void count_poll(struct vcpu_halt_stats *stats, bool came, u64 ns)
{
	stats->attempted_polls++;
	stats->successful_polls += came;
	*(came ? &stats->poll_success_ns : &stats->poll_fail_ns) += ns;
	vcpu_histogram_add(came ? &stats->poll_success : &stats->poll_fail, ns);
}

static u64 sleep(struct vcpu *vcpu, u64 begun)
{
	struct vcpu_halt_stats *stats = &vcpu->stats.halt;
	u64 now;

	stats->asleep = true;
	host_vcpu_wait(vcpu);
	stats->asleep = false;
	now = host_time_ns();
	stats->wakeups += vcpu_wakes(vcpu);
	stats->wait_ns += now - begun;
	vcpu_histogram_add(&stats->wait, now - begun);
	return now;
}

void vcpu_halt(struct vcpu *vcpu)
{
	struct vcpu_halt_stats *stats = &vcpu->stats.halt;
	const u64 begun = host_time_ns();
	u32 most = most_of(vcpu->vm);
	bool came = false;
	u64 now = begun;

	HOST_NEEDS(vcpu->loaded && vcpu->mp_state == KVM_MP_STATE_HALTED);
	if (vcpu->halt_poll_ns > most)
		vcpu->halt_poll_ns = most;
	if (vcpu->halt_poll_ns && guest_allows(vcpu)) {
		came = poll(vcpu, begun, &now);
		count_poll(stats, came, now - begun);
	}
	if (came && !vcpu_halt_may_end(vcpu)) {
		/* Work of the hypervisor's own: it says nothing of when the guest has some. */
		stats->invalid_polls++;
		return;
	}
	if (!came)
		now = sleep(vcpu, now);
	if (guest_allows(vcpu))
		vcpu->halt_poll_ns =
			halt_poll_next(vcpu->halt_poll_ns, now - begun, most, &halt_poll);
}
