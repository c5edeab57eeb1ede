// SPDX-License-Identifier: GPL-2.0
/*
 * Until the flush is over a processor may walk the tables as they were, those that were cut off
 * too: each of them is there then, with all that it held but for what was taken away.  So it is for
 * each way in which something is taken away.
 *
 * SDM: "Guidelines for Use of the INVEPT Instruction", "Information in Paging-Structure Caches".
 */
#include "fixture.h"

#define GFN  0x200ull /* 2 MiB: slot 0, of twice as much */
#define SIZE 1024ull
#define ROM  0x10000ull

/* --- What the tables held --- */

#define TABLES_MAX 16

static struct {
	struct table {
		const u64 *table;
		hpa_t at;
		unsigned int level;
		u64 was[EPT_ENTRIES];
	} table[TABLES_MAX];
	unsigned int tables, flushes;
	bool freed_before_flush;
} seen;

static void note(const u64 *table, unsigned int level)
{
	struct table *noted = &seen.table[seen.tables++];

	*noted = (struct table){.table = table, .at = host_virt_to_phys(table), .level = level};
	memcpy(noted->was, table, sizeof(noted->was));
}

static bool note_entry(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered)
{
	(void)visitor, (void)covered;
	if (!ept_entry_present(*entry) || ept_entry_leaf(*entry, level) ||
	    seen.tables == TABLES_MAX)
		return false;
	note(host_phys_to_virt(*entry & EPT_ADDRESS), level - 1);
	return true;
}

/* A leaf is gone, or a table cut off: the address of what is below stays. */
static bool only_taken_away(const struct table *table, u64 was, u64 now)
{
	if (now == was)
		return true;
	if (ept_entry_present(now))
		return false;
	return ept_entry_leaf(was, table->level) || now == (was & ~EPT_PRESENT);
}

static void at_flush(struct vm *vm)
{
	unsigned int wrong = 0;

	seen.flushes++;
	if (seen.freed_before_flush)
		return;
	for (unsigned int i = 0; i < seen.tables; i++)
		for (unsigned int j = 0; j < EPT_ENTRIES; j++)
			wrong += !only_taken_away(&seen.table[i], seen.table[i].was[j],
						  seen.table[i].table[j]);
	EXPECT_EQ(wrong, 0);
}

static void at_free(hpa_t start, u64 size)
{
	for (unsigned int i = 0; i < seen.tables; i++)
		if (seen.table[i].at == start && !seen.flushes)
			seen.freed_before_flush = true;
}

static void begin(struct vm *vm)
{
	struct ept_visitor visitor = {note_entry, NULL};

	memset(&seen, 0, sizeof(seen));
	note(vm->ept.root, EPT_LEVEL_ROOT);
	ept_visit(&vm->ept, 0, (u64)1 << EPT_FRAME_BITS, &visitor);
	sim_on_pages_freed(at_free);
	sim_kick_hook(at_flush);
}

static void end(void)
{
	sim_kick_hook(NULL);
	sim_on_pages_freed(NULL);
	EXPECT_EQ(seen.flushes, 1);
	EXPECT_FALSE(seen.freed_before_flush);
}

/* --- Ways to take something away --- */

static u64 hva;

static void unmap_a_table(struct vm *vm)
{
	sim_user_unmap(hva, 512 * PAGE);
}

static void move_a_page(struct vm *vm)
{
	sim_user_move(hva + PAGE, PAGE);
}

static void unmap_all(struct vm *vm)
{
	ept_unmap_all(vm);
}

static void delete_slot(struct vm *vm)
{
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
}

static void move_slot(struct vm *vm)
{
	EXPECT_EQ(slot_set(vm, 0, 0, GFN + 0x4000, SIZE, hva), 0);
}

static void log_slot(struct vm *vm)
{
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, GFN, SIZE, hva), 0);
}

/* The process has a huge page there by now, which takes the table's place. */
static void map_large(struct vm *vm)
{
	EXPECT_EQ(fault_write(vm, GFN + 7, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN + 7) & EPT_LARGE);
}

/* The guest has page tables in a read-only slot: the EPT loses its flags. */
static void walk_in_rom(struct vm *vm)
{
	const struct ept_access access = {.write = true, .walk = true};
	int error, ticket = host_srcu_read_lock(&vm->srcu);

	EXPECT_EQ(ept_fault(vm, ROM * PAGE, access, &error), EPT_MAPPED);
	host_srcu_read_unlock(&vm->srcu, ticket);
}

static const struct {
	const char *what;
	void (*take_away)(struct vm *vm);
} ways[] = {
	{"the process unmaps what a table maps", unmap_a_table},
	{"the process moves a page", move_a_page},
	{"the process ends", unmap_all},
	{"a slot is deleted", delete_slot},
	{"a slot is moved", move_slot},
	{"a slot's log begins", log_slot},
	{"a large page takes a table's place", map_large},
	{"page tables in ROM", walk_in_rom},
};

/* Slot 0 with the pages of two tables of the lowest level, a few of each mapped; slot 1 far away.
 */
static struct vm *open(void)
{
	struct vm *vm = vm_open(true);

	hva = sim_user_map(SIZE * PAGE);
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, SIZE, hva), 0);
	EXPECT_EQ(slot_set(vm, 1, KVM_MEM_READONLY, ROM, 1, sim_user_map(PAGE)), 0);
	for (u64 i = 0; i < SIZE; i += 100)
		EXPECT_EQ(fault_write(vm, GFN + i, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + 1, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_read(vm, ROM, NULL), EPT_MAPPED);
	return vm;
}

TEST(ept_tables_hold_what_they_held_until_the_flush)
{
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct vm *vm = open();

		test_context("%s", ways[i].what);
		/* What is notified of it is over before. */
		if (ways[i].take_away == map_large) {
			sim_user_set_notifier(NULL, NULL, NULL);
			sim_user_make_huge(hva, 21);
		}
		begin(vm);
		EXPECT_TRUE(seen.tables >= 5);
		ways[i].take_away(vm);
		end();
		vm_close(vm);
	}
}
