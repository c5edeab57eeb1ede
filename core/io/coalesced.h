/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KVM_REGISTER_COALESCED_MMIO: writes that user space may hear of later.  They are left in a ring
 * in the third page of the mapping of each vCPU, one for the VM; when it is full they exit.
 */
#ifndef LINTEL_IO_COALESCED_H
#define LINTEL_IO_COALESCED_H

#include "vm.h"

#define COALESCED_PAGE_OFFSET 2

int coalesced_init(struct vm *vm);     /* -ENOMEM */
void coalesced_destroy(struct vm *vm); /* the buses are gone */

/* -EINVAL; -ENOMEM; -ENOSPC: there are a thousand. */
int coalesced_zone_add(struct vm *vm, const struct kvm_coalesced_mmio_zone *zone);
/* Takes away those that the whole of `zone` lies in; it may be none.  -EINVAL. */
int coalesced_zones_remove(struct vm *vm, const struct kvm_coalesced_mmio_zone *zone);

#endif
