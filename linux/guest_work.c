// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's function for this is made for its own KVM: it notes a pending signal in the vCPU
 * that it is given.  It gets one that is nobody's; what threads write there at the same time is
 * never read.  (What the function does can't be done without it: much of it is not exported.)
 *
 * Here and nowhere else are the structures of the kernel's KVM; the core's are not.
 */
#include <linux/kvm_host.h>
#include <compat.h>
#include "guest_work.h"

#ifdef COMPAT_HAVE_ENTRY_VIRT /* 6.18: it asks for no vCPU any more */

int guest_work_handle(void)
{
	return xfer_to_guest_mode_handle_work();
}

#else

static struct kvm_run unread;
static struct kvm_vcpu nobody = { .run = &unread };

int guest_work_handle(void)
{
	return xfer_to_guest_mode_handle_work(&nobody);
}

#endif
