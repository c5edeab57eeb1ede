// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty rings: what is written has an entry, in its order; after a reset it gets another; what
 * finds no room waits; and a program that writes nonsense into its ring harms nobody.
 */
#include "fixture/vm.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "mem/dirty_log.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"
#include "mem/pml.h"

#define PAGE	     ((u64)LINTEL_PAGE_SIZE)
#define RAM	     0x1000000ull
#define PAGES	     4096ull
#define SLOT	     3
#define ENTRIES	     1024u
#define ENTRY_SIZE   sizeof(struct kvm_dirty_gfn)
#define PAGE_ENTRIES (PAGE / ENTRY_SIZE)
#define LOGGED	     KVM_MEM_LOG_DIRTY_PAGES

static struct fixture *machine;
static u64 hva;
static u32 position[FIXTURE_VCPUS]; /* of each ring, as the program has it */

static int enable(u64 size)
{
	int error;

	host_mutex_lock(&machine->vm.lock);
	error = dirty_rings_enable(&machine->vm, size);
	host_mutex_unlock(&machine->vm.lock);
	return error;
}

static int slot_set(u32 flags, u64 pages)
{
	return fixture_set_slot(&machine->vm, SLOT, flags, RAM, pages * PAGE, hva);
}

static void open(bool listed)
{
	struct vmx_cap_msrs msrs = fixture_full();

	if (!listed)
		msrs.value[CAP_PROCBASED_CTLS2] &= ~((u64)CPU2_ENABLE_PML << 32);
	machine = FIXTURE(.msrs = &msrs, .pages = 1);
	EXPECT_EQ(pml_is_used(), listed);
	hva = sim_user_map(PAGES * PAGE);
	memset(position, 0, sizeof(position));
}

static void start(bool listed, unsigned int vcpus)
{
	open(listed);
	EXPECT_EQ(enable(ENTRIES * ENTRY_SIZE), 0);
	for (u32 id = 0; id < vcpus; id++)
		fixture_add_vcpu(machine, id);
	EXPECT_EQ(slot_set(LOGGED, PAGES), 0);
}

/* --- the guest --- */

struct pages {
	u64 first, count, done;
};

static void touch(struct vcpu *vcpu, void *argument)
{
	struct pages *pages = argument;
	u64 word = 0x5a5a;

	for (; pages->done < pages->count; pages->done++)
		if (!sim_guest_write(vcpu, RAM + (pages->first + pages->done) * PAGE, &word,
				     sizeof(word)))
			return;
}

/* The guest writes to those pages, then HLT; gives: what ended KVM_RUN. */
static u32 run(struct vcpu *vcpu, struct pages *pages)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT,
					   .instruction_length = 1,
					   .guest = touch,
					   .argument = pages});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	sim_script_clear();
	return vcpu->run->exit_reason;
}

static void guest_writes(unsigned int id, u64 first, u64 count)
{
	struct pages pages = {.first = first, .count = count};

	EXPECT_EQ(run(&machine->vcpu[id], &pages), KVM_EXIT_HLT);
	EXPECT_EQ(pages.done, count);
}

static void lintel_writes(u64 page)
{
	int ticket = host_srcu_read_lock(&machine->vm.srcu);
	u8 byte = 1;

	EXPECT_EQ(guest_write(&machine->vm, RAM + page * PAGE, &byte, 1), 0);
	host_srcu_read_unlock(&machine->vm.srcu, ticket);
}

/* --- the program --- */

static struct kvm_dirty_gfn *entry_at(unsigned int id, u32 at)
{
	struct kvm_dirty_gfn *page = dirty_ring_page(
		&machine->vcpu[id], KVM_DIRTY_LOG_PAGE_OFFSET + at % ENTRIES / PAGE_ENTRIES);

	return &page[at % PAGE_ENTRIES];
}

/* The next entry; NULL: it is not dirty. */
static struct kvm_dirty_gfn *harvest(unsigned int id)
{
	struct kvm_dirty_gfn *entry = entry_at(id, position[id]);

	if (entry->flags != KVM_DIRTY_GFN_F_DIRTY)
		return NULL;
	position[id]++;
	entry->flags |= KVM_DIRTY_GFN_F_RESET;
	return entry;
}

static void expect_entry(unsigned int id, u64 page)
{
	const struct kvm_dirty_gfn *entry = harvest(id);

	EXPECT_TRUE(entry);
	if (!entry)
		return;
	EXPECT_EQ(entry->slot, SLOT);
	EXPECT_EQ(entry->offset, page);
}

static void expect_no_entry(unsigned int id)
{
	EXPECT_EQ(entry_at(id, position[id])->flags, 0);
}

static void expect_reset(int count)
{
	EXPECT_EQ(dirty_rings_reset(&machine->vm), count);
}

/* The pages [first, first + count) once each, in this order, and no other; reset. */
static void expect_entries(unsigned int id, u64 first, u64 count)
{
	for (u64 page = first; page < first + count; page++)
		expect_entry(id, page);
	expect_no_entry(id);
	expect_reset((int)count);
}

TEST(dirty_ring_refusals)
{
	struct kvm_dirty_log log = {.slot = SLOT};
	struct kvm_clear_dirty_log clear = {.slot = SLOT, .first_page = 1};

	for (unsigned int listed = 0; listed < 2; listed++) {
		open(listed);
		EXPECT_EQ(dirty_rings_reset(&machine->vm), -EINVAL);
		EXPECT_EQ(enable(0), -EINVAL);
		EXPECT_EQ(enable(PAGE - 1), -EINVAL);
		EXPECT_EQ(enable(PAGE / 2), -EINVAL);
		EXPECT_EQ(enable(3 * PAGE), -EINVAL);
		EXPECT_EQ(enable(2 * DIRTY_RING_MAX_SIZE), -E2BIG);
		EXPECT_EQ(enable((u64)1 << 63), -E2BIG);
		EXPECT_EQ(enable(PAGE), listed ? -EINVAL : 0);
		/* What the processor lists in one exit has room. */
		EXPECT_EQ(enable(2 * PAGE), -EINVAL);
		EXPECT_EQ(enable(4 * PAGE), listed ? 0 : -EINVAL);
		EXPECT_EQ(enable(4 * PAGE), -EINVAL);
		EXPECT_EQ(dirty_log_get(&machine->vm, &log), -ENXIO);
		EXPECT_EQ(dirty_log_clear(&machine->vm, &clear), -ENXIO);
		expect_reset(0);
		fixture_destroy(machine);
	}
	open(true);
	fixture_add_vcpu(machine, 0);
	EXPECT_EQ(enable(4 * PAGE), -EINVAL);
	fixture_destroy(machine);
}

TEST(dirty_ring_of_the_largest_size_is_mapped)
{
	const u64 first = KVM_DIRTY_LOG_PAGE_OFFSET, pages = DIRTY_RING_MAX_SIZE / PAGE;
	const struct vcpu *vcpu;

	open(true);
	EXPECT_EQ(enable(DIRTY_RING_MAX_SIZE), 0);
	vcpu = fixture_add_vcpu(machine, 0);
	EXPECT_TRUE(!dirty_ring_page(vcpu, first - 1));
	EXPECT_TRUE(dirty_ring_page(vcpu, first));
	EXPECT_TRUE(dirty_ring_page(vcpu, first + pages - 1));
	EXPECT_TRUE(!dirty_ring_page(vcpu, first + pages));
	EXPECT_TRUE(!dirty_ring_page(vcpu, ~(u64)0));
	EXPECT_TRUE(!dirty_ring_is_among(vcpu, 0, first));
	EXPECT_TRUE(dirty_ring_is_among(vcpu, 0, first + 1));
	EXPECT_TRUE(dirty_ring_is_among(vcpu, first + pages - 1, 5));
	EXPECT_TRUE(!dirty_ring_is_among(vcpu, first + pages, 5));
	fixture_destroy(machine);
}

TEST(dirty_ring_is_the_writers)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		test_context("listed %u", listed);
		start(listed, 2);
		guest_writes(0, 7, 100);
		guest_writes(1, 200, 3);
		expect_entries(0, 7, 100);
		expect_entries(1, 200, 3);
		fixture_destroy(machine);
	}
}

/* Round and round, so that the ring's end comes in the middle. */
TEST(dirty_ring_has_a_page_again_after_its_reset)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		test_context("listed %u", listed);
		start(listed, 1);
		for (unsigned int round = 0; round < 12; round++) {
			guest_writes(0, 10, 300);
			/* That they were written is known. */
			guest_writes(0, 10, 300);
			expect_entries(0, 10, 300);
		}
		fixture_destroy(machine);
	}
}

/* Who harvests a part gets the others later; and what was harvested is news again, no other. */
TEST(dirty_ring_harvested_in_parts)
{
	start(true, 1);
	guest_writes(0, 0, 20);
	for (u64 page = 0; page < 5; page++)
		expect_entry(0, page);
	expect_reset(5);
	expect_reset(0);
	guest_writes(0, 0, 20);
	expect_entry(0, 5);
	for (u64 page = 6; page < 20; page++)
		expect_entry(0, page);
	for (u64 page = 0; page < 5; page++)
		expect_entry(0, page);
	expect_no_entry(0);
	expect_reset(20);
	fixture_destroy(machine);
}

TEST(dirty_ring_of_what_lintel_writes)
{
	start(true, 2);
	for (unsigned int i = 0; i < 3; i++)
		lintel_writes(9);
	lintel_writes(11);
	expect_entry(0, 9);
	expect_entry(0, 11);
	expect_no_entry(0);
	/* The program has read it, and not reset it: what is written now it may miss. */
	lintel_writes(11);
	expect_entry(0, 11);
	expect_no_entry(0);
	expect_reset(3);
	lintel_writes(11);
	expect_entry(0, 11);
	expect_reset(1);
	fixture_destroy(machine);
}

TEST(dirty_ring_that_is_full_ends_the_run)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		u32 limit = ENTRIES - 64 - (listed ? PML_ENTRIES : 0);
		struct pages pages = {.first = limit - 1, .count = 1};
		struct pages none = {.count = 0};

		test_context("listed %u", listed);
		start(listed, 1);
		guest_writes(0, 0, limit - 1);
		EXPECT_TRUE(!dirty_ring_is_full(machine->vcpu));
		/* It is the fault that brings the entry: the write is still to come. */
		EXPECT_EQ(run(machine->vcpu, &pages), KVM_EXIT_DIRTY_RING_FULL);
		for (unsigned int i = 0; i < 3; i++)
			EXPECT_EQ(run(machine->vcpu, &none), KVM_EXIT_DIRTY_RING_FULL);
		expect_entry(0, 0);
		/* It is not yet empty. */
		EXPECT_EQ(run(machine->vcpu, &none), KVM_EXIT_DIRTY_RING_FULL);
		expect_reset(1);
		EXPECT_EQ(run(machine->vcpu, &none), KVM_EXIT_HLT);
		for (u64 page = 1; page < limit; page++)
			expect_entry(0, page);
		expect_reset((int)limit - 1);
		/* A guest that goes on and on, and a list that is full when it is. */
		pages = (struct pages){.count = PAGES};
		while (run(machine->vcpu, &pages) == KVM_EXIT_DIRTY_RING_FULL) {
			u64 seen = 0;

			while (harvest(0))
				seen++;
			EXPECT_TRUE(seen >= limit && seen <= ENTRIES);
			expect_reset((int)seen);
		}
		EXPECT_EQ(pages.done, PAGES);
		fixture_destroy(machine);
	}
}

/* All that was written has one entry, in one ring or another, as room is made. */
TEST(dirty_ring_what_finds_no_room_waits)
{
	static bool seen[PAGES];
	unsigned int found = 0;

	memset(seen, 0, sizeof(seen));
	start(true, 2);
	for (u64 page = 0; page < PAGES; page++)
		lintel_writes(page);
	EXPECT_TRUE(machine->vm.dirty_ring_waits);
	while (found < PAGES) {
		unsigned int before = found;

		for (unsigned int id = 0; id < 2; id++)
			for (struct kvm_dirty_gfn *entry; (entry = harvest(id)); found++) {
				EXPECT_TRUE(entry->offset < PAGES && !seen[entry->offset]);
				seen[entry->offset % PAGES] = true;
			}
		expect_reset((int)(found - before));
		if (found == before)
			break;
	}
	EXPECT_EQ(found, PAGES);
	EXPECT_TRUE(!machine->vm.dirty_ring_waits);
	fixture_destroy(machine);
}

/* Before there is a vCPU, and in a log that began before there were rings. */
TEST(dirty_ring_of_the_first_vcpu_has_what_was_before)
{
	open(true);
	EXPECT_EQ(slot_set(LOGGED, PAGES), 0);
	lintel_writes(5);
	EXPECT_EQ(enable(ENTRIES * ENTRY_SIZE), 0);
	lintel_writes(6);
	expect_reset(0);
	fixture_add_vcpu(machine, 0);
	expect_reset(0);
	expect_entries(0, 5, 2);
	fixture_destroy(machine);
}

/* With rings nothing is set from the beginning: everything is watched. */
TEST(dirty_ring_with_the_manual_log)
{
	open(true);
	machine->vm.dirty_log_manual =
		KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET;
	EXPECT_EQ(enable(ENTRIES * ENTRY_SIZE), 0);
	fixture_add_vcpu(machine, 0);
	EXPECT_EQ(slot_set(LOGGED, PAGES), 0);
	expect_reset(0);
	expect_no_entry(0);
	guest_writes(0, 1, 4);
	expect_entries(0, 1, 4);
	fixture_destroy(machine);
}

/* The slot that an entry names may have gone, or be another. */
TEST(dirty_ring_outlives_changes_of_the_slots)
{
	start(true, 1);
	guest_writes(0, 0, 100);
	EXPECT_EQ(slot_set(0, 0), 0);
	EXPECT_EQ(slot_set(LOGGED, 50), 0);
	guest_writes(0, 10, 1);
	for (u64 page = 0; page < 100; page++)
		expect_entry(0, page);
	expect_entry(0, 10);
	expect_reset(101);
	EXPECT_EQ(slot_set(0, 50), 0);
	guest_writes(0, 20, 10);
	expect_no_entry(0);
	EXPECT_EQ(slot_set(LOGGED, 50), 0);
	guest_writes(0, 20, 10);
	expect_entries(0, 20, 10);
	fixture_destroy(machine);
}

/* Entries that nobody made, and others than were made. */
TEST(dirty_ring_of_a_hostile_program)
{
	static const struct kvm_dirty_gfn entries[] = {
		{.flags = 3, .slot = SLOT, .offset = PAGES},
		{.flags = 2, .slot = SLOT, .offset = ~0ull},
		{.flags = ~0u, .slot = SLOT, .offset = 63},
		{.flags = 3, .slot = SLOT | 1 << 16, .offset = 0},
		{.flags = 3, .slot = ~0u, .offset = 0},
		{.flags = 3, .slot = 0, .offset = 0},
		{.flags = 3, .slot = SLOT, .offset = 64},
	};

	start(true, 1);
	for (u32 at = 0; at < ENTRIES; at++)
		*entry_at(0, at) = entries[at % COUNT_OF(entries)];
	expect_reset(0);
	guest_writes(0, 0, 3 * COUNT_OF(entries));
	for (u32 at = 0; at < 3 * COUNT_OF(entries); at++)
		EXPECT_EQ(entry_at(0, at)->offset, at);
	for (u32 at = 0; at < ENTRIES; at++)
		*entry_at(0, at) = entries[at % COUNT_OF(entries)];
	/* No more than were made; those that come after are right. */
	expect_reset(3 * COUNT_OF(entries));
	memset(entry_at(0, PAGE_ENTRIES), 0, PAGE);
	for (u32 at = 0; at < PAGE_ENTRIES; at++)
		entry_at(0, at)->flags = 0;
	position[0] = 3 * COUNT_OF(entries);
	guest_writes(0, 100, 50);
	expect_entries(0, 100, 50);
	fixture_destroy(machine);
}
