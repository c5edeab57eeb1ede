// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl() of a program on the files of the KVM API: what the platform does between the program and
 * a row of the table, as core/api/api.h asks for it.
 *
 * The program's memory is read before the first lock is taken and written after the last is given
 * back.  The copy that a row gets is an allocation of just its size, so that ASan sees each byte
 * that is read or written beside it.
 */
#include "file.h"
#include "api/api.h"

static bool other_process;

void sim_other_process(bool other)
{
	other_process = other;
}

void sim_ioctl_reset(void)
{
	other_process = false;
}

/* --- The argument of a row --- */

struct argument {
	const struct ioctl_row *row;
	u64 user;    /* its address in the program */
	size_t size; /* without the entries */
	struct ioctl_call call;
};

/* What the program says that it has, or has room for. */
static int entries_count(struct argument *argument)
{
	u32 count;
	int error;

	if (!ioctl_has_entries(argument->row))
		return 0;
	if (host_user_read(&count, argument->user, sizeof(count)))
		return -EFAULT;
	error = ioctl_limit_entries(argument->row, &count);
	argument->call.entries = count;
	return error;
}

static size_t entries_size(const struct argument *argument, u32 count)
{
	return (size_t)count * argument->row->entry_size;
}

static int copy_in(struct argument *argument)
{
	struct ioctl_call *call = &argument->call;
	u8 *data = call->data;

	if (ioctl_is_read(argument->row) && host_user_read(data, argument->user, argument->size))
		return -EFAULT;
	if (ioctl_has_entries(argument->row))
		*(u32 *)data = call->entries;
	if (argument->row->flags & IOCTL_ENTRIES_IN)
		return host_user_read(data + argument->size, argument->user + argument->size,
				      entries_size(argument, call->entries));
	return 0;
}

static int argument_take(struct argument *argument)
{
	int error;

	argument->size = ioctl_argument_size(argument->row);
	if (!argument->size)
		return 0;
	error = entries_count(argument);
	if (error)
		return error;
	argument->call.data =
		host_zalloc(argument->size + entries_size(argument, argument->call.entries));
	return argument->call.data ? copy_in(argument) : -ENOMEM;
}

static int header_give(const struct argument *argument)
{
	return host_user_write(argument->user, argument->call.data, argument->size);
}

/* The call may have said fewer entries than there is room for. */
static int entries_give(const struct argument *argument)
{
	const u8 *data = argument->call.data;
	u32 count;

	if (!(argument->row->flags & IOCTL_ENTRIES_OUT))
		return 0;
	count = *(const u32 *)data;
	if (count > argument->call.entries)
		count = argument->call.entries;
	return host_user_write(argument->user + argument->size, data + argument->size,
			       entries_size(argument, count));
}

static long argument_give(const struct argument *argument, long result)
{
	int error = 0;

	if (ioctl_gives_header(argument->row, result))
		error = header_give(argument);
	if (!error && result >= 0)
		error = entries_give(argument);
	return error ? error : result;
}

/* --- The locks of a row --- */

static long call_loaded(struct argument *argument)
{
	long result;

	if (sim_guests_stopped())
		return -ESHUTDOWN;
	host_vcpu_get(argument->call.vcpu);
	result = ioctl_carry_out(argument->row, &argument->call);
	host_vcpu_release(argument->call.vcpu);
	return host_vmx_ended() ? -ESHUTDOWN : result;
}

static long call_of_vcpu(struct argument *argument)
{
	struct vcpu *vcpu = argument->call.vcpu;
	long result;

	if (!vcpu)
		return ioctl_carry_out(argument->row, &argument->call);
	host_mutex_lock(&vcpu->host.mutex);
	result = argument->row->flags & IOCTL_LOADED
			 ? call_loaded(argument)
			 : ioctl_carry_out(argument->row, &argument->call);
	host_mutex_unlock(&vcpu->host.mutex);
	return result;
}

static long call_locked(struct argument *argument)
{
	struct vm *vm = argument->call.vm;
	long result;

	if (!(argument->row->flags & IOCTL_VM_LOCK))
		return call_of_vcpu(argument);
	host_mutex_lock(&vm->lock);
	result = call_of_vcpu(argument);
	host_mutex_unlock(&vm->lock);
	return result;
}

static long call_row(const struct ioctl_row *row, const struct sim_file *file, u64 user)
{
	struct argument argument = {
		.row = row,
		.user = user,
		.call = {.vm = file->vm, .vcpu = file->vcpu, .argument = user},
	};
	long result;

	if ((row->flags & IOCTL_NO_ARGUMENT) && user)
		return -EINVAL;
	if ((row->flags & IOCTL_BEFORE_VCPUS) && file->vm->nr_vcpus)
		return -EINVAL;
	result = argument_take(&argument);
	if (!result)
		result = argument_give(&argument, call_locked(&argument));
	host_free(argument.call.data);
	return result;
}

/* --- What is the platform's own --- */

static long create_vcpu(struct vm *vm, u64 id)
{
	long result;

	host_mutex_lock(&vm->lock);
	result = sim_file_create_vcpu(vm, id);
	host_mutex_unlock(&vm->lock);
	return result;
}

static long run(struct vcpu *vcpu, u64 argument)
{
	long result = -EINTR;

	if (argument)
		return -EINVAL;
	host_mutex_lock(&vcpu->host.mutex);
	if (!sim_guests_stopped())
		result = api_run(vcpu);
	host_mutex_unlock(&vcpu->host.mutex);
	return result;
}

/* The simulated thread's signals have no numbers: the mask is looked at, and masks nothing. */
static long set_signal_mask(u64 user)
{
	struct kvm_signal_mask header;
	u64 mask;

	if (!user)
		return 0;
	if (host_user_read(&header, user, sizeof(header)))
		return -EFAULT;
	if (header.len != sizeof(mask))
		return -EINVAL;
	return host_user_read(&mask, user + sizeof(header), sizeof(mask));
}

static long by_row(enum ioctl_scope scope, const struct sim_file *file, u32 number, u64 argument)
{
	const struct ioctl_row *row = ioctl_find(scope, number);

	if (!row || !row->call)
		return scope == SCOPE_VM ? -ENOTTY : -EINVAL;
	return call_row(row, file, argument);
}

static long device_ioctl(const struct sim_file *file, u32 number, u64 argument)
{
	switch (number) {
	case KVM_CREATE_VM:
		return sim_file_create_vm(argument);
	case KVM_GET_VCPU_MMAP_SIZE:
		return argument ? -EINVAL : (long)(SIM_VCPU_PAGES * LINTEL_PAGE_SIZE);
	default:
		return by_row(SCOPE_SYSTEM, file, number, argument);
	}
}

static long vcpu_ioctl(const struct sim_file *file, u32 number, u64 argument)
{
	switch (number) {
	case KVM_RUN:
		return run(file->vcpu, argument);
	case KVM_SET_SIGNAL_MASK:
		return set_signal_mask(argument);
	case KVM_GET_STATS_FD:
		return sim_file_create_stats(file->vm, file->vcpu);
	default:
		return by_row(SCOPE_VCPU, file, number, argument);
	}
}

static long vm_ioctl(const struct sim_file *file, u32 number, u64 argument)
{
	switch (number) {
	case KVM_CREATE_VCPU:
		return create_vcpu(file->vm, argument);
	case KVM_GET_STATS_FD:
		return sim_file_create_stats(file->vm, NULL);
	default:
		return by_row(SCOPE_VM, file, number, argument);
	}
}

long sim_ioctl(int fd, u32 number, u64 argument)
{
	const struct sim_file *file = sim_file_find(fd);

	if (!file)
		return -EBADF;
	if (file->kind == SIM_FILE_DEVICE)
		return device_ioctl(file, number, argument);
	if (file->kind == SIM_FILE_STATS)
		return -ENOTTY;
	if (other_process)
		return -EIO;
	if (file->kind == SIM_FILE_VCPU)
		return vcpu_ioctl(file, number, argument);
	return vm_ioctl(file, number, argument);
}
