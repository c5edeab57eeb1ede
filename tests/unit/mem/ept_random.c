// SPDX-License-Identifier: GPL-2.0
/*
 * Random faults, memory changes and slot changes, and after each what must always be so: a
 * translation that a vCPU may use leads to a page that the process has there now, and allows no
 * write that the process could not do.
 *
 * The TLB is modelled at its worst: it keeps each translation it ever saw until a flush.
 */
#include <stdlib.h>

#include "fixture.h"

#define SLOTS	    6
#define SLOT_PAGES  12
#define USER_PAGES  48
#define GUEST_PAGES 96
#define STEPS	    30000

struct machine {
	struct vm *vm;
	u64 hva;	      /* USER_PAGES of them */
	u64 base;	      /* guest frames begin here */
	u64 tlb[GUEST_PAGES]; /* leaf entries */
	u64 tlb_kicks;	      /* flushes that the TLB has seen */
	struct random random;
	unsigned int mapped, devices, errors, stale, changes;
};

static u64 below(struct machine *machine, u64 limit)
{
	return random_below(&machine->random, limit);
}

static void tlb_flush_if_asked(struct machine *machine)
{
	if (machine->tlb_kicks == machine->vm->host.kicks)
		return;
	memset(machine->tlb, 0, sizeof(machine->tlb));
	machine->tlb_kicks = machine->vm->host.kicks;
}

static void check_translation(struct machine *machine, u64 gfn, u64 entry, const char *where)
{
	const struct memslot *slot = memslot_find(machine->vm, gfn);
	u64 hva;

	if (!EXPECT_TRUE(slot)) {
		test_fail(__FILE__, __LINE__, "%s: frame 0x%llx has no slot", where, gfn);
		return;
	}
	hva = memslot_hva(slot, gfn);
	EXPECT_EQ((entry & EPT_ADDRESS) >> 12, sim_user_pfn(hva));
	if (entry & EPT_WRITE) {
		EXPECT_FALSE(slot->flags & KVM_MEM_READONLY);
		EXPECT_TRUE(sim_user_is_writable(hva));
	}
}

static void check_all(struct machine *machine)
{
	for (u64 i = 0; i < GUEST_PAGES; i++) {
		u64 entry = ept_entry(machine->vm, machine->base + i);

		if (machine->tlb[i])
			check_translation(machine, machine->base + i, machine->tlb[i], "TLB");
		if (entry)
			check_translation(machine, machine->base + i, entry, "EPT");
		/* The guest touches it: the TLB has it too from now on. */
		if (entry && below(machine, 2))
			machine->tlb[i] = entry;
	}
	EXPECT_EQ(sim_page_references(), 0);
	EXPECT_EQ(machine->vm->ept.pages, ept_count_tables(machine->vm));
}

/* Another thread, while a fault has its page in hand. */
static void intrude(void *argument, u64 hva)
{
	struct machine *machine = argument;

	if (below(machine, 8))
		return;
	machine->stale++;
	/* Its own page, or any. */
	if (below(machine, 2))
		hva = machine->hva + below(machine, USER_PAGES) * PAGE;
	sim_user_move(hva & ~(PAGE - 1), PAGE);
}

static void step_fault(struct machine *machine)
{
	u64 gfn = machine->base + below(machine, GUEST_PAGES);
	bool write = below(machine, 2);
	const struct memslot *slot = memslot_find(machine->vm, gfn);
	unsigned int stale = machine->stale;
	int error = 0;
	enum ept_result result;
	u64 sequence = machine->vm->ept.invalidate_seq;

	result = write ? fault_write(machine->vm, gfn, &error)
		       : fault_read(machine->vm, gfn, &error);
	if (!slot || (write && (slot->flags & KVM_MEM_READONLY))) {
		EXPECT_EQ(result, EPT_MMIO);
		machine->devices++;
		return;
	}
	EXPECT_TRUE(result != EPT_MMIO);
	if (result == EPT_ERROR) {
		EXPECT_EQ(error, -EFAULT);
		/* sim_user_pfn() is 0 for what is unmapped. */
		EXPECT_TRUE(!sim_user_pfn(memslot_hva(slot, gfn)) ||
			    (write && !sim_user_is_writable(memslot_hva(slot, gfn))));
		machine->errors++;
		return;
	}
	if (stale != machine->stale || sequence != machine->vm->ept.invalidate_seq)
		return;
	/* Nothing came between: it must be mapped, with the right that was asked for. */
	EXPECT_TRUE(ept_entry(machine->vm, gfn));
	EXPECT_TRUE(!write || (ept_entry(machine->vm, gfn) & EPT_WRITE));
	machine->mapped++;
}

static void step_user_change(struct machine *machine)
{
	u64 first = below(machine, USER_PAGES), pages = 1 + below(machine, USER_PAGES - first);
	u64 hva = machine->hva + first * PAGE, size = (pages > 6 ? 6 : pages) * PAGE;

	machine->changes++;
	switch (below(machine, 8)) {
	case 0:
		sim_user_protect(hva, size, false);
		break;
	case 1:
	case 2:
		sim_user_protect(hva, size, true);
		break;
	case 3:
	case 4:
		sim_user_share(hva, size);
		break;
	case 5:
		ept_test_young(machine->vm, hva, hva + size, true);
		break;
	default:
		sim_user_move(hva, size);
		break;
	}
}

static void step_slot_change(struct machine *machine)
{
	static u32 flags[SLOTS];
	u64 pages = 1 + below(machine, SLOT_PAGES);
	u32 id = (u32)below(machine, SLOTS);
	u64 gfn = machine->base + below(machine, GUEST_PAGES - SLOT_PAGES);

	for (unsigned int i = 0; i < machine->vm->slots->used; i++) {
		const struct memslot *slot = &machine->vm->slots->slot[i];

		if (slot->id != id)
			continue;
		/* Delete it, or move it. */
		if (below(machine, 2))
			EXPECT_EQ(slot_set(machine->vm, id, 0, 0, 0, 0), 0);
		else
			slot_set(machine->vm, id, flags[id], gfn, slot->pages, slot->hva);
		return;
	}
	flags[id] = below(machine, 3) ? 0 : KVM_MEM_READONLY;
	slot_set(machine->vm, id, flags[id], gfn, pages,
		 machine->hva + below(machine, USER_PAGES - SLOT_PAGES) * PAGE);
}

static void run(bool accessed_dirty, u64 seed, u64 base)
{
	static struct machine machine;

	machine = (struct machine){.vm = vm_open(accessed_dirty), .base = base};
	machine.random.state = seed;
	machine.hva = sim_user_map(USER_PAGES * PAGE);
	sim_user_unmap(machine.hva + 7 * PAGE, PAGE);
	sim_page_get_hook(intrude, &machine);
	for (unsigned int i = 0; i < STEPS; i++) {
		u64 kind = below(&machine, 100);

		test_context("seed 0x%llx, step %u", seed, i);
		if (kind < 75)
			step_fault(&machine);
		else if (kind < 92)
			step_user_change(&machine);
		else
			step_slot_change(&machine);
		tlb_flush_if_asked(&machine);
		if (i % 4 == 0)
			check_all(&machine);
	}
	EXPECT_TRUE(machine.mapped > STEPS / 20);
	EXPECT_TRUE(machine.devices > STEPS / 20);
	EXPECT_TRUE(machine.errors > STEPS / 500);
	EXPECT_TRUE(machine.stale > STEPS / 100);
	EXPECT_TRUE(machine.changes > STEPS / 10);
	vm_close(machine.vm);
}

TEST(ept_random_changes_with_accessed_flags)
{
	/* Frames on both sides of a 1 GiB boundary, so that tables of all levels come and go. */
	run(true, 0x1234567, 0x40000 - GUEST_PAGES / 2);
}

TEST(ept_random_changes_without_accessed_flags)
{
	run(false, 0x7654321, 0x200 - GUEST_PAGES / 2);
}
