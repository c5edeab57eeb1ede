// SPDX-License-Identifier: GPL-2.0
/* KVM_IOEVENTFD: which writes signal, what is refused, what is left behind. */
#include "io/fixture.h"
#include "io/ioeventfd.h"

#define AT	  0x1000ull
#define DATAMATCH KVM_IOEVENTFD_FLAG_DATAMATCH
#define PIO	  KVM_IOEVENTFD_FLAG_PIO
#define DEASSIGN  KVM_IOEVENTFD_FLAG_DEASSIGN

static int set(int fd, u64 address, u32 length, u32 flags, u64 data)
{
	const struct kvm_ioeventfd wanted = {
		.fd = fd, .addr = address, .len = length, .flags = flags, .datamatch = data};

	return ioeventfd_set(&io->vm, &wanted);
}

struct ioeventfd_row {
	u32 length, flags;
	u64 data;
	unsigned int write_length;
	u64 written;
	bool signals;
};

TEST(ioeventfd_signals)
{
	static const struct ioeventfd_row table[] = {
		{4, 0, 0, 4, 0x12345678, true},
		{4, 0, 0, 2, 0x5678, false},
		{4, 0, 0, 8, 0x5678, false},
		{2, 0, 7, 2, 0x5678, true}, /* data without the flag means nothing */
		{0, 0, 0, 1, 1, true},
		{0, 0, 0, 8, ~0ull, true},
		{1, DATAMATCH, 5, 1, 5, true},
		{1, DATAMATCH, 5, 1, 6, false},
		{1, DATAMATCH, 5, 1, 0x105, true},
		{1, DATAMATCH, 0x105, 1, 5, false},
		{8, DATAMATCH, 1ull << 40, 8, 1ull << 40, true},
		{8, DATAMATCH, 1ull << 40, 8, 0, false},
		{4, DATAMATCH, 0xffffffff, 4, ~0ull, true},
	};

	for (unsigned int i = 0; i < 2 * COUNT_OF(table); i++) {
		const struct ioeventfd_row *row = &table[i / 2];
		enum bus_kind kind = i & 1 ? BUS_MMIO : BUS_PIO;
		int fd;

		test_context("row %u, kind %u", i / 2, kind);
		io_open();
		fd = sim_event_open();
		EXPECT_EQ(set(fd, AT, row->length, row->flags | (i & 1 ? 0 : PIO), row->data), 0);
		EXPECT_EQ(io_write(kind, AT, row->write_length, row->written), row->signals);
		EXPECT_EQ(sim_event_read(fd), row->signals);
		EXPECT_FALSE(io_write(!kind, AT, row->write_length, row->written));
		EXPECT_FALSE(io_write(kind, AT + 1, 1, row->written));
		EXPECT_EQ(sim_event_read(fd), 0);
		EXPECT_EQ(set(fd, AT, row->length, DEASSIGN | row->flags | (i & 1 ? 0 : PIO),
			      row->data),
			  0);
		EXPECT_FALSE(io_write(kind, AT, row->write_length, row->written));
		EXPECT_EQ(sim_event_references(), 0);
		fixture_destroy(io);
	}
}

TEST(ioeventfd_refused)
{
	int fd;

	io_open();
	fd = sim_event_open();
	EXPECT_EQ(set(fd, AT, 3, 0, 0), -EINVAL);
	EXPECT_EQ(set(fd, AT, 16, 0, 0), -EINVAL);
	EXPECT_EQ(set(fd, ~0ull - 3, 8, 0, 0), -EINVAL);
	EXPECT_EQ(set(fd, AT, 4, 8, 0), -EINVAL);
	EXPECT_EQ(set(fd, AT, 0, DATAMATCH, 0), -EINVAL);
	EXPECT_EQ(set(-1, AT, 4, 0, 0), -EBADF);
	EXPECT_EQ(set(fd + 1, AT, 4, 0, 0), -EBADF);
	EXPECT_EQ(set(0, AT, 4, 0, 0), -EINVAL);
	EXPECT_EQ(set(fd, AT, 4, DEASSIGN, 0), -ENOENT);
	EXPECT_EQ(sim_event_references(), 0);
	fixture_destroy(io);
}

/* Two must not wait for the same write; what goes must be named as it came. */
TEST(ioeventfd_clashes)
{
	static const struct {
		u64 address;
		u32 length, flags;
		u64 data;
		int result;
	} table[] = {
		{AT, 4, DATAMATCH, 5, -EEXIST}, {AT, 4, 0, 0, -EEXIST}, {AT, 0, 0, 0, -EEXIST},
		{AT, 4, DATAMATCH, 6, 0},	{AT, 2, 0, 0, 0},	{AT, 4, PIO, 0, 0},
		{AT + 1, 4, 0, 0, 0},		{AT - 2, 4, 0, 0, 0},	{AT, 8, DATAMATCH, 5, 0},
	};
	int fd, other;

	for (unsigned int i = 0; i < COUNT_OF(table); i++) {
		test_context("row %u", i);
		io_open();
		fd = sim_event_open(), other = sim_event_open();
		EXPECT_EQ(set(fd, AT, 4, DATAMATCH, 5), 0);
		EXPECT_EQ(set(other, table[i].address, table[i].length, table[i].flags,
			      table[i].data),
			  table[i].result);
		EXPECT_EQ(set(other, AT, 4, DEASSIGN | DATAMATCH, 5), -ENOENT);
		EXPECT_EQ(set(fd, AT, 4, DEASSIGN | DATAMATCH, 6), -ENOENT);
		EXPECT_EQ(set(fd, AT, 4, DEASSIGN, 5), -ENOENT);
		EXPECT_EQ(set(fd, AT, 2, DEASSIGN | DATAMATCH, 5), -ENOENT);
		EXPECT_EQ(set(fd, AT, 4, DEASSIGN | DATAMATCH | PIO, 5), -ENOENT);
		EXPECT_TRUE(io_write(BUS_MMIO, AT, 4, 5));
		EXPECT_EQ(sim_event_read(fd), 1);
		EXPECT_EQ(sim_event_read(other), 0);
		/* any descriptor of the event will do */
		EXPECT_EQ(set(sim_event_duplicate(fd), AT, 4, DEASSIGN | DATAMATCH, 5), 0);
		EXPECT_EQ(set(fd, AT, 4, DEASSIGN | DATAMATCH, 5), -ENOENT);
		/* what the row added goes with the VM */
		fixture_destroy(io);
	}
}

/* Doorbells at one address, told apart by the data. */
TEST(ioeventfd_many_at_one_address)
{
	int fd[32];

	io_open();
	for (unsigned int i = 0; i < COUNT_OF(fd); i++) {
		fd[i] = sim_event_open();
		EXPECT_EQ(set(fd[i], AT, 2, DATAMATCH, i), 0);
	}
	for (unsigned int i = 0; i < COUNT_OF(fd); i++) {
		EXPECT_TRUE(io_write(BUS_MMIO, AT, 2, i));
		EXPECT_EQ(sim_event_read(fd[i]), 1);
	}
	EXPECT_FALSE(io_write(BUS_MMIO, AT, 2, COUNT_OF(fd)));
	fixture_destroy(io);
}

TEST(ioeventfd_without_memory)
{
	int fd, result = -ENOMEM;
	unsigned int failures;

	io_open();
	fd = sim_event_open();
	for (failures = 0; failures < 10; failures++) {
		sim_fail_allocation_after(failures);
		result = set(fd, AT, 4, 0, 0);
		if (!sim_allocation_failed())
			break;
		EXPECT_EQ(result, -ENOMEM);
		EXPECT_EQ(sim_event_references(), 0);
		EXPECT_FALSE(io_write(BUS_MMIO, AT, 4, 0));
	}
	EXPECT_EQ(failures, 3);
	EXPECT_EQ(result, 0);
	sim_fail_allocation_never();
	fixture_destroy(io);
}
