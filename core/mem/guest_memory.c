// SPDX-License-Identifier: GPL-2.0
/* Reading and writing guest-physical memory, on behalf of an instruction or of a device. */
#include "mem/mem.h"

/* Where a piece of guest memory is: as far as one slot goes. */
struct piece {
	u64 hva;
	size_t length;
};

static bool piece_find(struct vm *vm, gpa_t gpa, size_t length, bool write, struct piece *piece)
{
	const struct memslot *slot = memslot_find(vm, gpa >> LINTEL_PAGE_SHIFT);
	u64 offset, room;

	if (!slot || (write && (slot->flags & KVM_MEM_READONLY)))
		return false;
	offset = gpa - (slot->gfn << LINTEL_PAGE_SHIFT);
	room = (slot->pages << LINTEL_PAGE_SHIFT) - offset;
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

int guest_write(struct vm *vm, gpa_t gpa, const void *from, size_t length)
{
	struct piece piece;
	const u8 *at = from;
	int error;

	if (piece_find(vm, gpa, length, true, &piece) && piece.length == length)
		return host_user_write(piece.hva, from, length);
	if (!range_is_backed(vm, gpa, length, true))
		return -EFAULT;
	for (; length; gpa += piece.length, at += piece.length, length -= piece.length) {
		if (!piece_find(vm, gpa, length, true, &piece))
			return -EFAULT;
		error = host_user_write(piece.hva, at, piece.length);
		if (error)
			return error;
	}
	return 0;
}
