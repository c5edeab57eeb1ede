// SPDX-License-Identifier: GPL-2.0
/* Memory slots: the array of them, and what is looked up in it. */
#include "mem/mem.h"

struct memslots *memslots_alloc(unsigned int used)
{
	size_t size = sizeof(struct memslots) + used * sizeof(struct memslot);
	struct memslots *slots = host_zalloc(size + used * sizeof(struct hva_node));

	if (slots)
		slots->by_hva = (struct hva_node *)&slots->slot[used];
	return slots;
}

const struct memslots *memslots_get(const struct vm *vm)
{
	HOST_NEEDS(host_srcu_held(&vm->srcu) || host_mutex_held(&vm->slots_lock) ||
		   host_spin_held(&vm->mmu_lock));
	return __atomic_load_n(&vm->slots, __ATOMIC_ACQUIRE);
}

unsigned int memslots_lower_bound(const struct memslots *slots, u64 gfn)
{
	unsigned int low = 0, high = slots->used;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct memslot *slot = &slots->slot[middle];

		if (slot->gfn + slot->pages <= gfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct memslot *memslots_find(const struct memslots *slots, u64 gfn)
{
	unsigned int index = memslots_lower_bound(slots, gfn);

	if (index == slots->used || slots->slot[index].gfn > gfn)
		return NULL;
	return &slots->slot[index];
}

const struct memslot *memslot_find(struct vm *vm, u64 gfn)
{
	return memslots_find(memslots_get(vm), gfn);
}

const struct memslot *memslots_find_id(const struct memslots *slots, u32 id)
{
	unsigned int i;

	for (i = 0; i < slots->used; i++)
		if (slots->slot[i].id == id)
			return &slots->slot[i];
	return NULL;
}

void memslots_destroy(struct vm *vm)
{
	for (unsigned int i = 0; i < vm->slots->used; i++)
		host_free(vm->slots->slot[i].log);
	host_free(vm->slots);
}
