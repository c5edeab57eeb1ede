// SPDX-License-Identifier: GPL-2.0
/*
 * The list of pages that the processor writes to (PML), and the dirty log that comes of it: a guest
 * writes, and the program that asks sees these pages and no other; with the list, and without.
 */
#include "fixture/vm.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "mem/dirty_log.h"
#include "mem/mem.h"
#include "mem/pml.h"

#define PAGE   ((u64)LINTEL_PAGE_SIZE)
#define RAM    0x1000000ull
#define PAGES  (64 * 64 + 100) /* more than is taken from a log at once */
#define WORDS  ((PAGES + 63) / 64)
#define LOGGED KVM_MEM_LOG_DIRTY_PAGES

static struct fixture *machine;
static u64 hva, user;

static int slot_set(u32 flags, u64 size)
{
	return fixture_set_slot(&machine->vm, 1, flags, RAM, size, hva);
}

static void start(bool listed)
{
	struct vmx_cap_msrs msrs = fixture_full();

	if (!listed)
		msrs.value[CAP_PROCBASED_CTLS2] &= ~((u64)CPU2_ENABLE_PML << 32);
	machine = FIXTURE(.msrs = &msrs, .pages = 1, .vcpus = 1);
	EXPECT_EQ(pml_is_used(), listed);
	hva = sim_user_map(PAGES * PAGE);
	user = sim_user_map(PAGE);
	EXPECT_EQ(slot_set(LOGGED, PAGES * PAGE), 0);
}

/* Pages from `first` on: those before `done` have been. */
struct pages {
	u64 first, count, done;
	bool write;
};

static void touch(struct vcpu *vcpu, void *argument)
{
	struct pages *pages = argument;
	u64 word = 0x5a5a;

	for (; pages->done < pages->count; pages->done++) {
		u64 gpa = RAM + (pages->first + pages->done) * PAGE;
		bool ok = pages->write ? sim_guest_write(vcpu, gpa, &word, sizeof(word))
				       : sim_guest_read(vcpu, gpa, &word, sizeof(word));

		if (!ok)
			return;
	}
}

static void run(void (*guest)(struct vcpu *vcpu, void *argument), void *argument)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT,
					   .instruction_length = 1,
					   .guest = guest,
					   .argument = argument});
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_HLT);
}

static void guest_touches(u64 first, u64 count, bool write)
{
	struct pages pages = {.first = first, .count = count, .write = write};

	run(touch, &pages);
	EXPECT_EQ(pages.done, count);
}

/* KVM_GET_DIRTY_LOG has the bits of [first, first + count), and of no other page. */
static void expect_dirty(u64 first, u64 count)
{
	struct kvm_dirty_log wanted = {.slot = 1, .padding2 = user};
	const u64 *words = sim_user_pointer(user);
	u64 others = 0, missing = 0;

	EXPECT_EQ(dirty_log_get(&machine->vm, &wanted), 0);
	for (u64 page = 0; page < WORDS * 64; page++) {
		bool set = words[page / 64] >> (page % 64) & 1;
		bool written = page >= first && page < first + count;

		others += set && !written;
		missing += !set && written;
	}
	EXPECT_EQ(missing, 0);
	EXPECT_EQ(others, 0);
}

/* 511 leave room for one; 512 fill the list, and its index goes round; the next finds it full. */
static const u64 counts[] = {0, 1, 2, 100, 511, 512, 513, 1024, 1025, 1500};

TEST(pml_lists_what_the_guest_writes)
{
	for (size_t i = 0; i < 2 * COUNT_OF(counts); i++) {
		u64 count = counts[i / 2];

		test_context("%llu pages, listed %zu", count, i % 2);
		start(i % 2);
		/* They are there before, and not written to: the list alone knows of the writes. */
		guest_touches(0, 1500, false);
		expect_dirty(0, 0);
		guest_touches(0, count, true);
		expect_dirty(0, count);
		expect_dirty(0, 0);
		fixture_destroy(machine);
	}
}

/* Each time that the program has asked, a write to the same pages is news again. */
TEST(pml_lists_again_what_was_asked_for)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		test_context("listed %u", listed);
		start(listed);
		for (unsigned int round = 0; round < 3; round++) {
			guest_touches(7, 600, true);
			guest_touches(7, 600, true);
			expect_dirty(7, 600);
		}
		guest_touches(PAGES - 3, 3, true);
		expect_dirty(PAGES - 3, 3);
		fixture_destroy(machine);
	}
}

/* The flush that makes writes news again goes where the vCPU is: not to the CPU that it left, which
 * has cached that the pages are dirty, and where it comes back to. */
TEST(pml_goes_with_the_vcpu)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		start(listed);
		for (unsigned int round = 0; round < 3; round++) {
			test_context("listed %u, round %u", listed, round);
			sim_run_on(0);
			guest_touches(0, 3, true);
			sim_run_on(1);
			expect_dirty(0, 3);
			guest_touches(0, 0, false);
			expect_dirty(0, 0);
		}
		fixture_destroy(machine);
	}
}

/* Each has a list of its own. */
TEST(pml_of_two_vcpus)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		struct vcpu *second;

		start(listed);
		second = fixture_add_vcpu(machine, 1);
		for (unsigned int round = 0; round < 3; round++) {
			struct pages pages = {.first = 40, .count = 3, .write = true};

			test_context("listed %u, round %u", listed, round);
			sim_run_on(0);
			guest_touches(36, 4, true);
			sim_run_on(1);
			sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT,
							   .instruction_length = 1,
							   .guest = touch,
							   .argument = &pages});
			EXPECT_EQ(vcpu_run(second), 0);
			EXPECT_EQ(pages.done, 3);
			expect_dirty(36, 7);
		}
		fixture_destroy(machine);
	}
}

struct list_row {
	u16 index; /* as the processor leaves it */
	u64 other; /* the gpa in all entries but the last two */
};

/* As a processor that has filled the list down to the index: pages 9 and 8 first. */
static void fill_list(struct vcpu *vcpu, void *argument)
{
	const struct list_row *row = argument;

	for (unsigned int i = (u16)(row->index + 1); i < 512; i++)
		vcpu->pml[i] = row->other;
	vcpu->pml[511] = RAM + 9 * PAGE;
	if (row->index != 510)
		vcpu->pml[510] = RAM + 8 * PAGE;
	sim_vmcs_set(fixture_vmcs(machine), GUEST_PML_INDEX, row->index);
}

/* Pages whose slot has gone meanwhile, or that no slot ever had: they are nobody's. */
TEST(pml_list_with_pages_of_no_slot)
{
	static struct list_row rows[] = {
		{0xffff, RAM + PAGES * PAGE}, {0, ~0ull << 12}, {0, 0}, {300, RAM - PAGE}, {509, 0},
	};

	start(true);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		run(fill_list, &rows[i]);
		EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), GUEST_PML_INDEX), 511);
		expect_dirty(8, 2);
	}
	fixture_destroy(machine);
}

/* What was written before the log began, or while it was off, is not in it. */
TEST(pml_log_that_ends_and_begins)
{
	for (unsigned int listed = 0; listed < 2; listed++) {
		test_context("listed %u", listed);
		start(listed);
		guest_touches(0, 20, true);
		EXPECT_EQ(slot_set(0, PAGES * PAGE), 0);
		guest_touches(0, 30, true);
		EXPECT_EQ(slot_set(LOGGED, PAGES * PAGE), 0);
		expect_dirty(0, 0);
		guest_touches(2, 3, true);
		expect_dirty(2, 3);
		EXPECT_EQ(slot_set(LOGGED, 0), 0);
		EXPECT_EQ(slot_set(LOGGED, PAGES * PAGE), 0);
		guest_touches(5, 1, true);
		expect_dirty(5, 1);
		fixture_destroy(machine);
	}
}
