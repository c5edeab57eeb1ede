/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log of a slot: one bit a page.  The bitmap belongs to the slot, not to the array that
 * holds it: copies of the array share it, so that no bit is lost when the slots change.
 */
#ifndef LINTEL_DIRTY_LOG_H
#define LINTEL_DIRTY_LOG_H

#include "vm.h"

struct memslot;
struct vcpu;

struct dirty_log {
	u64 words;
	u64 bits[]; /* beyond the slot's pages they stay 0 */
};

/* Nothing is dirty, or everything.  NULL: no memory.  Freed with host_free(). */
struct dirty_log *dirty_log_alloc(u64 pages, bool all_set);

/* The frame, which is in the slot, was written, by the guest of `writer` or (NULL) for whomever:
 * call it after the write.  Nothing where the slot is not logged.  Atomic, any context.  Needs:
 * srcu read lock or mmu_lock. */
void dirty_log_mark(struct vm *vm, struct vcpu *writer, const struct memslot *slot, u64 gfn);

/* --- dirty_log_ask.c --- */

/*
 * KVM_GET_DIRTY_LOG: copies the bitmap out; unless the program clears by hand, takes the bits out
 * of the log.  When the copy fails, those that it did not get stay in the log.
 * -ENXIO: the VM has dirty rings; -EINVAL: the slot's number; -ENOENT: it is not logged; -EFAULT.
 * Takes slots_lock.
 */
int dirty_log_get(struct vm *vm, const struct kvm_dirty_log *wanted);
/* KVM_CLEAR_DIRTY_LOG.  Errors as there; -EINVAL: also a range that does not begin and end with a
 * word of the bitmap or with the slot. */
int dirty_log_clear(struct vm *vm, const struct kvm_clear_dirty_log *wanted);

#endif
