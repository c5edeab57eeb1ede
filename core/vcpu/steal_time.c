// SPDX-License-Identifier: GPL-2.0
#include "vcpu/steal_time.h"
#include "mem/mem.h"

#define RESERVED 0x3eull /* bits 5:1: the page is aligned to its size */

/* In guest memory: "struct kvm_steal_time". */
struct steal_page {
	u64 steal;   /* ns */
	u32 version; /* odd while the time is being changed */
	u32 flags;
	u32 preempted; /* a byte; the rest is padding, but a locked access wants four */
	u32 pad[11];
};
_Static_assert(sizeof(struct steal_page) == 64, "the page as guests know it");

/* KVM_VCPU_PREEMPTED, KVM_VCPU_FLUSH_TLB. */
#define PREEMPTED      BIT32(0)
#define FLUSH_TLB      BIT32(1)
#define PREEMPTED_BYTE 0xffu

/* A guest that writes to the padding all the time gets no more than these. */
#define EXCHANGES_MAX 16

static gpa_t field(const struct vcpu *vcpu, size_t offset)
{
	return (vcpu->steal.msr & ~STEAL_TIME_ENABLED) + offset;
}

int steal_time_set(struct vcpu *vcpu, u64 value)
{
	if (!host_counts_run_delay() || (value & RESERVED))
		return -EINVAL;
	vcpu->steal.msr = value;
	vcpu->steal.begun = vcpu->steal.told = false;
	if (steal_time_enabled(vcpu))
		vcpu_request(vcpu, VCPU_REQUEST_STEAL_TIME);
	return 0;
}

/* It runs: until it is said again nobody leaves a bit there.  gives: what was, or an errno. */
static int exchange_preempted(struct vcpu *vcpu, u32 now, u32 *was)
{
	gpa_t gpa = field(vcpu, offsetof(struct steal_page, preempted));
	u8 none = 0;

	for (unsigned int i = 0; i < EXCHANGES_MAX; i++) {
		int error = -EAGAIN;

		*was = now & PREEMPTED_BYTE;
		if (*was)
			error = guest_cmpxchg(vcpu->vm, gpa, now, now & ~PREEMPTED_BYTE,
					      sizeof(now));
		else
			return 0;
		if (error != -EAGAIN)
			return error;
		error = guest_read(vcpu->vm, gpa, &now, sizeof(now));
		if (error)
			return error;
	}
	*was = FLUSH_TLB; /* for all that is known */
	return guest_write(vcpu->vm, gpa, &none, sizeof(none));
}

/* What the thread has waited since it was counted last; another thread counts from where it is. */
static u64 waited(struct vcpu *vcpu)
{
	u64 now = host_run_delay_ns(), before = vcpu->steal.counted;

	vcpu->steal.counted = now;
	if (!vcpu->steal.begun || now < before)
		return 0;
	return now - before;
}

/* What begins anew, or comes from another host, goes on from what is there. */
static int add_time(struct vcpu *vcpu, const struct steal_page *page)
{
	const u32 changing = page->version | 1, changed = changing + 1;
	const gpa_t version = field(vcpu, offsetof(struct steal_page, version));
	u64 steal = page->steal + waited(vcpu);
	int error = guest_write(vcpu->vm, version, &changing, sizeof(changing));

	if (!error)
		error = guest_write(vcpu->vm, field(vcpu, offsetof(struct steal_page, steal)),
				    &steal, sizeof(steal));
	if (!error)
		error = guest_write(vcpu->vm, version, &changed, sizeof(changed));
	return error;
}

void steal_time_update(struct vcpu *vcpu)
{
	struct steal_page page;
	int ticket, error;
	u32 was = 0;

	if (!steal_time_enabled(vcpu))
		return;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	error = guest_read(vcpu->vm, field(vcpu, 0), &page, sizeof(page));
	if (!error)
		error = exchange_preempted(vcpu, page.preempted, &was);
	if (!error)
		error = add_time(vcpu, &page);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	vcpu->steal.begun |= !error;
	vcpu->steal.told = false;
	/* What is served next, before the entry. */
	if (was & FLUSH_TLB)
		vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	if (error)
		host_log(HOST_LOG_DEBUG, "vCPU %u: no memory for its steal time at 0x%llx",
			 vcpu->id, field(vcpu, 0));
}

/* What it waited in user space counts, too. */
void steal_time_run_begins(struct vcpu *vcpu)
{
	if (vcpu->steal.told || host_run_delay_ns() != vcpu->steal.counted)
		vcpu_request(vcpu, VCPU_REQUEST_STEAL_TIME);
}

/*
 * Only where no instruction is under way: other vCPUs take it that from here to the next entry no
 * translation is used that the TLB had.  That is so after an exit for an interrupt of the host's,
 * which is how nearly every thread loses its processor; one that sleeps does not wait for one.
 */
void steal_time_switched_out(struct vcpu *vcpu)
{
	const gpa_t gpa = field(vcpu, offsetof(struct steal_page, preempted));
	const u8 byte = PREEMPTED;
	int ticket;

	if (!steal_time_enabled(vcpu) || !vcpu->steal.begun || vcpu->steal.told ||
	    vcpu->exit.reason != EXIT_REASON_EXTERNAL_INTERRUPT ||
	    __atomic_load_n(&vcpu->mode, __ATOMIC_RELAXED) != VCPU_OUTSIDE)
		return;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	if (!guest_write_atomic(vcpu->vm, gpa, &byte, sizeof(byte)))
		vcpu->steal.told = true;
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}

void steal_time_switched_in(struct vcpu *vcpu)
{
	if (steal_time_enabled(vcpu))
		vcpu_request(vcpu, VCPU_REQUEST_STEAL_TIME);
}
