// SPDX-License-Identifier: GPL-2.0
/* ioctls of a VM. */
#include "api/internal.h"
#include "mem/mem.h"

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

/* Memory of a guest_memfd there is not: its flag is one that is not known. */
int api_set_user_memory_region2(struct vm *vm, const struct kvm_userspace_memory_region2 *region)
{
	const struct kvm_userspace_memory_region first = {
		.slot = region->slot,
		.flags = region->flags,
		.guest_phys_addr = region->guest_phys_addr,
		.memory_size = region->memory_size,
		.userspace_addr = region->userspace_addr,
	};

	return memslot_set(vm, &first);
}

/* Of page tables that shadow the guest's, which Lintel has not: the number is kept. */
#define MMU_PAGES_LEAST 64

int api_set_nr_mmu_pages(struct ioctl_call *call)
{
	if (call->argument < MMU_PAGES_LEAST)
		return -EINVAL;
	call->vm->mmu_pages = call->argument;
	return 0;
}

/* 0: none was set. */
int api_get_nr_mmu_pages(struct ioctl_call *call)
{
	const u64 most = 0x7fffffff;

	return (int)(call->vm->mmu_pages < most ? call->vm->mmu_pages : most);
}
