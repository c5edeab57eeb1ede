// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/lintel/measure: while somebody has it open, it is measured where the time of
 * the vCPUs goes; nothing has to be undone by who crashes.
 */
#include <linux/debugfs.h>
#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include "platform.h"

DEFINE_STATIC_KEY_FALSE(measuring);
u32 measurement;

static DEFINE_MUTEX(measure_lock);
static unsigned int measurers;

static int measure_show(struct seq_file *file, void *unused)
{
	seq_puts(file, "exits are measured while this file is open: see costs of each vCPU\n");
	return 0;
}

static int measure_open(struct inode *inode, struct file *file)
{
	int error = single_open(file, measure_show, NULL);

	if (error)
		return error;
	mutex_lock(&measure_lock);
	if (!measurers++) {
		/* What the vCPUs noted at the end of the last one is of no use.  0 is no
		 * measurement. */
		WRITE_ONCE(measurement, measurement + 1 ?: 1);
		static_branch_enable(&measuring);
	}
	mutex_unlock(&measure_lock);
	return 0;
}

static int measure_release(struct inode *inode, struct file *file)
{
	mutex_lock(&measure_lock);
	if (!--measurers)
		static_branch_disable(&measuring);
	mutex_unlock(&measure_lock);
	return single_release(inode, file);
}

const struct file_operations measure_fops = {
	.owner = THIS_MODULE,
	.open = measure_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = measure_release,
};
