// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"
#include "cap/cap.h"
#include "life/life.h"

static struct vm the_vm;

static void notify_begin(void *argument, u64 start, u64 end)
{
	ept_invalidate_begin(argument, start, end, false);
}

static void notify_end(void *argument, u64 start, u64 end)
{
	ept_invalidate_end(argument, start, end);
}

struct vm *vm_open(bool accessed_dirty)
{
	sim_reset();
	memset(&the_vm, 0, sizeof(the_vm));
	vmx_capability.ept.accessed_dirty = accessed_dirty;
	vmx_capability.ept.page_2m = true;
	vmx_capability.ept.page_1g = false;
	EXPECT_EQ(vm_init(&the_vm), 0);
	sim_user_set_notifier(notify_begin, notify_end, &the_vm);
	return &the_vm;
}

void vm_close(struct vm *vm)
{
	EXPECT_EQ(vm->ept.pages, ept_count_tables(vm));
	sim_user_set_notifier(NULL, NULL, NULL);
	vm_destroy(vm);
	EXPECT_EQ(sim_leaks(), 0);
}

int slot_set(struct vm *vm, u32 id, u32 flags, u64 gfn, u64 pages, u64 hva)
{
	struct kvm_userspace_memory_region region = {
		.slot = id,
		.flags = flags,
		.guest_phys_addr = gfn * PAGE,
		.memory_size = pages * PAGE,
		.userspace_addr = hva,
	};

	return memslot_set(vm, &region);
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

	(void)covered;
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
