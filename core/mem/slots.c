// SPDX-License-Identifier: GPL-2.0
/* Memory slots: what is looked up in them. */
#include "mem/mem.h"

struct memslots *memslots_create(void)
{
	struct memslots *copies = host_zalloc(2 * sizeof(*copies));

	if (copies)
		copies[1].copy = 1;
	return copies;
}

const struct memslots *memslots_get(const struct vm *vm)
{
	HOST_NEEDS(host_srcu_held(&vm->srcu) || host_mutex_held(&vm->slots_lock) ||
		   host_spin_held(&vm->mmu_lock));
	return __atomic_load_n(&vm->slots, __ATOMIC_ACQUIRE);
}

static const struct slot_link *link_of(const struct memslots *slots, enum slot_order order,
				       const struct memslot *slot)
{
	return &slot->link[slots->copy][order];
}

const struct memslot *memslots_find(const struct memslots *slots, u64 gfn)
{
	const struct memslot *slot = slots->root[SLOTS_BY_GFN];

	while (slot && gfn - slot->gfn >= slot->pages)
		slot = link_of(slots, SLOTS_BY_GFN, slot)->child[gfn > slot->gfn];
	return slot;
}

const struct memslot *memslots_from(const struct memslots *slots, u64 gfn)
{
	const struct memslot *slot = slots->root[SLOTS_BY_GFN], *found = NULL;

	while (slot) {
		bool ends_before = slot->gfn + slot->pages <= gfn;

		if (!ends_before)
			found = slot;
		slot = link_of(slots, SLOTS_BY_GFN, slot)->child[ends_before];
	}
	return found;
}

const struct memslot *memslot_find(struct vm *vm, u64 gfn)
{
	return memslots_find(memslots_get(vm), gfn);
}

const struct memslot *memslots_find_id(const struct memslots *slots, u32 id)
{
	const struct memslot *slot = slots->root[SLOTS_BY_ID];

	while (slot && slot->id != id)
		slot = link_of(slots, SLOTS_BY_ID, slot)->child[id > slot->id];
	return slot;
}

static bool is_found(const struct hva_search *search, const struct memslot *slot)
{
	const struct memslot *last = search->last;

	return last && (slot->hva < last->hva || (slot->hva == last->hva && slot->id <= last->id));
}

/* The first slot of the tree behind those that were found, that ends behind search->start. */
static const struct memslot *next_below(struct hva_search *search, const struct memslot *root)
{
	const struct slot_link *link;
	const struct memslot *found;

	if (!root)
		return NULL;
	search->looked_at++;
	link = link_of(search->slots, SLOTS_BY_HVA, root);
	if (link->reach <= search->start)
		return NULL;
	if (!is_found(search, root)) {
		found = next_below(search, link->child[0]);
		if (found)
			return found;
		if (memslot_end(root) > search->start)
			return root;
	}
	return next_below(search, link->child[1]);
}

const struct memslot *hva_search_next(struct hva_search *search)
{
	const struct memslot *slot = next_below(search, search->slots->root[SLOTS_BY_HVA]);

	if (!slot || slot->hva >= search->end)
		return NULL;
	search->last = slot;
	return slot;
}

void memslots_destroy(struct vm *vm)
{
	struct memslots *slots = vm->slots;
	struct memslot *slot;

	while ((slot = slots->root[SLOTS_BY_ID])) {
		memslots_remove(slots, slot);
		host_free(slot->log);
		host_free(slot);
	}
	host_free(slots - slots->copy);
}
