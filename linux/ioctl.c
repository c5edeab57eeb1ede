// SPDX-License-Identifier: GPL-2.0
/*
 * Between an ioctl and its row in the table: copies, limits, locks.  A function for each row, in
 * which the compiler leaves what the row needs: the size of a copy is a constant there, as the
 * flags are.
 *
 * User memory is read before the first lock is taken and written after the last is given back: it
 * may take for ever to appear.
 */
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <compat.h>
#include "host_entry.h"
#include "platform.h"
#include "api/rows.h"

/* Most arguments are no larger (the page of a local APIC): no allocation for them. */
#define SMALL_SIZE 1024

struct prepared {
	const struct ioctl_row *row;
	void __user *user;
	size_t header; /* bytes of the argument without its entries */
	struct ioctl_call *call;
	void *small; /* SMALL_SIZE bytes */
};

/* How many entries there is room for: what the user said, within the row's limit. */
static int count_entries(struct prepared *p)
{
	u32 count;
	int error;

	if (!ioctl_has_entries(p->row))
		return 0;
	if (get_user(count, (u32 __user *)p->user))
		return -EFAULT;
	error = ioctl_limit_entries(p->row, &count);
	p->call->entries = count;
	return error;
}

static size_t entries_size(const struct prepared *p)
{
	return (size_t)p->call->entries * p->row->entry_size;
}

/* What is not read from the user is zero. */
static int alloc_data(struct prepared *p)
{
	size_t size = p->header + entries_size(p);
	u32 entries = p->row->flags & (IOCTL_ENTRIES_IN | IOCTL_ENTRIES_OUT);
	bool zeroed = !ioctl_is_read(p->row) || entries == IOCTL_ENTRIES_OUT;

	if (size > SMALL_SIZE) {
		p->call->data = kvmalloc(size, GFP_KERNEL_ACCOUNT | (zeroed ? __GFP_ZERO : 0));
		return p->call->data ? 0 : -ENOMEM;
	}
	p->call->data = p->small;
	if (zeroed)
		memset(p->call->data, 0, size);
	return 0;
}

static int copy_in(struct prepared *p)
{
	if (ioctl_is_read(p->row) && copy_from_user(p->call->data, p->user, p->header))
		return -EFAULT;
	/* It was read twice, and the user may have changed it in between. */
	if (ioctl_has_entries(p->row))
		*(u32 *)p->call->data = p->call->entries;
	if ((p->row->flags & IOCTL_ENTRIES_IN) &&
	    copy_from_user(p->call->data + p->header, p->user + p->header, entries_size(p)))
		return -EFAULT;
	return 0;
}

static int prepare(struct prepared *p)
{
	int error = count_entries(p);

	if (!error)
		error = alloc_data(p);
	if (!error)
		error = copy_in(p);
	return error;
}

static int copy_header_out(const struct prepared *p)
{
	return copy_to_user(p->user, p->call->data, p->header) ? -EFAULT : 0;
}

/* The call may have said fewer entries than there is room for. */
static int copy_entries_out(const struct prepared *p)
{
	u32 count;

	if (!(p->row->flags & IOCTL_ENTRIES_OUT))
		return 0;
	count = min(*(const u32 *)p->call->data, p->call->entries);
	return copy_to_user(p->user + p->header, p->call->data + p->header,
			    (size_t)count * p->row->entry_size)
		       ? -EFAULT
		       : 0;
}

static long finish(struct prepared *p, long result)
{
	int error = 0;

	if (ioctl_gives_header(p->row, result))
		error = copy_header_out(p);
	if (!error && result >= 0)
		error = copy_entries_out(p);
	return error ? error : result;
}

static __always_inline long call_loaded(const struct ioctl_row *row, struct ioctl_call *call)
{
	long result;

	if (READ_ONCE(vmx_shutting_down))
		return -ESHUTDOWN;
	host_vcpu_get(call->vcpu);
	result = ioctl_carry_out(row, call);
	host_vcpu_release(call->vcpu);
	/* What it read of the VMCS is nobody's, what it wrote went nowhere. */
	return host_vmx_ended() ? -ESHUTDOWN : result;
}

static __always_inline long call_vcpu(const struct ioctl_row *row, struct ioctl_call *call)
{
	struct vcpu *vcpu = call->vcpu;
	long result;

	if (mutex_lock_killable(&vcpu->host.mutex))
		return -EINTR;
	result = row->flags & IOCTL_LOADED ? call_loaded(row, call) : ioctl_carry_out(row, call);
	mutex_unlock(&vcpu->host.mutex);
	return result;
}

static __always_inline long call_any(const struct ioctl_row *row, struct ioctl_call *call)
{
	return call->vcpu ? call_vcpu(row, call) : ioctl_carry_out(row, call);
}

static __always_inline long call_locked(const struct ioctl_row *row, struct ioctl_call *call)
{
	long result;

	if (!(row->flags & IOCTL_VM_LOCK))
		return call_any(row, call);
	if (mutex_lock_killable(&call->vm->lock))
		return -EINTR;
	result = call_any(row, call);
	mutex_unlock(&call->vm->lock);
	return result;
}

/* What has entries, or no type: a size that only the user knows, or a function of the call. */
static noinline long call_with_data(const struct ioctl_row *row, struct ioctl_call *call)
{
	u64 small[SMALL_SIZE / sizeof(u64)] COMPAT_UNINITIALIZED;
	struct prepared p = {
		.row = row,
		.user = (void __user *)call->argument,
		.header = ioctl_argument_size(row),
		.call = call,
		.small = small,
	};
	long result = prepare(&p);

	if (!result)
		result = finish(&p, call_locked(row, call));
	if (call->data && call->data != small)
		kvfree(call->data);
	return result;
}

/* What has a type: all `size` bytes of `data` are the user's or zero before the call. */
static __always_inline long call_with(void *data, size_t size, const struct ioctl_row *row,
				      struct ioctl_call *call)
{
	void __user *user = (void __user *)call->argument;
	long result;

	if (!ioctl_is_read(row))
		memset(data, 0, size);
	else if (copy_from_user(data, user, size))
		return -EFAULT;
	call->data = data;
	result = call_locked(row, call);
	if (ioctl_gives_header(row, result) && copy_to_user(user, data, size))
		return -EFAULT;
	return result;
}

static __always_inline long call_with_allocated(size_t size, const struct ioctl_row *row,
						struct ioctl_call *call)
{
	void *data = kmalloc(size, GFP_KERNEL_ACCOUNT);
	long result;

	if (!data)
		return -ENOMEM;
	result = call_with(data, size, row, call);
	kfree(data);
	return result;
}

/* 0, or what the row refuses whatever the argument points to. */
static __always_inline int check(const struct ioctl_row *row, const struct ioctl_call *call)
{
	if ((row->flags & IOCTL_NO_ARGUMENT) && call->argument)
		return -EINVAL;
	if ((row->flags & IOCTL_BEFORE_VCPUS) && READ_ONCE(call->vm->nr_vcpus))
		return -EINVAL;
	return 0;
}

static __always_inline long carry_out(const struct ioctl_row *row, struct ioctl_call *call)
{
	int error = check(row, call);

	if (error)
		return error;
	return ioctl_argument_size(row) ? call_with_data(row, call) : call_locked(row, call);
}

static __always_inline long carry_out_typed(const struct ioctl_row *row, struct ioctl_call *call,
					    void *small, size_t size)
{
	int error = check(row, call);

	if (error)
		return error;
	return size > SMALL_SIZE ? call_with_allocated(size, row, call)
				 : call_with(small, size, row, call);
}

/* --- A function for each row --- */

#define SUBJECT_SYSTEM
#define SUBJECT_VM   .vm = vm,
#define SUBJECT_VCPU .vm = vm, .vcpu = vcpu,

/* Where the argument is, if it is small. */
#define SMALL(type)                                                                                \
	u64 small[sizeof(type) > SMALL_SIZE                                                        \
			  ? 1                                                                      \
			  : DIV_ROUND_UP(sizeof(type), sizeof(u64))] COMPAT_UNINITIALIZED

#define PLATFORM(scope, number, ...)
#define CALL(scope, number, ...)                                                                   \
	static long carry_##scope##_##number(struct vm *vm, struct vcpu *vcpu,                     \
					     unsigned long argument)                               \
	{                                                                                          \
		struct ioctl_call call = {SUBJECT_##scope.argument = argument};                    \
                                                                                                   \
		return carry_out(&row_##scope##_##number, &call);                                  \
	}
#define ENTRIES CALL
#define VALUE	CALL
#define PLAIN	CALL
#define DATA(scope, number, flags, type, function)                                                 \
	static long carry_##scope##_##number(struct vm *vm, struct vcpu *vcpu,                     \
					     unsigned long argument)                               \
	{                                                                                          \
		struct ioctl_call call = {SUBJECT_##scope.argument = argument};                    \
		SMALL(type);                                                                       \
                                                                                                   \
		return carry_out_typed(&row_##scope##_##number, &call, small, sizeof(type));       \
	}
#define GIVES DATA
#include "api/ioctl_list.h"

/* --- The table of them --- */

#define PLATFORM(scope, number, ...)
#define CALL(scope, number, ...)                                                                   \
	[SCOPE_##scope][IOCTL_SLOT(number)] = {number, carry_##scope##_##number},
#define ENTRIES CALL
#define VALUE	CALL
#define PLAIN	CALL
#define DATA	CALL
#define GIVES	CALL

const struct ioctl_carrier ioctl_carriers[][IOCTL_SLOTS] = {
#include "api/ioctl_list.h"
};

long ioctl_call_data(const struct ioctl_row *row, struct vm *vm, void *data)
{
	struct ioctl_call call = {.vm = vm, .data = data};

	return call_locked(row, &call);
}
