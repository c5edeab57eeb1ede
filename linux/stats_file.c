// SPDX-License-Identifier: GPL-2.0
/*
 * The files of KVM_GET_STATS_FD: what a VM or a vCPU has counted, for whoever has the descriptor,
 * in whatever process.  The VM stays while there is one.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "platform.h"
#include "api/stats_file.h"

static ssize_t stats_read(const struct vm *vm, const struct vcpu *vcpu, char __user *to,
			  size_t size, loff_t *offset)
{
	size_t whole = stats_file_size(vcpu);
	void *all = kvzalloc(whole, GFP_KERNEL_ACCOUNT);
	ssize_t result;

	if (!all)
		return -ENOMEM;
	stats_file_write(vm, vcpu, all);
	result = simple_read_from_buffer(to, size, offset, all, whole);
	kvfree(all);
	return result;
}

static ssize_t vm_stats_read(struct file *file, char __user *to, size_t size, loff_t *offset)
{
	return stats_read(file->private_data, NULL, to, size, offset);
}

static int vm_stats_release(struct inode *inode, struct file *file)
{
	vm_put(file->private_data);
	return 0;
}

static const struct file_operations vm_stats_operations = {
	.owner = THIS_MODULE,
	.read = vm_stats_read,
	.release = vm_stats_release,
	.llseek = noop_llseek,
};

static ssize_t vcpu_stats_read(struct file *file, char __user *to, size_t size, loff_t *offset)
{
	const struct vcpu *vcpu = file->private_data;

	return stats_read(vcpu->vm, vcpu, to, size, offset);
}

/* The vCPU goes with its VM. */
static int vcpu_stats_release(struct inode *inode, struct file *file)
{
	const struct vcpu *vcpu = file->private_data;

	vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_stats_operations = {
	.owner = THIS_MODULE,
	.read = vcpu_stats_read,
	.release = vcpu_stats_release,
	.llseek = noop_llseek,
};

static int install(struct vm *vm, const char *name, const struct file_operations *operations,
		   void *subject)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = anon_inode_getfile(name, operations, subject, O_RDONLY);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	file->f_mode |= FMODE_PREAD;
	vm_get(vm);
	fd_install(fd, file);
	return fd;
}

int vm_stats_file_create(struct vm *vm)
{
	return install(vm, "kvm-vm-stats", &vm_stats_operations, vm);
}

int vcpu_stats_file_create(struct vcpu *vcpu)
{
	char name[32];

	snprintf(name, sizeof(name), "kvm-vcpu-stats:%u", vcpu->id);
	return install(vcpu->vm, name, &vcpu_stats_operations, vcpu);
}
