/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The types that the core embeds and only this platform looks into.
 */
#ifndef LINTEL_LINUX_HOST_TYPES_H
#define LINTEL_LINUX_HOST_TYPES_H

#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <linux/signal_types.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <asm/fpu/types.h>

typedef struct mutex host_mutex_t;
typedef spinlock_t host_spinlock_t;
typedef raw_spinlock_t host_irqlock_t; /* on PREEMPT_RT a spinlock_t sleeps */
typedef struct srcu_struct host_srcu_t;

struct host_timer {
	struct hrtimer hrtimer;
	void (*expired)(struct host_timer *timer);
};

struct host_work {
	struct work_struct work;
	void (*function)(struct host_work *work);
};

struct host_fault {
	struct work_struct work;
	struct mm_struct *mm;
	u64 hva;
	bool write;
	void (*done)(struct host_fault *fault);
};

struct eventfd_ctx;

struct host_event_watch {
	struct eventfd_ctx *event;
	wait_queue_entry_t entry;
	void (*signalled)(struct host_event_watch *watch);
	void (*closed)(struct host_event_watch *watch);
};

struct dentry;
struct perf_guest_switch_msr;
struct vm_numbers;

struct host_vm {
	refcount_t users; /* the VM's file, the files of its vCPUs, those of statistics */
	struct mm_struct *mm;
	struct mmu_notifier notifier;
	struct dentry *debugfs;
	struct vm_numbers *numbers; /* its files in KVM's directory of debugfs; NULL: none */
};

/* What of the host a VM exit does not bring back. */
struct host_saved {
	u16 ds, es, fs, gs; /* 0: the VMCS holds it */
	u16 ldt;
	u64 fs_base, user_gs_base;
};

/* What perf wants to have switched round a guest: perf.c. */
struct host_perf {
	const struct perf_guest_switch_msr *msrs;
	int count;
	u64 written; /* bit n: msrs[n] has the guest's value, written by hand */
};

struct host_vcpu {
	struct mutex mutex; /* the vCPU is used by one thread at a time */
	struct preempt_notifier notifier;
	struct task_struct *preempted; /* its thread, while it has it loaded and does not run */
	struct rcuwait wait;	       /* its thread sleeps in host_vcpu_wait() */
	int cpu;		       /* where its thread has it loaded; -1: nowhere */
	u64 serial;		       /* no other vCPU has it, before or after */
	struct fpu_guest fpu;
	struct host_saved saved;
	struct host_perf perf; /* of the entries that are going on */
	u64 debugctl;	       /* the host's, meanwhile */
	u64 rsp;	       /* HOST_RSP as the VMCS has it */
	bool sigmask_set;      /* KVM_SET_SIGNAL_MASK */
	sigset_t sigmask;
};

#endif
