// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults that a thread of the kernel's waits for, while the guest does something else.
 *
 * The thread has the process's memory as its own meanwhile, and holds it: the process, the VM and
 * the vCPU may end before the page comes.  It holds this module, too, whose code it returns to.
 */
#include <linux/atomic.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>
#include "platform.h"

/*
 * A page may take for ever, if a program has to give it.  So the pages have a queue of their own,
 * and no more are taken than it begins at once: nobody waits for those of other guests.
 */
#define FAULTS_MAX 256

static struct workqueue_struct *queue;
static atomic_t faults;

int fault_init(void)
{
	queue = alloc_workqueue("lintel_faults", WQ_UNBOUND, FAULTS_MAX);
	return queue ? 0 : -ENOMEM;
}

void fault_exit(void)
{
	destroy_workqueue(queue);
}

static void page_in(const struct host_fault *fault)
{
	struct page *page;

	kthread_use_mm(fault->mm);
	if (get_user_pages_unlocked(fault->hva, 1, &page, fault->write ? FOLL_WRITE : 0) == 1)
		put_page(page);
	kthread_unuse_mm(fault->mm);
	mmput(fault->mm);
}

static void call(struct work_struct *work)
{
	struct host_fault *fault = container_of(work, struct host_fault, work);

	page_in(fault);
	atomic_dec(&faults);
	fault->done(fault);
	/* fault_exit() waits until this has returned. */
	module_put(THIS_MODULE);
}

int host_fault_start(struct host_fault *fault, struct vm *vm, u64 hva, bool write,
		     void (*done)(struct host_fault *fault))
{
	if (!atomic_add_unless(&faults, 1, FAULTS_MAX))
		return -EBUSY;
	__module_get(THIS_MODULE);
	mmget(vm->host.mm);
	INIT_WORK(&fault->work, call);
	fault->mm = vm->host.mm;
	fault->hva = hva;
	fault->write = write;
	fault->done = done;
	queue_work(queue, &fault->work);
	return 0;
}

void host_fault_finish(struct host_fault *fault)
{
	flush_work(&fault->work);
}
