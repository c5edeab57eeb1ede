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
#include "vcpu/vcpu.h"

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
	u64 sequence;
	u64 gfn, hva;
	bool writable; /* the slot is */
	struct host_page page;
};

/* Has what the fault looked at changed, or is it changing? */
static bool fault_is_stale(const struct vm *vm, const struct fault *fault)
{
	const struct ept *ept = &vm->ept;

	if (fault->slots != memslots_get(vm) || fault->sequence != ept->invalidate_seq)
		return true;
	return ept->invalidating && fault->hva >= ept->invalidate_start &&
	       fault->hva < ept->invalidate_end;
}

static u64 fault_leaf(const struct fault *fault)
{
	u64 leaf = fault->page.pfn << LINTEL_PAGE_SHIFT;

	leaf |= EPT_READ | EPT_EXECUTE | EPT_MEMORY_WB | EPT_IGNORE_PAT | EPT_ACCESSED;
	if (fault->page.writable)
		leaf |= EPT_WRITE;
	return leaf;
}

/* Needs: mmu_lock.  0, or -EAGAIN: more table pages are needed. */
static int fault_map(struct vm *vm, const struct fault *fault, struct ept_spare *spare,
		     struct ept_list *list)
{
	u64 leaf = fault_leaf(fault);
	unsigned int level;
	u64 old = ept_lookup(&vm->ept, fault->gfn, &level);
	bool same = old && level == EPT_LEVEL_4K && !((old ^ leaf) & EPT_ADDRESS);

	/* Another vCPU was here before, and with more right to write: let it be. */
	if (same && (old & EPT_WRITE))
		return 0;
	if (old && !same)
		frames_remove(vm, fault->gfn, fault->gfn + 1, false, list);
	return ept_map(&vm->ept, fault->gfn, EPT_LEVEL_4K, leaf, spare);
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
	};
	const struct memslot *slot = memslots_find(fault.slots, fault.gfn);

	if (!slot)
		return EPT_MMIO;
	fault.writable = !(slot->flags & KVM_MEM_READONLY);
	if (access.write && !fault.writable)
		return EPT_MMIO;
	fault.hva = memslot_hva(slot, fault.gfn);

	/* Before the page is looked up: a change after this must be seen in fault_is_stale(). */
	fault.sequence = __atomic_load_n(&vm->ept.invalidate_seq, __ATOMIC_ACQUIRE);
	*error = host_page_get(vm, fault.hva, access.write, &fault.page);
	if (*error)
		return EPT_ERROR;
	fault.page.writable &= fault.writable;
	*error = fault_install(vm, &fault);
	host_page_put(&fault.page);
	return *error ? EPT_ERROR : EPT_MAPPED;
}

/* --- changes --- */

void ept_publish_slots(struct vm *vm, struct memslots *slots, const struct memslot *removed)
{
	struct ept_list list = {NULL};

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
	frames_remove(vm, 0, (u64)1 << EPT_FRAME_BITS, false, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&list);
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
