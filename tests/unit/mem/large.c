// SPDX-License-Identifier: GPL-2.0
/* Pages of 2 MiB and 1 GiB: when a fault maps one, and that all of it goes when a part does. */
#include "cap/cap.h"
#include "fixture.h"

#define FRAMES_2M 0x200ull
#define FRAMES_1G 0x40000ull
#define GFN	  FRAMES_1G

/* Read, write, execute; write-back; ignore PAT; large; accessed. */
#define LEAF 0x1f7

static unsigned int level_of(struct vm *vm, u64 gfn)
{
	unsigned int level;

	return ept_lookup(&vm->ept, gfn, &level) ? level : 0;
}

/* `pages` at frame GFN + `offset`, backed from `hva_offset` pages behind an aligned address on. */
static struct vm *open_slot(u64 offset, u64 pages, u64 hva_offset, u64 *hva)
{
	struct vm *vm = vm_open(true);

	*hva = sim_user_map((pages + hva_offset + FRAMES_2M) / FRAMES_2M * FRAMES_2M * PAGE);
	EXPECT_EQ(slot_set(vm, 0, 0, GFN + offset, pages, *hva + hva_offset * PAGE), 0);
	return vm;
}

static struct vm *open_huge(u64 *hva)
{
	struct vm *vm = open_slot(0, 2 * FRAMES_2M, 0, hva);

	sim_user_make_huge(*hva, 21);
	sim_user_make_huge(*hva + FRAMES_2M * PAGE, 21);
	return vm;
}

TEST(large_page_of_2m)
{
	u64 hva;
	struct vm *vm = open_huge(&hva);

	EXPECT_EQ(fault_write(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN), EPT_LEVEL_2M);
	EXPECT_EQ(ept_entry(vm, GFN + 511), sim_user_pfn(hva) << 12 | LEAF);
	EXPECT_EQ(vm->ept.pages, 3);
	EXPECT_EQ(level_of(vm, GFN + 512), 0);
	EXPECT_EQ(sim_page_references(), 0);
	/* Another vCPU's fault on it changes nothing and flushes nothing. */
	EXPECT_EQ(fault_read(vm, GFN + 6, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | LEAF);
	EXPECT_EQ(vm->host.kicks, 0);
	vm_close(vm);
}

TEST(large_page_only_where_the_process_has_one)
{
	u64 hva;
	struct vm *vm = open_slot(0, 2 * FRAMES_2M, 0, &hva);

	sim_user_make_huge(hva, 21);
	EXPECT_EQ(fault_write(vm, GFN + 512, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN + 512), EPT_LEVEL_4K);
	EXPECT_EQ(fault_write(vm, GFN + 511, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN), EPT_LEVEL_2M);
	vm_close(vm);
}

TEST(large_page_only_where_the_processor_has_them)
{
	u64 hva;
	struct vm *vm = open_huge(&hva);

	vmx_capability.ept.page_2m = false;
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN), EPT_LEVEL_4K);
	vm_close(vm);
}

/* What the slot does not hold must not be reached through a page that is larger than it. */
TEST(large_page_never_beyond_the_slot)
{
	static const struct {
		u64 offset, pages, hva_offset, at;
		unsigned int level;
	} cases[] = {
		{0, FRAMES_2M, 0, 0, EPT_LEVEL_2M},
		{0, FRAMES_2M - 1, 0, 0, EPT_LEVEL_4K},			/* ends before */
		{1, 2 * FRAMES_2M, 1, 0, EPT_LEVEL_4K},			/* begins behind */
		{1, 2 * FRAMES_2M, 1, FRAMES_2M, EPT_LEVEL_2M},		/* the whole one in it */
		{1, 2 * FRAMES_2M, 1, 2 * FRAMES_2M - 1, EPT_LEVEL_4K}, /* ends before */
		{0, 2 * FRAMES_2M, 1, 0, EPT_LEVEL_4K},			/* aligned differently */
		{8, 2 * FRAMES_2M, 0, FRAMES_2M, EPT_LEVEL_4K},
	};

	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		u64 hva, gfn = GFN + cases[i].offset + cases[i].at;
		struct vm *vm =
			open_slot(cases[i].offset, cases[i].pages, cases[i].hva_offset, &hva);
		u64 end = hva + (cases[i].pages + cases[i].hva_offset) * PAGE;

		test_context("case %u", i);
		for (u64 at = hva; at < end; at += FRAMES_2M * PAGE)
			sim_user_make_huge(at, 21);
		EXPECT_EQ(fault_write(vm, gfn, NULL), EPT_MAPPED);
		EXPECT_EQ(level_of(vm, gfn), cases[i].level);
		EXPECT_FALSE(ept_entry(vm, GFN + cases[i].offset - 1));
		EXPECT_FALSE(ept_entry(vm, GFN + cases[i].offset + cases[i].pages));
		vm_close(vm);
	}
}

TEST(large_page_of_1g)
{
	u64 hva;
	struct vm *vm = open_slot(0, FRAMES_1G, 0, &hva);

	sim_user_make_huge(hva, 30);
	EXPECT_EQ(fault_write(vm, GFN + 0x12345, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN + 0x12345), EPT_LEVEL_2M);
	vmx_capability.ept.page_1g = true;
	/* The larger one takes the place of the table. */
	EXPECT_EQ(fault_write(vm, GFN + 0x30000, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN + 0x12345), EPT_LEVEL_1G);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | LEAF);
	EXPECT_EQ(vm->ept.pages, 2);
	sim_user_move(hva + 0x23456 * PAGE, PAGE);
	EXPECT_EQ(level_of(vm, GFN), 0);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN), EPT_LEVEL_4K);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_EQ(vm->ept.pages, 1);
	vm_close(vm);
}

TEST(large_page_goes_when_the_process_changes_a_part)
{
	u64 hva, kicks;
	struct vm *vm = open_huge(&hva);

	EXPECT_EQ(fault_write(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + 512, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	sim_user_move(hva + 100 * PAGE, PAGE);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	for (u64 i = 0; i < FRAMES_2M; i++)
		EXPECT_FALSE(ept_entry(vm, GFN + i));
	EXPECT_EQ(level_of(vm, GFN + 512), EPT_LEVEL_2M);
	/* The rest is where it was, in small pages. */
	EXPECT_EQ(fault_write(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN + 5), sim_user_pfn(hva + 5 * PAGE) << 12 | 0x177);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_EQ(vm->ept.pages, 1);
	vm_close(vm);
}

/* fork(): one page is copied at a write, the others are still shared. */
TEST(large_page_copied_in_part)
{
	u64 hva;
	struct vm *vm = open_huge(&hva);

	sim_user_share(hva, FRAMES_2M * PAGE);
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_FALSE(ept_entry(vm, GFN) & EPT_WRITE);
	while (!(ept_entry(vm, GFN + 7) & EPT_WRITE))
		EXPECT_EQ(fault_write(vm, GFN + 7, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN + 7), sim_user_pfn(hva + 7 * PAGE) << 12 | 0x177);
	EXPECT_FALSE(ept_entry(vm, GFN + 8));
	vm_close(vm);
}

static u64 other_page;

static void race_move(void *argument, u64 hva)
{
	sim_page_get_hook(NULL, NULL);
	sim_user_move(other_page, PAGE);
}

static void race_begin(void *argument, u64 hva)
{
	sim_page_get_hook(NULL, NULL);
	ept_invalidate_begin(argument, other_page, other_page + PAGE, false);
}

/* The page of the fault stays as it is: it is another part of the large page that changes. */
TEST(large_page_loses_against_a_change_of_a_part)
{
	u64 hva;
	struct vm *vm = open_huge(&hva);

	other_page = hva + 300 * PAGE;
	sim_page_get_hook(race_begin, vm);
	EXPECT_EQ(fault_write(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_FALSE(ept_entry(vm, GFN + 5));
	ept_invalidate_end(vm, other_page, other_page + PAGE);

	/* Now it is over before the size is looked at: the page is a small one, and its own. */
	sim_page_get_hook(race_move, NULL);
	EXPECT_EQ(fault_write(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN + 5), EPT_LEVEL_4K);
	EXPECT_EQ(ept_entry(vm, GFN + 5) & EPT_ADDRESS, sim_user_pfn(hva + 5 * PAGE) << 12);
	EXPECT_FALSE(ept_entry(vm, GFN + 300));
	vm_close(vm);
}

static u64 *watched_table, *watched_entry;
static u64 watched_leaf;

/* A processor may still walk the table until this is over. */
static void look_at_table(struct vm *vm)
{
	EXPECT_EQ(watched_table[3], watched_leaf);
	EXPECT_FALSE(ept_entry_present(*watched_entry));
}

TEST(large_page_takes_the_place_of_a_table)
{
	u64 hva, kicks, *table;
	struct vm *vm = open_slot(0, FRAMES_2M, 0, &hva);

	EXPECT_EQ(fault_write(vm, GFN + 3, NULL), EPT_MAPPED);
	EXPECT_EQ(vm->ept.pages, 4);
	table = host_phys_to_virt(((u64 *)vm->ept.root)[0] & EPT_ADDRESS);
	table = host_phys_to_virt(table[1] & EPT_ADDRESS);
	watched_entry = &table[0];
	watched_table = host_phys_to_virt(table[0] & EPT_ADDRESS);
	watched_leaf = ept_entry(vm, GFN + 3);

	sim_user_set_notifier(NULL, NULL, NULL);
	sim_user_make_huge(hva, 21);
	kicks = vm->host.kicks;
	sim_kick_hook(look_at_table);
	EXPECT_EQ(fault_write(vm, GFN + 9, NULL), EPT_MAPPED);
	sim_kick_hook(NULL);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_EQ(ept_entry(vm, GFN + 3), sim_user_pfn(hva) << 12 | LEAF);
	EXPECT_EQ(vm->ept.pages, 3);
	vm_close(vm);
}

TEST(large_pages_that_must_not_execute)
{
	u64 hva, kicks;
	struct vm *vm = open_huge(&hva);

	sim_large_pages_execute = false;
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | (LEAF & ~EPT_EXECUTE));
	/* The guest executes from it: in small pages, which then stay. */
	EXPECT_EQ(fault_fetch(vm, GFN + 4, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN + 4), sim_user_pfn(hva + 4 * PAGE) << 12 | 0x177);
	EXPECT_FALSE(ept_entry(vm, GFN + 5));
	kicks = vm->host.kicks;
	EXPECT_EQ(fault_write(vm, GFN + 5, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN + 5), EPT_LEVEL_4K);
	EXPECT_EQ(level_of(vm, GFN + 4), EPT_LEVEL_4K);
	EXPECT_EQ(fault_fetch(vm, GFN + 512, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + 513, NULL), EPT_MAPPED);
	EXPECT_EQ(level_of(vm, GFN + 512), EPT_LEVEL_4K);
	EXPECT_EQ(vm->host.kicks, kicks);
	vm_close(vm);
}

TEST(large_pages_that_execute_all_the_same)
{
	u64 hva;
	struct vm *vm = open_huge(&hva);

	sim_large_pages_execute = false;
	vm->large_pages_execute = true;
	EXPECT_EQ(fault_fetch(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), sim_user_pfn(hva) << 12 | LEAF);
	vm_close(vm);
}

TEST(large_page_without_memory_for_tables)
{
	unsigned int n, failures = 0;
	int error;
	u64 hva;
	struct vm *vm = open_huge(&hva);

	for (n = 0;; n++) {
		enum ept_result result;

		sim_fail_allocation_after(n);
		result = fault_write(vm, GFN, &error);
		if (!sim_allocation_failed()) {
			EXPECT_EQ(result, EPT_MAPPED);
			break;
		}
		failures++;
		EXPECT_EQ(error, -ENOMEM);
		EXPECT_FALSE(ept_entry(vm, GFN));
		EXPECT_EQ(vm->ept.pages, ept_count_tables(vm));
	}
	EXPECT_EQ(failures, 2); /* a page-directory-pointer table and a page directory */
	sim_fail_allocation_never();
	vm_close(vm);
}
