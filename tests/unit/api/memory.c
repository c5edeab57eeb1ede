// SPDX-License-Identifier: GPL-2.0
/* Slots and their logs by ioctl, with a guest that has written: nothing is lost where one fails. */
#include "guest_sees.h"
#include "snapshot.h"
#include "facts/exit_reason.h"

#define LOGGED 1 /* the slot: RAM_PAGES behind slot 0 */
#define GPA    (RAM_PAGES * PAGE)

static struct kvm_userspace_memory_region region(const struct program *program, u32 flags)
{
	return (struct kvm_userspace_memory_region){
		.slot = LOGGED,
		.flags = flags,
		.guest_phys_addr = GPA,
		.memory_size = RAM_PAGES * PAGE,
		.userspace_addr = program->ram,
	};
}

/* The ioctl with room for memory of other kinds, of which there are none. */
TEST(api_memory_region2)
{
	struct program *program = program_start(A_VM);
	struct kvm_userspace_memory_region2 second = {
		.slot = LOGGED,
		.guest_phys_addr = GPA,
		.memory_size = RAM_PAGES * PAGE,
		.userspace_addr = program->ram,
		.guest_memfd = 3,
	};

	second.flags = BIT32(2);
	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION2, &second, -EINVAL);
	second.flags = 0;
	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION2, &second, 0);
	second.slot++;
	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION2, &second, -EEXIST);
	second.slot--;
	second.memory_size = 0;
	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION2, &second, 0);
	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION2, &second, -EINVAL);
	program_end(program);
}

static struct program *start(u32 flags)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_userspace_memory_region logged = region(program, flags);

	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION, &logged, 0);
	return program;
}

/* The guest writes to a page of the slot, which an EPT violation maps. */
static void guest_writes(const struct program *program, u64 page)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .qualification = 2,
					   .guest_physical = GPA + page * PAGE});
	guest_enters(program);
}

static long log_get(const struct program *program, u32 slot, void *bitmap)
{
	struct kvm_dirty_log log = {.slot = slot, .dirty_bitmap = bitmap};

	return CALL(program->vm, KVM_GET_DIRTY_LOG, &log);
}

static long log_clear(const struct program *program, u64 first, u32 pages, void *bitmap)
{
	struct kvm_clear_dirty_log log = {
		.slot = LOGGED, .first_page = first, .num_pages = pages, .dirty_bitmap = bitmap};

	return CALL(program->vm, KVM_CLEAR_DIRTY_LOG, &log);
}

static void expect_log(const struct program *program, u64 bits)
{
	u64 *bitmap = sim_user_pointer(program->scratch);

	*bitmap = ~bits;
	EXPECT_EQ(log_get(program, LOGGED, bitmap), 0);
	EXPECT_EQ(*bitmap, bits);
}

TEST(api_dirty_log)
{
	struct program *program = start(KVM_MEM_LOG_DIRTY_PAGES);

	expect_log(program, 0);
	guest_writes(program, 3);
	guest_writes(program, 63);
	/* A copy that fails takes nothing from the log. */
	EXPECT_EQ(log_get(program, LOGGED, (void *)8), -EFAULT);
	expect_log(program, BIT64(3) | BIT64(63));
	expect_log(program, 0);
	guest_writes(program, 3);
	expect_log(program, BIT64(3));
	EXPECT_EQ(log_get(program, 0, NULL), -ENOENT);
	EXPECT_EQ(log_get(program, 7, NULL), -ENOENT);
	EXPECT_EQ(log_get(program, 32764, NULL), -EINVAL);
	EXPECT_EQ(log_get(program, BIT32(16), NULL), -EINVAL);
	program_end(program);
}

TEST(api_dirty_log_cleared_by_hand)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_userspace_memory_region logged = region(program, KVM_MEM_LOG_DIRTY_PAGES);
	struct kvm_enable_cap cap = {.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args[0] = 3};
	u64 *bits = sim_user_pointer(program->scratch + PAGE);

	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, 0);
	EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION, &logged, 0);
	expect_log(program, ~(u64)0);
	expect_log(program, ~(u64)0);
	*bits = ~BIT64(5);
	EXPECT_EQ(log_clear(program, 1, RAM_PAGES, bits), -EINVAL);
	EXPECT_EQ(log_clear(program, 0, RAM_PAGES - 1, bits), -EINVAL);
	EXPECT_EQ(log_clear(program, 64, 64, bits), -EINVAL);
	EXPECT_EQ(log_clear(program, 0, RAM_PAGES, (void *)8), -EFAULT);
	expect_log(program, ~(u64)0);
	EXPECT_EQ(log_clear(program, 0, RAM_PAGES, bits), 0);
	expect_log(program, BIT64(5));
	guest_writes(program, 9);
	expect_log(program, BIT64(5) | BIT64(9));
	EXPECT_EQ(log_clear(program, 0, RAM_PAGES, bits), 0);
	expect_log(program, BIT64(5));
	program_end(program);
}

/* --- Changes without memory -------------------------------------------------------- */

static const struct change {
	const char *name;
	u32 before, after; /* flags */
	u64 gpa, size;
	bool keeps_log;
} changes[] = {
	{"the log begins", 0, KVM_MEM_LOG_DIRTY_PAGES, GPA, RAM_PAGES *PAGE, false},
	{"the log ends", KVM_MEM_LOG_DIRTY_PAGES, 0, GPA, RAM_PAGES *PAGE, false},
	{"moved", KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_LOG_DIRTY_PAGES, 4 * GPA, RAM_PAGES *PAGE, true},
	{"moved, no log", 0, 0, 4 * GPA, RAM_PAGES *PAGE, false},
	{"deleted", KVM_MEM_LOG_DIRTY_PAGES, 0, GPA, 0, false},
};

/* gives: did the n-th allocation fail? */
static bool change_without_memory(const struct change *change, unsigned int n)
{
	struct program *program = start(change->before);
	struct kvm_userspace_memory_region changed = region(program, change->after);
	bool logged = change->before & KVM_MEM_LOG_DIRTY_PAGES, failed;
	long result;

	changed.guest_phys_addr = change->gpa;
	changed.memory_size = change->size;
	guest_writes(program, 3);
	sim_fail_allocation_after(n);
	result = CALL(program->vm, KVM_SET_USER_MEMORY_REGION, &changed);
	failed = sim_allocation_failed();
	sim_fail_allocation_never();
	EXPECT_EQ(result, failed ? -ENOMEM : 0);
	if (failed && logged) {
		/* The log goes on, with what it had. */
		guest_writes(program, 4);
		expect_log(program, BIT64(3) | BIT64(4));
	} else if (failed) {
		EXPECT_EQ(log_get(program, LOGGED, NULL), -ENOENT);
	} else if (change->keeps_log) {
		expect_log(program, BIT64(3));
	}
	if (failed)
		EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION, &changed, 0);
	guest_enters(program);
	program_end(program);
	return failed;
}

TEST(api_slot_changes_without_memory)
{
	for (unsigned int i = 0; i < COUNT_OF(changes); i++) {
		unsigned int n = 0;

		do
			test_context("%s, allocation %u", changes[i].name, n);
		while (change_without_memory(&changes[i], n++));
		/* The argument's copy, and the new slot unless one goes. */
		EXPECT_TRUE(n > 1 + !!changes[i].size);
	}
}

/* --- What is refused --------------------------------------------------------------- */

TEST(api_memory_region_refusals)
{
	static const struct {
		struct kvm_userspace_memory_region region;
		long result;
	} rows[] = {
		/* slot, flags, gpa, size, hva (added to that of memory) */
		{{2, 0, 8 * GPA, PAGE, 0}, 0},
		{{32763, 0, 9 * GPA, PAGE, 0}, 0},
		{{32764, 0, 10 * GPA, PAGE, 0}, -EINVAL},
		{{BIT32(16), 0, 10 * GPA, PAGE, 0}, -EINVAL},
		{{3, 4, 10 * GPA, PAGE, 0}, -EINVAL},
		{{3, BIT32(31), 10 * GPA, PAGE, 0}, -EINVAL},
		{{3, 0, 10 * GPA + 1, PAGE, 0}, -EINVAL},
		{{3, 0, 10 * GPA, PAGE + 1, 0}, -EINVAL},
		{{3, 0, 10 * GPA, PAGE, 1}, -EINVAL},
		{{3, 0, 10 * GPA, PAGE, BIT64(62)}, -EINVAL},
		{{3, 0, ~(u64)0 << 12, 2 * PAGE, 0}, -EINVAL},
		{{3, 0, BIT64(39), PAGE, 0}, -EINVAL}, /* beyond the processor's addresses */
		{{3, 0, 10 * GPA, 0, 0}, -EINVAL},     /* not there to be deleted */
		{{3, 0, GPA - PAGE, 2 * PAGE, 0}, -EEXIST},
		{{LOGGED, 0, GPA, RAM_PAGES * PAGE / 2, 0}, -EINVAL},
		{{LOGGED, 0, GPA, RAM_PAGES * PAGE, PAGE}, -EINVAL},
		{{LOGGED, KVM_MEM_READONLY, GPA, RAM_PAGES * PAGE, 0}, -EINVAL},
		{{LOGGED, 0, 0, RAM_PAGES * PAGE, 0}, -EEXIST},
		{{LOGGED, 0, GPA, RAM_PAGES * PAGE, 0}, 0}, /* as it is */
	};
	static struct snapshot before, after;
	struct program *program = start(0);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_userspace_memory_region wanted = rows[i].region;

		test_context("row %u", i);
		wanted.userspace_addr += program->ram;
		snapshot_take(&before, program);
		EXPECT_CALL(program->vm, KVM_SET_USER_MEMORY_REGION, &wanted, rows[i].result);
		snapshot_take(&after, program);
		if (rows[i].result)
			snapshot_expect_equal(&after, &before);
	}
	program_end(program);
}
