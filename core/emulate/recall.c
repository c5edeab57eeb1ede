// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that were decoded before.  A driver has few that touch its device, and meets them
 * again and again: walking the guest's page tables to one and decoding it costs more than all else
 * that is done for it.  So what it was decoded from is remembered with it, the paging-structure
 * entries and the bytes, and where these are in the process's memory.  While all of it is as it
 * was, a walk and a decoding would come to the same.
 *
 * Only in IA-32e mode: elsewhere the entries have other sizes, or are in registers.
 */
#include "emulate/access.h"
#include "mem/mem.h"
#include "vcpu/state.h"

/* Neighbours, and functions that are aligned, shall not all meet in one place. */
static struct recalled *place_of(struct vcpu *vcpu, gva_t at)
{
	return &vcpu->io->recalled[(at ^ at >> 3 ^ at >> 6) % RECALL_PLACES];
}

static struct recall_key key_of(struct vcpu *vcpu, gva_t at, u32 access)
{
	return (struct recall_key){
		.at = at,
		.cr3 = vcpu_cr3_read(vcpu),
		/* As it was set last: those that the guest owns neither walk nor decode. */
		.cr4 = vcpu->cr4 & ~(u64)CR4_GUEST_OWNED,
		.efer = vcpu->efer,
		.slots = memslots_get(vcpu->vm)->version,
		.access = access,
		.width = vcpu_code_width(vcpu),
	};
}

static bool same_key(const struct recall_key *one, const struct recall_key *other)
{
	return one->at == other->at && one->cr3 == other->cr3 && one->cr4 == other->cr4 &&
	       one->efer == other->efer && one->slots == other->slots &&
	       one->access == other->access && one->width == other->width;
}

bool recall_expects(struct vcpu *vcpu, gva_t at)
{
	const struct recalled *recalled = place_of(vcpu, at);

	return recalled->key.at == at && recalled->words;
}

/* The words in the order of the walk: an entry counts for what it was when it was read. */
const struct recalled *recall(struct vcpu *vcpu, gva_t at, u32 access)
{
	const struct recalled *recalled = place_of(vcpu, at);
	struct recall_key key;

	if (!recall_expects(vcpu, at))
		return NULL;
	key = key_of(vcpu, at, access);
	if (!same_key(&key, &recalled->key) ||
	    !host_user_words_are(recalled->word, recalled->words))
		return NULL;
	return recalled;
}

/* A word of guest memory that the instruction hangs on. */
static bool add_word(struct vcpu *vcpu, struct recalled *recalled, gpa_t gpa, u64 value, u64 mask)
{
	const struct memslot *slot = memslot_find(vcpu->vm, gpa >> LINTEL_PAGE_SHIFT);

	if (!slot)
		return false;
	recalled->word[recalled->words++] = (struct host_word){
		.hva = memslot_hva(slot, gpa >> LINTEL_PAGE_SHIFT) + gpa % LINTEL_PAGE_SIZE,
		.value = value,
		.mask = mask,
	};
	return true;
}

static bool add_entries(struct vcpu *vcpu, struct recalled *recalled,
			const struct walk_trail *trail)
{
	for (unsigned int i = 0; i < trail->count; i++)
		if (!add_word(vcpu, recalled, trail->at[i], trail->entry[i], ~0ULL))
			return false;
	return true;
}

static bool add_bytes(struct vcpu *vcpu, struct recalled *recalled, gpa_t gpa, const u8 *bytes,
		      unsigned int length)
{
	for (unsigned int done = 0; done < length; done += 8) {
		unsigned int left = length - done;
		u64 value = 0;

		__builtin_memcpy(&value, bytes + done, left < 8 ? left : 8);
		if (!add_word(vcpu, recalled, gpa + done, value,
			      left < 8 ? BIT64(8 * left) - 1 : ~0ULL))
			return false;
	}
	return true;
}

/* The words are read in pieces of 8 bytes, which end in the page. */
static bool is_in_page(gva_t at, unsigned int length)
{
	return at % LINTEL_PAGE_SIZE + (length > 8 ? 16 : 8) <= LINTEL_PAGE_SIZE;
}

static bool is_memory(const struct insn_operand *operand)
{
	return operand->kind == OPERAND_MEMORY && operand->size <= sizeof(u64);
}

static enum recalled_move move_of(const struct insn *insn)
{
	const u32 harmless = INSN_WRITES | INSN_BYTE | INSN_PLAIN | INSN_MEMORY;

	if (insn->opcode->execute != operation_mov || (insn->opcode->flags & ~harmless))
		return MOVE_NONE;
	if (insn->dst.kind == OPERAND_REG && is_memory(&insn->src))
		return MOVE_LOAD;
	if (is_memory(&insn->dst) &&
	    (insn->src.kind == OPERAND_REG || insn->src.kind == OPERAND_IMMEDIATE))
		return MOVE_STORE;
	return MOVE_NONE;
}

void recall_later(struct vcpu *vcpu, gva_t at, u32 access, const u8 *bytes, const struct insn *insn)
{
	struct recalled *recalled = place_of(vcpu, at);
	struct walk_trail trail;
	gpa_t gpa;
	u32 error;

	recalled->words = 0;
	/* What is met once is not worth another walk, nor what takes turns with others here. */
	if (recalled->key.at != at) {
		recalled->key.at = at;
		return;
	}
	if (!(vcpu->efer & IA32_EFER_LMA) || !is_in_page(at, insn->length) ||
	    walk_linear_trail(vcpu, at, access, &gpa, &error, &trail) != WALK_OK)
		return;
	recalled->key = key_of(vcpu, at, access);
	recalled->insn = *insn;
	recalled->move = move_of(insn);
	/* Should the guest have changed something since the bytes were fetched, then the words are
	 * not there any more, or they lead to the same bytes. */
	if (!add_entries(vcpu, recalled, &trail) ||
	    !add_bytes(vcpu, recalled, gpa, bytes, insn->length))
		recalled->words = 0;
}
