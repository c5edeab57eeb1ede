// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG: in the order that dirty_log.c speaks of. */
#include "mem/dirty_log.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"
#include "mem/pml.h"

/* Words that are worked on at once, on the stack; mmu_lock is held for as long. */
#define CHUNK_WORDS 64

/* A piece of a log, and of the bitmap of the program that asks. */
struct chunk {
	u64 first; /* word of the log */
	unsigned int words;
	u64 word[CHUNK_WORDS];
};

/* The next piece before word `end`; false: there is none. */
static bool chunk_next(struct chunk *chunk, u64 end)
{
	chunk->first += chunk->words;
	chunk->words =
		end - chunk->first < CHUNK_WORDS ? (unsigned int)(end - chunk->first) : CHUNK_WORDS;
	return chunk->words;
}

/* Of the bits in the chunk take those that are set in the log: the chunk holds them then. */
static void chunk_take(struct dirty_log *log, struct chunk *chunk)
{
	for (unsigned int i = 0; i < chunk->words; i++) {
		u64 *word = &log->bits[chunk->first + i];

		/* Most are 0: those need no access that locks the bus. */
		if (!__atomic_load_n(word, __ATOMIC_SEQ_CST))
			chunk->word[i] = 0;
		else
			chunk->word[i] &=
				__atomic_fetch_and(word, ~chunk->word[i], __ATOMIC_SEQ_CST);
	}
}

static void chunk_put_back(struct dirty_log *log, const struct chunk *chunk)
{
	for (unsigned int i = 0; i < chunk->words; i++)
		__atomic_fetch_or(&log->bits[chunk->first + i], chunk->word[i], __ATOMIC_SEQ_CST);
}

static void chunk_fill(struct chunk *chunk)
{
	for (unsigned int i = 0; i < chunk->words; i++)
		chunk->word[i] = ~(u64)0;
}

static void chunk_copy(const struct dirty_log *log, struct chunk *chunk)
{
	for (unsigned int i = 0; i < chunk->words; i++)
		chunk->word[i] = __atomic_load_n(&log->bits[chunk->first + i], __ATOMIC_SEQ_CST);
}

static bool chunk_watch(struct vm *vm, const struct memslot *slot, const struct chunk *chunk)
{
	return ept_watch_writes(vm, slot->gfn + chunk->first * 64, chunk->word, chunk->words);
}

/* A slot that is logged, by its number.  Needs: slots_lock.  -EINVAL, -ENOENT. */
static int logged_slot(struct vm *vm, u32 id, const struct memslot **slot)
{
	HOST_NEEDS(host_mutex_held(&vm->slots_lock));
	if (id >= VM_MAX_SLOTS)
		return -EINVAL;
	*slot = memslots_find_id(memslots_get(vm), id);
	return *slot && (*slot)->log ? 0 : -ENOENT;
}

static int log_give(struct vm *vm, const struct memslot *slot, u64 to, bool take)
{
	struct chunk chunk = {.words = 0};
	bool watched = false;
	int error = 0;

	while (!error && chunk_next(&chunk, slot->log->words)) {
		if (take) {
			chunk_fill(&chunk);
			chunk_take(slot->log, &chunk);
			watched |= chunk_watch(vm, slot, &chunk);
		} else {
			chunk_copy(slot->log, &chunk);
		}
		error = host_user_write(to + chunk.first * sizeof(u64), chunk.word,
					chunk.words * sizeof(u64));
		if (error && take)
			chunk_put_back(slot->log, &chunk);
	}
	if (watched)
		vm_flush_tlbs(vm);
	return error;
}

int dirty_log_get(struct vm *vm, const struct kvm_dirty_log *wanted)
{
	const struct memslot *slot;
	int error;

	if (dirty_rings_are_used(vm))
		return -ENXIO;
	host_mutex_lock(&vm->slots_lock);
	error = logged_slot(vm, wanted->slot, &slot);
	if (!error) {
		pml_drain_all(vm);
		error = log_give(vm, slot, wanted->padding2, !vm->dirty_log_manual);
	}
	host_mutex_unlock(&vm->slots_lock);
	return error;
}

/* The bitmap begins with the bit of the first page. */
static int log_clear(struct vm *vm, const struct memslot *slot,
		     const struct kvm_clear_dirty_log *wanted)
{
	u64 first = wanted->first_page / 64, end = first + ((u64)wanted->num_pages + 63) / 64;
	struct chunk chunk = {.first = first};
	bool watched = false;
	int error = 0;

	while (chunk_next(&chunk, end)) {
		error = host_user_read(chunk.word,
				       wanted->padding2 + (chunk.first - first) * sizeof(u64),
				       chunk.words * sizeof(u64));
		if (error)
			break;
		chunk_take(slot->log, &chunk);
		watched |= chunk_watch(vm, slot, &chunk);
	}
	if (watched)
		vm_flush_tlbs(vm);
	return error;
}

static bool clear_range_ok(const struct memslot *slot, const struct kvm_clear_dirty_log *wanted)
{
	if (wanted->first_page > slot->pages ||
	    wanted->num_pages > slot->pages - wanted->first_page)
		return false;
	return wanted->num_pages == slot->pages - wanted->first_page || !(wanted->num_pages % 64);
}

int dirty_log_clear(struct vm *vm, const struct kvm_clear_dirty_log *wanted)
{
	const struct memslot *slot;
	int error;

	if (dirty_rings_are_used(vm))
		return -ENXIO;
	if (wanted->first_page % 64)
		return -EINVAL;
	host_mutex_lock(&vm->slots_lock);
	error = logged_slot(vm, wanted->slot, &slot);
	if (!error)
		error = clear_range_ok(slot, wanted) ? log_clear(vm, slot, wanted) : -EINVAL;
	host_mutex_unlock(&vm->slots_lock);
	return error;
}
