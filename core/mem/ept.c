// SPDX-License-Identifier: GPL-2.0
/*
 * The EPT of a VM: filled by faults, emptied by changes of the slots and of the process's memory.
 *
 * The EPT holds no reference to the pages it maps.  What keeps it safe: before the process's memory
 * changes, ept_invalidate_begin() takes the mappings away; a fault that found its page before that
 * sees, under mmu_lock, that this memory changes or has changed, and maps nothing.
 */
#include "mem/mem.h"
#include "mem/ept_table.h"
#include "cap/cap.h"
#include "facts/cpuid_leaf.h"
#include "mem/dirty_log.h"
#include "mem/pml.h"
#include "vcpu/vcpu.h"

#define FRAMES_END ((u64)1 << EPT_FRAME_BITS)

int ept_init(struct vm *vm)
{
	struct ept *ept = &vm->ept;

	ept->root = host_alloc_pages(0);
	if (!ept->root)
		return -ENOMEM;
	ept->pages = 1;
	invalidations_init(&ept->invalidations);
	ept->eptp = host_virt_to_phys(ept->root) | EPTP_MEMORY_WB | EPTP_WALK_LENGTH_4;
	if (vmx_capability.ept.accessed_dirty)
		ept->eptp |= EPTP_ACCESSED_DIRTY;
	return 0;
}

void ept_destroy(struct vm *vm)
{
	struct ept_list list = {0};

	ept_collect_all(&vm->ept, &list);
	ept_tables_free(&vm->ept, &list, true);
	apic_page_destroy(vm);
}

u64 ept_frames_limit(void)
{
	const unsigned int ept_bits = EPT_FRAME_BITS + LINTEL_PAGE_SHIFT;
	unsigned int bits;
	u32 out[4];

	host_cpuid(CPUID_LEAF_ADDRESS_WIDTHS, 0, out);
	bits = cpuid_physical_bits(out[0]);
	return (u64)1 << ((bits < ept_bits ? bits : ept_bits) - LINTEL_PAGE_SHIFT);
}

/* Does the processor keep accessed and dirty flags in it? */
static bool ept_has_flags(const struct vm *vm)
{
	return __atomic_load_n(&vm->ept.eptp, __ATOMIC_RELAXED) & EPTP_ACCESSED_DIRTY;
}

/* Does it also list the pages whose dirty flag it sets? */
static bool writes_are_listed(const struct vm *vm)
{
	return pml_is_used() && ept_has_flags(vm);
}

/* --- removal; mmu_lock is held --- */

static void frames_remove(struct vm *vm, u64 start, u64 end, bool prune, struct ept_list *list)
{
	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	if (!ept_cut(&vm->ept, start, end, prune))
		return;
	vm_flush_tlbs(vm);
	ept_collect(&vm->ept, start, end, list);
}

struct frames {
	u64 start, end;
};

/* The guest frames that the next slot has for the user addresses of the search; false: none has. */
static bool next_frames(struct hva_search *search, struct frames *frames)
{
	const struct memslot *slot = hva_search_next(search);
	u64 start = search->start, end = search->end, slot_end;

	if (!slot)
		return false;
	slot_end = slot->hva + (slot->pages << LINTEL_PAGE_SHIFT);
	if (start < slot->hva)
		start = slot->hva;
	if (end > slot_end)
		end = slot_end;
	frames->start = slot->gfn + ((start - slot->hva) >> LINTEL_PAGE_SHIFT);
	frames->end = slot->gfn + ((end - 1 - slot->hva) >> LINTEL_PAGE_SHIFT) + 1;
	return true;
}

static bool user_range_cut(struct vm *vm, u64 start, u64 end)
{
	struct hva_search search = {.slots = memslots_get(vm), .start = start, .end = end};
	struct frames frames;
	bool any = false;

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	while (next_frames(&search, &frames))
		any |= ept_cut(&vm->ept, frames.start, frames.end, false);
	return any;
}

static void user_range_remove(struct vm *vm, u64 start, u64 end, struct ept_list *list)
{
	struct hva_search search = {.slots = memslots_get(vm), .start = start, .end = end};
	struct frames frames;

	if (!user_range_cut(vm, start, end))
		return;
	/* Under the lock: whoever finds an entry gone may rely on it that no vCPU uses it. */
	vm_flush_tlbs(vm);
	while (next_frames(&search, &frames))
		ept_collect(&vm->ept, frames.start, frames.end, list);
}

/* --- faults --- */

struct fault {
	const struct memslots *slots; /* what was looked at, without mmu_lock: may be old */
	const struct memslot *slot;
	u64 since; /* invalidations_now() before the page was looked up */
	u64 gfn, hva;
	struct ept_access access;
	struct host_page page;
	unsigned int level; /* of the largest mapping that is possible */
	bool raw;	    /* interrupts are off: nobody is waited for */
};

/* What lies there, if anything: the slot is NULL where nothing does. */
static inline struct fault fault_begin(const struct vm *vm, gpa_t gpa, struct ept_access access)
{
	const struct memslots *slots = memslots_get(vm);
	u64 gfn = gpa >> LINTEL_PAGE_SHIFT;
	const struct memslot *slot = memslots_find(slots, gfn);

	return (struct fault){
		.slots = slots,
		.slot = slot,
		.gfn = gfn,
		.hva = slot ? memslot_hva(slot, gfn) : 0,
		.access = access,
	};
}

static bool slot_is_readonly(const struct memslot *slot)
{
	return slot->flags & KVM_MEM_READONLY;
}

/* Does all that an entry of the level maps round `gfn` lie in the slot, and alike in the process?
 */
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

/* Set before there is a vCPU. */
static bool may_execute_large(const struct vm *vm)
{
	return vm->large_pages_execute || host_large_pages_execute();
}

static unsigned int fault_level(struct vm *vm, const struct fault *fault)
{
	unsigned int level = EPT_LEVEL_1G, shift;

	if (fault->slot->log || !slot_allows(fault->slot, fault->gfn, EPT_LEVEL_2M))
		return EPT_LEVEL_4K;
	if (fault->access.fetch && !may_execute_large(vm))
		return EPT_LEVEL_4K;
	shift = fault->raw ? fault->page.shift : host_page_shift(vm, fault->hva, &fault->page);
	while (level > EPT_LEVEL_4K &&
	       (shift < ept_level_shift(level) || !processor_allows(level) ||
		!slot_allows(fault->slot, fault->gfn, level)))
		level--;
	return level;
}

/* Has what the fault looked at changed, or is any of it changing? */
static bool fault_is_stale(struct vm *vm, const struct fault *fault)
{
	u64 size = (u64)1 << ept_level_shift(fault->level);
	u64 start = fault->hva & ~(size - 1);

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	if (fault->slots != memslots_get(vm))
		return true;
	if (fault->raw)
		return invalidations_may_touch(&vm->ept.invalidations, fault->since, start,
					       start + size);
	return invalidations_touch(&vm->ept.invalidations, fault->since, start, start + size);
}

static u64 fault_leaf(const struct vm *vm, const struct fault *fault)
{
	u64 leaf = fault->page.pfn & ~(ept_level_frames(fault->level) - 1);

	leaf = leaf << LINTEL_PAGE_SHIFT | EPT_READ | EPT_MEMORY_WB | EPT_IGNORE_PAT | EPT_ACCESSED;
	if (fault->level > EPT_LEVEL_4K)
		leaf |= EPT_LARGE;
	if (fault->level == EPT_LEVEL_4K || may_execute_large(vm))
		leaf |= EPT_EXECUTE;
	if (fault->page.writable)
		leaf |= EPT_WRITE;
	/* A set flag keeps the processor from listing the page as written. */
	if (writes_are_listed(vm) && fault->page.writable &&
	    (fault->access.write || !fault->slot->log))
		leaf |= EPT_DIRTY;
	return leaf;
}

/* Needs: mmu_lock.  0; -EAGAIN: more table pages are needed, or a flush with interrupts off. */
static int fault_map(struct vm *vm, struct fault *fault, struct ept_spare *spare,
		     struct ept_list *list)
{
	unsigned int level;
	u64 *entry = ept_find(&vm->ept, fault->gfn, &level);
	u64 old = ept_read(entry), leaf, first;
	bool same;

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	/* Beside the small pages that the guest executes from there is no large one, or the two
	 * would take each other's place for ever. */
	if (level < fault->level && !may_execute_large(vm))
		fault->level = level;
	leaf = fault_leaf(vm, fault);
	same = old && level == fault->level && !((old ^ leaf) & EPT_ADDRESS);
	/* Another vCPU was here before, and with more right to write: let it be. */
	if (same && (old & EPT_WRITE))
		return 0;
	if (same || (!old && level == fault->level)) {
		ept_set(&vm->ept, entry, level, leaf);
		return 0;
	}
	first = fault->gfn & ~(ept_level_frames(fault->level) - 1);
	if (old || level < fault->level) {
		if (fault->raw)
			return -EAGAIN;
		frames_remove(vm, first, first + ept_level_frames(fault->level), false, list);
	}
	return ept_map(&vm->ept, first, fault->level, leaf, spare);
}

/* Needs: mmu_lock.  As fault_map(); where what was looked at may be something else by now nothing
 * is mapped, and the guest comes again: also 0, or with interrupts off -EAGAIN. */
static int fault_try(struct vm *vm, struct fault *fault, struct ept_spare *spare,
		     struct ept_list *list)
{
	int error;

	if (fault_is_stale(vm, fault))
		return fault->raw ? -EAGAIN : 0;
	/* Where the processor keeps no list, the first write to a logged page is to fault. */
	if (slot_is_readonly(fault->slot) ||
	    (fault->slot->log && !fault->access.write && !writes_are_listed(vm)))
		fault->page.writable = false;
	error = fault_map(vm, fault, spare, list);
	if (error || !fault->page.writable)
		return error;
	host_page_mark_dirty(&fault->page);
	if (fault->access.write)
		dirty_log_mark(vm, fault->access.vcpu, fault->slot, fault->gfn);
	return 0;
}

/* 0, also when nothing was mapped because it would be stale; -ENOMEM. */
static int fault_install(struct vm *vm, struct fault *fault)
{
	struct ept_spare spare = {.count = 0};
	struct ept_list list = {0};
	int error;

	do {
		host_spin_lock(&vm->mmu_lock);
		error = fault_try(vm, fault, &spare, &list);
		host_spin_unlock(&vm->mmu_lock);
	} while (error == -EAGAIN && !(error = ept_spare_fill(&spare)));
	ept_tables_free(&vm->ept, &list, true);
	ept_spare_free(&spare);
	/* The next page is likely to be a neighbour, and a table is there by now. */
	if (fault->access.vcpu)
		fault->access.vcpu->page_at_hand =
			host_spin_is_raw() && fault->page.at_hand && !spare.wanted;
	return error;
}

/* With interrupts off.  False: nothing was done. */
static bool fault_install_at_once(struct vm *vm, struct fault *fault)
{
	struct ept_spare none = {.count = 0};
	bool done;

	if (!host_spin_trylock(&vm->mmu_lock))
		return false;
	done = !fault_try(vm, fault, &none, NULL);
	host_spin_unlock(&vm->mmu_lock);
	return done;
}

/*
 * With accessed and dirty flags in the EPT each access of the processor to the guest's page tables
 * counts as a write ("Accessed and Dirty Flags for EPT"), which a read-only slot does not take.  A
 * VM whose tables are there has no such flags from now on; few have, and the flags are worth
 * having.
 */
static void flags_off(struct vm *vm)
{
	struct ept_list list = {0};

	host_spin_lock(&vm->mmu_lock);
	if (ept_has_flags(vm)) {
		__atomic_store_n(&vm->ept.eptp, vm->ept.eptp & ~EPTP_ACCESSED_DIRTY,
				 __ATOMIC_RELEASE);
		/* A page with a clear dirty flag would be written to and not be listed. */
		ept_cut(&vm->ept, 0, FRAMES_END, false);
		/* Each vCPU takes the new pointer with it. */
		vm_flush_tlbs(vm);
		ept_collect(&vm->ept, 0, FRAMES_END, &list);
	}
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, true);
}

static int fault_get_page(struct vm *vm, struct fault *fault)
{
	if (fault->access.at_once)
		return host_page_try(vm, fault->hva, fault->access.write, &fault->page);
	return host_page_get(vm, fault->hva, fault->access.write, &fault->page);
}

/* The page, found and mapped. */
static enum ept_result fault_resolve(struct vm *vm, struct fault *fault, int *error)
{
	/* Before the page is looked up: a change after this must be seen in fault_is_stale(). */
	fault->since = invalidations_now(&vm->ept.invalidations);
	*error = fault_get_page(vm, fault);
	if (*error)
		return *error == -EAGAIN ? EPT_LATER : EPT_ERROR;
	fault->level = fault_level(vm, fault);
	*error = fault_install(vm, fault);
	host_page_put(&fault->page);
	return *error ? EPT_ERROR : EPT_MAPPED;
}

enum ept_result ept_fault(struct vm *vm, gpa_t gpa, struct ept_access access, int *error)
{
	struct fault fault = fault_begin(vm, gpa, access);

	HOST_NEEDS(host_srcu_held(&vm->srcu));
	if (!fault.slot)
		return EPT_MMIO;
	if (access.write && slot_is_readonly(fault.slot)) {
		if (!access.walk)
			return EPT_MMIO;
		flags_off(vm);
		return EPT_MAPPED;
	}
	return fault_resolve(vm, &fault, error);
}

/* As ept_fault(), but no reference keeps the page: it is the process's if the fault is not stale
 * under mmu_lock, and that is all that has to be. */
bool ept_fault_at_once(struct vm *vm, gpa_t gpa, struct ept_access access)
{
	struct fault fault = fault_begin(vm, gpa, access);

	HOST_NEEDS(host_srcu_held(&vm->srcu) && host_interrupts_are_off());
	if (!fault.slot || (access.write && slot_is_readonly(fault.slot)))
		return false;
	fault.raw = true;
	fault.since = invalidations_now(&vm->ept.invalidations);
	if (!host_page_at_hand(vm, fault.hva, &fault.page))
		return false;
	fault.level = fault_level(vm, &fault);
	return fault_install_at_once(vm, &fault);
}

/* --- changes --- */

void ept_publish_slots(struct vm *vm, struct memslots *slots, const struct memslot *removed)
{
	struct ept_list list = {0};

	HOST_NEEDS(host_mutex_held(&vm->slots_lock));
	/*
	 * One critical section: a fault would map the slot again between the two steps.  And in
	 * this order: ept_invalidate_begin(), which looks at the slots without the lock, and does
	 * not find the slot, takes it that there are no mappings of it.
	 */
	host_spin_lock(&vm->mmu_lock);
	if (removed)
		frames_remove(vm, removed->gfn, removed->gfn + removed->pages, true, &list);
	__atomic_store_n(&vm->slots, slots, __ATOMIC_RELEASE);
	apic_page_slots_changed(vm, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, true);
}

bool ept_watch_writes(struct vm *vm, u64 gfn, const u64 *words, unsigned int count)
{
	bool any = false;
	u64 bits;

	host_spin_lock(&vm->mmu_lock);
	bits = writes_are_listed(vm) ? EPT_DIRTY : EPT_WRITE;
	for (unsigned int i = 0; i < count; i++)
		for (u64 left = words[i]; left; left &= left - 1)
			any |= ept_clear(&vm->ept, gfn + i * 64 + (u64)__builtin_ctzll(left), bits);
	host_spin_unlock(&vm->mmu_lock);
	return any;
}

/* Most changes are of memory that no guest has: those take no lock that faults need. */
static bool user_range_has_slot(struct vm *vm, u64 start, u64 end)
{
	int ticket = host_srcu_read_lock(&vm->srcu);
	struct hva_search search = {.slots = memslots_get(vm), .start = start, .end = end};
	bool found = hva_search_next(&search);

	host_srcu_read_unlock(&vm->srcu, ticket);
	return found;
}

void ept_invalidate_begin(struct vm *vm, u64 start, u64 end, bool may_sleep)
{
	struct ept_list list = {0};

	/* First: a fault that comes later maps nothing of it, whatever slots there will be. */
	invalidation_begin(&vm->ept.invalidations, start, end);
	if (!user_range_has_slot(vm, start, end))
		return;
	host_spin_lock(&vm->mmu_lock);
	user_range_remove(vm, start, end, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, may_sleep);
}

void ept_invalidate_end(struct vm *vm, u64 start, u64 end)
{
	invalidation_end(&vm->ept.invalidations, start, end);
}

void ept_unmap_all(struct vm *vm)
{
	struct ept_list list = {0};

	host_spin_lock(&vm->mmu_lock);
	frames_remove(vm, 0, FRAMES_END, false, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, true);
}

/* --- accessed flags --- */

struct young {
	struct ept_visitor visitor; /* first: the visitor is the struct */
	struct ept *ept;
	bool flags; /* the processor keeps accessed flags */
	bool clear;
	bool young, removed;
};

static bool young_enter(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered)
{
	struct young *young = (struct young *)visitor;
	u64 value = __atomic_load_n(entry, __ATOMIC_RELAXED);

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
		ept_leaf_removed(young->ept, level);
		young->removed = true;
	}
	return false;
}

bool ept_test_young(struct vm *vm, u64 start, u64 end, bool clear)
{
	struct young young = {
		.visitor = {young_enter, NULL},
		.ept = &vm->ept,
		.clear = clear,
	};
	struct hva_search search = {.start = start, .end = end};
	struct frames frames;

	if (!user_range_has_slot(vm, start, end))
		return false;
	host_spin_lock(&vm->mmu_lock);
	young.flags = ept_has_flags(vm);
	search.slots = memslots_get(vm);
	while (next_frames(&search, &frames))
		ept_visit(&vm->ept, frames.start, frames.end, &young.visitor);
	if (young.removed)
		vm_flush_tlbs(vm);
	host_spin_unlock(&vm->mmu_lock);
	return young.young;
}
