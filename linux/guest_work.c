// SPDX-License-Identifier: GPL-2.0
/*
 * Functions of the kernel that are made for its own KVM.  What they do can't be done without them:
 * much of it is not exported.
 *
 * Here and nowhere else are the structures of the kernel's KVM; the core's are not.
 */
#include <linux/kvm_host.h>
#include <asm/perf_event.h>
#include <compat.h>
#include "guest_work.h"

#ifdef COMPAT_HAVE_ENTRY_VIRT /* 6.18: it asks for no vCPU any more */

int guest_work_handle(void)
{
	return xfer_to_guest_mode_handle_work();
}

#else

/* The kernel notes a pending signal in the vCPU that it is given.  It gets one that is nobody's;
 * what threads write there at the same time is never read. */
static struct kvm_run unread;
static struct kvm_vcpu nobody = {.run = &unread};

int guest_work_handle(void)
{
	return xfer_to_guest_mode_handle_work(&nobody);
}

#endif

/* As KVM has it for a guest without counters.  Some kernels look into it on some processors,
 * whether there is one or not; none writes to it. */
static struct kvm_pmu no_counters;

const struct perf_guest_switch_msr *guest_work_perf_msrs(int *count)
{
	return perf_guest_get_msrs(count, &no_counters);
}
