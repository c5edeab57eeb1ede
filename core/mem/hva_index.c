// SPDX-License-Identifier: GPL-2.0
/*
 * The slots by user address.
 *
 * Slots may share user memory, so an order alone does not find all that have an address.  The nodes
 * are ordered by where their slots begin, and are a tree besides: the node in the middle of a range
 * is the root of that range, and knows how far any slot of the range reaches.
 */
#include "mem/mem.h"

static const struct memslot *node_slot(const struct memslots *slots, unsigned int node)
{
	return &slots->slot[slots->by_hva[node].slot];
}

static u64 slot_end(const struct memslot *slot)
{
	return slot->hva + (slot->pages << LINTEL_PAGE_SHIFT);
}

static u64 later(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* Of the nodes [low, high); as deep as the logarithm of their number. */
static u64 reach_build(struct memslots *slots, unsigned int low, unsigned int high)
{
	unsigned int middle = low + (high - low) / 2;
	u64 reach;

	if (low == high)
		return 0;
	reach = slot_end(node_slot(slots, middle));
	reach = later(reach, reach_build(slots, low, middle));
	reach = later(reach, reach_build(slots, middle + 1, high));
	slots->by_hva[middle].reach = reach;
	return reach;
}

void hva_index_build(struct memslots *slots, const struct memslots *before, unsigned int gone,
		     unsigned int added)
{
	unsigned int used = 0;
	bool placed = added == MEMSLOT_NONE;

	for (unsigned int i = 0; i < before->used; i++) {
		unsigned int slot = before->by_hva[i].slot;

		if (slot == gone)
			continue;
		/* Its place in the new array. */
		slot -= slot > gone;
		slot += slot >= added;
		if (!placed && slots->slot[added].hva < slots->slot[slot].hva) {
			slots->by_hva[used++].slot = added;
			placed = true;
		}
		slots->by_hva[used++].slot = slot;
	}
	if (!placed)
		slots->by_hva[used++].slot = added;
	reach_build(slots, 0, used);
}

/* The first node of [low, high), from search->next on, whose slot ends behind search->start; or
 * `high`. */
static unsigned int node_find(struct hva_search *search, unsigned int low, unsigned int high)
{
	unsigned int middle = low + (high - low) / 2, found;

	if (low == high || high <= search->next)
		return high;
	search->looked_at++;
	if (search->slots->by_hva[middle].reach <= search->start)
		return high;
	found = node_find(search, low, middle);
	if (found < middle)
		return found;
	if (middle >= search->next && slot_end(node_slot(search->slots, middle)) > search->start)
		return middle;
	return node_find(search, middle + 1, high);
}

const struct memslot *hva_search_next(struct hva_search *search)
{
	unsigned int node = node_find(search, 0, search->slots->used);
	const struct memslot *slot;

	if (node == search->slots->used)
		return NULL;
	slot = node_slot(search->slots, node);
	if (slot->hva >= search->end)
		return NULL;
	search->next = node + 1;
	return slot;
}
