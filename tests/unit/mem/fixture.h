/* SPDX-License-Identifier: GPL-2.0 */
/* A VM without vCPUs, in a simulated process whose memory changes reach its EPT. */
#ifndef LINTEL_TESTS_UNIT_MEM_FIXTURE_H
#define LINTEL_TESTS_UNIT_MEM_FIXTURE_H

#include "mem/ept_table.h"
#include "mem/mem.h"
#include "sim.h"
#include "test.h"

#define PAGE ((u64)LINTEL_PAGE_SIZE)

/* The one VM of a test.  Needs vm_close() before the next. */
struct vm *vm_open(bool accessed_dirty);
/* Destroys it; nothing may be left behind. */
void vm_close(struct vm *vm);

/* memslot_set() with the fields in the order of the words: slot, flags, gfn, pages, hva. */
int slot_set(struct vm *vm, u32 id, u32 flags, u64 gfn, u64 pages, u64 hva);

/* memslot_find() within a read section: nobody changes the slots meanwhile. */
const struct memslot *slot_find(struct vm *vm, u64 gfn);

/* ept_fault() within a read section; error may be NULL. */
enum ept_result fault_read(struct vm *vm, u64 gfn, int *error);
enum ept_result fault_write(struct vm *vm, u64 gfn, int *error);
enum ept_result fault_fetch(struct vm *vm, u64 gfn, int *error);

/* What the EPT has for a frame; 0: nothing. */
u64 ept_entry(struct vm *vm, u64 gfn);
/* The same as an entry of the lowest level would say it, whatever the size of the page. */
u64 ept_translation(struct vm *vm, u64 gfn);

/* Table pages found by walking; must be what the EPT counts. */
u64 ept_count_tables(struct vm *vm);

/* Numbers that look random, the same in each run. */
struct random {
	u64 state;
};
u64 random_below(struct random *random, u64 limit);

#endif
