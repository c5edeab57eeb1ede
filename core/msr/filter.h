/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSR filter of a VM: which of the guest's RDMSR and WRMSR user space wants to see, or denies.
 * Published under vm->lock, read under vm->srcu, as the slots are.
 */
#ifndef LINTEL_MSR_FILTER_H
#define LINTEL_MSR_FILTER_H

#include "msr/msr.h"
#include "vm.h"

/*
 * KVM_X86_SET_MSR_FILTER.  When it returns, no vCPU runs by the filter that was.  Takes vm->lock.
 * -EINVAL (flags, a bitmap's size, ranges that wrap; default-deny without a range), -EFAULT,
 * -ENOMEM.
 */
int msr_filter_set(struct vm *vm, const struct kvm_msr_filter *user);
void msr_filter_free(struct msr_filter *filter);

static inline bool msr_filter_exists(const struct vm *vm)
{
	return __atomic_load_n(&vm->msr_filter, __ATOMIC_RELAXED);
}

/* The VM's filter, or NULL.  vm->srcu is held for reading, or vm->lock. */
static inline const struct msr_filter *msr_filter_get(const struct vm *vm)
{
	HOST_NEEDS(host_srcu_held(&vm->srcu) || host_mutex_held(&vm->lock));
	return __atomic_load_n(&vm->msr_filter, __ATOMIC_ACQUIRE);
}

/* May the guest do this without user space?  Of the x2APIC's registers it always may. */
bool msr_filter_allows(const struct msr_filter *filter, u32 msr, enum msr_direction direction);

#endif
