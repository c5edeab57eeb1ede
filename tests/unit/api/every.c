// SPDX-License-Identifier: GPL-2.0
/* What is the same for every ioctl: its number, its argument, its file, no memory, a machine that
 * goes down. */
#include "rows.h"
#include "snapshot.h"

static u8 argument[ROW_ARGUMENT_MAX];

#define FOR_EACH_ROW(row) for (const struct api_row *row = api_rows; row->name; row++)

static bool has_row(enum ioctl_scope scope, u32 number)
{
	FOR_EACH_ROW(row)
	if (row->scope == scope && row->number == number)
		return true;
	return false;
}

TEST(api_every_ioctl_has_a_test)
{
	const struct ioctl_row *row;

	for (enum ioctl_scope scope = SCOPE_SYSTEM; scope <= SCOPE_VCPU; scope++)
		for (unsigned int slot = 0; (row = ioctl_next(scope, &slot));) {
			test_context("%s", row->name);
			EXPECT_TRUE(has_row(scope, row->number));
		}
}

/* The argument ends where the program's memory does: no byte more is read or written. */
TEST(api_every_ioctl_works)
{
	FOR_EACH_ROW(row)
	{
		struct program *program = row_start(row, argument);

		row_expect(row, row_call(row, program, argument));
		program_end(program);
	}
}

/* How much of the argument is needed in any case: of lists that are given, the header. */
static size_t size_needed(const struct api_row *row)
{
	u32 flags = ioctl_find(row->scope, row->number)->flags;
	bool filled = (flags & IOCTL_ENTRIES_OUT) && !(flags & IOCTL_ENTRIES_IN);

	if (row->number == KVM_SET_CPUID2 || filled)
		return _IOC_SIZE(row->number);
	return row_size(row);
}

/* Of an argument that is a byte too long for the program's memory nothing is used. */
TEST(api_every_argument_is_whole)
{
	static struct snapshot before, now;

	FOR_EACH_ROW(row)
	{
		struct program *program;
		size_t size = size_needed(row) - 1;

		if (!row_size(row))
			continue;
		program = row_start(row, argument);
		snapshot_take(&before, program);
		memcpy(sim_user_pointer(api_argument(size)), argument, size);
		EXPECT_EQ(sim_ioctl(row_file(row, program), row->number, api_argument(size)),
			  -EFAULT);
		snapshot_take(&now, program);
		snapshot_expect_equal(&now, &before);
		program_end(program);
	}
}

/* Where the n-th copy fails the ioctl does, and can be called again. */
TEST(api_every_copy_can_fail)
{
	FOR_EACH_ROW(row)
	for (unsigned int n = 0;; n++) {
		struct program *program = row_start(row, argument);
		long result;

		test_context("%s, copy %u", row->name, n);
		sim_fail_copy_after(n);
		result = row_call(row, program, argument);
		if (sim_copy_failed() && EXPECT_EQ(result, -EFAULT) && !row->makes_file)
			row_call(row, program, argument);
		else if (!sim_copy_failed())
			row_expect(row, result);
		program_end(program);
		if (!sim_copy_failed()) {
			EXPECT_TRUE(n || !row_size(row));
			break;
		}
	}
}

/* A program that cannot write its argument can set what it says, and is not given anything. */
TEST(api_every_result_needs_memory_that_can_be_written)
{
	FOR_EACH_ROW(row)
	{
		u32 entries = IOCTL_ENTRIES_OUT, flags = ioctl_find(row->scope, row->number)->flags;
		bool gives = (_IOC_DIR(row->number) & _IOC_READ) && !(flags & IOCTL_ARGUMENT_IN);
		struct program *program;
		u64 at;

		if (!row_size(row) || ((flags & IOCTL_ENTRIES_IN) && !(flags & entries)))
			continue;
		program = row_start(row, argument);
		at = api_argument(row_size(row));
		memcpy(sim_user_pointer(at), argument, row_size(row));
		sim_user_protect(at & ~(PAGE - 1), ((row_size(row) + PAGE - 1) & ~(PAGE - 1)),
				 false);
		EXPECT_EQ(sim_ioctl(row_file(row, program), row->number, at),
			  gives ? -EFAULT : row->result);
		program_end(program);
	}
}

/* --- Other numbers ----------------------------------------------------------------- */

static void expect_unknown(const struct api_row *row, const struct program *program, u32 number)
{
	if (ioctl_find(row->scope, number))
		return;
	EXPECT_EQ(sim_ioctl(row_file(row, program), number, api_argument(row_size(row))),
		  row->scope == SCOPE_VM ? -ENOTTY : -EINVAL);
}

TEST(api_every_number_is_whole)
{
	FOR_EACH_ROW(row)
	{
		struct program *program = row_start(row, argument);
		u32 nr = _IOC_NR(row->number), size = _IOC_SIZE(row->number);

		for (u32 direction = 0; direction < 4; direction++)
			expect_unknown(row, program, _IOC(direction, KVMIO, nr, size));
		expect_unknown(row, program, _IOC(_IOC_DIR(row->number), KVMIO, nr, size + 8));
		expect_unknown(row, program, _IOC(_IOC_DIR(row->number), KVMIO + 1, nr, size));
		program_end(program);
	}
}

TEST(api_every_argument_that_must_be_0)
{
	FOR_EACH_ROW(row)
	{
		struct program *program;

		if (!(ioctl_find(row->scope, row->number)->flags & IOCTL_NO_ARGUMENT))
			continue;
		program = row_start(row, argument);
		EXPECT_EQ(sim_ioctl(row_file(row, program), row->number, 1), -EINVAL);
		program_end(program);
	}
}

/* --- Other processes, a machine that goes down ------------------------------------- */

TEST(api_every_file_is_of_its_process)
{
	FOR_EACH_ROW(row)
	{
		struct program *program = row_start(row, argument);
		long result;

		sim_other_process(true);
		result = row_call(row, program, argument);
		if (row->scope == SCOPE_SYSTEM)
			row_expect(row, result);
		else
			EXPECT_EQ(result, -EIO);
		program_end(program);
	}
}

/* What is not in the VMCS can still be had. */
static long result_at_shutdown(const struct api_row *row)
{
	if (row->runs)
		return -EINTR;
	if (row->number == KVM_CREATE_VM)
		return -ESHUTDOWN;
	return ioctl_find(row->scope, row->number)->flags & IOCTL_LOADED ? -ESHUTDOWN : row->result;
}

TEST(api_every_ioctl_ends_while_the_machine_goes_down)
{
	FOR_EACH_ROW(row)
	for (unsigned int ended = 0; ended < 2; ended++) {
		struct program *program = row_start(row, argument);
		test_context("%s, VMX operation has ended: %u", row->name, ended);
		if (ended)
			sim_vmx_end();
		else
			sim_stop_guests();
		if (row->number == KVM_GET_STATS_FD)
			row_expect(row, row_call(row, program, argument));
		else if (row->number != KVM_CREATE_VCPU)
			EXPECT_EQ(row_call(row, program, argument), result_at_shutdown(row));
		program_end(program);
	}
}

/* --- No memory --------------------------------------------------------------------- */

static void expect_same_memory(const struct api_row *row, const struct sim_memory *before)
{
	struct sim_memory now = sim_memory_now();

	/* A bus keeps what it has made for its first device, for the next one. */
	if (row->number == KVM_CREATE_IRQCHIP)
		return;
	EXPECT_EQ(now.objects, before->objects);
	EXPECT_EQ(now.bytes, before->bytes);
	EXPECT_EQ(now.pages, before->pages);
}

/* gives: did the n-th allocation fail? */
static bool without_memory(const struct api_row *row, unsigned int n)
{
	static struct snapshot before, now;
	struct program *program = row_start(row, argument);
	struct sim_memory memory;
	bool failed;
	long result;

	test_context("%s, allocation %u", row->name, n);
	snapshot_take(&before, program);
	memory = sim_memory_now();
	sim_fail_allocation_after(n);
	result = row_call(row, program, argument);
	failed = sim_allocation_failed();
	sim_fail_allocation_never();
	if (failed) {
		EXPECT_EQ(result, -ENOMEM);
		expect_same_memory(row, &memory);
		snapshot_take(&now, program);
		snapshot_expect_equal(&now, &before);
		result = row_call(row, program, argument);
	}
	row_expect(row, result);
	program_end(program);
	return failed;
}

TEST(api_every_ioctl_without_memory)
{
	FOR_EACH_ROW(row)
	for (unsigned int n = 0; without_memory(row, n); n++)
		;
}
