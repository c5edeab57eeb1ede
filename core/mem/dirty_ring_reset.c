// SPDX-License-Identifier: GPL-2.0
/* KVM_RESET_DIRTY_RINGS: in the order that dirty_ring.h speaks of. */
#include "mem/dirty_log.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"

/* Entries, or words of a log, after which others may run. */
#define TURN 1024

/* Pages of one slot that are to be watched, as one word of its bitmap has them. */
struct watch {
	struct vm *vm;
	const struct memslot *slot;
	u64 word, bits;
	bool any; /* of all so far: a flush is to follow */
};

static void watch_flush(struct watch *watch)
{
	if (watch->bits)
		watch->any |= ept_watch_writes(watch->vm, watch->slot->gfn + watch->word * 64,
					       &watch->bits, 1);
	watch->bits = 0;
}

/* Whatever the program says: a page that there is not, or that nobody logs, is nothing. */
static void watch_page(struct watch *watch, u32 id, u64 page)
{
	const struct memslot *slot = memslots_find_id(memslots_get(watch->vm), id);

	if (!slot || !slot->log || page >= slot->pages)
		return;
	if (slot != watch->slot || page / 64 != watch->word)
		watch_flush(watch);
	watch->slot = slot;
	watch->word = page / 64;
	watch->bits |= BIT64(page % 64);
}

static int ring_reset(struct vcpu *vcpu, struct watch *watch)
{
	u32 end = dirty_ring_end(vcpu), slot;
	int count = 0;
	u64 page;

	while (dirty_ring_take(vcpu, end, &slot, &page)) {
		watch_page(watch, slot, page);
		if (!(++count % TURN))
			host_cond_resched();
	}
	return count;
}

/* Of a word of a log, what finds room in a ring; the rest stays.  False: some does. */
static bool word_give(struct vm *vm, const struct memslot *slot, u64 word)
{
	u64 *bits = &slot->log->bits[word];
	u64 left = __atomic_load_n(bits, __ATOMIC_RELAXED);

	if (left)
		left = __atomic_exchange_n(bits, 0, __ATOMIC_SEQ_CST);
	while (left && dirty_ring_push_waiting(vm, slot, word * 64 + (u64)__builtin_ctzll(left)))
		left &= left - 1;
	if (!left)
		return true;
	__atomic_fetch_or(bits, left, __ATOMIC_SEQ_CST);
	return false;
}

static bool log_give(struct vm *vm, const struct memslot *slot)
{
	for (u64 word = 0; word < slot->log->words; word++) {
		if (!word_give(vm, slot, word))
			return false;
		if (!((word + 1) % TURN))
			host_cond_resched();
	}
	return true;
}

/* What waits for room in the rings.  Needs: slots_lock. */
static void give_waiting(struct vm *vm)
{
	const struct memslots *slots = memslots_get(vm);
	const struct memslot *slot;

	/* First: a bit that comes meanwhile is for the next time. */
	if (!__atomic_exchange_n(&vm->dirty_ring_waits, false, __ATOMIC_SEQ_CST))
		return;
	for (u64 gfn = 0; (slot = memslots_from(slots, gfn)); gfn = slot->gfn + slot->pages)
		if (slot->log && !log_give(vm, slot)) {
			__atomic_store_n(&vm->dirty_ring_waits, true, __ATOMIC_SEQ_CST);
			return;
		}
}

int dirty_rings_reset(struct vm *vm)
{
	struct watch watch = {.vm = vm};
	struct vcpu *vcpu;
	int count = 0;

	if (!dirty_rings_are_used(vm))
		return -EINVAL;
	host_mutex_lock(&vm->slots_lock);
	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));)
		count += ring_reset(vcpu, &watch);
	watch_flush(&watch);
	if (watch.any)
		vm_flush_tlbs(vm);
	give_waiting(vm);
	host_mutex_unlock(&vm->slots_lock);
	return count;
}
