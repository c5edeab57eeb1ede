// SPDX-License-Identifier: GPL-2.0
/*
 * Faults with interrupts off: what one maps is what the long way maps, and where anything is out of
 * the ordinary nothing is done.
 */
#include "fixture.h"
#include "mem/dirty_log.h"

#define GFN 0x200

static const struct ept_access read = {.read = true}, write = {.write = true},
			       fetch = {.fetch = true};

static bool at_once(struct vm *vm, u64 gfn, struct ept_access access)
{
	int ticket = host_srcu_read_lock(&vm->srcu);
	bool mapped;

	host_irq_disable();
	mapped = ept_fault_at_once(vm, gfn * PAGE + 8, access);
	host_irq_enable();
	host_srcu_read_unlock(&vm->srcu, ticket);
	EXPECT_EQ(sim_page_references(), 0);
	EXPECT_EQ(vm->ept.pages, ept_count_tables(vm));
	return mapped;
}

/* The process has touched it. */
static void touch(u64 hva)
{
	struct host_page page;

	EXPECT_EQ(host_page_get(NULL, hva, true, &page), 0);
	host_page_put(&page);
}

/* `pages` that the process has touched, at frame GFN; a table is there for them. */
static struct vm *open_touched(u32 flags, u64 pages, u64 *hva)
{
	struct vm *vm = vm_open(true);

	sim_spins_are_raw = true;
	*hva = sim_user_map(pages * PAGE);
	for (u64 i = 0; i < pages; i++)
		touch(*hva + i * PAGE);
	EXPECT_EQ(slot_set(vm, 0, flags, GFN, pages, *hva), 0);
	EXPECT_EQ(fault_read(vm, GFN, NULL), EPT_MAPPED);
	return vm;
}

/* Nothing is mapped, nothing flushed, and the page is as it was. */
static void expect_later(struct vm *vm, u64 gfn, u64 hva, struct ept_access access)
{
	u64 entry = ept_entry(vm, gfn), kicks = vm->host.kicks, pfn = sim_user_pfn(hva);
	bool dirty = pfn && sim_pfn_dirty(pfn);

	EXPECT_FALSE(at_once(vm, gfn, access));
	EXPECT_EQ(ept_entry(vm, gfn), entry);
	EXPECT_EQ(vm->host.kicks, kicks);
	EXPECT_EQ(sim_user_pfn(hva), pfn);
	EXPECT_TRUE(!pfn || sim_pfn_dirty(pfn) == dirty);
}

static u64 logged(struct vm *vm)
{
	const struct dirty_log *log = slot_find(vm, GFN)->log;

	return log ? log->bits[0] : 0;
}

TEST(ept_at_once_maps_as_the_long_way)
{
	static const u32 flags[] = {0, KVM_MEM_READONLY, KVM_MEM_LOG_DIRTY_PAGES};
	const struct ept_access access[] = {read, write, fetch};
	u64 hva, entry[2], bits[2], mapped[2];
	bool dirty[2];

	for (unsigned int i = 0; i < COUNT_OF(flags) * COUNT_OF(access); i++) {
		u32 flag = flags[i / COUNT_OF(access)];
		struct ept_access how = access[i % COUNT_OF(access)];

		if (how.write && flag == KVM_MEM_READONLY)
			continue;
		test_context("flags %u, access %zu", flag, i % COUNT_OF(access));
		for (unsigned int quick = 0; quick < 2; quick++) {
			struct vm *vm = open_touched(flag, 8, &hva);
			int ticket = host_srcu_read_lock(&vm->srcu), error;

			if (!quick)
				EXPECT_EQ(ept_fault(vm, (GFN + 3) * PAGE, how, &error), EPT_MAPPED);
			host_srcu_read_unlock(&vm->srcu, ticket);
			if (quick)
				EXPECT_TRUE(at_once(vm, GFN + 3, how));
			entry[quick] = ept_entry(vm, GFN + 3) & ~EPT_ADDRESS;
			EXPECT_EQ(ept_entry(vm, GFN + 3) & EPT_ADDRESS,
				  sim_user_pfn(hva + 3 * PAGE) * PAGE);
			dirty[quick] = sim_pfn_dirty(sim_user_pfn(hva + 3 * PAGE));
			bits[quick] = logged(vm);
			mapped[quick] = vm->ept.mapped[0];
			vm_close(vm);
		}
		EXPECT_EQ(entry[0], entry[1]);
		EXPECT_EQ(dirty[0], dirty[1]);
		EXPECT_EQ(bits[0], bits[1]);
		EXPECT_EQ(mapped[0], mapped[1]);
	}
}

TEST(ept_at_once_gives_more_rights_in_place)
{
	u64 hva, kicks;
	struct vm *vm = open_touched(KVM_MEM_LOG_DIRTY_PAGES, 8, &hva);

	EXPECT_TRUE(at_once(vm, GFN + 1, read));
	EXPECT_FALSE(ept_entry(vm, GFN + 1) & EPT_WRITE);
	EXPECT_EQ(logged(vm), 0);
	kicks = vm->host.kicks;
	EXPECT_TRUE(at_once(vm, GFN + 1, write));
	EXPECT_TRUE(ept_entry(vm, GFN + 1) & EPT_WRITE);
	EXPECT_EQ(logged(vm), 2);
	/* A read that comes late takes nothing away. */
	EXPECT_TRUE(at_once(vm, GFN + 1, read));
	EXPECT_TRUE(ept_entry(vm, GFN + 1) & EPT_WRITE);
	EXPECT_EQ(vm->host.kicks, kicks);
	EXPECT_EQ(vm->ept.mapped[0], 2);
	vm_close(vm);
}

TEST(ept_at_once_leaves_what_has_to_be_done_first)
{
	u64 hva, other = GFN + 8;
	struct vm *vm = open_touched(0, 8, &hva);

	expect_later(vm, other, hva, read); /* no slot */
	sim_user_take_out(hva + PAGE, PAGE);
	expect_later(vm, GFN + 1, hva + PAGE, write);
	EXPECT_TRUE(sim_user_is_absent(hva + PAGE));
	sim_user_share(hva + 2 * PAGE, PAGE);
	expect_later(vm, GFN + 2, hva + 2 * PAGE, write);
	sim_user_protect(hva + 3 * PAGE, PAGE, false);
	expect_later(vm, GFN + 3, hva + 3 * PAGE, read);
	sim_user_unmap(hva + 4 * PAGE, PAGE);
	expect_later(vm, GFN + 4, hva + 4 * PAGE, read);
	/* Never touched: there is no frame. */
	sim_user_move(hva + 5 * PAGE, PAGE);
	expect_later(vm, GFN + 5, hva + 5 * PAGE, write);
	/* What is wrong with it the long way says. */
	sim_page_get_fail(-EHWPOISON);
	expect_later(vm, GFN + 6, hva + 6 * PAGE, read);
	sim_page_get_fail(0);
	/* No table. */
	EXPECT_EQ(slot_set(vm, 1, 0, 0x40000, 8, hva), 0);
	expect_later(vm, 0x40007, hva + 7 * PAGE, write);
	/* ROM. */
	EXPECT_EQ(slot_set(vm, 2, KVM_MEM_READONLY, GFN + 16, 8, hva), 0);
	expect_later(vm, GFN + 23, hva + 7 * PAGE, write);
	expect_later(vm, GFN + 23, hva + 7 * PAGE,
		     (struct ept_access){.write = true, .walk = true});
	EXPECT_TRUE(vm->ept.eptp & EPTP_ACCESSED_DIRTY);
	EXPECT_TRUE(at_once(vm, GFN + 23, read));
	vm_close(vm);
}

TEST(ept_at_once_flushes_nobody)
{
	u64 hva;
	struct vm *vm = open_touched(0, 8, &hva);

	EXPECT_TRUE(at_once(vm, GFN + 1, write));
	sim_user_set_notifier(NULL, NULL, NULL);
	sim_user_move(hva + PAGE, PAGE);
	touch(hva + PAGE);
	expect_later(vm, GFN + 1, hva + PAGE, write);
	EXPECT_EQ(fault_write(vm, GFN + 1, NULL), EPT_MAPPED);
	vm_close(vm);
}

/* A large page goes where there is nothing, and not in the place of small ones. */
TEST(ept_at_once_maps_large_pages)
{
	u64 hva;
	struct vm *vm = open_touched(0, 2048, &hva);

	sim_user_make_huge(hva + 1024 * PAGE, 21);
	/* Beneath it the small page stays. */
	sim_user_set_notifier(NULL, NULL, NULL);
	sim_user_make_huge(hva, 21);
	expect_later(vm, GFN + 1, hva + PAGE, write);
	EXPECT_TRUE(at_once(vm, GFN + 1024 + 5, write));
	EXPECT_TRUE(ept_entry(vm, GFN + 1024) & EPT_LARGE);
	EXPECT_TRUE(sim_pfn_dirty(sim_user_pfn(hva + 1024 * PAGE)));
	EXPECT_EQ(vm->ept.mapped[1], 1);
	vm_close(vm);
}

TEST(ept_at_once_waits_for_no_lock)
{
	struct sim_lock *locks[2];
	u64 hva;
	struct vm *vm = open_touched(0, 8, &hva);

	locks[0] = &vm->mmu_lock.lock;
	locks[1] = &vm->ept.invalidations.lock.lock;
	for (unsigned int i = 0; i < COUNT_OF(locks); i++) {
		/* Somebody else's, who waits for this CPU. */
		locks[i]->state = SIM_LOCK_HELD;
		expect_later(vm, GFN + 1, hva + PAGE, write);
		EXPECT_EQ(locks[i]->state, SIM_LOCK_HELD);
		locks[i]->state = SIM_LOCK_FREE;
	}
	EXPECT_TRUE(at_once(vm, GFN + 1, write));
	EXPECT_EQ(vm->mmu_lock.lock.state, SIM_LOCK_FREE);
	vm_close(vm);
}

/* --- what another CPU does between the look-up of the page and its mapping --- */

struct race {
	struct vm *vm;
	u64 hva;
	void (*act)(struct race *race);
};

static void other_cpu(void *argument, u64 hva)
{
	struct race *race = argument;

	sim_page_get_hook(NULL, NULL);
	host_irq_enable();
	race->act(race);
	host_irq_disable();
}

static void move(struct race *race)
{
	sim_user_move(race->hva, PAGE);
}

static void begin(struct race *race)
{
	ept_invalidate_begin(race->vm, race->hva, race->hva + PAGE, false);
}

static void publish(struct race *race)
{
	struct memslots *old = race->vm->slots;

	host_mutex_lock(&race->vm->slots_lock);
	ept_publish_slots(race->vm, old->copy ? old - 1 : old + 1, NULL);
	host_mutex_unlock(&race->vm->slots_lock);
}

static void expect_loses(struct vm *vm, u64 hva, void (*act)(struct race *race))
{
	struct race race = {vm, hva, act};

	sim_page_get_hook(other_cpu, &race);
	EXPECT_FALSE(at_once(vm, GFN + 1, write));
	EXPECT_FALSE(ept_entry(vm, GFN + 1));
	EXPECT_FALSE(sim_user_pfn(hva) && sim_pfn_dirty(sim_user_pfn(hva)));
}

TEST(ept_at_once_loses_against_changes)
{
	u64 hva;
	struct vm *vm = open_touched(0, 8, &hva);

	hva += PAGE;
	expect_loses(vm, hva, move);
	touch(hva);
	expect_loses(vm, hva, begin);
	EXPECT_FALSE(at_once(vm, GFN + 1, write));
	EXPECT_TRUE(at_once(vm, GFN + 2, write));
	ept_invalidate_end(vm, hva, hva + PAGE);
	expect_loses(vm, hva, publish);
	EXPECT_TRUE(at_once(vm, GFN + 1, write));
	vm_close(vm);
}
