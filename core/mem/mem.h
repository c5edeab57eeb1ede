/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: memory slots (guest-physical ranges backed by the VM's process), and the EPT that
 * is built from them on demand.
 */
#ifndef LINTEL_MEM_H
#define LINTEL_MEM_H

#include "vm.h"

struct memslot {
	u32 id;
	u32 flags; /* KVM_MEM_READONLY */
	u64 gfn;   /* first guest frame */
	u64 pages;
	u64 hva;   /* user address of the first byte */
};

/* --- slots.c --- */

/* Published as a whole; sorted by gfn, so that a lookup is a binary search. */
struct memslots {
	u64 generation;
	unsigned int used;
	struct memslot slot[]; /* as many as used */
};

/* An empty array; NULL without memory. */
struct memslots *memslots_alloc(unsigned int used);

/*
 * KVM_SET_USER_MEMORY_REGION: check, then add, delete, move or change a slot.
 * -EINVAL: flags, alignment, wrap, overflow, a resize; -EEXIST: overlap; -ENOMEM.
 * Takes slots_lock.  When it returns, no guest and no handler uses what was removed.
 */
int memslot_set(struct vm *vm, const struct kvm_userspace_memory_region *region);

/* The slot that holds this frame, or NULL.  Needs: srcu read lock, slots_lock or mmu_lock. */
const struct memslot *memslot_find(struct vm *vm, u64 gfn);

/* --- guest_memory.c --- */

/*
 * Copy to and from guest-physical memory; may cross pages and slots.  Needs: srcu read lock, the
 * VM's process.  -EFAULT: no slot, a read-only slot (write), or no memory behind it.
 */
int guest_read(struct vm *vm, gpa_t gpa, void *to, size_t length);
int guest_write(struct vm *vm, gpa_t gpa, const void *from, size_t length);

/* --- ept.c --- */

int ept_init(struct vm *vm); /* -ENOMEM */
void ept_destroy(struct vm *vm);

/* What the guest did to cause an EPT violation (exit qualification bits 2:0). */
struct ept_access {
	bool read, write, fetch;
};

enum ept_result {
	EPT_MAPPED,   /* run the guest again */
	EPT_MMIO,     /* no slot, or a write to a read-only one: a device access */
	EPT_ERROR,    /* *error says why: -EFAULT, -ENOMEM, -EINTR, -EHWPOISON */
};

/*
 * EPT violation at `gpa`: map the page that backs it.  Needs: srcu read lock, the VM's process.
 * "EPT Violations".
 */
enum ept_result ept_fault(struct vm *vm, gpa_t gpa, struct ept_access access, int *error);

/* Take away what maps [gfn, gfn + pages), and flush it from every vCPU.  Needs: slots_lock. */
void ept_unmap_slot(struct vm *vm, const struct memslot *slot);

/*
 * The VM's process changes the memory at user addresses [start, end): called by the platform's mmu
 * notifier, begin before and end after the change.  Between, no mapping of the range is made; when
 * begin returns, no guest uses the old ones.  Several may be under way.  begin may be called where
 * sleeping is not allowed.
 */
void ept_invalidate_begin(struct vm *vm, u64 start, u64 end);
void ept_invalidate_end(struct vm *vm, u64 start, u64 end);

/* Was any page of [start, end) accessed through the EPT since the last `clear`? */
bool ept_test_young(struct vm *vm, u64 start, u64 end, bool clear);

/* Forget everything (the process is going away). */
void ept_unmap_all(struct vm *vm);

#endif
