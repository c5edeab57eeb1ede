// SPDX-License-Identifier: GPL-2.0
/*
 * The EPT of a VM: filled by faults, emptied by changes of the slots and of the process's memory.
 *
 * The EPT holds no reference to the pages it maps.  What keeps it safe: before the process's memory
 * changes, ept_invalidate_begin() takes the mappings away; a fault that found its page before that
 * sees, under mmu_lock, that the memory changes or has changed, and maps nothing.
 */
#include "mem/mem.h"
#include "mem/ept_table.h"
#include "cap/cap.h"
#include "mem/dirty_log.h"
#include "vcpu/pml.h"
#include "vcpu/vcpu.h"

#define FRAMES_END ((u64)1 << EPT_FRAME_BITS)

int ept_init(struct vm *vm)
{
	struct ept *ept = &vm->ept;

	ept->root = host_alloc_pages(0);
	if (!ept->root)
		return -ENOMEM;
	ept->pages = 1;
	ept->eptp = host_virt_to_phys(ept->root) | EPTP_MEMORY_WB | EPTP_WALK_LENGTH_4;
	if (vmx_capability.ept.accessed_dirty)
		ept->eptp |= EPTP_ACCESSED_DIRTY;
	return 0;
}

void ept_destroy(struct vm *vm)
{
	struct ept_list list = {NULL};

	ept_collect_all(&vm->ept, &list);
	ept_tables_free(&list);
}

u64 ept_frames_limit(void)
{
	const unsigned int ept_bits = EPT_FRAME_BITS + LINTEL_PAGE_SHIFT;
	unsigned int bits;
	u32 out[4];

	host_cpuid(0x80000008, 0, out);
	bits = out[0] & 0xff;
	return (u64)1 << ((bits < ept_bits ? bits : ept_bits) - LINTEL_PAGE_SHIFT);
}

/* --- removal; mmu_lock is held --- */

static void flush(struct vm *vm)
{
	vm_request_all(vm, VCPU_REQUEST_FLUSH_TLB);
}

static void frames_remove(struct vm *vm, u64 start, u64 end, bool prune, struct ept_list *list)
{
	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	if (!ept_cut(&vm->ept, start, end, prune))
		return;
	flush(vm);
	ept_collect(&vm->ept, start, end, list);
}

struct frames {
	u64 start, end;
};

/* The guest frames that the slot has for user addresses [start, end); false: none. */
static bool slot_frames(const struct memslot *slot, u64 start, u64 end, struct frames *frames)
{
	u64 slot_end = slot->hva + (slot->pages << LINTEL_PAGE_SHIFT);

	if (start < slot->hva)
		start = slot->hva;
	if (end > slot_end)
		end = slot_end;
	if (start >= end)
		return false;
	frames->start = slot->gfn + ((start - slot->hva) >> LINTEL_PAGE_SHIFT);
	frames->end = slot->gfn + ((end - 1 - slot->hva) >> LINTEL_PAGE_SHIFT) + 1;
	return true;
}

static void user_range_remove(struct vm *vm, u64 start, u64 end, struct ept_list *list)
{
	const struct memslots *slots = memslots_get(vm);
	struct frames frames;
	bool any = false;
	unsigned int i;

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	for (i = 0; i < slots->used; i++)
		if (slot_frames(&slots->slot[i], start, end, &frames))
			any |= ept_cut(&vm->ept, frames.start, frames.end, false);
	if (!any)
		return;
	/* Under the lock: whoever finds an entry gone may rely on it that no vCPU uses it. */
	flush(vm);
	for (i = 0; i < slots->used; i++)
		if (slot_frames(&slots->slot[i], start, end, &frames))
			ept_collect(&vm->ept, frames.start, frames.end, list);
}

/* --- faults --- */

struct fault {
	const struct memslots *slots; /* what was looked at, without mmu_lock: may be old */
	const struct memslot *slot;
	u64 sequence;
	u64 gfn, hva;
	struct ept_access access;
	struct host_page page;
	unsigned int level; /* of the largest mapping that is possible */
};

/* Does all that an entry of the level maps round `gfn` lie in the slot, and alike in the process? */
static bool slot_allows(const struct memslot *slot, u64 gfn, unsigned int level)
{
	u64 in_page = ept_level_frames(level) - 1;
	u64 first = gfn & ~in_page;

	if ((slot->gfn ^ (slot->hva >> LINTEL_PAGE_SHIFT)) & in_page)
		return false;
	return first >= slot->gfn && first + in_page < slot->gfn + slot->pages;
}

static bool processor_allows(unsigned int level)
{
	return level == EPT_LEVEL_1G ? vmx_capability.ept.page_1g : vmx_capability.ept.page_2m;
}

static unsigned int fault_level(struct vm *vm, const struct fault *fault)
{
	unsigned int level = EPT_LEVEL_1G, shift;

	if (fault->slot->log || !slot_allows(fault->slot, fault->gfn, EPT_LEVEL_2M))
		return EPT_LEVEL_4K;
	if (fault->access.fetch && !host_large_pages_execute())
		return EPT_LEVEL_4K;
	shift = host_page_shift(vm, fault->hva, &fault->page);
	while (level > EPT_LEVEL_4K &&
	       (shift < ept_level_shift(level) || !processor_allows(level) ||
		!slot_allows(fault->slot, fault->gfn, level)))
		level--;
	return level;
}

/* Has what the fault looked at changed, or is any of it changing? */
static bool fault_is_stale(const struct vm *vm, const struct fault *fault)
{
	const struct ept *ept = &vm->ept;
	u64 size = (u64)1 << ept_level_shift(fault->level);
	u64 start = fault->hva & ~(size - 1);

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	if (fault->slots != memslots_get(vm) || fault->sequence != ept->invalidate_seq)
		return true;
	return ept->invalidating && start < ept->invalidate_end &&
	       start + size > ept->invalidate_start;
}

static u64 fault_leaf(const struct fault *fault)
{
	u64 leaf = fault->page.pfn & ~(ept_level_frames(fault->level) - 1);

	leaf = leaf << LINTEL_PAGE_SHIFT | EPT_READ | EPT_MEMORY_WB | EPT_IGNORE_PAT | EPT_ACCESSED;
	if (fault->level > EPT_LEVEL_4K)
		leaf |= EPT_LARGE;
	if (fault->level == EPT_LEVEL_4K || host_large_pages_execute())
		leaf |= EPT_EXECUTE;
	if (fault->page.writable)
		leaf |= EPT_WRITE;
	/* A set flag keeps the processor from listing the page as written. */
	if (pml_is_used() && fault->page.writable && (fault->access.write || !fault->slot->log))
		leaf |= EPT_DIRTY;
	return leaf;
}

/* Needs: mmu_lock.  0, or -EAGAIN: more table pages are needed. */
static int fault_map(struct vm *vm, struct fault *fault, struct ept_spare *spare,
		     struct ept_list *list)
{
	unsigned int level;
	u64 old = ept_lookup(&vm->ept, fault->gfn, &level);
	u64 leaf, first;
	bool same;

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	/* Beside the small pages that the guest executes from there is no large one, or the two
	 * would take each other's place for ever. */
	if (level < fault->level && !host_large_pages_execute())
		fault->level = level;
	leaf = fault_leaf(fault);
	same = old && level == fault->level && !((old ^ leaf) & EPT_ADDRESS);
	/* Another vCPU was here before, and with more right to write: let it be. */
	if (same && (old & EPT_WRITE))
		return 0;
	first = fault->gfn & ~(ept_level_frames(fault->level) - 1);
	if (!same && (old || level < fault->level))
		frames_remove(vm, first, first + ept_level_frames(fault->level), false, list);
	return ept_map(&vm->ept, first, fault->level, leaf, spare);
}

/* 0, also when nothing was mapped because it would be stale; -ENOMEM. */
static int fault_install(struct vm *vm, struct fault *fault)
{
	struct ept_spare spare = {.count = 0};
	struct ept_list list = {NULL};
	int error;

	do {
		error = 0;
		host_spin_lock(&vm->mmu_lock);
		if (fault_is_stale(vm, fault))
			fault->page.writable = false; /* unused, so not dirty */
		else
			error = fault_map(vm, fault, &spare, &list);
		if (!error && fault->access.write && fault->page.writable)
			dirty_log_mark(fault->slot, fault->gfn);
		host_spin_unlock(&vm->mmu_lock);
	} while (error == -EAGAIN && !(error = ept_spare_fill(&spare)));
	ept_tables_free(&list);
	ept_spare_free(&spare);
	return error;
}

enum ept_result ept_fault(struct vm *vm, gpa_t gpa, struct ept_access access, int *error)
{
	struct fault fault = {
		.slots = memslots_get(vm),
		.gfn = gpa >> LINTEL_PAGE_SHIFT,
		.access = access,
	};
	bool readonly;

	HOST_NEEDS(host_srcu_held(&vm->srcu));
	fault.slot = memslots_find(fault.slots, fault.gfn);
	if (!fault.slot)
		return EPT_MMIO;
	readonly = fault.slot->flags & KVM_MEM_READONLY;
	if (access.write && readonly)
		return EPT_MMIO;
	fault.hva = memslot_hva(fault.slot, fault.gfn);

	/* Before the page is looked up: a change after this must be seen in fault_is_stale(). */
	fault.sequence = __atomic_load_n(&vm->ept.invalidate_seq, __ATOMIC_ACQUIRE);
	*error = host_page_get(vm, fault.hva, access.write, &fault.page);
	if (*error)
		return EPT_ERROR;
	/* Where the processor keeps no list, the first write to a logged page is to fault. */
	if (readonly || (fault.slot->log && !access.write && !pml_is_used()))
		fault.page.writable = false;
	fault.level = fault_level(vm, &fault);
	*error = fault_install(vm, &fault);
	host_page_put(&fault.page);
	return *error ? EPT_ERROR : EPT_MAPPED;
}

/* --- changes --- */

void ept_publish_slots(struct vm *vm, struct memslots *slots, const struct memslot *removed)
{
	struct ept_list list = {NULL};

	HOST_NEEDS(host_mutex_held(&vm->slots_lock));
	/*
	 * One critical section: between the two steps ept_invalidate_begin() would no longer find
	 * the slot that tells it which mappings to take away.
	 */
	host_spin_lock(&vm->mmu_lock);
	__atomic_store_n(&vm->slots, slots, __ATOMIC_RELEASE);
	if (removed)
		frames_remove(vm, removed->gfn, removed->gfn + removed->pages, true, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&list);
}

bool ept_watch_writes(struct vm *vm, u64 gfn, const u64 *words, unsigned int count)
{
	u64 bits = pml_is_used() ? EPT_DIRTY : EPT_WRITE;
	bool any = false;

	host_spin_lock(&vm->mmu_lock);
	for (unsigned int i = 0; i < count; i++)
		for (u64 left = words[i]; left; left &= left - 1)
			any |= ept_clear(&vm->ept, gfn + i * 64 + (u64)__builtin_ctzll(left), bits);
	host_spin_unlock(&vm->mmu_lock);
	return any;
}

static void invalidate_range_add(struct ept *ept, u64 start, u64 end)
{
	if (!ept->invalidating++) {
		ept->invalidate_start = start;
		ept->invalidate_end = end;
		return;
	}
	/* The union stays until none is under way: some faults come again that need not. */
	if (start < ept->invalidate_start)
		ept->invalidate_start = start;
	if (end > ept->invalidate_end)
		ept->invalidate_end = end;
}

void ept_invalidate_begin(struct vm *vm, u64 start, u64 end)
{
	struct ept_list list = {NULL};

	host_spin_lock(&vm->mmu_lock);
	invalidate_range_add(&vm->ept, start, end);
	user_range_remove(vm, start, end, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&list);
}

void ept_invalidate_end(struct vm *vm, u64 start, u64 end)
{
	struct ept *ept = &vm->ept;

	(void)start;
	(void)end;
	host_spin_lock(&vm->mmu_lock);
	__atomic_store_n(&ept->invalidate_seq, ept->invalidate_seq + 1, __ATOMIC_RELEASE);
	ept->invalidating--;
	host_spin_unlock(&vm->mmu_lock);
}

void ept_unmap_all(struct vm *vm)
{
	struct ept_list list = {NULL};

	host_spin_lock(&vm->mmu_lock);
	frames_remove(vm, 0, FRAMES_END, false, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&list);
}

/* --- memory is short --- */

/* Tables and other entries that one pass looks at: mmu_lock is held meanwhile. */
#define RECLAIM_STEPS 4096

/*
 * Cut off tables of the lowest level from `reclaim_next` on, with those above that are left empty:
 * they are most of an EPT's tables, and a larger page, which costs none of them, stays.  Needs:
 * mmu_lock.
 */
static void reclaim_pass(struct vm *vm, u64 pages, struct ept_list *list)
{
	struct ept *ept = &vm->ept;
	u64 start = ept->reclaim_next, at = start, cut = 0;
	unsigned int steps, level;

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	for (steps = 0; at < FRAMES_END && cut < pages && steps < RECLAIM_STEPS; steps++) {
		u64 first = at;
		bool table;

		ept_lookup(ept, at, &level);
		table = level == EPT_LEVEL_4K;
		at = (at | (ept_level_frames(table ? EPT_LEVEL_2M : level) - 1)) + 1;
		cut += table && ept_cut(ept, first, at, true);
	}
	ept->reclaim_next = at < FRAMES_END ? at : 0;
	if (!cut)
		return;
	flush(vm);
	ept_collect(ept, start, at, list);
}

u64 ept_reclaim(struct vm *vm, u64 pages)
{
	struct ept_list list = {NULL};
	u64 before, freed;

	host_spin_lock(&vm->mmu_lock);
	before = vm->ept.pages;
	reclaim_pass(vm, pages, &list);
	freed = before - vm->ept.pages;
	/* It came to the end: what lies before is next. */
	if (freed < pages && !vm->ept.reclaim_next) {
		reclaim_pass(vm, pages - freed, &list);
		freed = before - vm->ept.pages;
	}
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&list);
	return freed;
}

/* --- accessed flags --- */

struct young {
	struct ept_visitor visitor; /* first: the visitor is the struct */
	bool flags;		    /* the processor keeps accessed flags */
	bool clear;
	bool young, removed;
};

static bool young_enter(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered)
{
	struct young *young = (struct young *)visitor;
	u64 value = __atomic_load_n(entry, __ATOMIC_RELAXED);

	(void)covered;
	if (!ept_entry_present(value))
		return false;
	if (!ept_entry_leaf(value, level))
		return true;
	if (young->flags) {
		/* Without a flush: a page that stays in a TLB may look idle for a while. */
		young->young |= !!(value & EPT_ACCESSED);
		if (young->clear)
			__atomic_fetch_and(entry, ~EPT_ACCESSED, __ATOMIC_RELAXED);
		return false;
	}
	/* What is mapped counts as accessed; the next access faults, and maps it again. */
	young->young = true;
	if (young->clear) {
		__atomic_store_n(entry, 0, __ATOMIC_RELAXED);
		young->removed = true;
	}
	return false;
}

bool ept_test_young(struct vm *vm, u64 start, u64 end, bool clear)
{
	struct young young = {
		.visitor = {young_enter, NULL},
		.flags = vm->ept.eptp & EPTP_ACCESSED_DIRTY,
		.clear = clear,
	};
	const struct memslots *slots;
	struct frames frames;
	unsigned int i;

	host_spin_lock(&vm->mmu_lock);
	slots = memslots_get(vm);
	for (i = 0; i < slots->used; i++)
		if (slot_frames(&slots->slot[i], start, end, &frames))
			ept_visit(&vm->ept, frames.start, frames.end, &young.visitor);
	if (young.removed)
		flush(vm);
	host_spin_unlock(&vm->mmu_lock);
	return young.young;
}
