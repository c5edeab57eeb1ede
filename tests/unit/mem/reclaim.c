// SPDX-License-Identifier: GPL-2.0
/* Memory is short: tables are taken from an EPT. */
#include "fixture.h"

#define TABLE_FRAMES 0x200ull
#define TABLES	     64ull
#define GFN	     0x40000ull

/* One page in each of TABLES tables; with the root and two others, TABLES + 3 in all. */
static struct vm *open_sparse(void)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(TABLES * TABLE_FRAMES * PAGE);

	EXPECT_EQ(slot_set(vm, 0, 0, GFN, TABLES * TABLE_FRAMES, hva), 0);
	for (u64 i = 0; i < TABLES; i++)
		EXPECT_EQ(fault_write(vm, GFN + i * TABLE_FRAMES, NULL), EPT_MAPPED);
	EXPECT_EQ(vm->ept.pages, TABLES + 3);
	return vm;
}

static bool is_mapped(struct vm *vm, u64 table)
{
	return ept_entry(vm, GFN + table * TABLE_FRAMES);
}

TEST(reclaim_goes_on_where_it_ended)
{
	struct vm *vm = open_sparse();
	u64 kicks = vm->host.kicks;

	EXPECT_EQ(ept_reclaim(vm, 10), 10);
	EXPECT_EQ(vm->ept.pages, TABLES + 3 - 10);
	EXPECT_EQ(vm->host.kicks, kicks + 1); /* one flush for all of them */
	for (u64 i = 0; i < TABLES; i++)
		EXPECT_EQ(is_mapped(vm, i), i >= 10);

	/* What came again is not what goes next. */
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_reclaim(vm, 10), 10);
	for (u64 i = 0; i < TABLES; i++)
		EXPECT_EQ(is_mapped(vm, i), i == 0 || i >= 20);

	/* Past the end it begins at the start again. */
	EXPECT_EQ(ept_reclaim(vm, TABLES - 20), TABLES - 20);
	EXPECT_TRUE(is_mapped(vm, 0));
	EXPECT_EQ(fault_write(vm, GFN + TABLE_FRAMES, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_reclaim(vm, 1), 1);
	EXPECT_FALSE(is_mapped(vm, 0));
	EXPECT_TRUE(is_mapped(vm, 1));
	vm_close(vm);
}

TEST(reclaim_takes_all_but_the_root)
{
	struct vm *vm = open_sparse();
	u64 kicks = vm->host.kicks;

	EXPECT_EQ(ept_reclaim(vm, ~0ull), TABLES + 2);
	EXPECT_EQ(vm->ept.pages, 1);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_EQ(ept_reclaim(vm, ~0ull), 0);
	EXPECT_EQ(ept_reclaim(vm, 0), 0);
	EXPECT_EQ(vm->host.kicks, kicks + 1); /* nothing was there to flush */
	for (u64 i = 0; i < TABLES; i++)
		EXPECT_EQ(fault_write(vm, GFN + i * TABLE_FRAMES, NULL), EPT_MAPPED);
	EXPECT_EQ(vm->ept.pages, TABLES + 3);
	vm_close(vm);
}

TEST(reclaim_leaves_large_pages)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(2 * TABLE_FRAMES * PAGE);

	sim_user_make_huge(hva, 21);
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 2 * TABLE_FRAMES, hva), 0);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + TABLE_FRAMES, NULL), EPT_MAPPED);
	EXPECT_EQ(vm->ept.pages, 4);
	EXPECT_EQ(ept_reclaim(vm, 8), 1);
	EXPECT_TRUE(is_mapped(vm, 0));
	EXPECT_FALSE(is_mapped(vm, 1));
	vm_close(vm);
}

/* The last frames that an EPT has: no step goes beyond, and the first are next. */
TEST(reclaim_at_the_end_of_the_ept)
{
	const u64 last = ((u64)1 << EPT_FRAME_BITS) - TABLE_FRAMES;
	struct vm *vm = vm_open(true);
	struct ept_spare spare = {.wanted = 3};
	const u64 leaf = 0x40000000 | EPT_PRESENT;

	for (unsigned int i = 0; i < 2; i++) {
		EXPECT_EQ(ept_spare_fill(&spare), 0);
		host_spin_lock(&vm->mmu_lock);
		EXPECT_EQ(ept_map(&vm->ept, i ? 0 : last, EPT_LEVEL_4K, leaf, &spare), 0);
		host_spin_unlock(&vm->mmu_lock);
	}
	EXPECT_EQ(vm->ept.pages, 7);
	vm->ept.reclaim_next = last;
	EXPECT_EQ(ept_reclaim(vm, 3), 3);
	EXPECT_EQ(ept_entry(vm, last), 0);
	EXPECT_TRUE(ept_entry(vm, 0));
	EXPECT_EQ(ept_reclaim(vm, 3), 3);
	EXPECT_EQ(vm->ept.pages, 1);
	vm_close(vm);
}

static u64 *watched[TABLES], watched_leaf[TABLES];
static unsigned int flushes;

/* A processor may still walk the tables that were cut off: none is freed or changed before. */
static void look_at_tables(struct vm *vm)
{
	flushes++;
	for (u64 i = 0; i < TABLES; i++) {
		EXPECT_FALSE(is_mapped(vm, i));
		EXPECT_EQ(watched[i][0], watched_leaf[i]);
	}
}

TEST(reclaim_flushes_before_it_frees)
{
	struct vm *vm = open_sparse();
	u64 *table = vm->ept.root;

	table = host_phys_to_virt(table[0] & EPT_ADDRESS);
	table = host_phys_to_virt(table[1] & EPT_ADDRESS);
	for (u64 i = 0; i < TABLES; i++) {
		watched[i] = host_phys_to_virt(table[i] & EPT_ADDRESS);
		watched_leaf[i] = ept_entry(vm, GFN + i * TABLE_FRAMES);
	}
	flushes = 0;
	sim_kick_hook(look_at_tables);
	EXPECT_EQ(ept_reclaim(vm, TABLES), TABLES + 2);
	EXPECT_EQ(flushes, 1);
	sim_kick_hook(NULL);
	vm_close(vm);
}
