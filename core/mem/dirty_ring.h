/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty rings: in place of the dirty logs, each vCPU has a list of pages that were written,
 * which it shares with the program.
 *
 * An entry is empty, dirty, or harvested (the program has read it).  The program takes them in
 * their order, and after KVM_RESET_DIRTY_RINGS looks at the pages.  Nothing is lost because of the
 * order that dirty_log.c speaks of: who writes, writes first and then makes an entry.  The reset
 * takes the entries, then sees to it that the next write to their pages is noticed.
 *
 * What finds no room in any ring sets a bit in the dirty log of its slot, and gets its entry when a
 * reset has made room.
 *
 * The program may write to a ring at any time: where it begins and ends is known elsewhere, and
 * what an entry says decides about that program's pages only.
 *
 * Documentation/virt/kvm/api.rst: "KVM_CAP_DIRTY_LOG_RING/KVM_CAP_DIRTY_LOG_RING_ACQ_REL".
 */
#ifndef LINTEL_DIRTY_RING_H
#define LINTEL_DIRTY_RING_H

#include "vcpu/vcpu.h"

struct memslot;

#define DIRTY_RING_MAX_ENTRIES 65536
#define DIRTY_RING_MAX_SIZE    (DIRTY_RING_MAX_ENTRIES * sizeof(struct kvm_dirty_gfn))

/* --- dirty_ring.c --- */

/* Does the VM have them?  It is settled before it has a vCPU. */
static inline bool dirty_rings_are_used(const struct vm *vm)
{
	return __atomic_load_n(&vm->dirty_ring_entries, __ATOMIC_RELAXED);
}

/*
 * KVM_CAP_DIRTY_LOG_RING: the size of each ring, in bytes.  -EINVAL: not a power of two, too small
 * for what one exit may bring, there are rings or vCPUs; -E2BIG.  Needs: vm->lock.
 */
int dirty_rings_enable(struct vm *vm, u64 size);

/* The ring of a new vCPU, where the VM has them.  -ENOMEM. */
int dirty_ring_vcpu_init(struct vcpu *vcpu);
void dirty_ring_vcpu_destroy(struct vcpu *vcpu);

/* The page of the vCPU's file, if it is one of the ring; or NULL. */
void *dirty_ring_page(const struct vcpu *vcpu, u64 page);
/* Does the ring have any of `count` pages of the vCPU's file, from `first` on? */
bool dirty_ring_is_among(const struct vcpu *vcpu, u64 first, u64 count);

/*
 * Page `page` of the slot was written: it gets an entry in the ring of the vCPU that wrote (NULL:
 * nobody knows), or where there is room.  False: there is none.  Any context.
 */
bool dirty_ring_push(struct vm *vm, struct vcpu *writer, const struct memslot *slot, u64 page);
/* The same for what waits, and must leave room for what exits will bring. */
bool dirty_ring_push_waiting(struct vm *vm, const struct memslot *slot, u64 page);

/* Is there so little room that the vCPU must not run? */
bool dirty_ring_is_full(const struct vcpu *vcpu);

/* The oldest entry, if the program has harvested it: it is empty then.  False: there is none up to
 * `end`, which is dirty_ring_end() of before.  Needs: slots_lock. */
bool dirty_ring_take(struct vcpu *vcpu, u32 end, u32 *slot, u64 *page);
u32 dirty_ring_end(const struct vcpu *vcpu);

/* --- dirty_ring_reset.c --- */

/*
 * KVM_RESET_DIRTY_RINGS: takes what was harvested of each ring, and lets the next write to those
 * pages be noticed.  gives: how many entries; -EINVAL: the VM has no rings.  Takes slots_lock.
 */
int dirty_rings_reset(struct vm *vm);

#endif
