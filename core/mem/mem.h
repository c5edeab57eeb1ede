/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: memory slots (guest-physical ranges backed by the VM's process), and the EPT that
 * is built from them on demand.
 */
#ifndef LINTEL_MEM_H
#define LINTEL_MEM_H

#include "vm.h"

struct ept_list;

/* The orders in which slots are looked for. */
enum slot_order { SLOTS_BY_ID, SLOTS_BY_GFN, SLOTS_BY_HVA, SLOT_ORDERS };

/* Where a slot stands in a tree: see slot_tree.c. */
struct slot_link {
	struct memslot *child[2]; /* those before it in the order, those behind it */
	u64 reach;		  /* where the last of it and those below it ends, for a user */
	unsigned int height;
};

struct memslot {
	u32 id;
	u32 flags; /* KVM_MEM_READONLY, KVM_MEM_LOG_DIRTY_PAGES */
	u64 gfn;   /* first guest frame */
	u64 pages;
	u64 hva;	       /* user address of the first byte */
	struct dirty_log *log; /* NULL: its writes are not logged */
	struct slot_link link[2][SLOT_ORDERS];
};

/*
 * The slots of a VM.  There are two copies that share them and have trees of their own: one is
 * published, and does not change as long as it is; a change is made in the other, which is then
 * published in its place, and when nobody reads the first any more it is made there too.
 */
struct memslots {
	struct memslot *root[SLOT_ORDERS];
	unsigned int copy; /* which of memslot.link */
	unsigned int used; /* slots */
	u64 version;	   /* how many changes it has seen */
};

/* --- slot_tree.c --- */

/* Changes of a copy that nobody reads: a slot that is not in it, or is. */
void memslots_add(struct memslots *slots, struct memslot *slot);
void memslots_remove(struct memslots *slots, const struct memslot *slot);

/* --- slots.c --- */

/* Both copies, without a slot: the first is to be published.  NULL without memory. */
struct memslots *memslots_create(void);

/* All slots and what belongs to them.  Needs: nobody else refers to the VM. */
void memslots_destroy(struct vm *vm);

/* The slots now.  Needs: srcu read lock, slots_lock or mmu_lock. */
const struct memslots *memslots_get(const struct vm *vm);
/* The slot of this number, or NULL. */
const struct memslot *memslots_find_id(const struct memslots *slots, u32 id);
/* The first slot that ends after `gfn`: the one that holds it, or comes next; or NULL. */
const struct memslot *memslots_from(const struct memslots *slots, u64 gfn);
/* The slot that holds this frame, or NULL. */
const struct memslot *memslots_find(const struct memslots *slots, u64 gfn);
/* Both in one.  Needs: srcu read lock, slots_lock or mmu_lock. */
const struct memslot *memslot_find(struct vm *vm, u64 gfn);

static inline u64 memslot_hva(const struct memslot *slot, u64 gfn)
{
	return slot->hva + ((gfn - slot->gfn) << LINTEL_PAGE_SHIFT);
}

/* Behind its last user address. */
static inline u64 memslot_end(const struct memslot *slot)
{
	return slot->hva + (slot->pages << LINTEL_PAGE_SHIFT);
}

/* A search for the slots that have any of the user addresses [start, end): set the first three. */
struct hva_search {
	const struct memslots *slots;
	u64 start, end;
	const struct memslot *last; /* that was found; NULL: none */
	unsigned int looked_at;	    /* slots, so far: what the search costs */
};
/* Each of them once, those that begin first before the others; then NULL. */
const struct memslot *hva_search_next(struct hva_search *search);

/* --- slot_change.c --- */

/*
 * KVM_SET_USER_MEMORY_REGION: check, then add, delete or move a slot, or begin or end its log.
 * -EINVAL: flags, alignment, wrap, overflow, a resize, another user address or access for a slot
 * that exists, deletion of one that does not; -EEXIST: overlap; -ENOMEM.
 * Takes slots_lock.  When it returns, no guest and no handler uses what was removed.
 */
int memslot_set(struct vm *vm, const struct kvm_userspace_memory_region *region);

/* --- guest_memory.c --- */

/*
 * Copy to and from guest-physical memory; may cross pages and slots.  Needs: srcu read lock, the
 * VM's process.  -EFAULT: no slot, a read-only slot (write): nothing was copied; or no memory
 * behind it: what comes before may have been copied.
 */
int guest_read(struct vm *vm, gpa_t gpa, void *to, size_t length);
int guest_write(struct vm *vm, gpa_t gpa, const void *from, size_t length);
/* The same in any context, for what is in one page: -EFAULT also where that is not at hand. */
int guest_write_atomic(struct vm *vm, gpa_t gpa, const void *from, size_t length);
/* host_user_cmpxchg() at a guest-physical address.  -EFAULT also: no slot, or a read-only one. */
int guest_cmpxchg(struct vm *vm, gpa_t gpa, u64 old, u64 new, size_t length);

/* --- ept.c --- */

int ept_init(struct vm *vm); /* -ENOMEM */
/* Needs: no vCPU of the VM is left. */
void ept_destroy(struct vm *vm);

/* Guest frames that a guest on this processor can address: those from here on do not exist. */
u64 ept_frames_limit(void);

/* What the guest did to cause an EPT violation (exit qualification bits 2:0). */
struct ept_access {
	bool read, write, fetch;
	/* It was the processor's own, to the guest's page tables, and counts as a write because the
	 * vCPU ran with accessed and dirty flags in the EPT. */
	bool walk;
	/* The page is not to be waited for where that can take long. */
	bool at_once;
	struct vcpu *vcpu; /* whose guest it was; NULL: nobody's */
};

enum ept_result {
	EPT_MAPPED, /* run the guest again */
	EPT_LATER,  /* it was to be mapped at once, and can't be */
	EPT_MMIO,   /* no slot, or a write to a read-only one: a device access */
	EPT_ERROR,  /* *error says why, as host_page_get() does; -ENOMEM */
};

/*
 * EPT violation at `gpa`: map the page that backs it.  Needs: srcu read lock, the VM's process.
 * When the process changes that memory at the same time, nothing may get mapped: the guest then
 * comes again.  "EPT Violations".
 */
enum ept_result ept_fault(struct vm *vm, gpa_t gpa, struct ept_access access, int *error);
/*
 * The same with interrupts off, where the page is at hand, there is a place for it in the tables,
 * and nobody has to be waited for.  False: nothing was done.  Needs: srcu read lock, the VM's
 * process, host_spin_is_raw().
 */
bool ept_fault_at_once(struct vm *vm, gpa_t gpa, struct ept_access access);

/*
 * Take away what maps `removed` (NULL: nothing was), flush it from every vCPU, and in the same step
 * publish `slots`.  A fault that looked at the slots before maps nothing any more.  Whoever finds
 * that `removed` is not among the slots may rely on it that no vCPU uses its memory.
 * Needs: slots_lock.
 */
void ept_publish_slots(struct vm *vm, struct memslots *slots, const struct memslot *removed);

/*
 * The VM's process changes the memory at user addresses [start, end): called by the platform's mmu
 * notifier, begin before and end after the change, with the same range.  Between, no mapping of the
 * range is made; when begin returns, no guest uses the old ones.  Several may be under way.
 * mmu_lock is taken only where a slot has some of the range.  Atomic, unless begin may sleep.
 */
void ept_invalidate_begin(struct vm *vm, u64 start, u64 end, bool may_sleep);
void ept_invalidate_end(struct vm *vm, u64 start, u64 end);

/*
 * Let the next write to frame gfn + n be noticed, for each bit n of the words, where the frame is
 * mapped from a logged slot.  True: the flush is to follow.  Takes mmu_lock.
 */
bool ept_watch_writes(struct vm *vm, u64 gfn, const u64 *words, unsigned int count);

/* Was any page of [start, end) accessed through the EPT since the last `clear`?  Atomic. */
bool ept_test_young(struct vm *vm, u64 start, u64 end, bool clear);

/* Forget everything (the process is going away).  May sleep. */
void ept_unmap_all(struct vm *vm);

/* --- apic_page.c --- */

/* The VM's APIC-access page, where there is none yet, which is mapped on demand at `gpa`.  -ENOMEM.
 * "APIC-Access Address" */
int apic_page_create(struct vm *vm, gpa_t gpa);
/* Needs: nothing uses the EPT.  Also when there is none. */
void apic_page_destroy(struct vm *vm);
/* The slots have changed: where one has its place, it has none.  Needs: mmu_lock. */
void apic_page_slots_changed(struct vm *vm, struct ept_list *list);
/* An access that would read or write it has no mapping: it has now; false: it is to have none,
 * there or at all.  May sleep. */
bool apic_page_map(struct vm *vm, gpa_t gpa);
/* It is never mapped again, and no vCPU uses it any more; nothing where there is none.  May sleep.
 */
void apic_page_forbid(struct vm *vm);

#endif
