// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"
#include "facts/control.h"
#include "fixture/vm.h"

#define EPT_CAP_1G    BIT64(17)
#define EPT_CAP_FLAGS BIT64(21)

static struct fixture *fixture;

struct vm *vm_open(bool accessed_dirty)
{
	struct vmx_cap_msrs msrs = fixture_full();

	/* No page-modification log: mem/pml.c has the tests of it. */
	msrs.value[CAP_PROCBASED_CTLS2] &= ~((u64)CPU2_ENABLE_PML << 32);
	msrs.value[CAP_EPT_VPID_CAP] &= ~(EPT_CAP_1G | (accessed_dirty ? 0 : EPT_CAP_FLAGS));
	fixture = FIXTURE(.msrs = &msrs);
	return &fixture->vm;
}

void vm_close(struct vm *vm)
{
	EXPECT_EQ(vm->ept.pages, ept_count_tables(vm));
	fixture_destroy(fixture);
}

int slot_set(struct vm *vm, u32 id, u32 flags, u64 gfn, u64 pages, u64 hva)
{
	return fixture_set_slot(vm, id, flags, gfn * PAGE, pages * PAGE, hva);
}

const struct memslot *slot_find(struct vm *vm, u64 gfn)
{
	int ticket = host_srcu_read_lock(&vm->srcu);
	const struct memslot *slot = memslot_find(vm, gfn);

	host_srcu_read_unlock(&vm->srcu, ticket);
	return slot;
}

static enum ept_result fault(struct vm *vm, u64 gfn, struct ept_access access, int *error)
{
	int ignored, ticket = host_srcu_read_lock(&vm->srcu);
	enum ept_result result = ept_fault(vm, gfn * PAGE + 8, access, error ? error : &ignored);

	host_srcu_read_unlock(&vm->srcu, ticket);
	return result;
}

enum ept_result fault_read(struct vm *vm, u64 gfn, int *error)
{
	return fault(vm, gfn, (struct ept_access){.read = true}, error);
}

enum ept_result fault_write(struct vm *vm, u64 gfn, int *error)
{
	return fault(vm, gfn, (struct ept_access){.write = true}, error);
}

enum ept_result fault_fetch(struct vm *vm, u64 gfn, int *error)
{
	return fault(vm, gfn, (struct ept_access){.fetch = true}, error);
}

u64 ept_entry(struct vm *vm, u64 gfn)
{
	unsigned int level;

	return ept_lookup(&vm->ept, gfn, &level);
}

u64 ept_translation(struct vm *vm, u64 gfn)
{
	unsigned int level;
	u64 entry = ept_lookup(&vm->ept, gfn, &level);

	if (!entry || level == EPT_LEVEL_4K)
		return entry;
	return (entry & ~EPT_LARGE) + ((gfn & (ept_level_frames(level) - 1)) << 12);
}

struct count {
	struct ept_visitor visitor;
	u64 tables;
};

static bool count_enter(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered)
{
	struct count *count = (struct count *)visitor;

	if (!ept_entry_present(*entry)) {
		EXPECT_EQ(*entry, 0);
		return false;
	}
	if (ept_entry_leaf(*entry, level))
		return false;
	count->tables++;
	return true;
}

u64 ept_count_tables(struct vm *vm)
{
	struct count count = {.visitor = {count_enter, NULL}, .tables = 1};

	ept_visit(&vm->ept, 0, (u64)1 << EPT_FRAME_BITS, &count.visitor);
	return count.tables;
}

/* xorshift */
u64 random_below(struct random *random, u64 limit)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return random->state % limit;
}
