// SPDX-License-Identifier: GPL-2.0
/* KVM_ENABLE_CAP: the capabilities that a program has to ask for, one row each. */
#include "api/internal.h"

struct enable_row {
	u32 number; /* KVM_CAP_* */
	enum ioctl_scope scope;
	u64 allowed; /* bits of args[0] */
	int (*enable)(struct ioctl_call *call, const __u64 args[4]);
};

/* args[0]: may the guest read PLATFORM_INFO?  It may unless told otherwise. */
static int enable_platform_info(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->platform_info_hidden, !args[0], __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: which refused accesses go to user space, KVM_MSR_EXIT_REASON_*. */
static int enable_user_space_msr(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->msr_exits, (u32)args[0], __ATOMIC_RELAXED);
	return 0;
}

#define MSR_EXIT_REASONS                                                                           \
	(KVM_MSR_EXIT_REASON_INVAL | KVM_MSR_EXIT_REASON_UNKNOWN | KVM_MSR_EXIT_REASON_FILTER)

/* args[0]: KVM_DIRTY_LOG_*; the one makes no sense without the other. */
static int enable_manual_dirty_log(struct ioctl_call *call, const __u64 args[4])
{
	if (args[0] == KVM_DIRTY_LOG_INITIALLY_SET)
		return -EINVAL;
	__atomic_store_n(&call->vm->dirty_log_manual, (u32)args[0], __ATOMIC_RELAXED);
	return 0;
}

#define MANUAL_DIRTY_LOG (KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET)

static const struct enable_row rows[] = {
	{ KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, SCOPE_VM, MANUAL_DIRTY_LOG, enable_manual_dirty_log },
	{ KVM_CAP_MSR_PLATFORM_INFO, SCOPE_VM, ~(u64)0, enable_platform_info },
	{ KVM_CAP_X86_USER_SPACE_MSR, SCOPE_VM, MSR_EXIT_REASONS, enable_user_space_msr },
};

int api_enable_cap(struct ioctl_call *call)
{
	const struct kvm_enable_cap *cap = call->data;
	enum ioctl_scope scope = call->vcpu ? SCOPE_VCPU : SCOPE_VM;

	if (cap->flags)
		return -EINVAL;
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		const struct enable_row *row = &rows[i];

		if (row->number == cap->cap && row->scope == scope)
			return cap->args[0] & ~row->allowed ? -EINVAL : row->enable(call, cap->args);
	}
	return -EINVAL;
}
