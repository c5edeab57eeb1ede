// SPDX-License-Identifier: GPL-2.0
/* Memory slots change: what may be, and in which steps. */
#include "mem/dirty_log.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"

#define SLOT_FLAGS     ((u32)(KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES))
#define SLOT_MAX_PAGES 0x7fffffffull /* as KVM: a page count fits an int */

/* Does any slot but `old` share a frame with `wanted`? */
static bool slots_overlap(const struct memslots *slots, const struct memslot *old,
			  const struct memslot *wanted)
{
	const struct memslot *slot = memslots_from(slots, wanted->gfn);

	if (slot && slot == old)
		slot = memslots_from(slots, slot->gfn + slot->pages);
	return slot && slot->gfn < wanted->gfn + wanted->pages;
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

/* Without `old` and with `added`; either may be NULL. */
static void slots_edit(struct memslots *slots, const struct memslot *old, struct memslot *added)
{
	if (old)
		memslots_remove(slots, old);
	if (added)
		memslots_add(slots, added);
}

/* `old` and its log, unless `added` has it, are freed.  Needs: slots_lock. */
static void slots_replace(struct vm *vm, struct memslot *old, struct memslot *added)
{
	struct memslots *before = vm->slots;
	struct memslots *after = before->copy ? before - 1 : before + 1;
	struct dirty_log *old_log = old ? old->log : NULL;
	struct dirty_log *log = added ? added->log : NULL;

	HOST_NEEDS(host_mutex_held(&vm->slots_lock));
	slots_edit(after, old, added);
	after->version = before->version + 1;
	/* Before there can be a page whose writes are to be noticed. */
	__atomic_store_n(&vm->logged_slots, vm->logged_slots - !!old_log + !!log, __ATOMIC_RELEASE);
	ept_publish_slots(vm, after, old);
	host_srcu_synchronize(&vm->srcu);
	slots_edit(before, old, added);
	if (old_log != log)
		host_free(old_log);
	host_free(old);
}

/* In a log that begins, are the bits set?  With dirty rings they are what finds no room there. */
static bool begins_all_set(const struct vm *vm)
{
	return (vm->dirty_log_manual & KVM_DIRTY_LOG_INITIALLY_SET) && !dirty_rings_are_used(vm);
}

/* Put `wanted` in the place of `old`, with the log that its flags ask for.  Needs: slots_lock. */
static int slots_put(struct vm *vm, struct memslot *old, const struct memslot *wanted)
{
	struct memslot *added = host_zalloc(sizeof(*added));
	bool logged = wanted->flags & KVM_MEM_LOG_DIRTY_PAGES;

	if (!added)
		return -ENOMEM;
	*added = *wanted;
	added->log = logged && old ? old->log : NULL;
	if (logged && !added->log) {
		added->log = dirty_log_alloc(added->pages, begins_all_set(vm));
		if (!added->log) {
			host_free(added);
			return -ENOMEM;
		}
	}
	slots_replace(vm, old, added);
	return 0;
}

/* Needs: slots_lock. */
static int slots_set(struct vm *vm, const struct memslot *wanted)
{
	/* Found for reading; whoever holds the lock may take it out. */
	struct memslot *old = (struct memslot *)memslots_find_id(vm->slots, wanted->id);

	if (!wanted->pages && !old)
		return -EINVAL;
	if (!wanted->pages) {
		slots_replace(vm, old, NULL);
		return 0;
	}
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
