// SPDX-License-Identifier: GPL-2.0
/*
 * Random faults, memory changes and slot changes, and after each what must always be so: a
 * translation that a vCPU may use leads to a page that the process has there now, and allows no
 * write that the process could not do.
 *
 * The TLB is modelled at its worst: it keeps each translation it ever saw until a flush.
 */
#include "fixture.h"

#define SLOTS	    6
#define SLOT_UNITS  12
#define USER_UNITS  48
#define GUEST_UNITS 96
#define STEPS	    30000

#define HUGE_PAGES 0x200ull

struct machine {
	struct vm *vm;
	u64 hva;  /* USER_UNITS from here */
	u64 base; /* guest frames begin here */
	u64 unit; /* pages that slots and changes are multiples of */
	struct {
		u64 gfn, entry;
	} tlb[GUEST_UNITS]; /* one frame of each unit */
	u64 tlb_kicks;	    /* flushes that the TLB has seen */
	struct random random;
	unsigned int mapped, large, devices, errors, stale, changes, at_once;
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
	const struct memslot *slot = slot_find(machine->vm, gfn);
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
	for (u64 i = 0; i < GUEST_UNITS; i++) {
		u64 gfn = machine->base + i * machine->unit + below(machine, machine->unit);
		u64 entry = ept_translation(machine->vm, gfn);

		if (machine->tlb[i].entry)
			check_translation(machine, machine->tlb[i].gfn, machine->tlb[i].entry,
					  "TLB");
		if (entry)
			check_translation(machine, gfn, entry, "EPT");
		/* The guest touches it: the TLB has it too from now on. */
		if (entry && below(machine, 2)) {
			machine->tlb[i].gfn = gfn;
			machine->tlb[i].entry = entry;
		}
	}
	EXPECT_EQ(sim_page_references(), 0);
	EXPECT_EQ(machine->vm->ept.pages, ept_count_tables(machine->vm));
}

/* The other thread is on another CPU. */
static void with_interrupts_on(u64 hva)
{
	bool off = !sim_irqs_enabled();

	if (off)
		host_irq_enable();
	sim_user_move(hva, PAGE);
	if (off)
		host_irq_disable();
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
		hva = machine->hva + below(machine, USER_UNITS * machine->unit) * PAGE;
	with_interrupts_on(hva & ~(PAGE - 1));
}

/* The same as by the long way, or nothing, and no flush. */
static bool at_once(struct machine *machine, u64 gfn, u64 kind)
{
	const struct ept_access access = {
		.read = kind == 1, .write = kind == 0, .fetch = kind == 2};
	int ticket = host_srcu_read_lock(&machine->vm->srcu);
	bool mapped;

	host_irq_disable();
	mapped = ept_fault_at_once(machine->vm, gfn * PAGE + 8, access);
	host_irq_enable();
	host_srcu_read_unlock(&machine->vm->srcu, ticket);
	machine->at_once += mapped;
	return mapped;
}

static void step_fault(struct machine *machine)
{
	u64 gfn = machine->base + below(machine, GUEST_UNITS * machine->unit);
	u64 kind = below(machine, 3);
	bool write = kind == 0;
	const struct memslot *slot = slot_find(machine->vm, gfn);
	unsigned int stale = machine->stale;
	int error = 0;
	enum ept_result result;
	u64 since = invalidations_now(&machine->vm->ept.invalidations);

	if (below(machine, 2) && at_once(machine, gfn, kind))
		result = EPT_MAPPED;
	else
		result = write	     ? fault_write(machine->vm, gfn, &error)
			 : kind == 1 ? fault_read(machine->vm, gfn, &error)
				     : fault_fetch(machine->vm, gfn, &error);
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
	if (stale != machine->stale || since != invalidations_now(&machine->vm->ept.invalidations))
		return;
	/* Nothing came between: it must be mapped, with the right that was asked for. */
	EXPECT_TRUE(ept_entry(machine->vm, gfn));
	EXPECT_TRUE(!write || (ept_entry(machine->vm, gfn) & EPT_WRITE));
	EXPECT_TRUE(kind != 2 || (ept_entry(machine->vm, gfn) & EPT_EXECUTE));
	machine->mapped++;
	if (ept_entry(machine->vm, gfn) & EPT_LARGE)
		machine->large++;
}

/* Not where the page is that is not mapped. */
static void make_huge(struct machine *machine, u64 hva)
{
	u64 start = hva & ~(HUGE_PAGES * PAGE - 1);

	if (start <= machine->hva + 7 * machine->unit * PAGE)
		return;
	sim_user_protect(start, HUGE_PAGES * PAGE, true);
	sim_user_make_huge(start, 21);
}

static void step_user_change(struct machine *machine)
{
	u64 first = below(machine, USER_UNITS * machine->unit);
	u64 left = USER_UNITS * machine->unit - first, pages = 1 + below(machine, 6);
	u64 hva = machine->hva + first * PAGE, size = (pages > left ? left : pages) * PAGE;

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
		sim_user_share(hva, size);
		break;
	case 4:
	case 5:
		if (machine->unit > 1)
			make_huge(machine, hva);
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
	u64 pages = (1 + below(machine, SLOT_UNITS)) * machine->unit;
	u32 id = (u32)below(machine, SLOTS);
	u64 gfn = machine->base + below(machine, GUEST_UNITS - SLOT_UNITS) * machine->unit;
	u64 user = below(machine, USER_UNITS - SLOT_UNITS);
	const struct memslot *slot;

	slot = memslots_find_id(machine->vm->slots, id);
	if (slot) {
		/* Delete it, or move it. */
		if (below(machine, 2))
			EXPECT_EQ(slot_set(machine->vm, id, 0, 0, 0, 0), 0);
		else
			slot_set(machine->vm, id, flags[id], gfn, slot->pages, slot->hva);
		return;
	}
	/* Aligned alike, mostly: large pages need that. */
	if (machine->unit > 1 && below(machine, 8))
		user = (user & ~3ull) | (gfn / machine->unit & 3);
	flags[id] = below(machine, 3) ? 0 : KVM_MEM_READONLY;
	slot_set(machine->vm, id, flags[id], gfn, pages,
		 machine->hva + user * machine->unit * PAGE);
}

static void run(bool accessed_dirty, u64 seed, u64 base, u64 unit)
{
	static struct machine machine;

	machine = (struct machine){.vm = vm_open(accessed_dirty), .base = base, .unit = unit};
	machine.random.state = seed;
	sim_large_pages_execute = accessed_dirty;
	sim_spins_are_raw = true;
	machine.hva = sim_user_map(USER_UNITS * unit * PAGE);
	sim_user_unmap(machine.hva + 7 * unit * PAGE, unit * PAGE);
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
	EXPECT_TRUE(machine.at_once > STEPS / 100);
	EXPECT_TRUE(machine.devices > STEPS / 20);
	EXPECT_TRUE(machine.errors > STEPS / 500);
	EXPECT_TRUE(machine.stale > STEPS / 100);
	EXPECT_TRUE(machine.changes > STEPS / 10);
	EXPECT_TRUE(unit == 1 ? !machine.large : machine.large > STEPS / 500);
	vm_close(machine.vm);
}

TEST(ept_random_changes_with_accessed_flags)
{
	/* Frames on both sides of a 1 GiB boundary, so that tables of all levels come and go. */
	run(true, 0x1234567, 0x40000 - GUEST_UNITS / 2, 1);
}

TEST(ept_random_changes_without_accessed_flags)
{
	run(false, 0x7654321, 0x200 - GUEST_UNITS / 2, 1);
}

TEST(ept_random_changes_with_large_pages)
{
	run(true, 0xabcdef, 0x40000 - GUEST_UNITS / 2 * 0x80, 0x80);
}

TEST(ept_random_changes_with_large_pages_that_must_not_execute)
{
	run(false, 0xfedcba, 0x40000 - GUEST_UNITS / 2 * 0x80, 0x80);
}
