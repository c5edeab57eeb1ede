// SPDX-License-Identifier: GPL-2.0
/* Which changes of the process's memory concern a fault, and which do not. */
#include "fixture.h"

#define GFN 0x100

static struct invalidations changes;

static void changes_reset(void)
{
	memset(&changes, 0, sizeof(changes));
	invalidations_init(&changes);
}

static bool touches(u64 since, u64 start, u64 end)
{
	return invalidations_touch(&changes, since, start * PAGE, end * PAGE);
}

static void begin(u64 start, u64 end)
{
	invalidation_begin(&changes, start * PAGE, end * PAGE);
}

static void end(u64 start, u64 end)
{
	invalidation_end(&changes, start * PAGE, end * PAGE);
}

TEST(invalidation_touches_what_overlaps)
{
	u64 since;

	changes_reset();
	since = invalidations_now(&changes);
	begin(10, 20);
	for (unsigned int over = 0; over < 2; over++) {
		EXPECT_FALSE(touches(since, 9, 10));
		EXPECT_TRUE(touches(since, 9, 11));
		EXPECT_TRUE(touches(since, 12, 13));
		EXPECT_TRUE(touches(since, 0, 512));
		EXPECT_TRUE(touches(since, 19, 20));
		EXPECT_FALSE(touches(since, 20, 21));
		if (!over)
			end(10, 20);
	}
	/* Who looks now sees what it has become. */
	EXPECT_FALSE(touches(invalidations_now(&changes), 0, 512));
}

/* Two at both ends of the memory, never without one under way: what lies between is not theirs. */
TEST(invalidations_far_apart_do_not_add_up)
{
	u64 since;

	changes_reset();
	begin(0, 1);
	for (unsigned int i = 0; i < 1000; i++) {
		since = invalidations_now(&changes);
		begin(1000, 1001);
		EXPECT_FALSE(touches(since, 500, 501));
		end(0, 1);
		begin(0, 1);
		end(1000, 1001);
		EXPECT_FALSE(touches(since, 500, 501));
		EXPECT_TRUE(touches(since, 0, 1));
		EXPECT_TRUE(touches(since, 1000, 1001));
	}
	end(0, 1);
}

/* More than are remembered: none is taken for harmless. */
TEST(invalidations_that_are_forgotten_count)
{
	u64 since;

	changes_reset();
	since = invalidations_now(&changes);
	for (unsigned int i = 0; i < INVALIDATIONS_RECENT; i++) {
		begin(i, i + 1);
		end(i, i + 1);
		EXPECT_TRUE(touches(since, 0, 1));
		EXPECT_FALSE(touches(since, 1000, 1001));
	}
	begin(7, 8);
	end(7, 8);
	EXPECT_TRUE(touches(since, 1000, 1001));
	EXPECT_FALSE(touches(since + 1, 1000, 1001));
	EXPECT_TRUE(touches(since + 1, 1, 2));
}

/* More at once than have a place of their own, of equal ranges too, and they end in any order. */
TEST(invalidations_beyond_the_places)
{
	struct random random = {0x5eed};
	unsigned int active[40] = {0}, count = 0, step;
	u64 at;

	changes_reset();
	for (step = 0; step < 20000; step++) {
		at = random_below(&random, COUNT_OF(active));
		if (random_below(&random, 2) && count < 60) {
			begin(2 * at, 2 * at + 1);
			active[at]++;
			count++;
		} else if (active[at]) {
			end(2 * at, 2 * at + 1);
			active[at]--;
			count--;
		}
		at = random_below(&random, COUNT_OF(active));
		test_context("step %u, page %llu, %u under way", step, 2 * at, count);
		if (active[at])
			EXPECT_TRUE(touches(invalidations_now(&changes), 2 * at, 2 * at + 1));
		else if (count <= INVALIDATIONS_ACTIVE && !changes.crowd_count)
			EXPECT_FALSE(touches(invalidations_now(&changes), 2 * at, 2 * at + 1));
	}
	for (at = 0; at < COUNT_OF(active); at++)
		for (; active[at]; active[at]--)
			end(2 * at, 2 * at + 1);
	EXPECT_FALSE(touches(invalidations_now(&changes), 0, 1000));
	EXPECT_EQ(changes.active_count + changes.crowd_count, 0);
}

TEST(invalidation_that_never_began)
{
	changes_reset();
	sim_log_clear();
	end(3, 4);
	EXPECT_TRUE(sim_log_contains("never began"));
	EXPECT_EQ(changes.crowd_count, 0);
}

/* --- faults --- */

/* What other threads of the VMM do while a fault has its page in hand. */
static void change_elsewhere(void *argument, u64 hva)
{
	struct vm *vm = argument;
	u64 low = (hva & ~(PAGE - 1)) - 64 * PAGE, high = (hva | (PAGE - 1)) + 1 + 64 * PAGE;

	ept_invalidate_begin(vm, low, low + 32 * PAGE, false);
	ept_invalidate_end(vm, low, low + 32 * PAGE);
	ept_invalidate_begin(vm, low, low + 32 * PAGE, false);
	ept_invalidate_begin(vm, high, high + PAGE, false);
	ept_invalidate_end(vm, low, low + 32 * PAGE);
	/* The other one goes on. */
}

TEST(ept_fault_is_not_held_up_by_memory_of_no_slot)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(256 * PAGE) + 128 * PAGE, kicks;

	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 8, hva), 0);
	sim_page_get_hook(change_elsewhere, vm);
	kicks = vm->host.kicks;
	for (u64 i = 0; i < 8; i++) {
		EXPECT_EQ(fault_write(vm, GFN + i, NULL), EPT_MAPPED);
		EXPECT_TRUE(ept_entry(vm, GFN + i));
	}
	EXPECT_EQ(vm->host.kicks, kicks);
	vm_close(vm);
}

/* Nor by other pages of its own slot. */
static void change_next_page(void *argument, u64 hva)
{
	sim_page_get_hook(NULL, NULL);
	ept_invalidate_begin(argument, (hva | (PAGE - 1)) + 1, (hva | (PAGE - 1)) + 1 + PAGE,
			     false);
	ept_invalidate_end(argument, (hva | (PAGE - 1)) + 1, (hva | (PAGE - 1)) + 1 + PAGE);
}

TEST(ept_fault_is_not_held_up_by_other_pages)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(8 * PAGE);

	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 8, hva), 0);
	sim_page_get_hook(change_next_page, vm);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN));
	vm_close(vm);
}

/* The change began when no slot had the memory; the slot came while it was under way. */
TEST(ept_slot_that_comes_during_a_change)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(8 * PAGE);

	ept_invalidate_begin(vm, hva, hva + 4 * PAGE, false);
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 8, hva), 0);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_EQ(ept_entry(vm, GFN), 0);
	EXPECT_EQ(fault_write(vm, GFN + 4, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN + 4));
	ept_invalidate_end(vm, hva, hva + 4 * PAGE);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN));
	vm_close(vm);
}

/* ept_invalidate_begin() looks at the slots without a lock: whenever it finds a slot gone, what
 * mapped it is gone and flushed. */
static void look_at_slots(struct vm *vm)
{
	EXPECT_TRUE(memslot_find(vm, GFN));
}

TEST(ept_slot_goes_after_its_mappings)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(8 * PAGE), kicks;

	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 8, hva), 0);
	EXPECT_EQ(fault_write(vm, GFN, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	sim_kick_hook(look_at_slots);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	sim_kick_hook(NULL);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_FALSE(slot_find(vm, GFN));
	vm_close(vm);
}
