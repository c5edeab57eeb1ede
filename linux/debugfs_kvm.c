// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/kvm, where KVM has it and its tools look (kvm_stat): a file of each statistic
 * that is one number, the sum over the VMs that there are, and for each VM a directory (<pid>-<fd>)
 * with its own.  Who writes 0 into one that only grows has it begin anew, here alone: what
 * KVM_GET_STATS_FD tells goes on.
 *
 * A directory with its files is four times as dear as the VM it is of, in time and in memory: so it
 * is made when somebody opens the one above, without whose entries nobody knows its name.
 *
 * debugfs lets a file's removal wait for those who read it, and they take numbers_lock: so nothing
 * is removed under it.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "platform.h"
#include "api/stats_file.h"

struct vm_number {
	const struct vm *vm;
	enum stats_number number;
	u64 cleared; /* what it was when somebody wrote 0 */
};

struct vm_numbers {
	struct list_head others;
	const struct vm *vm;
	struct dentry *directory; /* NULL: nobody has looked */
	struct vm_number number[STATS_NUMBERS];
};

static struct dentry *root; /* NULL: there is none, or it is somebody else's */
static LIST_HEAD(all_numbers);
static DEFINE_MUTEX(numbers_lock); /* that list, and what was cleared */

/* --- A VM's --- */

/* Needs: numbers_lock. */
static u64 counted(const struct vm_number *this)
{
	return stats_number_of(this->vm, this->number) - this->cleared;
}

static int vm_number_get(void *data, u64 *value)
{
	const struct vm_number *this = data;

	mutex_lock(&numbers_lock);
	*value = counted(this);
	mutex_unlock(&numbers_lock);
	return 0;
}

static int vm_number_clear(void *data, u64 value)
{
	struct vm_number *this = data;

	if (value)
		return -EINVAL;
	mutex_lock(&numbers_lock);
	this->cleared += counted(this);
	mutex_unlock(&numbers_lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(vm_grows, vm_number_get, vm_number_clear, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(vm_is, vm_number_get, NULL, "%llu\n");

/* --- The sums, whose files point to nothing but have the number --- */

static int sum_get(void *data, u64 *value)
{
	enum stats_number number = (uintptr_t)data;
	const struct vm_numbers *numbers;

	*value = 0;
	mutex_lock(&numbers_lock);
	list_for_each_entry(numbers, &all_numbers, others)
	{
		*value += counted(&numbers->number[number]);
	}
	mutex_unlock(&numbers_lock);
	return 0;
}

static int sum_clear(void *data, u64 value)
{
	enum stats_number number = (uintptr_t)data;
	struct vm_numbers *numbers;

	if (value)
		return -EINVAL;
	mutex_lock(&numbers_lock);
	list_for_each_entry(numbers, &all_numbers, others)
	{
		numbers->number[number].cleared += counted(&numbers->number[number]);
	}
	mutex_unlock(&numbers_lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(sum_grows, sum_get, sum_clear, "%llu\n");
DEFINE_DEBUGFS_ATTRIBUTE(sum_is, sum_get, NULL, "%llu\n");

/* --- The directories --- */

static void create_file(enum stats_number number, struct dentry *directory, void *data,
			const struct file_operations *grows, const struct file_operations *is)
{
	bool only_grows = stats_number_grows(number);

	debugfs_create_file_unsafe(stats_number_name(number), only_grows ? 0644 : 0444, directory,
				   data, only_grows ? grows : is);
}

/* Its name is that of the VM's directory in /sys/kernel/debug/lintel. */
static void create_directory(struct vm_numbers *numbers)
{
	numbers->directory = debugfs_create_dir(numbers->vm->host.debugfs->d_name.name, root);
	for (unsigned int number = 0; number < STATS_NUMBERS; number++)
		create_file(number, numbers->directory, &numbers->number[number], &vm_grows,
			    &vm_is);
}

static int open_root(struct inode *inode, struct file *file)
{
	struct vm_numbers *numbers;

	mutex_lock(&numbers_lock);
	list_for_each_entry(numbers, &all_numbers, others)
	{
		if (!numbers->directory)
			create_directory(numbers);
	}
	mutex_unlock(&numbers_lock);
	return dcache_dir_open(inode, file);
}

static struct file_operations root_fops; /* as those of any directory of debugfs, but for open */

void debugfs_kvm_init(void)
{
	root = debugfs_create_dir("kvm", NULL);
	if (IS_ERR(root)) {
		pr_info("no statistics in /sys/kernel/debug/kvm (error %ld)\n", PTR_ERR(root));
		root = NULL;
		return;
	}
	for (uintptr_t number = 0; number < STATS_NUMBERS; number++)
		create_file(number, root, (void *)number, &sum_grows, &sum_is);
	root_fops = simple_dir_operations;
	root_fops.owner = THIS_MODULE;
	root_fops.open = open_root;
	d_inode(root)->i_fop = &root_fops;
}

void debugfs_kvm_exit(void)
{
	if (!root)
		return;
	/* Who finds the directory from here on must not find the module's functions. */
	d_inode(root)->i_fop = &simple_dir_operations;
	debugfs_remove(root);
}

void debugfs_kvm_add_vm(struct vm *vm)
{
	struct vm_numbers *numbers;

	if (!root || IS_ERR(vm->host.debugfs))
		return;
	numbers = kzalloc(sizeof(*numbers), GFP_KERNEL_ACCOUNT);
	if (!numbers)
		return;
	numbers->vm = vm;
	for (unsigned int number = 0; number < STATS_NUMBERS; number++)
		numbers->number[number] = (struct vm_number){.vm = vm, .number = number};
	vm->host.numbers = numbers;
	mutex_lock(&numbers_lock);
	list_add(&numbers->others, &all_numbers);
	mutex_unlock(&numbers_lock);
}

void debugfs_kvm_remove_vm(struct vm *vm)
{
	struct vm_numbers *numbers = vm->host.numbers;

	if (!numbers)
		return;
	mutex_lock(&numbers_lock);
	list_del(&numbers->others);
	mutex_unlock(&numbers_lock);
	debugfs_remove(numbers->directory);
	kfree(numbers);
}
