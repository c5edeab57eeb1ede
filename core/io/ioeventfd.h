/* SPDX-License-Identifier: GPL-2.0 */
/* KVM_IOEVENTFD: a guest's write to an address signals an event instead of an exit. */
#ifndef LINTEL_IO_IOEVENTFD_H
#define LINTEL_IO_IOEVENTFD_H

#include "vm.h"

/* Length 0: a write of any length.  -EINVAL; -EBADF; -EEXIST: a write could be for two; -ENOENT:
 * nothing to take away; -ENOMEM. */
int ioeventfd_set(struct vm *vm, const struct kvm_ioeventfd *wanted);

/* The buses are gone. */
void ioeventfds_destroy(struct vm *vm);

#endif
