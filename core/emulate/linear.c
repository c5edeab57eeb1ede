// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory by linear address.
 */
#include "emulate/emulate.h"
#include "mem/mem.h"
#include "vcpu/state.h"

u32 linear_privilege(struct vcpu *vcpu)
{
	return vcpu_cpl(vcpu) == 3 ? PF_USER : 0;
}

enum walk_result linear_map(struct vcpu *vcpu, gva_t address, u32 access, size_t length,
			    struct linear_map *map, struct linear_fault *fault)
{
	/* In IA-32e mode the tables' addresses have 64 bits, whatever code runs. */
	bool wide = (access & PF_IMPLICIT) ? vcpu->efer & IA32_EFER_LMA
					   : vcpu_code_width(vcpu) == WIDTH_64;
	u64 mask = wide ? ~0ULL : 0xffffffff;

	*map = (struct linear_map){0};
	*fault = (struct linear_fault){0};
	if (length > LINTEL_PAGE_SIZE)
		return WALK_ERROR;
	while (length) {
		gva_t at = address & mask;
		size_t here = LINTEL_PAGE_SIZE - (at & (LINTEL_PAGE_SIZE - 1));
		enum walk_result result;
		gpa_t gpa = 0;

		if (here > length)
			here = length;
		result = walk_linear(vcpu, at, access, &gpa, &fault->error);
		if (result != WALK_OK) {
			fault->address = at;
			fault->gpa = gpa;
			return result;
		}
		map->piece[map->pieces].gpa = gpa;
		map->piece[map->pieces++].length = (unsigned int)here;
		address += here;
		length -= here;
	}
	return WALK_OK;
}

enum walk_result linear_read(struct vcpu *vcpu, gva_t address, u32 access, void *to, size_t length,
			     struct linear_fault *fault)
{
	enum walk_result result;
	struct linear_map map;
	u8 *at = to;
	unsigned int i;

	result = linear_map(vcpu, address, access & ~PF_WRITE, length, &map, fault);
	for (i = 0; result == WALK_OK && i < map.pieces; i++) {
		fault->gpa = map.piece[i].gpa;
		if (guest_read(vcpu->vm, map.piece[i].gpa, at, map.piece[i].length))
			result = WALK_ERROR;
		at += map.piece[i].length;
	}
	return result;
}

enum walk_result linear_write(struct vcpu *vcpu, gva_t address, u32 access, const void *from,
			      size_t length, struct linear_fault *fault)
{
	enum walk_result result;
	struct linear_map map;
	const u8 *at = from;
	unsigned int i;

	result = linear_map(vcpu, address, access | PF_WRITE, length, &map, fault);
	for (i = 0; result == WALK_OK && i < map.pieces; i++) {
		fault->gpa = map.piece[i].gpa;
		if (guest_write(vcpu->vm, map.piece[i].gpa, at, map.piece[i].length))
			result = WALK_ERROR;
		at += map.piece[i].length;
	}
	return result;
}
