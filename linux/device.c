// SPDX-License-Identifier: GPL-2.0
/*
 * The device: what Lintel can do, and KVM_CREATE_VM.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/string.h>
#include "platform.h"

static long device_ioctl(struct file *file, unsigned int number, unsigned long argument)
{
	ioctl_carrier_t *carry = ioctl_carrier(SCOPE_SYSTEM, number);

	if (carry)
		return carry(NULL, NULL, argument);
	switch (number) {
	case KVM_CREATE_VM:
		return vm_file_create(argument);
	case KVM_GET_VCPU_MMAP_SIZE:
		return argument ? -EINVAL : VCPU_MMAP_PAGES * PAGE_SIZE;
	default:
		return -EINVAL;
	}
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.fops = &device_operations,
};

int kvm_device_register(const char *name)
{
	int error;

	device.name = name;
	device.minor = strcmp(name, "kvm") ? MISC_DYNAMIC_MINOR : KVM_MINOR;
	error = misc_register(&device);
	if (error)
		pr_err("/dev/%s cannot be made (error %d): another module has it\n", name, error);
	return error;
}

void kvm_device_unregister(void)
{
	misc_deregister(&device);
}
