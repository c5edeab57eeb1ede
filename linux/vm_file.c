// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a VM: its life, and its ioctls.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "platform.h"
#include "irq/irqchip.h"
#include "irq/irqfd.h"
#include "life/life.h"

void vm_get(struct vm *vm)
{
	refcount_inc(&vm->host.users);
}

static void free_vcpus(struct vm *vm)
{
	struct vcpu *vcpu;

	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));) {
		debugfs_count_ended(vcpu);
		vmx_free_vcpu(vcpu);
		vcpu_release_memory(vcpu);
	}
}

void vm_put(struct vm *vm)
{
	struct mm_struct *mm = vm->host.mm;

	if (!refcount_dec_and_test(&vm->host.users))
		return;
	debugfs_remove_vm(vm);
	user_memory_detach(vm);
	irqfds_destroy(vm);
	irqchip_destroy(vm);
	free_vcpus(vm);
	vm_destroy(vm);
	kvfree(vm);
	mmdrop(mm);
	guest_samples_put();
	preempt_notifier_dec();
	vmx_cpu_put();
}

/* What the platform does itself. */
static noinline long vm_ioctl_own(struct vm *vm, unsigned int number, unsigned long argument)
{
	long result;

	switch (number) {
	case KVM_CREATE_VCPU:
		mutex_lock(&vm->lock);
		result = vcpu_file_create(vm, argument);
		mutex_unlock(&vm->lock);
		return result;
	case KVM_GET_STATS_FD:
		return vm_stats_file_create(vm);
	default:
		return -ENOTTY;
	}
}

static long vm_ioctl(struct file *file, unsigned int number, unsigned long argument)
{
	struct vm *vm = file->private_data;
	ioctl_carrier_t *carry;

	/* Guest memory is this process's; a file passed on to another one is no use there. */
	if (vm->host.mm != current->mm)
		return -EIO;
	carry = ioctl_carrier(SCOPE_VM, number);
	return carry ? carry(vm, NULL, argument) : vm_ioctl_own(vm, number, argument);
}

static long vm_compat_ioctl(struct file *file, unsigned int number, unsigned long argument)
{
	struct vm *vm = file->private_data;
	long result;

	if (vm->host.mm != current->mm)
		return -EIO;
	result = ioctl_call_compat(vm, number, compat_ptr(argument));
	if (result != -ENOIOCTLCMD)
		return result;
	return vm_ioctl(file, number, (unsigned long)compat_ptr(argument));
}

static int vm_release(struct inode *inode, struct file *file)
{
	vm_put(file->private_data);
	return 0;
}

static const struct file_operations vm_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vm_ioctl,
	.compat_ioctl = vm_compat_ioctl,
	.release = vm_release,
	.llseek = noop_llseek,
};

/* A VM with one user.  VMX operation is on. */
static struct vm *vm_create(void)
{
	struct vm *vm = kvzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	int error;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	refcount_set(&vm->host.users, 1);
	error = vm_init(vm);
	if (error)
		goto free;
	vm->host.mm = current->mm;
	mmgrab(vm->host.mm);
	error = user_memory_attach(vm);
	if (error)
		goto drop;
	return vm;
drop:
	mmdrop(vm->host.mm);
	vm_destroy(vm);
free:
	kvfree(vm);
	return ERR_PTR(error);
}

static int vm_file_install(struct vm *vm)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = anon_inode_getfile("kvm-vm", &vm_operations, vm, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	debugfs_add_vm(vm, fd);
	fd_install(fd, file);
	return fd;
}

int vm_file_create(unsigned long type)
{
	struct vm *vm;
	int result;

	if (type)
		return -EINVAL;
	result = vmx_cpu_get();
	if (result)
		return result;
	preempt_notifier_inc();
	guest_samples_get();
	vm = vm_create();
	if (IS_ERR(vm)) {
		guest_samples_put();
		preempt_notifier_dec();
		vmx_cpu_put();
		return PTR_ERR(vm);
	}
	result = vm_file_install(vm);
	if (result < 0)
		vm_put(vm);
	return result;
}
