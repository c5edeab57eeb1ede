// SPDX-License-Identifier: GPL-2.0
/*
 * The MSR filter: ranges with a bit for each MSR, 1 = allowed, and a default for what is in none.
 *
 * The bits of the MSR bitmap that a new filter closes, each vCPU closes itself before it enters the
 * guest again: those that are in it are made to leave.
 *
 * Documentation/virt/kvm/api.rst: "KVM_X86_SET_MSR_FILTER".
 */
#include "msr/filter.h"

#define X2APIC_FIRST 0x800u
#define X2APIC_LAST  0x8ffu

struct filter_range {
	u32 flags; /* KVM_MSR_FILTER_READ, _WRITE */
	u32 base, count;
	const u8 *bits;
};

struct msr_filter {
	bool default_allow;
	unsigned int count;
	struct filter_range range[KVM_MSR_FILTER_MAX_RANGES];
	u8 bits[]; /* of all the ranges */
};

/* User space's bitmaps are of whole 64-bit words. */
static size_t range_bytes(const struct kvm_msr_filter_range *range)
{
	return ((u64)range->nmsrs + 63) / 64 * 8;
}

static bool filter_range_valid(const struct kvm_msr_filter_range *range)
{
	return !(range->flags & ~(u32)(KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE)) &&
	       range->flags && range_bytes(range) <= KVM_MSR_FILTER_MAX_BITMAP_SIZE;
}

/* Bytes of the bitmaps of all ranges; 0: there are none.  Ranges without an MSR do not count. */
static int filter_check(const struct kvm_msr_filter *user, size_t *size)
{
	*size = 0;
	if (user->flags & ~(u32)KVM_MSR_FILTER_DEFAULT_DENY)
		return -EINVAL;
	for (unsigned int i = 0; i < KVM_MSR_FILTER_MAX_RANGES; i++) {
		if (!user->ranges[i].nmsrs)
			continue;
		if (!filter_range_valid(&user->ranges[i]))
			return -EINVAL;
		*size += range_bytes(&user->ranges[i]);
	}
	/* That would deny everything, and says "no filter" at once. */
	if (!*size && user->flags & KVM_MSR_FILTER_DEFAULT_DENY)
		return -EINVAL;
	return 0;
}

static int copy_ranges(struct msr_filter *filter, const struct kvm_msr_filter *user)
{
	u8 *bits = filter->bits;

	for (unsigned int i = 0; i < KVM_MSR_FILTER_MAX_RANGES; i++) {
		const struct kvm_msr_filter_range *from = &user->ranges[i];

		if (!from->nmsrs)
			continue;
		if (host_user_read(bits, (u64)(unsigned long)from->bitmap, range_bytes(from)))
			return -EFAULT;
		filter->range[filter->count++] = (struct filter_range){
			.flags = from->flags,
			.base = from->base,
			.count = from->nmsrs,
			.bits = bits,
		};
		bits += range_bytes(from);
	}
	return 0;
}

static int filter_build(const struct kvm_msr_filter *user, struct msr_filter **filter)
{
	size_t size;
	int error = filter_check(user, &size);

	*filter = NULL;
	if (error || !size)
		return error;
	*filter = host_zalloc(sizeof(**filter) + size);
	if (!*filter)
		return -ENOMEM;
	(*filter)->default_allow = !(user->flags & KVM_MSR_FILTER_DEFAULT_DENY);
	error = copy_ranges(*filter, user);
	if (error)
		host_free(*filter);
	return error;
}

int msr_filter_set(struct vm *vm, const struct kvm_msr_filter *user)
{
	struct msr_filter *filter, *before;
	int error = filter_build(user, &filter);

	if (error)
		return error;
	host_mutex_lock(&vm->lock);
	before = vm->msr_filter;
	__atomic_store_n(&vm->msr_filter, filter, __ATOMIC_RELEASE);
	vm_request_all(vm, VCPU_REQUEST_MSR_BITMAP);
	host_srcu_synchronize(&vm->srcu);
	host_mutex_unlock(&vm->lock);
	msr_filter_free(before);
	return 0;
}

void msr_filter_free(struct msr_filter *filter)
{
	host_free(filter);
}

bool msr_filter_allows(const struct msr_filter *filter, u32 msr, enum msr_direction direction)
{
	u32 kind = direction == MSR_READ ? KVM_MSR_FILTER_READ : KVM_MSR_FILTER_WRITE;

	if (!filter || (msr >= X2APIC_FIRST && msr <= X2APIC_LAST))
		return true;
	for (unsigned int i = 0; i < filter->count; i++) {
		const struct filter_range *range = &filter->range[i];
		u32 at = msr - range->base;

		if (at < range->count && (range->flags & kind))
			return range->bits[at / 8] & (1u << at % 8);
	}
	return filter->default_allow;
}
