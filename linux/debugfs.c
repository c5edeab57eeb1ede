// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/lintel: what the processor can do, what was chosen and why, and for each VM
 * (<pid>-<fd>) what its vCPUs' exits were, what they cost while somebody measured (see measure.c),
 * which MSRs don't exit, and the VMCS.  The files `exits` and `msrs` at the top are the sums of the
 * VMs that have ended.  What KVM has in debugfs is in debugfs_kvm.c.
 *
 * debugfs lets a file's removal wait for those who read it: so the files may point to the vCPU.
 */
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "platform.h"
#include "cap/describe.h"
#include "exit/exit.h"
#include "msr/msr.h"
#include "vmcs/image.h"

static struct dentry *root;

static void put_line(void *file, const char *line)
{
	seq_printf(file, "%s\n", line);
}

static int capabilities_show(struct seq_file *file, void *unused)
{
	cap_describe_msrs(&capability_msrs, put_line, file);
	cap_describe_capability(&vmcs_config, &vmx_capability, put_line, file);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(capabilities);

static int controls_show(struct seq_file *file, void *unused)
{
	cap_describe_controls(&vmcs_config, &vmx_capability, put_line, file);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(controls);

static void read_msrs(void *raw)
{
	cap_read_msrs(raw);
}

/* What each CPU reads, in the format of data/cpus/. */
static int recording_show(struct seq_file *file, void *unused)
{
	struct vmx_cap_msrs raw;
	unsigned int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
	{
		host_call_cpu(cpu, read_msrs, &raw);
		seq_printf(file, "[cpu %u]\n", cpu);
		for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
			if (cap_msr_present(&raw, msr))
				seq_printf(file, "0x%03x 0x%016llx\n", cap_msr_table[msr].index,
					   raw.value[msr]);
	}
	cpus_read_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(recording);

static void put_exits(struct seq_file *file, const struct vcpu_stats *stats)
{
	for (unsigned int reason = 0; reason < EXIT_REASONS; reason++) {
		u64 count = READ_ONCE(stats->exits[reason]);

		if (count)
			seq_printf(file, "%12llu  %2u  %s\n", count, reason,
				   exit_reason_name(reason));
	}
	seq_printf(file, "%12llu      to user space\n", READ_ONCE(stats->to_user));
}

static const char *msr_label(u32 index)
{
	const struct msr_row *row = msr_find(index);

	if (index == VCPU_STATS_MSR_OTHER)
		return "(others)";
	return row ? row->name : "(not in the table)";
}

static void put_msrs(struct seq_file *file, const struct vcpu_stats *stats)
{
	seq_puts(file, "       reads       writes  MSR\n");
	for (unsigned int i = 0; i < VCPU_MSR_COUNTERS; i++) {
		u32 index = READ_ONCE(stats->msr[i].msr);
		u64 reads = READ_ONCE(stats->msr[i].reads);
		u64 writes = READ_ONCE(stats->msr[i].writes);

		if (!reads && !writes)
			continue;
		seq_printf(file, "%12llu %12llu  %#010x %s\n", reads, writes, index,
			   msr_label(index));
	}
}

static void put_cost(struct seq_file *file, const struct vcpu_cost *cost)
{
	seq_printf(file, "%12llu %16llu %16llu  ", READ_ONCE(cost->count), READ_ONCE(cost->kernel),
		   READ_ONCE(cost->user));
}

static void put_costs(struct seq_file *file, const struct vcpu_stats *stats)
{
	static const char *const phases[VCPU_PHASES] = {
		[VCPU_PHASE_GUEST] = "guest",
		[VCPU_PHASE_EXIT] = "kernel",
		[VCPU_PHASE_USER] = "user",
		[VCPU_PHASE_ASLEEP] = "asleep",
	};

	seq_printf(file, "%16llu  kHz\n", host_tsc_khz());
	for (unsigned int phase = 0; phase < VCPU_PHASES; phase++)
		seq_printf(file, "%16llu  %s\n", READ_ONCE(stats->ticks[phase]), phases[phase]);
	seq_puts(file, "       exits           kernel             user\n");
	for (unsigned int reason = 0; reason < EXIT_REASONS; reason++) {
		if (!READ_ONCE(stats->cost[reason].count))
			continue;
		put_cost(file, &stats->cost[reason]);
		seq_printf(file, "exit %u %s\n", reason, exit_reason_name(reason));
	}
	for (unsigned int i = 0; i < VCPU_MSR_COUNTERS; i++) {
		u32 index = READ_ONCE(stats->msr[i].msr);

		if (!READ_ONCE(stats->msr[i].cost.count))
			continue;
		put_cost(file, &stats->msr[i].cost);
		seq_printf(file, "msr %#x %s\n", index, msr_label(index));
	}
}

static int exits_show(struct seq_file *file, void *unused)
{
	const struct vcpu *vcpu = file->private;

	put_exits(file, &vcpu->stats);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(exits);

static int msrs_show(struct seq_file *file, void *unused)
{
	const struct vcpu *vcpu = file->private;

	put_msrs(file, &vcpu->stats);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(msrs);

static int costs_show(struct seq_file *file, void *unused)
{
	const struct vcpu *vcpu = file->private;

	put_costs(file, &vcpu->stats);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(costs);

/* What the VMs that have ended counted. */
static struct vcpu_stats ended_stats;
static DEFINE_MUTEX(ended_lock);

void debugfs_count_ended(const struct vcpu *vcpu)
{
	mutex_lock(&ended_lock);
	vcpu_stats_add(&ended_stats, &vcpu->stats);
	mutex_unlock(&ended_lock);
}

static int ended_exits_show(struct seq_file *file, void *unused)
{
	mutex_lock(&ended_lock);
	put_exits(file, &ended_stats);
	mutex_unlock(&ended_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ended_exits);

static int ended_msrs_show(struct seq_file *file, void *unused)
{
	mutex_lock(&ended_lock);
	put_msrs(file, &ended_stats);
	mutex_unlock(&ended_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ended_msrs);

static void show_range(struct seq_file *file, const u8 *bitmap, u32 first, u32 last)
{
	for (u32 index = first; index <= last; index++) {
		bool read = !msr_bitmap_test(bitmap, index, MSR_READ);
		bool write = !msr_bitmap_test(bitmap, index, MSR_WRITE);
		const struct msr_row *row;

		if (!read && !write)
			continue;
		row = msr_find(index);
		seq_printf(file, "%#010x %c%c %s\n", index, read ? 'r' : '-', write ? 'w' : '-',
			   row ? row->name : "");
	}
}

static int bitmap_show(struct seq_file *file, void *unused)
{
	const struct vcpu *vcpu = file->private;

	if (!vcpu->vmcs.msr_bitmap) {
		seq_puts(file, "no MSR bitmap: every access exits\n");
		return 0;
	}
	seq_puts(file, "MSRs whose reads (r) or writes (w) do not exit\n");
	show_range(file, vcpu->vmcs.msr_bitmap, 0, 0x1fff);
	show_range(file, vcpu->vmcs.msr_bitmap, 0xc0000000, 0xc0001fff);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bitmap);

/* The page itself.  The guest may be running by it, and the vCPU changing it: it is as it is. */
static ssize_t msr_bitmap_read(struct file *file, char __user *to, size_t size, loff_t *offset)
{
	const struct vcpu *vcpu = file->private_data;

	return simple_read_from_buffer(to, size, offset, vcpu->vmcs.msr_bitmap, MSR_BITMAP_SIZE);
}

static const struct file_operations msr_bitmap_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = msr_bitmap_read,
	.llseek = default_llseek,
};

/* Reading waits until the vCPU is not in KVM_RUN. */
static int vmcs_show(struct seq_file *file, void *unused)
{
	struct vcpu *vcpu = file->private;
	struct vmcs_image *image = kzalloc(sizeof(*image), GFP_KERNEL);

	if (!image)
		return -ENOMEM;
	if (mutex_lock_killable(&vcpu->host.mutex)) {
		kfree(image);
		return -EINTR;
	}
	host_vcpu_get(vcpu);
	vcpu_registers_flush(vcpu);
	vmcs_image_read(image);
	host_vcpu_release(vcpu);
	mutex_unlock(&vcpu->host.mutex);
	vmcs_image_dump(image, put_line, file);
	kfree(image);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vmcs);

void debugfs_init(void)
{
	root = debugfs_create_dir("lintel", NULL);
	debugfs_create_file("capabilities", 0444, root, NULL, &capabilities_fops);
	debugfs_create_file("controls", 0444, root, NULL, &controls_fops);
	debugfs_create_file("recording", 0444, root, NULL, &recording_fops);
	debugfs_create_file("exits", 0444, root, NULL, &ended_exits_fops);
	debugfs_create_file("msrs", 0444, root, NULL, &ended_msrs_fops);
	debugfs_create_file("measure", 0400, root, NULL, &measure_fops);
	debugfs_kvm_init();
}

void debugfs_exit(void)
{
	debugfs_kvm_exit();
	debugfs_remove(root);
}

/* A VM lives on behind a closed file while one of its vCPUs is open or mapped; the next VM may get
 * the same file number then. */
static bool name_is_taken(const char *name)
{
	struct dentry *found = debugfs_lookup(name, root);

	if (IS_ERR_OR_NULL(found))
		return false;
	dput(found);
	return true;
}

void debugfs_add_vm(struct vm *vm, int fd)
{
	static atomic_t serial = ATOMIC_INIT(0);
	char name[40];

	snprintf(name, sizeof(name), "%u-%d", vm->process, fd);
	if (name_is_taken(name))
		snprintf(name, sizeof(name), "%u-%d-%u", vm->process, fd,
			 atomic_inc_return(&serial));
	vm->host.debugfs = debugfs_create_dir(name, root);
	debugfs_create_u64("ept_pages", 0444, vm->host.debugfs, &vm->ept.pages);
	debugfs_kvm_add_vm(vm);
}

void debugfs_remove_vm(struct vm *vm)
{
	debugfs_kvm_remove_vm(vm);
	debugfs_remove(vm->host.debugfs);
}

void debugfs_add_vcpu(struct vcpu *vcpu)
{
	struct dentry *directory;
	char name[16];

	snprintf(name, sizeof(name), "vcpu%u", vcpu->id);
	directory = debugfs_create_dir(name, vcpu->vm->host.debugfs);
	debugfs_create_file("exits", 0444, directory, vcpu, &exits_fops);
	debugfs_create_file("msrs", 0444, directory, vcpu, &msrs_fops);
	debugfs_create_file("costs", 0444, directory, vcpu, &costs_fops);
	debugfs_create_file("bitmap", 0444, directory, vcpu, &bitmap_fops);
	if (vcpu->vmcs.msr_bitmap)
		debugfs_create_file("msr_bitmap", 0444, directory, vcpu, &msr_bitmap_fops);
	debugfs_create_file("vmcs", 0400, directory, vcpu, &vmcs_fops);
}
