// SPDX-License-Identifier: GPL-2.0
/* ioctls of a VM. */
#include "api/internal.h"
#include "io/coalesced.h"
#include "io/ioeventfd.h"
#include "irq/irqfd.h"
#include "mem/dirty_log.h"
#include "mem/mem.h"
#include "msr/filter.h"

int api_set_user_memory_region(struct ioctl_call *call)
{
	return memslot_set(call->vm, call->data);
}

int api_get_dirty_log(struct ioctl_call *call)
{
	return dirty_log_get(call->vm, call->data);
}

int api_clear_dirty_log(struct ioctl_call *call)
{
	return dirty_log_clear(call->vm, call->data);
}

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

int api_set_identity_map_addr(struct ioctl_call *call)
{
	if (call->vm->nr_vcpus)
		return -EINVAL;
	call->vm->identity_map_addr = *(const u64 *)call->data;
	return 0;
}

int api_set_msr_filter(struct ioctl_call *call)
{
	return msr_filter_set(call->vm, call->data);
}

int api_irqfd(struct ioctl_call *call)
{
	return irqfd_set(call->vm, call->data);
}

int api_ioeventfd(struct ioctl_call *call)
{
	return ioeventfd_set(call->vm, call->data);
}

int api_register_coalesced_mmio(struct ioctl_call *call)
{
	return coalesced_zone_add(call->vm, call->data);
}

int api_unregister_coalesced_mmio(struct ioctl_call *call)
{
	return coalesced_zones_remove(call->vm, call->data);
}
