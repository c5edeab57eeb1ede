// SPDX-License-Identifier: GPL-2.0
/* Reading and writing guest-physical memory, on behalf of an instruction or of a device. */
#include "mem/dirty_log.h"
#include "mem/mem.h"

/* Where a piece of guest memory is: as far as one slot goes. */
struct piece {
	const struct memslot *slot;
	u64 hva;
	size_t length;
};

static bool piece_find(struct vm *vm, gpa_t gpa, size_t length, bool write, struct piece *piece)
{
	const struct memslot *slot = memslot_find(vm, gpa >> LINTEL_PAGE_SHIFT);
	u64 offset, room;

	HOST_NEEDS(host_srcu_held(&vm->srcu));
	if (!slot || (write && (slot->flags & KVM_MEM_READONLY)))
		return false;
	offset = gpa - (slot->gfn << LINTEL_PAGE_SHIFT);
	room = (slot->pages << LINTEL_PAGE_SHIFT) - offset;
	piece->slot = slot;
	piece->hva = slot->hva + offset;
	piece->length = length < room ? length : room;
	return true;
}

/* Is there a slot for every byte? */
static bool range_is_backed(struct vm *vm, gpa_t gpa, size_t length, bool write)
{
	struct piece piece;

	for (; length; gpa += piece.length, length -= piece.length)
		if (!piece_find(vm, gpa, length, write, &piece))
			return false;
	return true;
}

int guest_read(struct vm *vm, gpa_t gpa, void *to, size_t length)
{
	struct piece piece;
	u8 *at = to;
	int error;

	/* One slot has it all, as a rule. */
	if (piece_find(vm, gpa, length, false, &piece) && piece.length == length)
		return host_user_read(to, piece.hva, length);
	if (!range_is_backed(vm, gpa, length, false))
		return -EFAULT;
	for (; length; gpa += piece.length, at += piece.length, length -= piece.length) {
		if (!piece_find(vm, gpa, length, false, &piece))
			return -EFAULT;
		error = host_user_read(at, piece.hva, piece.length);
		if (error)
			return error;
	}
	return 0;
}

/* What a copy that failed half-way has written is dirty too. */
static int piece_write(struct vm *vm, const struct piece *piece, gpa_t gpa, const void *from)
{
	u64 gfn = gpa >> LINTEL_PAGE_SHIFT, last = (gpa + piece->length - 1) >> LINTEL_PAGE_SHIFT;
	int error = host_user_write(piece->hva, from, piece->length);

	for (; gfn <= last; gfn++)
		dirty_log_mark(vm, NULL, piece->slot, gfn);
	return error;
}

int guest_write_atomic(struct vm *vm, gpa_t gpa, const void *from, size_t length)
{
	struct piece piece;
	int error;

	if (!piece_find(vm, gpa, length, true, &piece) || piece.length != length)
		return -EFAULT;
	error = host_user_write_atomic(piece.hva, from, length);
	if (!error)
		dirty_log_mark(vm, NULL, piece.slot, gpa >> LINTEL_PAGE_SHIFT);
	return error;
}

int guest_cmpxchg(struct vm *vm, gpa_t gpa, u64 old, u64 new, size_t length)
{
	struct piece piece;
	int error;

	if (!piece_find(vm, gpa, length, true, &piece) || piece.length != length)
		return -EFAULT;
	error = host_user_cmpxchg(piece.hva, old, new, length);
	if (!error)
		dirty_log_mark(vm, NULL, piece.slot, gpa >> LINTEL_PAGE_SHIFT);
	return error;
}

int guest_write(struct vm *vm, gpa_t gpa, const void *from, size_t length)
{
	struct piece piece;
	const u8 *at = from;
	int error;

	if (piece_find(vm, gpa, length, true, &piece) && piece.length == length)
		return piece_write(vm, &piece, gpa, from);
	if (!range_is_backed(vm, gpa, length, true))
		return -EFAULT;
	for (; length; gpa += piece.length, at += piece.length, length -= piece.length) {
		if (!piece_find(vm, gpa, length, true, &piece))
			return -EFAULT;
		error = piece_write(vm, &piece, gpa, at);
		if (error)
			return error;
	}
	return 0;
}
