// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a vCPU: KVM_RUN and the other ioctls, and the memory that it shares with user space.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "host_entry.h"
#include "platform.h"
#include "api/api.h"
#include "life/life.h"
#include "mem/dirty_ring.h"

/* --- KVM_RUN ---------------------------------------------------------------- */

/* The thread's own mask goes to real_blocked, not to a variable: a signal of it that is ignored now
 * must still be kept, as while it is blocked. */
static void sigmask_activate(const struct vcpu *vcpu)
{
	sigset_t mask = vcpu->host.sigmask;

	if (vcpu->host.sigmask_set)
		sigprocmask(SIG_SETMASK, &mask, &current->real_blocked);
}

static void sigmask_deactivate(const struct vcpu *vcpu)
{
	if (!vcpu->host.sigmask_set)
		return;
	sigprocmask(SIG_SETMASK, &current->real_blocked, NULL);
	sigemptyset(&current->real_blocked);
}

static long run(struct vcpu *vcpu, unsigned long argument)
{
	long result;

	if (argument)
		return -EINVAL;
	if (mutex_lock_killable(&vcpu->host.mutex))
		return -EINTR;
	/* The machine goes down, and waits until nobody is at work. */
	if (READ_ONCE(vmx_shutting_down)) {
		mutex_unlock(&vcpu->host.mutex);
		return -EINTR;
	}
	sigmask_activate(vcpu);
	result = api_run(vcpu);
	sigmask_deactivate(vcpu);
	mutex_unlock(&vcpu->host.mutex);
	return result;
}

/* --- KVM_SET_SIGNAL_MASK ---------------------------------------------------- */

static long sigmask_set(struct vcpu *vcpu, const sigset_t *mask)
{
	if (mutex_lock_killable(&vcpu->host.mutex))
		return -EINTR;
	vcpu->host.sigmask_set = mask;
	if (mask) {
		vcpu->host.sigmask = *mask;
		sigdelsetmask(&vcpu->host.sigmask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	}
	mutex_unlock(&vcpu->host.mutex);
	return 0;
}

static long set_signal_mask(struct vcpu *vcpu, const struct kvm_signal_mask __user *argument)
{
	struct kvm_signal_mask header;
	sigset_t mask;

	if (!argument)
		return sigmask_set(vcpu, NULL);
	if (copy_from_user(&header, argument, sizeof(header)))
		return -EFAULT;
	if (header.len != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, argument->sigset, sizeof(mask)))
		return -EFAULT;
	return sigmask_set(vcpu, &mask);
}

/* A 32-bit process's set has the same size, as two words. */
static long set_signal_mask_compat(struct vcpu *vcpu, const struct kvm_signal_mask __user *argument)
{
	struct kvm_signal_mask header;
	sigset_t mask;

	if (!argument)
		return sigmask_set(vcpu, NULL);
	if (copy_from_user(&header, argument, sizeof(header)))
		return -EFAULT;
	if (header.len != sizeof(compat_sigset_t))
		return -EINVAL;
	if (get_compat_sigset(&mask, (const compat_sigset_t __user *)argument->sigset))
		return -EFAULT;
	return sigmask_set(vcpu, &mask);
}

/* --- The file --------------------------------------------------------------- */

static long vcpu_ioctl(struct file *file, unsigned int number, unsigned long argument)
{
	struct vcpu *vcpu = file->private_data;
	ioctl_carrier_t *carry;

	if (vcpu->vm->host.mm != current->mm)
		return -EIO;
	if (number == KVM_RUN)
		return run(vcpu, argument);
	carry = ioctl_carrier(SCOPE_VCPU, number);
	if (carry)
		return carry(vcpu->vm, vcpu, argument);
	switch (number) {
	case KVM_SET_SIGNAL_MASK:
		return set_signal_mask(vcpu, (const struct kvm_signal_mask __user *)argument);
	case KVM_GET_STATS_FD:
		return vcpu_stats_file_create(vcpu);
	default:
		return -EINVAL;
	}
}

static long vcpu_compat_ioctl(struct file *file, unsigned int number, unsigned long argument)
{
	struct vcpu *vcpu = file->private_data;

	if (number != KVM_SET_SIGNAL_MASK)
		return vcpu_ioctl(file, number, (unsigned long)compat_ptr(argument));
	if (vcpu->vm->host.mm != current->mm)
		return -EIO;
	return set_signal_mask_compat(vcpu, compat_ptr(argument));
}

static vm_fault_t vcpu_page_fault(struct vm_fault *fault)
{
	const struct vcpu *vcpu = fault->vma->vm_file->private_data;
	void *const pages[VCPU_MMAP_PAGES] = {vcpu->run, vcpu->pio_data, vcpu->vm->coalesced.ring};

	void *page = fault->pgoff < ARRAY_SIZE(pages) ? pages[fault->pgoff]
						      : dirty_ring_page(vcpu, fault->pgoff);

	if (!page)
		return VM_FAULT_SIGBUS;
	fault->page = virt_to_page(page);
	get_page(fault->page);
	return 0;
}

static const struct vm_operations_struct vcpu_page_operations = {
	.fault = vcpu_page_fault,
};

/* A ring that the program has a copy of is none. */
static int vcpu_mmap(struct file *file, struct vm_area_struct *area)
{
	bool shared = (area->vm_flags & VM_SHARED) && !(area->vm_flags & VM_EXEC);

	if (!shared && dirty_ring_is_among(file->private_data, area->vm_pgoff, vma_pages(area)))
		return -EINVAL;
	area->vm_ops = &vcpu_page_operations;
	return 0;
}

/* The vCPU stays, as its id stays taken, until the VM goes. */
static int vcpu_release(struct inode *inode, struct file *file)
{
	struct vcpu *vcpu = file->private_data;

	vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vcpu_ioctl,
	.compat_ioctl = vcpu_compat_ioctl,
	.mmap = vcpu_mmap,
	.release = vcpu_release,
	.llseek = noop_llseek,
};

/* --- KVM_CREATE_VCPU -------------------------------------------------------- */

void vcpu_release_memory(struct vcpu *vcpu)
{
	host_free_pages(vcpu->run, 0);
	host_free_pages(vcpu->pio_data, 0);
	kvfree(vcpu);
}

static struct vcpu *vcpu_create(struct vm *vm, u32 id)
{
	struct vcpu *vcpu = kvzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	int error = -ENOMEM;

	if (!vcpu)
		return ERR_PTR(-ENOMEM);
	vcpu->run = host_alloc_pages(0);
	vcpu->pio_data = host_alloc_pages(0);
	if (vcpu->run && vcpu->pio_data)
		error = vmx_create_vcpu(vm, vcpu, id);
	if (!error)
		return vcpu;
	vcpu_release_memory(vcpu);
	return ERR_PTR(error);
}

static int vcpu_file_install(struct vm *vm, struct vcpu *vcpu)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;
	char name[24];

	if (fd < 0)
		return fd;
	snprintf(name, sizeof(name), "kvm-vcpu:%u", vcpu->id);
	file = anon_inode_getfile(name, &vcpu_operations, vcpu, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	/* The file's own reference: its release gives it back. */
	vm_get(vm);
	vm_add_vcpu(vm, vcpu);
	debugfs_add_vcpu(vcpu);
	fd_install(fd, file);
	return fd;
}

int vcpu_file_create(struct vm *vm, unsigned long id)
{
	struct vcpu *vcpu;
	int fd;

	if (!vm_vcpu_id_valid(vm, id))
		return -EINVAL;
	id = array_index_nospec(id, VM_MAX_VCPUS);
	if (vm->vcpus[id])
		return -EEXIST;
	vcpu = vcpu_create(vm, (u32)id);
	if (IS_ERR(vcpu))
		return PTR_ERR(vcpu);
	fd = vcpu_file_install(vm, vcpu);
	if (fd < 0) {
		vmx_free_vcpu(vcpu);
		vcpu_release_memory(vcpu);
	}
	return fd;
}
