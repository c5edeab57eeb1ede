// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of a VM whose argument has a pointer in it, from a 32-bit program.  (Of all the others
 * the number and the layout are the same.)
 */
#include <linux/compat.h>
#include <linux/uaccess.h>
#include "platform.h"

/* "struct kvm_msr_filter", and with it the ioctl's number. */
struct filter_range_32 {
	u32 flags, nmsrs, base;
	compat_uptr_t bitmap;
};

struct filter_32 {
	u32 flags;
	struct filter_range_32 ranges[KVM_MSR_FILTER_MAX_RANGES];
};
static_assert(sizeof(struct filter_32) == 260);

#define SET_MSR_FILTER_32 _IOW(KVMIO, _IOC_NR(KVM_X86_SET_MSR_FILTER), struct filter_32)

/* The pointer is the low half of a union of 64 bits; the other half is whatever the program's stack
 * had there. */
static_assert(sizeof_field(struct kvm_dirty_log, dirty_bitmap) == sizeof(u64));
static_assert(sizeof_field(struct kvm_clear_dirty_log, dirty_bitmap) == sizeof(u64));

static long call(struct vm *vm, unsigned int number, void *data)
{
	return ioctl_call_data(ioctl_find(SCOPE_VM, number), vm, data);
}

static long get_dirty_log(struct vm *vm, const void __user *argument)
{
	struct kvm_dirty_log log;

	if (copy_from_user(&log, argument, sizeof(log)))
		return -EFAULT;
	log.padding2 = (u32)log.padding2;
	return call(vm, KVM_GET_DIRTY_LOG, &log);
}

static long clear_dirty_log(struct vm *vm, const void __user *argument)
{
	struct kvm_clear_dirty_log log;

	if (copy_from_user(&log, argument, sizeof(log)))
		return -EFAULT;
	log.padding2 = (u32)log.padding2;
	return call(vm, KVM_CLEAR_DIRTY_LOG, &log);
}

static long set_msr_filter(struct vm *vm, const void __user *argument)
{
	struct kvm_msr_filter filter = {};
	struct filter_32 given;

	if (copy_from_user(&given, argument, sizeof(given)))
		return -EFAULT;
	filter.flags = given.flags;
	for (unsigned int i = 0; i < ARRAY_SIZE(given.ranges); i++)
		filter.ranges[i] = (struct kvm_msr_filter_range){
			.flags = given.ranges[i].flags,
			.nmsrs = given.ranges[i].nmsrs,
			.base = given.ranges[i].base,
			.bitmap = (void __force *)compat_ptr(given.ranges[i].bitmap),
		};
	return call(vm, KVM_X86_SET_MSR_FILTER, &filter);
}

long ioctl_call_compat(struct vm *vm, unsigned int number, const void __user *argument)
{
	switch (number) {
	case KVM_GET_DIRTY_LOG:
		return get_dirty_log(vm, argument);
	case KVM_CLEAR_DIRTY_LOG:
		return clear_dirty_log(vm, argument);
	case SET_MSR_FILTER_32:
		return set_msr_filter(vm, argument);
	default:
		return -ENOIOCTLCMD;
	}
}
