/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that Lintel builds for, and nothing else.  COMPAT_HAVE_... says
 * what kernels.mk found in the headers.
 */
#ifndef LINTEL_LINUX_COMPAT_H
#define LINTEL_LINUX_COMPAT_H

#include <linux/cpuhotplug.h>
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/syscore_ops.h>
#include <linux/version.h>
#include <asm/cpufeature.h>
#include <compat_msr.h>

/* A variable on the stack that the kernel's build is not to clear (CONFIG_INIT_STACK_ALL_ZERO). */
#if __has_attribute(uninitialized)
#define COMPAT_UNINITIALIZED __attribute__((uninitialized))
#else
#define COMPAT_UNINITIALIZED
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <asm/gsseg.h>

/* The step of taking a CPU down in which no task but the idle one runs there any more.  It is a
 * slot for one hypervisor: while kvm_intel has it, it can't be had. */
#define COMPAT_CPUHP_HYPERVISOR CPUHP_AP_KVM_ONLINE

static inline void compat_rcu_note_guest(void)
{
	rcu_virt_note_context_switch();
}

static inline void compat_eventfd_signal(struct eventfd_ctx *event)
{
	eventfd_signal(event);
}

/* Are the host's events delivered by FRED, and not through the IDT? */
static inline bool compat_host_uses_fred(void)
{
	return cpu_feature_enabled(X86_FEATURE_FRED);
}

/* The page frame that a mapping without struct pages names.  mmap_lock is held. */
static inline int compat_pfnmap_lookup(struct vm_area_struct *vma, unsigned long address, u64 *pfn,
				       bool *writable)
{
	struct follow_pfnmap_args args = {.vma = vma, .address = address};

	if (follow_pfnmap_start(&args))
		return -EFAULT;
	*pfn = args.pfn;
	*writable = args.writable;
	follow_pfnmap_end(&args);
	return 0;
}

#else
#include <asm/special_insns.h>

#define COMPAT_CPUHP_HYPERVISOR CPUHP_AP_KVM_STARTING

static inline void compat_rcu_note_guest(void)
{
	rcu_virt_note_context_switch(smp_processor_id());
}

static inline void compat_eventfd_signal(struct eventfd_ctx *event)
{
	eventfd_signal(event, 1);
}

static inline bool compat_host_uses_fred(void)
{
	return false;
}

static inline int compat_pfnmap_lookup(struct vm_area_struct *vma, unsigned long address, u64 *pfn,
				       bool *writable)
{
	spinlock_t *lock;
	pte_t *pte;

	if (follow_pte(vma->vm_mm, address, &pte, &lock))
		return -EFAULT;
	__acquire(lock); /* sparse does not see that follow_pte() took it */
	*pfn = pte_pfn(*pte);
	*writable = pte_write(*pte);
	pte_unmap_unlock(pte, lock);
	return 0;
}

#endif

#ifdef CONFIG_SCHED_INFO

static inline u64 compat_run_delay(void)
{
	return current->sched_info.run_delay;
}

#else

static inline u64 compat_run_delay(void)
{
	return 0;
}

#endif

#ifdef COMPAT_HAVE_ENTRY_VIRT /* 6.18: what was KVM's is any hypervisor's */
#include <linux/entry-virt.h>
#else
#include <linux/entry-kvm.h>
#endif

#ifdef COMPAT_HAVE_HRTIMER_SETUP /* 6.13: the function is told with the rest */

static inline void compat_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*function)(struct hrtimer *),
					clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_setup(timer, function, clock, mode);
}

#else

static inline void compat_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*function)(struct hrtimer *),
					clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}

#endif

#ifdef COMPAT_HAVE_SYSCORE_DEVICE /* 6.19: operations got an argument and a holder */

#define COMPAT_SYSCORE_OPS(name, suspend_function, resume_function)                                \
	static int name##_suspend(void *data)                                                      \
	{                                                                                          \
		return suspend_function();                                                         \
	}                                                                                          \
	static void name##_resume(void *data)                                                      \
	{                                                                                          \
		resume_function();                                                                 \
	}                                                                                          \
	static const struct syscore_ops name##_ops = {.suspend = name##_suspend,                   \
						      .resume = name##_resume};                    \
	static struct syscore name = {.ops = &name##_ops}

#define compat_register_syscore(name)	register_syscore(name)
#define compat_unregister_syscore(name) unregister_syscore(name)

#else

#define COMPAT_SYSCORE_OPS(name, suspend_function, resume_function)                                \
	static struct syscore_ops name = {.suspend = suspend_function, .resume = resume_function}

#define compat_register_syscore(name)	register_syscore_ops(name)
#define compat_unregister_syscore(name) unregister_syscore_ops(name)

#endif

#endif
