/* SPDX-License-Identifier: GPL-2.0 */
/* The core's <stddef.h>, where the kernel gives the types. */
#ifndef LINTEL_LINUX_STDDEF_H
#define LINTEL_LINUX_STDDEF_H

#include <linux/stddef.h>
#include <linux/types.h>

/* The header of the KVM API brings in the types of the kernel's own KVM.  One of them has a name of
 * the core's and another type: it is in the way, under a name of its own here. */
#define gva_t kernel_kvm_gva_t
#include <linux/kvm_types.h>
#undef gva_t

/* Newer headers warn the kernel's own KVM of a member that user space may change at any time, by
 * its name.  All of struct kvm_run is like that. */
#define immediate_exit__unsafe immediate_exit

#endif
