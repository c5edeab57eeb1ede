// SPDX-License-Identifier: GPL-2.0
/* What a fault maps, what takes it away again, and the accessed flags. */
#include <time.h>

#include "fixture.h"
#include "life/life.h"

#define GFN 0x100

/* Eight pages at frame GFN. */
static struct vm *open_slot(bool accessed_dirty, u32 flags, u64 *hva)
{
	struct vm *vm = vm_open(accessed_dirty);

	*hva = sim_user_map(8 * PAGE);
	EXPECT_EQ(slot_set(vm, 0, flags, GFN, 8, *hva), 0);
	return vm;
}

TEST(ept_pointer_and_entries)
{
	u64 hva, pfn;
	struct vm *vm = open_slot(true, 0, &hva);

	/* Write-back (6), 4 levels (3 << 3), accessed and dirty flags (bit 6). */
	EXPECT_EQ(vm->ept.eptp, host_virt_to_phys(vm->ept.root) | 0x5e);
	EXPECT_EQ(ept_entry(vm, GFN + 1), 0);
	EXPECT_EQ(fault_write(vm, GFN + 1, NULL), EPT_MAPPED);
	pfn = sim_user_pfn(hva + PAGE);
	/* Read, write, execute; write-back; ignore PAT; accessed. */
	EXPECT_EQ(ept_entry(vm, GFN + 1), pfn << 12 | 0x177);
	EXPECT_EQ(vm->ept.pages, 4);
	EXPECT_EQ(sim_page_references(), 0);
	EXPECT_TRUE(sim_pfn_dirty(pfn));
	vm_close(vm);
	vm = open_slot(false, 0, &hva);
	EXPECT_EQ(vm->ept.eptp, host_virt_to_phys(vm->ept.root) | 0x1e);
	vm_close(vm);
}

TEST(ept_fault_without_a_slot_is_a_device)
{
	u64 hva;
	struct vm *vm = open_slot(true, KVM_MEM_READONLY, &hva);

	EXPECT_EQ(fault_read(vm, GFN - 1, NULL), EPT_MMIO);
	EXPECT_EQ(fault_read(vm, GFN + 8, NULL), EPT_MMIO);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MMIO);
	EXPECT_EQ(fault_read(vm, ~0ull >> 12, NULL), EPT_MMIO);
	EXPECT_EQ(vm->ept.pages, 1);
	/* Its reads are served, from a page that is not dirty for it. */
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | 0x175);
	EXPECT_FALSE(sim_pfn_dirty(sim_user_pfn(hva)));
	vm_close(vm);
}

TEST(ept_fault_passes_errors_on)
{
	int error = 0;
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);

	sim_page_get_fail(-EHWPOISON);
	EXPECT_EQ(fault_read(vm, GFN, &error), EPT_ERROR);
	EXPECT_EQ(error, -EHWPOISON);
	sim_page_get_fail(-EINTR);
	EXPECT_EQ(fault_read(vm, GFN, &error), EPT_ERROR);
	EXPECT_EQ(error, -EINTR);
	sim_user_protect(hva, PAGE, false);
	EXPECT_EQ(fault_write(vm, GFN, &error), EPT_ERROR);
	EXPECT_EQ(error, -EFAULT);
	EXPECT_EQ(fault_read(vm, GFN, &error), EPT_MAPPED);
	sim_user_unmap(hva, PAGE);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(fault_read(vm, GFN, &error), EPT_ERROR);
	EXPECT_EQ(error, -EFAULT);
	vm_close(vm);
}

TEST(ept_write_upgrades_a_shared_page)
{
	u64 hva, shared, own, kicks;
	struct vm *vm = open_slot(true, 0, &hva);

	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	sim_user_share(hva, 8 * PAGE);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	shared = ept_entry(vm, GFN);
	EXPECT_EQ(shared, sim_user_pfn(hva) << 12 | 0x175);

	/* The copy is made inside host_page_get(), with a notification: the guest comes twice. */
	kicks = vm->host.kicks;
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	own = ept_entry(vm, GFN);
	EXPECT_EQ(own, sim_user_pfn(hva) << 12 | 0x177);
	EXPECT_TRUE((own ^ shared) & EPT_ADDRESS);

	/* A read that comes late must not take the right to write away. */
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), own);
	vm_close(vm);
}

TEST(ept_write_upgrades_in_place_without_a_flush)
{
	u64 hva, kicks;
	struct vm *vm = open_slot(true, 0, &hva);

	sim_user_protect(hva, PAGE, false);
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_FALSE(ept_entry(vm, GFN) & EPT_WRITE);
	sim_user_set_notifier(NULL, NULL, NULL); /* more rights need no notification */
	sim_user_protect(hva, PAGE, true);
	kicks = vm->host.kicks;
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | 0x177);
	EXPECT_EQ(vm->host.kicks, kicks);
	vm_close(vm);
}

TEST(ept_replaces_what_nobody_took_away)
{
	u64 hva, before, kicks;
	struct vm *vm = open_slot(true, 0, &hva);

	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	before = ept_entry(vm, GFN);
	kicks = vm->host.kicks;
	sim_user_set_notifier(NULL, NULL, NULL);
	sim_user_move(hva, PAGE);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | 0x177);
	EXPECT_TRUE((ept_entry(vm, GFN) ^ before) & EPT_ADDRESS);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	vm_close(vm);
}

/* --- invalidation --- */

TEST(ept_invalidate_takes_the_range_only)
{
	u64 hva, kicks;
	struct vm *vm = open_slot(true, 0, &hva);

	for (u64 i = 0; i < 8; i++)
		EXPECT_EQ(fault_write(vm, GFN + i, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	sim_user_move(hva + 2 * PAGE, 3 * PAGE);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	for (u64 i = 0; i < 8; i++)
		EXPECT_EQ(!ept_entry(vm, GFN + i), i >= 2 && i < 5);
	/* Nothing mapped there: nothing to flush. */
	sim_user_move(hva + 2 * PAGE, 3 * PAGE);
	sim_user_move(hva + 64 * PAGE, PAGE);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	ept_unmap_all(vm);
	for (u64 i = 0; i < 8; i++)
		EXPECT_EQ(ept_entry(vm, GFN + i), 0);
	EXPECT_EQ(vm->ept.pages, 1);
	vm_close(vm);
}

TEST(ept_invalidate_reaches_every_slot_of_a_page)
{
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);

	/* The same user page in two slots, at different offsets. */
	EXPECT_EQ(slot_set(vm, 7, KVM_MEM_READONLY, 0x900000, 4, hva + 3 * PAGE), 0);
	EXPECT_EQ(fault_read(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_read(vm, 0x900002, NULL), EPT_MAPPED);
	EXPECT_EQ((ept_entry(vm, GFN + 5) ^ ept_entry(vm, 0x900002)) & EPT_ADDRESS, 0);
	sim_user_unmap(hva + 5 * PAGE, PAGE);
	EXPECT_EQ(ept_entry(vm, GFN + 5), 0);
	EXPECT_EQ(ept_entry(vm, 0x900002), 0);
	vm_close(vm);
}

TEST(ept_maps_nothing_while_a_range_changes)
{
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);

	ept_invalidate_begin(vm, hva + PAGE, hva + 2 * PAGE, false);
	EXPECT_EQ(fault_read(vm, GFN + 1, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN + 1), 0);
	EXPECT_FALSE(sim_pfn_dirty(sim_user_pfn(hva + PAGE)));
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_read(vm, GFN + 2, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN) && ept_entry(vm, GFN + 2));

	/* Two under way: what lies in either is not mapped until both are over. */
	ept_invalidate_begin(vm, hva + 4 * PAGE, hva + 5 * PAGE, false);
	ept_invalidate_end(vm, hva + 4 * PAGE, hva + 5 * PAGE);
	EXPECT_EQ(fault_read(vm, GFN + 1, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN + 1), 0);
	ept_invalidate_end(vm, hva + PAGE, hva + 2 * PAGE);
	EXPECT_EQ(fault_read(vm, GFN + 1, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN + 1));
	vm_close(vm);
}

/* --- what happens between the look-up of a page and its mapping --- */

struct race {
	struct vm *vm;
	u64 hva;
	struct memslots *old, none;
};

static void race_move(void *argument, u64 hva)
{
	sim_page_get_hook(NULL, NULL);
	sim_user_move(hva & ~(PAGE - 1), PAGE);
}

static void race_begin(void *argument, u64 hva)
{
	struct race *race = argument;

	sim_page_get_hook(NULL, NULL);
	ept_invalidate_begin(race->vm, race->hva, race->hva + PAGE, false);
}

static void race_slots(void *argument, u64 hva)
{
	struct race *race = argument;

	sim_page_get_hook(NULL, NULL);
	race->old = race->vm->slots;
	host_mutex_lock(&race->vm->slots_lock);
	ept_publish_slots(race->vm, &race->none, race->old->root[SLOTS_BY_GFN]);
	host_mutex_unlock(&race->vm->slots_lock);
}

TEST(ept_fault_loses_against_a_moved_page)
{
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);

	sim_page_get_hook(race_move, NULL);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | 0x177);
	vm_close(vm);
}

TEST(ept_fault_loses_against_a_change_under_way)
{
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);
	struct race race = {.vm = vm, .hva = hva};

	sim_page_get_hook(race_begin, &race);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	ept_invalidate_end(vm, hva, hva + PAGE);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN));
	vm_close(vm);
}

TEST(ept_fault_loses_against_a_deleted_slot)
{
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);
	struct race race = {.vm = vm};

	sim_page_get_hook(race_slots, &race);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MMIO);
	vm->slots = race.old;
	vm_close(vm);
}

/* --- slots --- */

TEST(ept_forgets_a_slot_that_is_deleted_or_moved)
{
	u64 hva, kicks;
	struct vm *vm = open_slot(true, 0, &hva);

	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + 7, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	EXPECT_EQ(slot_set(vm, 0, 0, GFN + 7, 8, hva), 0);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(ept_entry(vm, GFN + 7), 0);
	EXPECT_EQ(fault_write(vm, GFN + 7, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN + 7), sim_user_pfn(hva) << 12 | 0x177);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_EQ(ept_entry(vm, GFN + 7), 0);
	EXPECT_EQ(vm->ept.pages, 1); /* the tables went with the last mapping */
	vm_close(vm);
}

TEST(ept_of_a_sparse_slot_is_quick_and_small)
{
	const u64 pages = 64ull << (30 - 12);
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(pages * PAGE);
	clock_t start;

	/* Not aligned to anything, so that tables at both ends are shared with slot 1. */
	EXPECT_EQ(slot_set(vm, 0, 0, 0x12345, pages, hva), 0);
	EXPECT_EQ(slot_set(vm, 1, 0, 0x12344, 1, hva), 0);
	EXPECT_EQ(fault_write(vm, 0x12344, NULL), EPT_MAPPED);
	for (u64 at = 0; at < pages; at += pages / 509)
		EXPECT_EQ(fault_write(vm, 0x12345 + at, NULL), EPT_MAPPED);
	EXPECT_TRUE(vm->ept.pages > 509 && vm->ept.pages < 700);
	start = clock();
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_TRUE(clock() - start < CLOCKS_PER_SEC / 10);
	EXPECT_TRUE(ept_entry(vm, 0x12344));
	EXPECT_EQ(vm->ept.pages, 4);
	vm_close(vm);
}

/* --- the flush --- */

static u64 *watched_table, *watched_entry;
static u64 watched_leaf;
static unsigned int flushes;

/* A processor may still walk the table that was cut off: it must be there, and unchanged. */
static void look_at_table(struct vm *vm)
{
	flushes++;
	EXPECT_EQ(watched_table[0], watched_leaf);
	EXPECT_FALSE(ept_entry_present(*watched_entry));
}

TEST(ept_tables_outlive_the_flush)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(512 * PAGE), *table;

	EXPECT_EQ(slot_set(vm, 0, 0, 0x200, 512, hva), 0);
	EXPECT_EQ(fault_write(vm, 0x200, NULL), EPT_MAPPED);
	table = host_phys_to_virt(((u64 *)vm->ept.root)[0] & EPT_ADDRESS);
	table = host_phys_to_virt(table[0] & EPT_ADDRESS);
	watched_entry = &table[1];
	watched_table = host_phys_to_virt(table[1] & EPT_ADDRESS);
	watched_leaf = ept_entry(vm, 0x200);
	EXPECT_EQ(vm->ept.pages, 4);
	sim_kick_hook(look_at_table);
	sim_user_move(hva, 512 * PAGE);
	EXPECT_EQ(flushes, 1);
	EXPECT_EQ(vm->ept.pages, 3);
	sim_kick_hook(NULL);
	vm_close(vm);
}

/* --- big trees --- */

#define BIG_TABLES 600ull

/* One page in each of BIG_TABLES tables of the lowest level. */
static struct vm *open_big(u64 *hva)
{
	struct vm *vm = vm_open(true);

	*hva = sim_user_map(BIG_TABLES * 512 * PAGE);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, BIG_TABLES * 512, *hva), 0);
	for (u64 i = 0; i < BIG_TABLES; i++)
		EXPECT_EQ(fault_write(vm, 512 * i, NULL), EPT_MAPPED);
	EXPECT_EQ(vm->ept.pages, BIG_TABLES + 4);
	return vm;
}

static unsigned int list_length(const struct ept_list *list)
{
	unsigned int length = 0;

	for (u64 link = list->first; link; link = *(u64 *)(link & ~(PAGE - 1)))
		length++;
	return length;
}

TEST(ept_collect_looks_at_no_table_below_those_cut_off)
{
	u64 hva;
	struct vm *vm = open_big(&hva);
	struct ept_list list = {0};

	host_spin_lock(&vm->mmu_lock);
	EXPECT_TRUE(ept_cut(&vm->ept, 0, (u64)1 << EPT_FRAME_BITS, false));
	ept_collect(&vm->ept, 0, (u64)1 << EPT_FRAME_BITS, &list);
	/* One for each level: of the first entry's table the first entry, and so on. */
	EXPECT_EQ(list_length(&list), 3);
	EXPECT_EQ(vm->ept.pages, BIG_TABLES + 4);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, true);
	EXPECT_EQ(vm->ept.pages, 1);
	vm_close(vm);
}

static unsigned int freed_under_lock;

static void look_at_locks(hpa_t start, u64 size)
{
	freed_under_lock += !sim_preemptible();
}

/* Others run between two tables, where the caller may sleep; no spin lock is held meanwhile. */
TEST(ept_tables_are_freed_without_a_lock)
{
	u64 hva, yields;
	struct vm *vm = open_big(&hva);

	freed_under_lock = 0;
	sim_on_pages_freed(look_at_locks);
	yields = sim_yields;
	ept_invalidate_begin(vm, hva, hva + 512 * PAGE, false);
	ept_invalidate_end(vm, hva, hva + 512 * PAGE);
	EXPECT_EQ(vm->ept.pages, BIG_TABLES + 3);
	EXPECT_EQ(sim_yields, yields);
	ept_invalidate_begin(vm, hva, hva + 512 * 512 * PAGE, true);
	ept_invalidate_end(vm, hva, hva + 512 * 512 * PAGE);
	EXPECT_EQ(vm->ept.pages, BIG_TABLES - 512 + 3);
	EXPECT_EQ(sim_yields, yields + 512);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_EQ(vm->ept.pages, 1);
	EXPECT_EQ(sim_yields, yields + 512 + BIG_TABLES - 512 + 2);
	EXPECT_EQ(freed_under_lock, 0);
	sim_on_pages_freed(NULL);
	vm_close(vm);
}

/* --- memory that is not there --- */

TEST(ept_init_without_memory)
{
	static struct vm vm;
	unsigned int n, failures = 0;
	int error;

	for (n = 0;; n++) {
		memset(&vm, 0, sizeof(vm));
		sim_fail_allocation_after(n);
		error = vm_init(&vm);
		if (!sim_allocation_failed())
			break;
		failures++;
		EXPECT_EQ(error, -ENOMEM);
		EXPECT_EQ(sim_leaks(), 0);
	}
	EXPECT_EQ(error, 0);
	EXPECT_EQ(failures, 5);
	sim_fail_allocation_never();
	EXPECT_EQ(vm.ept.pages, ept_count_tables(&vm));
	vm_destroy(&vm);
	EXPECT_EQ(sim_leaks(), 0);
}

TEST(ept_fault_without_memory)
{
	unsigned int n, failures = 0;
	int error;
	u64 hva;
	struct vm *vm = open_slot(true, 0, &hva);

	for (n = 0;; n++) {
		enum ept_result result;

		sim_fail_allocation_after(n);
		result = fault_write(vm, GFN, &error);
		if (!sim_allocation_failed()) {
			EXPECT_EQ(result, EPT_MAPPED);
			break;
		}
		failures++;
		EXPECT_EQ(result, EPT_ERROR);
		EXPECT_EQ(error, -ENOMEM);
		EXPECT_EQ(ept_entry(vm, GFN), 0);
		EXPECT_EQ(vm->ept.pages, ept_count_tables(vm));
		EXPECT_EQ(sim_page_references(), 0);
	}
	EXPECT_EQ(failures, 3);
	sim_fail_allocation_never();
	vm_close(vm);
}

/* --- accessed flags --- */

/* What the processor does when the guest touches a page. */
static void guest_touches(struct vm *vm, u64 gfn)
{
	unsigned int level;
	u64 *table = vm->ept.root;

	for (level = EPT_LEVEL_ROOT; level > EPT_LEVEL_4K; level--)
		table = host_phys_to_virt(table[(gfn >> ((level - 1) * 9)) & 511] & EPT_ADDRESS);
	table[gfn & 511] |= EPT_ACCESSED;
}

TEST(ept_young_by_accessed_flags)
{
	u64 hva, kicks;
	struct vm *vm = open_slot(true, 0, &hva);

	EXPECT_FALSE(ept_test_young(vm, hva, hva + 8 * PAGE, false));
	EXPECT_EQ(fault_read(vm, GFN + 2, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_read(vm, GFN + 3, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	EXPECT_TRUE(ept_test_young(vm, hva + 2 * PAGE, hva + 3 * PAGE, false));
	EXPECT_TRUE(ept_test_young(vm, hva + 2 * PAGE, hva + 3 * PAGE, true));
	EXPECT_FALSE(ept_test_young(vm, hva + 2 * PAGE, hva + 3 * PAGE, true));
	EXPECT_TRUE(ept_test_young(vm, hva, hva + 8 * PAGE, true)); /* frame GFN + 3 */
	EXPECT_FALSE(ept_test_young(vm, hva, hva + 8 * PAGE, true));
	guest_touches(vm, GFN + 2);
	EXPECT_TRUE(ept_test_young(vm, hva, hva + 8 * PAGE, false));
	EXPECT_EQ(ept_entry(vm, GFN + 3), sim_user_pfn(hva + 3 * PAGE) << 12 | 0x077);
	EXPECT_EQ(vm->host.kicks, kicks);
	vm_close(vm);
}

TEST(ept_young_without_accessed_flags)
{
	u64 hva, kicks;
	struct vm *vm = open_slot(false, 0, &hva);

	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	EXPECT_TRUE(ept_test_young(vm, hva, hva + PAGE, false));
	EXPECT_TRUE(ept_entry(vm, GFN));
	EXPECT_EQ(vm->host.kicks, kicks);
	EXPECT_TRUE(ept_test_young(vm, hva, hva + PAGE, true));
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_FALSE(ept_test_young(vm, hva, hva + PAGE, true));
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_test_young(vm, hva, hva + PAGE, false));
	vm_close(vm);
}

/* --- larger pages --- */

TEST(ept_large_page_goes_as_a_whole)
{
	struct vm *vm = vm_open(true);
	struct ept_spare spare = {.count = 0};
	struct ept_list list = {0};
	unsigned int level;
	u64 leaf = 0x40000000 | EPT_PRESENT | EPT_LARGE;

	EXPECT_EQ(ept_map(&vm->ept, 0x400, EPT_LEVEL_2M, leaf, &spare), -EAGAIN);
	EXPECT_EQ(ept_spare_fill(&spare), 0);
	host_spin_lock(&vm->mmu_lock);
	EXPECT_EQ(ept_map(&vm->ept, 0x400, EPT_LEVEL_2M, leaf, &spare), 0);
	EXPECT_EQ(ept_lookup(&vm->ept, 0x5ff, &level), leaf);
	EXPECT_EQ(level, EPT_LEVEL_2M);
	EXPECT_FALSE(ept_cut(&vm->ept, 0x600, 0x800, false));
	EXPECT_TRUE(ept_cut(&vm->ept, 0x5ff, 0x600, true));
	EXPECT_EQ(ept_lookup(&vm->ept, 0x400, &level), 0);
	ept_collect(&vm->ept, 0x5ff, 0x600, &list);
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, true);
	ept_spare_free(&spare);
	EXPECT_EQ(vm->ept.pages, 1);
	vm_close(vm);
}
