// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_USER_MEMORY_REGION, as the KVM API document says, and finding a slot. */
#include "fixture.h"
#include "mem/dirty_log.h"

#define HVA	 0x7f0000000000ull
#define USER_END 0x800000000000ull

struct step {
	const char *what;
	struct kvm_userspace_memory_region region;
	int result;
};

/* slot, flags, guest_phys_addr, memory_size, userspace_addr; each step sees what came before. */
static const struct step steps[] = {
	{"delete what is not there", {0, 0, 0, 0, 0}, -EINVAL},
	{"add", {0, 0, 0x100000, 0x10000, HVA}, 0},
	{"the same again changes nothing", {0, 0, 0x100000, 0x10000, HVA}, 0},
	{"larger", {0, 0, 0x100000, 0x11000, HVA}, -EINVAL},
	{"smaller", {0, 0, 0x100000, 0xf000, HVA}, -EINVAL},
	{"other user address", {0, 0, 0x100000, 0x10000, HVA + 0x1000}, -EINVAL},
	{"now read-only", {0, KVM_MEM_READONLY, 0x100000, 0x10000, HVA}, -EINVAL},
	{"moved and resized", {0, 0, 0x200000, 0x11000, HVA}, -EINVAL},
	{"dirty log", {1, KVM_MEM_LOG_DIRTY_PAGES, 0, 0x1000, HVA}, 0},
	{"without the log again", {1, 0, 0, 0x1000, HVA}, 0},
	{"read-only now", {1, KVM_MEM_READONLY, 0, 0x1000, HVA}, -EINVAL},
	{"delete it", {1, 0, 0, 0, 0}, 0},
	{"unknown flag", {1, 4, 0, 0x1000, HVA}, -EINVAL},
	{"unknown high flag", {1, 0x80000000, 0, 0x1000, HVA}, -EINVAL},
	{"unaligned guest address", {1, 0, 0x800, 0x1000, HVA}, -EINVAL},
	{"unaligned size", {1, 0, 0, 0x1001, HVA}, -EINVAL},
	{"size below a page", {1, 0, 0, 0xfff, HVA}, -EINVAL},
	{"unaligned user address", {1, 0, 0, 0x1000, HVA + 1}, -EINVAL},
	{"last slot", {VM_MAX_SLOTS - 1, 0, 0, 0x1000, HVA}, 0},
	{"delete the last slot", {VM_MAX_SLOTS - 1, 0, 0, 0, 0}, 0},
	{"one slot too many", {VM_MAX_SLOTS, 0, 0, 0x1000, HVA}, -EINVAL},
	{"another address space", {1u << 16, 0, 0, 0x1000, HVA}, -EINVAL},
	{"slot number of all ones", {0xffffffff, 0, 0, 0x1000, HVA}, -EINVAL},
	{"guest address wraps", {1, 0, 0xfffffffffffff000, 0x2000, HVA}, -EINVAL},
	{"guest address ends at 2^64", {1, 0, 0xfffffffffffff000, 0x1000, HVA}, -EINVAL},
	{"2^31 pages", {1, 0, 0, 0x80000000000, 0}, -EINVAL},
	{"last page of the guest", {1, 0, (1ull << 39) - 0x1000, 0x1000, HVA}, 0},
	{"delete it", {1, 0, 0, 0, 0}, 0},
	{"beyond the guest's addresses", {1, 0, (1ull << 39) - 0x1000, 0x2000, HVA}, -EINVAL},
	{"user address of the kernel", {1, 0, 0, 0x1000, 0xffff888000000000}, -EINVAL},
	{"last page of user space", {1, 0, 0, 0x1000, USER_END - 0x1000}, 0},
	{"delete it", {1, 0, 0, 0, 0}, 0},
	{"beyond user space", {1, 0, 0, 0x2000, USER_END - 0x1000}, -EINVAL},
	{"user address wraps", {1, 0, 0, 0x2000, 0xfffffffffffff000}, -EINVAL},
	{"size of 2^64 less a page", {1, 0, 0, 0xfffffffffffff000, HVA}, -EINVAL},
	{"just before slot 0", {1, 0, 0xff000, 0x1000, HVA}, 0},
	{"just after slot 0", {2, 0, 0x110000, 0x1000, HVA}, 0},
	{"on the first page of slot 0", {3, 0, 0x100000, 0x1000, HVA}, -EEXIST},
	{"on the last page of slot 0", {3, 0, 0x10f000, 0x1000, HVA}, -EEXIST},
	{"round all of them", {3, 0, 0, 0x200000, HVA}, -EEXIST},
	{"inside slot 0", {3, 0, 0x104000, 0x1000, HVA}, -EEXIST},
	{"move slot 2 onto slot 0", {2, 0, 0x108000, 0x1000, HVA}, -EEXIST},
	{"move slot 2 away", {2, 0, 0x300000, 0x1000, HVA}, 0},
	{"move slot 0 over its own end", {0, 0, 0x108000, 0x10000, HVA}, 0},
	{"move slot 0 back", {0, 0, 0x100000, 0x10000, HVA}, 0},
	{"read-only", {4, KVM_MEM_READONLY, 0x400000, 0x1000, HVA}, 0},
	{"delete with an unaligned address", {4, 0, 0x400800, 0, HVA}, -EINVAL},
	{"delete with an unknown flag", {4, 8, 0x400000, 0, HVA}, -EINVAL},
	{"delete, whatever else it says", {4, 0, 0x999000, 0, HVA}, 0},
	{"delete again", {4, 0, 0x400000, 0, HVA}, -EINVAL},
};

TEST(memslot_set_results)
{
	struct vm *vm = vm_open(true);

	for (unsigned int i = 0; i < COUNT_OF(steps); i++) {
		const struct memslots *before = vm->slots;

		test_context("%s", steps[i].what);
		EXPECT_EQ(memslot_set(vm, &steps[i].region), steps[i].result);
		if (steps[i].result)
			EXPECT_TRUE(vm->slots == before);
	}
	vm_close(vm);
}

TEST(memslot_set_limits_follow_the_processor)
{
	struct vm *vm = vm_open(true);

	sim_cpuid_set(0x80000008, SIM_ANY_SUBLEAF, 0x302e, 0, 0, 0);
	EXPECT_EQ(ept_frames_limit(), 1ull << (46 - 12));
	EXPECT_EQ(slot_set(vm, 0, 0, (1ull << 34) - 1, 1, HVA), 0);
	EXPECT_EQ(slot_set(vm, 1, 0, 1ull << 34, 1, HVA), -EINVAL);
	/* More than a walk of four levels can translate. */
	sim_cpuid_set(0x80000008, SIM_ANY_SUBLEAF, 0x3934, 0, 0, 0);
	EXPECT_EQ(ept_frames_limit(), 1ull << (48 - 12));
	vm_close(vm);
}

/* A guest with addresses enough; still a count of pages has 31 bits. */
TEST(memslot_set_limits_the_pages_of_a_slot)
{
	struct vm *vm = vm_open(true);

	sim_cpuid_set(0x80000008, SIM_ANY_SUBLEAF, 0x3030, 0, 0, 0);
	EXPECT_EQ(slot_set(vm, 0, 0, 0x100, 1ull << 31, HVA - (1ull << 43)), -EINVAL);
	EXPECT_EQ(slot_set(vm, 0, 0, 0x100, (1ull << 31) - 1, HVA - (1ull << 43)), 0);
	vm_close(vm);
}

TEST(memslot_set_waits_for_readers)
{
	struct vm *vm = vm_open(true);
	u64 waited = vm->srcu.synchronized;

	EXPECT_EQ(slot_set(vm, 0, 0, 0x10, 4, HVA), 0);
	EXPECT_EQ(slot_set(vm, 0, 0, 0x20, 4, HVA), 0);
	EXPECT_EQ(slot_set(vm, 0, 0, 0x20, 4, HVA), 0); /* no change: nothing to wait for */
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_EQ(vm->srcu.synchronized, waited + 3);
	EXPECT_EQ(vm->slots->used, 0);
	vm_close(vm);
}

TEST(memslot_set_without_memory_changes_nothing)
{
	struct vm *vm = vm_open(true);
	const struct memslots *before;
	const struct memslot *slot;

	EXPECT_EQ(slot_set(vm, 0, 0, 0x10, 4, HVA), 0);
	before = vm->slots;
	slot = slot_find(vm, 0x10);
	sim_fail_allocation_after(0);
	EXPECT_EQ(slot_set(vm, 1, 0, 0x20, 4, HVA), -ENOMEM);
	sim_fail_allocation_after(0);
	EXPECT_EQ(slot_set(vm, 0, 0, 0x30, 4, HVA), -ENOMEM);
	EXPECT_TRUE(vm->slots == before);
	EXPECT_TRUE(slot_find(vm, 0x10) == slot);
	/* To take one away needs none. */
	sim_fail_allocation_after(0);
	EXPECT_EQ(slot_set(vm, 0, 0, 0, 0, 0), 0);
	EXPECT_TRUE(!slot_find(vm, 0x10));
	sim_fail_allocation_never();
	vm_close(vm);
}

/* --- Changes of a slot whose writes are logged --- */

#define LOGGED_GFN 0x400ull
#define OTHER_GFN  0x800ull

static const struct {
	const char *what;
	u32 id, before, after; /* flags of slot 0 */
	u64 gfn, pages;	       /* of the change; 0 pages: deleted */
} log_changes[] = {
	{"begins", 0, 0, KVM_MEM_LOG_DIRTY_PAGES, LOGGED_GFN, 100},
	{"ends", 0, KVM_MEM_LOG_DIRTY_PAGES, 0, LOGGED_GFN, 100},
	{"moves", 0, KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_LOG_DIRTY_PAGES, OTHER_GFN, 100},
	{"moves and begins", 0, 0, KVM_MEM_LOG_DIRTY_PAGES, OTHER_GFN, 100},
	{"is deleted", 0, KVM_MEM_LOG_DIRTY_PAGES, 0, 0, 0},
	{"has another beside it", 1, KVM_MEM_LOG_DIRTY_PAGES, 0, OTHER_GFN, 100},
	{"has a logged one beside it", 1, KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_LOG_DIRTY_PAGES,
	 OTHER_GFN, 100},
};

/* What there is to see of the VM's memory; the log is read last, which empties it. */
struct as_it_is {
	const struct memslots *slots;
	u32 logged;
	u64 entry, tables;
	struct sim_memory memory;
};

static struct as_it_is look(struct vm *vm)
{
	return (struct as_it_is){
		.slots = vm->slots,
		.logged = vm->logged_slots,
		.entry = ept_entry(vm, LOGGED_GFN + 3),
		.tables = vm->ept.pages,
		.memory = sim_memory_now(),
	};
}

static void expect_as_it_was(struct vm *vm, const struct as_it_is *before)
{
	struct as_it_is now = look(vm);

	EXPECT_TRUE(now.slots == before->slots);
	EXPECT_EQ(now.logged, before->logged);
	EXPECT_EQ(now.entry, before->entry);
	EXPECT_EQ(now.tables, before->tables);
	EXPECT_EQ(now.memory.objects, before->memory.objects);
	EXPECT_EQ(now.memory.bytes, before->memory.bytes);
	EXPECT_EQ(now.memory.pages, before->memory.pages);
}

static void expect_logged_write(struct vm *vm, u64 bitmap)
{
	const struct kvm_dirty_log wanted = {.slot = 0, .padding2 = bitmap};
	const u64 *words = sim_user_pointer(bitmap);

	EXPECT_EQ(dirty_log_get(vm, &wanted), 0);
	EXPECT_EQ(words[0], BIT64(3));
	EXPECT_EQ(words[1], 0);
}

/* Each allocation fails once: -ENOMEM, and what was written before is not forgotten. */
static unsigned int fail_each(size_t i, u32 before)
{
	unsigned int n;

	for (n = 0;; n++) {
		struct vm *vm = vm_open(true);
		u64 hva = sim_user_map(512 * PAGE), bitmap = sim_user_map(PAGE);
		u64 hva_of_change = log_changes[i].id ? hva + 100 * PAGE : hva;
		struct as_it_is was;
		int error;
		bool failed;

		test_context("a slot %s, allocation %u", log_changes[i].what, n);
		EXPECT_EQ(slot_set(vm, 0, before, LOGGED_GFN, 100, hva), 0);
		EXPECT_EQ(fault_write(vm, LOGGED_GFN + 3, NULL), EPT_MAPPED);
		was = look(vm);
		sim_fail_allocation_after(n);
		error = slot_set(vm, log_changes[i].id, log_changes[i].after, log_changes[i].gfn,
				 log_changes[i].pages, hva_of_change);
		failed = sim_allocation_failed();
		sim_fail_allocation_never();
		EXPECT_EQ(error, failed ? -ENOMEM : 0);
		if (failed) {
			expect_as_it_was(vm, &was);
			if (before)
				expect_logged_write(vm, bitmap);
			EXPECT_EQ(slot_set(vm, log_changes[i].id, log_changes[i].after,
					   log_changes[i].gfn, log_changes[i].pages, hva_of_change),
				  0);
		}
		vm_close(vm);
		if (!failed)
			return n;
	}
}

TEST(memslot_of_a_log_without_memory_changes_nothing)
{
	for (size_t i = 0; i < COUNT_OF(log_changes); i++)
		EXPECT_EQ(fail_each(i, log_changes[i].before) > 0, log_changes[i].pages > 0);
}

#define MODEL_IDS    24
#define MODEL_FRAMES 96

/* The slots as one would write them down: by number, and who owns each frame. */
struct model {
	struct memslot slot[MODEL_IDS];
};

static int model_owner(const struct model *model, u64 gfn)
{
	for (int id = 0; id < MODEL_IDS; id++)
		if (gfn >= model->slot[id].gfn && gfn < model->slot[id].gfn + model->slot[id].pages)
			return id;
	return -1;
}

static bool model_free(const struct model *model, const struct memslot *wanted)
{
	for (u64 gfn = wanted->gfn; gfn < wanted->gfn + wanted->pages; gfn++) {
		int owner = model_owner(model, gfn);

		if (owner >= 0 && owner != (int)wanted->id)
			return false;
	}
	return true;
}

static int model_set(struct model *model, const struct memslot *wanted)
{
	struct memslot *slot = &model->slot[wanted->id];

	if (!wanted->pages) {
		if (!slot->pages)
			return -EINVAL;
		slot->pages = 0;
		return 0;
	}
	if (slot->pages && (slot->pages != wanted->pages || slot->hva != wanted->hva ||
			    slot->flags != wanted->flags))
		return -EINVAL;
	if (!model_free(model, wanted))
		return -EEXIST;
	*slot = *wanted;
	return 0;
}

/* In order, balanced, and each knows how far those below it reach.  gives: how many there are. */
static unsigned int expect_tree(const struct memslots *slots, enum slot_order order,
				const struct memslot *slot, unsigned int *height)
{
	unsigned int count = 1, below[2];
	u64 reach;

	*height = 0;
	if (!slot)
		return 0;
	reach = memslot_end(slot);
	for (unsigned int side = 0; side < 2; side++) {
		const struct memslot *child = slot->link[slots->copy][order].child[side];

		count += expect_tree(slots, order, child, &below[side]);
		if (child && child->link[slots->copy][order].reach > reach)
			reach = child->link[slots->copy][order].reach;
	}
	*height = 1 + (below[0] > below[1] ? below[0] : below[1]);
	EXPECT_TRUE(below[0] <= below[1] + 1 && below[1] <= below[0] + 1);
	EXPECT_EQ(slot->link[slots->copy][order].height, *height);
	EXPECT_EQ(slot->link[slots->copy][order].reach, reach);
	return count;
}

/* Both copies have the same slots. */
static void expect_trees(struct vm *vm)
{
	const struct memslots *copies = vm->slots - vm->slots->copy;
	unsigned int height;

	for (unsigned int copy = 0; copy < 2; copy++)
		for (enum slot_order order = 0; order < SLOT_ORDERS; order++)
			EXPECT_EQ(expect_tree(&copies[copy], order, copies[copy].root[order],
					      &height),
				  vm->slots->used);
}

static void compare_slots(struct vm *vm, const struct model *model)
{
	unsigned int used = 0;

	for (u64 gfn = 0; gfn < MODEL_FRAMES + 16; gfn++) {
		const struct memslot *slot = slot_find(vm, gfn);
		int owner = model_owner(model, gfn);

		REQUIRE_EQ(slot ? (int)slot->id : -1, owner);
		if (owner < 0)
			continue;
		EXPECT_EQ(slot->hva, model->slot[owner].hva);
		EXPECT_EQ(memslot_hva(slot, gfn),
			  slot->hva + (gfn - model->slot[owner].gfn) * PAGE);
	}
	for (int id = 0; id < MODEL_IDS; id++)
		used += !!model->slot[id].pages;
	EXPECT_EQ(vm->slots->used, used);
	expect_trees(vm);
	EXPECT_TRUE(!slot_find(vm, ~0ull >> LINTEL_PAGE_SHIFT));
}

#define MANY 4000

/* As many as a VM may have would be found by no more steps than twice the logarithm. */
TEST(memslots_are_found_in_few_steps)
{
	struct vm *vm = vm_open(true);
	unsigned int height;

	for (u32 i = 0; i < MANY; i++)
		REQUIRE_EQ(slot_set(vm, i, 0, 2 * (u64)i, 1, HVA + (u64)(MANY - i) * PAGE), 0);
	expect_trees(vm);
	for (enum slot_order order = 0; order < SLOT_ORDERS; order++) {
		expect_tree(vm->slots, order, vm->slots->root[order], &height);
		EXPECT_TRUE(height <= 17); /* 1.44 times the logarithm of 4000 */
	}
	for (u32 i = 0; i < MANY; i++) {
		EXPECT_EQ(slot_find(vm, 2 * (u64)i)->id, i);
		EXPECT_TRUE(!slot_find(vm, 2 * (u64)i + 1));
	}
	/* From the middle, the ends, and those between. */
	for (u32 i = 0; i < MANY; i++)
		REQUIRE_EQ(slot_set(vm, (i * 1777 + MANY / 2) % MANY, 0, 0, 0, 0), 0);
	EXPECT_EQ(vm->slots->used, 0);
	expect_trees(vm);
	vm_close(vm);
}

TEST(memslot_lookup_agrees_with_a_model)
{
	struct vm *vm = vm_open(true);
	struct random random = {0x5eed};
	static struct model model;
	unsigned int done[3] = {0, 0, 0};

	memset(&model, 0, sizeof(model));
	for (unsigned int i = 0; i < 20000; i++) {
		struct memslot wanted = {
			.id = (u32)random_below(&random, MODEL_IDS),
			.gfn = random_below(&random, MODEL_FRAMES),
			.pages = random_below(&random, 10),
			.hva = HVA,
		};
		int expected;

		/* Half of the time what makes a move, not a resize. */
		if (random_below(&random, 2) && model.slot[wanted.id].pages)
			wanted.pages = model.slot[wanted.id].pages;
		expected = model_set(&model, &wanted);
		test_context("step %u", i);
		REQUIRE_EQ(slot_set(vm, wanted.id, 0, wanted.gfn, wanted.pages, HVA), expected);
		done[expected == 0 ? 0 : expected == -EEXIST ? 1 : 2]++;
		if (i % 16 == 0)
			compare_slots(vm, &model);
	}
	/* Each answer must have come up often, or the steps are not worth much. */
	EXPECT_TRUE(done[0] > 1000 && done[1] > 1000 && done[2] > 1000);
	vm_close(vm);
}
