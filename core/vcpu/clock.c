// SPDX-License-Identifier: GPL-2.0
#include "vcpu/clock.h"
#include "mem/mem.h"
#include "vmcs/vmcs.h"

#define PAGE_ENABLED BIT64(0) /* of KVM_SYSTEM_TIME; the rest is the address */

/* In guest memory: "struct pvclock_vcpu_time_info". */
struct clock_page {
	u32 version; /* odd while the rest is being changed */
	u32 pad0;
	u64 tsc_timestamp;
	u64 system_time;
	u32 tsc_to_system_mul;
	s8 tsc_shift;
	u8 flags;
	u8 pad[2];
};
_Static_assert(sizeof(struct clock_page) == 32, "the page as guests know it");

#define FLAG_TSC_STABLE	   (1u << 0)
#define FLAG_GUEST_STOPPED (1u << 1)

/* "struct pvclock_wall_clock". */
struct wall_clock {
	u32 version;
	u32 sec;
	u32 nsec;
};

/* --- The VM's clock ------------------------------------------------------------ */

/* Exactly what a guest computes from its page, where the TSC can be relied on (`stable`). */
static inline __attribute__((always_inline)) u64 ns_at(const struct vm_clock *clock,
						       const struct host_clock *now, bool stable)
{
	if (!stable)
		return clock->ns + (now->time_ns - clock->time_ns);
	/* Another processor's TSC may be a little behind. */
	if (now->tsc <= clock->tsc)
		return clock->ns;
	return clock->ns +
	       tsc_ticks_to_ns(&clock->rate, tsc_scale(&clock->rate, now->tsc) -
						     tsc_scale(&clock->rate, clock->tsc));
}

static inline __attribute__((always_inline)) u64 clock_read(struct vm *vm, struct host_clock *now,
							    bool stable)
{
	u64 ns;

	host_spin_lock(&vm->clock.lock);
	if (stable)
		host_clock_read_realtime(now);
	else
		host_clock_read(now);
	ns = ns_at(&vm->clock, now, stable);
	host_spin_unlock(&vm->clock.lock);
	return ns;
}

/* From the moment `now` on, which is `ns`. */
static void set_moment(struct vm_clock *clock, const struct host_clock *now, u64 ns)
{
	clock->tsc = now->tsc;
	clock->time_ns = now->time_ns;
	clock->ns = ns;
}

void clock_vm_init(struct vm *vm)
{
	struct vm_clock *clock = &vm->clock;
	struct host_clock now;

	host_spin_init(&clock->lock);
	/* The host's own rate can always be had. */
	tsc_rate_choose(&clock->rate, 0);
	vm->tsc_rate = clock->rate;
	clock->tscs_agree = true;
	host_clock_read(&now);
	set_moment(clock, &now, 0);
}

void clock_get(struct vm *vm, struct kvm_clock_data *data)
{
	struct host_clock now;

	if (!host_tsc_is_stable()) {
		data->clock = clock_read(vm, &now, false);
		return;
	}
	data->clock = clock_read(vm, &now, true);
	data->flags = KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC;
	data->realtime = now.realtime_ns;
	data->host_tsc = now.tsc;
}

int clock_set(struct vm *vm, const struct kvm_clock_data *data)
{
	const u32 known = KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC;
	struct vm_clock *clock = &vm->clock;
	struct host_clock now;
	u64 ns = data->clock;

	if (data->flags & ~known)
		return -EINVAL;
	host_spin_lock(&clock->lock);
	host_clock_read(&now);
	/* What has passed since the other end read its clock; a clock does not go back for it. */
	if ((data->flags & KVM_CLOCK_REALTIME) && now.realtime_ns > data->realtime)
		ns += now.realtime_ns - data->realtime;
	set_moment(clock, &now, ns);
	/* Nobody has a page with the new time while another is still in the guest with the old one:
	 * who is to write its page waits for the lock. */
	vm_request_all(vm, VCPU_REQUEST_CLOCK);
	host_spin_unlock(&clock->lock);
	return 0;
}

/*
 * The clock counts in ticks of another rate, and the time goes on.  All vCPUs leave the guest for
 * it, as for another time.
 */
static void rate_set(struct vm *vm, const struct tsc_rate *rate)
{
	struct vm_clock *clock = &vm->clock;
	struct host_clock now;

	if (clock->rate.multiplier == rate->multiplier)
		return;
	host_clock_read(&now);
	set_moment(clock, &now, ns_at(clock, &now, host_tsc_is_stable()));
	clock->rate = *rate;
	vm_request_all(vm, VCPU_REQUEST_CLOCK);
}

void clock_vm_rate_set(struct vm *vm, const struct tsc_rate *rate)
{
	vm->tsc_rate = *rate;
	host_spin_lock(&vm->clock.lock);
	rate_set(vm, rate);
	host_spin_unlock(&vm->clock.lock);
}

void clock_rate_set(struct vcpu *vcpu, const struct tsc_rate *rate)
{
	host_spin_lock(&vcpu->vm->clock.lock);
	vcpu->tsc_rate = *rate;
	rate_set(vcpu->vm, rate);
	host_spin_unlock(&vcpu->vm->clock.lock);
}

/* --- A vCPU's page -------------------------------------------------------------- */

static bool page_enabled(const struct vcpu *vcpu)
{
	return vcpu->clock.system_time & PAGE_ENABLED;
}

void clock_page_set(struct vcpu *vcpu, u64 value)
{
	vcpu->clock.system_time = value;
	vcpu->clock.stopped = false;
	if (page_enabled(vcpu))
		vcpu_request(vcpu, VCPU_REQUEST_CLOCK);
}

int clock_page_stopped(struct vcpu *vcpu)
{
	if (!page_enabled(vcpu))
		return -EINVAL;
	vcpu->clock.stopped = true;
	vcpu_request(vcpu, VCPU_REQUEST_CLOCK);
	return 0;
}

/* The moment that the page names.  All vCPUs name the same one while the TSC is stable: times
 * computed from different moments may differ by the rounding. */
static void page_fill(struct vcpu *vcpu, struct clock_page *page)
{
	struct vm_clock *clock = &vcpu->vm->clock;
	struct host_clock now;

	host_spin_lock(&clock->lock);
	if (host_tsc_is_stable()) {
		page->tsc_timestamp = clock->tsc;
		page->system_time = clock->ns;
		page->flags = clock->tscs_agree ? FLAG_TSC_STABLE : 0;
	} else {
		host_clock_read(&now);
		page->tsc_timestamp = now.tsc;
		page->system_time = ns_at(clock, &now, false);
	}
	host_spin_unlock(&clock->lock);
	page->tsc_to_system_mul = vcpu->tsc_rate.mul;
	page->tsc_shift = vcpu->tsc_rate.shift;
	page->tsc_timestamp = tsc_scale(&vcpu->tsc_rate, page->tsc_timestamp) + vcpu->tsc_offset;
}

/*
 * What begins with a version, and may be being read: odd version, contents, even version.
 * `object` has the version that the guest's memory has.
 */
static int publish(struct vm *vm, gpa_t gpa, const void *object, size_t size)
{
	const u32 changing = *(const u32 *)object | 1, changed = changing + 1;
	int error = guest_write(vm, gpa, &changing, sizeof(changing));

	if (!error)
		error = guest_write(vm, gpa + sizeof(u32), (const u32 *)object + 1,
				    size - sizeof(u32));
	if (!error)
		error = guest_write(vm, gpa, &changed, sizeof(changed));
	return error;
}

void clock_page_update(struct vcpu *vcpu)
{
	gpa_t gpa = vcpu->clock.system_time & ~PAGE_ENABLED;
	struct clock_page page = {0}, before;
	int ticket, error;

	/* It may have come to another CPU: clock_cpu_changed(). */
	if (!host_tsc_is_stable())
		vmcs_write64(TSC_OFFSET, __atomic_load_n(&vcpu->tsc_offset, __ATOMIC_RELAXED));
	if (!page_enabled(vcpu))
		return;
	page_fill(vcpu, &page);
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	error = guest_read(vcpu->vm, gpa, &before, sizeof(before));
	if (!error) {
		/* The guest clears it when it has seen it. */
		if (vcpu->clock.stopped || (before.flags & FLAG_GUEST_STOPPED))
			page.flags |= FLAG_GUEST_STOPPED;
		page.version = before.version;
		error = publish(vcpu->vm, gpa, &page, sizeof(page));
	}
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	vcpu->clock.stopped = false;
	if (error)
		host_log(HOST_LOG_DEBUG, "vCPU %u: no memory for its clock at 0x%llx", vcpu->id,
			 gpa);
}

void clock_wall_write(struct vcpu *vcpu, gpa_t gpa)
{
	struct host_clock now;
	struct wall_clock wall;
	u64 epoch;
	int ticket, error;

	if (!gpa)
		return;
	epoch = clock_read(vcpu->vm, &now, host_tsc_is_stable());
	epoch = now.realtime_ns - epoch;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	error = guest_read(vcpu->vm, gpa, &wall.version, sizeof(wall.version));
	if (!error) {
		wall.sec = (u32)(epoch / NS_PER_SECOND);
		wall.nsec = (u32)(epoch % NS_PER_SECOND);
		error = publish(vcpu->vm, gpa, &wall, sizeof(wall));
	}
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	if (error)
		host_log(HOST_LOG_DEBUG, "vCPU %u: no memory for the wall clock at 0x%llx",
			 vcpu->id, gpa);
}

/* --- The vCPUs' TSCs --------------------------------------------------------------- */

static bool tscs_agree(const struct vcpu *vcpu)
{
	const struct vcpu *other;

	for (unsigned int id = 0; (other = vm_next_vcpu(vcpu->vm, &id));)
		if (__atomic_load_n(&other->tsc_offset, __ATOMIC_RELAXED) != vcpu->tsc_offset ||
		    other->tsc_rate.multiplier != vcpu->tsc_rate.multiplier)
			return false;
	return true;
}

/*
 * A guest that is told "stable" reads any vCPU's page with any vCPU's TSC: each vCPU has to hear of
 * it when that is no longer so.
 */
void clock_tsc_changed(struct vcpu *vcpu)
{
	struct vm_clock *clock = &vcpu->vm->clock;
	bool changed;

	host_spin_lock(&clock->lock);
	changed = clock->tscs_agree != tscs_agree(vcpu);
	clock->tscs_agree ^= changed;
	host_spin_unlock(&clock->lock);
	if (changed)
		vm_request_all(vcpu->vm, VCPU_REQUEST_CLOCK);
	if (page_enabled(vcpu))
		vcpu_request(vcpu, VCPU_REQUEST_CLOCK);
}

/*
 * The guest's counter goes on from where it was when the vCPU's VMCS was taken from the last CPU,
 * which was after all that the guest has read there.  Both clocks were read on that CPU.
 */
void clock_cpu_changed(struct vcpu *vcpu)
{
	const struct loaded_vmcs *left = &vcpu->vmcs;
	struct host_clock now;
	u64 counter;

	if (host_tsc_is_stable())
		return;
	if (left->left_ns) {
		host_clock_read(&now);
		counter = tsc_scale(&vcpu->tsc_rate, left->left_tsc) + vcpu->tsc_offset +
			  tsc_ns_to_ticks(&vcpu->tsc_rate, now.time_ns - left->left_ns);
		__atomic_store_n(&vcpu->tsc_offset, counter - tsc_scale(&vcpu->tsc_rate, now.tsc),
				 __ATOMIC_RELAXED);
	}
	vcpu_request(vcpu, VCPU_REQUEST_CLOCK);
}
