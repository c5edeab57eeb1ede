// SPDX-License-Identifier: GPL-2.0
/*
 * Memory slots change.  The array never does: a new one is built and published in its place, and
 * the old one is freed when nobody reads it any more.
 */
#include "mem/dirty_log.h"
#include "mem/mem.h"

#define SLOT_FLAGS     ((u32)(KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES))
#define SLOT_MAX_PAGES 0x7fffffffull /* as KVM: a page count fits an int */

/* Does any slot but `old` share a frame with `wanted`? */
static bool slots_overlap(const struct memslots *slots, const struct memslot *old,
			  const struct memslot *wanted)
{
	u64 end = wanted->gfn + wanted->pages;
	unsigned int i;

	for (i = memslots_lower_bound(slots, wanted->gfn); i < slots->used; i++) {
		if (slots->slot[i].gfn >= end)
			return false;
		if (&slots->slot[i] != old)
			return true;
	}
	return false;
}

/* What makes no sense whatever slots there are.  The region's size may be 0. */
static int region_check(const struct kvm_userspace_memory_region *region)
{
	const u64 in_page = LINTEL_PAGE_SIZE - 1;
	u64 size = region->memory_size;
	u64 first = region->guest_phys_addr >> LINTEL_PAGE_SHIFT;
	u64 pages = size >> LINTEL_PAGE_SHIFT;

	if (region->flags & ~SLOT_FLAGS)
		return -EINVAL;
	if ((region->guest_phys_addr | region->userspace_addr | size) & in_page)
		return -EINVAL;
	if (!host_user_range_ok(region->userspace_addr, size))
		return -EINVAL;
	/* The high half is the address space; Lintel has one. */
	if (region->slot >= VM_MAX_SLOTS)
		return -EINVAL;
	if (pages > SLOT_MAX_PAGES)
		return -EINVAL;
	/* Of 52 bits each: the sum does not wrap. */
	if (pages && first + pages > ept_frames_limit())
		return -EINVAL;
	return 0;
}

/* Gives its index. */
static unsigned int slots_append(struct memslots *slots, const struct memslot *slot)
{
	slots->slot[slots->used] = *slot;
	return slots->used++;
}

/* A copy without `old` and with `added` in its place by gfn; either may be NULL. */
static struct memslots *slots_copy(const struct memslots *slots, const struct memslot *old,
				   const struct memslot *added)
{
	struct memslots *copy = memslots_alloc(slots->used - !!old + !!added);
	unsigned int gone = old ? (unsigned int)(old - slots->slot) : MEMSLOT_NONE;
	unsigned int i, at = MEMSLOT_NONE;

	if (!copy)
		return NULL;
	for (i = 0; i < slots->used; i++) {
		if (added && at == MEMSLOT_NONE && added->gfn < slots->slot[i].gfn)
			at = slots_append(copy, added);
		if (i != gone)
			slots_append(copy, &slots->slot[i]);
	}
	if (added && at == MEMSLOT_NONE)
		at = slots_append(copy, added);
	hva_index_build(copy, slots, gone, at);
	return copy;
}

/* Needs: slots_lock. */
static int slots_replace(struct vm *vm, const struct memslot *old, const struct memslot *added)
{
	struct memslots *before = vm->slots;
	struct memslots *after = slots_copy(before, old, added);
	struct dirty_log *old_log = old ? old->log : NULL;
	struct dirty_log *log = added ? added->log : NULL;

	HOST_NEEDS(host_mutex_held(&vm->slots_lock));
	if (!after)
		return -ENOMEM;
	/* Before there can be a page whose writes are to be noticed. */
	__atomic_store_n(&vm->logged_slots, vm->logged_slots - !!old_log + !!log, __ATOMIC_RELEASE);
	ept_publish_slots(vm, after, old);
	host_srcu_synchronize(&vm->srcu);
	host_free(before);
	if (old_log != log)
		host_free(old_log);
	return 0;
}

/* Put `wanted` in the place of `old`, with the log that its flags ask for.  Needs: slots_lock. */
static int slots_put(struct vm *vm, const struct memslot *old, const struct memslot *wanted)
{
	struct memslot added = *wanted;
	bool logged = wanted->flags & KVM_MEM_LOG_DIRTY_PAGES;
	int error;

	added.log = logged && old ? old->log : NULL;
	if (logged && !added.log) {
		added.log = dirty_log_alloc(added.pages,
					    vm->dirty_log_manual & KVM_DIRTY_LOG_INITIALLY_SET);
		if (!added.log)
			return -ENOMEM;
	}
	error = slots_replace(vm, old, &added);
	if (error && !(old && old->log == added.log))
		host_free(added.log);
	return error;
}

/* Needs: slots_lock. */
static int slots_set(struct vm *vm, const struct memslot *wanted)
{
	const struct memslot *old = memslots_find_id(vm->slots, wanted->id);

	if (!wanted->pages)
		return old ? slots_replace(vm, old, NULL) : -EINVAL;
	if (old) {
		if (old->pages != wanted->pages || old->hva != wanted->hva ||
		    ((old->flags ^ wanted->flags) & KVM_MEM_READONLY))
			return -EINVAL;
		if (old->gfn == wanted->gfn && old->flags == wanted->flags)
			return 0;
	}
	if (slots_overlap(vm->slots, old, wanted))
		return -EEXIST;
	return slots_put(vm, old, wanted);
}

int memslot_set(struct vm *vm, const struct kvm_userspace_memory_region *region)
{
	const struct memslot wanted = {
		.id = region->slot,
		.flags = region->flags,
		.gfn = region->guest_phys_addr >> LINTEL_PAGE_SHIFT,
		.pages = region->memory_size >> LINTEL_PAGE_SHIFT,
		.hva = region->userspace_addr,
	};
	int error = region_check(region);

	if (error)
		return error;
	host_mutex_lock(&vm->slots_lock);
	error = slots_set(vm, &wanted);
	host_mutex_unlock(&vm->slots_lock);
	return error;
}
