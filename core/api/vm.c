// SPDX-License-Identifier: GPL-2.0
/* ioctls of a VM. */
#include "api/internal.h"

/*
 * The three pages that processors without "unrestricted guest" need for real mode.  Lintel runs
 * only on those that have it: the address is noted, and nothing is done with it.
 */
int api_set_tss_addr(struct ioctl_call *call)
{
	if (call->argument > 0xffffffffu - 3 * LINTEL_PAGE_SIZE + 1)
		return -EINVAL;
	call->vm->tss_addr = call->argument;
	return 0;
}

int api_set_identity_map_addr(struct vm *vm, const u64 *address)
{
	if (vm->nr_vcpus)
		return -EINVAL;
	vm->identity_map_addr = *address;
	return 0;
}
