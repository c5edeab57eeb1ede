// SPDX-License-Identifier: GPL-2.0
/* Reading and writing guest memory: across pages and slots, and where there is none. */
#include "fixture.h"

/* Frames 0x10-0x11 and 0x12-0x13 in two slots, far apart in the process; 0x20 is read-only. */
static int ticket;

/* The slots are read-locked. */
static struct vm *open_two_slots(u64 hva[3])
{
	struct vm *vm = vm_open(true);

	for (int i = 0; i < 3; i++)
		hva[i] = sim_user_map(2 * PAGE);
	EXPECT_EQ(slot_set(vm, 0, 0, 0x10, 2, hva[0]), 0);
	EXPECT_EQ(slot_set(vm, 1, 0, 0x12, 2, hva[1]), 0);
	EXPECT_EQ(slot_set(vm, 2, KVM_MEM_READONLY, 0x20, 2, hva[2]), 0);
	ticket = host_srcu_read_lock(&vm->srcu);
	return vm;
}

static void close_slots(struct vm *vm)
{
	host_srcu_read_unlock(&vm->srcu, ticket);
	vm_close(vm);
}

TEST(guest_memory_crosses_pages_and_slots)
{
	u8 sent[3 * 4096], got[3 * 4096];
	u64 hva[3];
	struct vm *vm = open_two_slots(hva);

	for (unsigned int i = 0; i < sizeof(sent); i++)
		sent[i] = (u8)(i * 7 + i / 256);
	EXPECT_EQ(guest_write(vm, 0x10800, sent, sizeof(sent)), 0);
	EXPECT_TRUE(!memcmp(sim_user_pointer(hva[0] + 0x800), sent, 0x1800));
	EXPECT_TRUE(!memcmp(sim_user_pointer(hva[1]), sent + 0x1800, 0x1800));
	EXPECT_EQ(guest_read(vm, 0x10800, got, sizeof(got)), 0);
	EXPECT_TRUE(!memcmp(got, sent, sizeof(sent)));
	EXPECT_EQ(guest_read(vm, 0x10fff, got, 2), 0);
	EXPECT_TRUE(!memcmp(got, sent + 0x7ff, 2));
	EXPECT_EQ(guest_read(vm, 0x99999000, got, 0), 0);
	close_slots(vm);
}

TEST(guest_memory_refuses_what_is_no_memory)
{
	u64 hva[3], value = 0;
	struct vm *vm = open_two_slots(hva);

	EXPECT_EQ(guest_read(vm, 0xf000, &value, 8), -EFAULT);
	EXPECT_EQ(guest_read(vm, 0xfffc, &value, 8), -EFAULT);
	EXPECT_EQ(guest_read(vm, ~0ull - 3, &value, 8), -EFAULT);
	EXPECT_EQ(guest_read(vm, 0x20000, &value, 8), 0);
	EXPECT_EQ(guest_write(vm, 0x20000, &value, 8), -EFAULT);
	sim_user_protect(hva[0], PAGE, false);
	EXPECT_EQ(guest_write(vm, 0x10000, &value, 8), -EFAULT);
	EXPECT_EQ(guest_read(vm, 0x10000, &value, 8), 0);
	sim_user_unmap(hva[0], PAGE);
	EXPECT_EQ(guest_read(vm, 0x10000, &value, 8), -EFAULT);
	close_slots(vm);
}

TEST(guest_memory_writes_nothing_past_the_slots)
{
	u64 hva[3];
	u8 ones[16];
	struct vm *vm = open_two_slots(hva);
	u8 *last;

	memset(ones, 0xff, sizeof(ones));
	last = sim_user_pointer(hva[1] + 2 * PAGE - 8);
	EXPECT_EQ(guest_write(vm, 0x13ff8, ones, 16), -EFAULT);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(last[i], 0);
	close_slots(vm);
}
