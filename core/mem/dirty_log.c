// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty log: which pages of a slot were written since somebody asked.
 *
 * Nothing is lost because of the order.  Who writes, writes first and then sets the bit.  Who asks
 * takes the bits first, then sees to it that the next write to those pages is noticed, and looks at
 * the pages last.  So a write is either seen by who looks, or sets a bit for the next time.
 */
#include "mem/dirty_log.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"

struct dirty_log *dirty_log_alloc(u64 pages, bool all_set)
{
	u64 words = (pages + 63) / 64;
	struct dirty_log *log = host_zalloc(sizeof(*log) + words * sizeof(u64));

	if (!log)
		return NULL;
	log->words = words;
	for (u64 i = 0; all_set && i < words; i++)
		log->bits[i] = ~(u64)0;
	if (all_set && pages % 64)
		log->bits[words - 1] = BIT64(pages % 64) - 1;
	return log;
}

void dirty_log_mark(struct vm *vm, struct vcpu *writer, const struct memslot *slot, u64 gfn)
{
	u64 page = gfn - slot->gfn;
	bool rings = dirty_rings_are_used(vm);

	if (!slot->log || (rings && dirty_ring_push(vm, writer, slot, page)))
		return;
	/* Unasked, for the sake of the order: this is behind the write also for other processors.
	 */
	__atomic_fetch_or(&slot->log->bits[page / 64], BIT64(page % 64), __ATOMIC_SEQ_CST);
	if (rings)
		__atomic_store_n(&vm->dirty_ring_waits, true, __ATOMIC_SEQ_CST);
}
