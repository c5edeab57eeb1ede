// SPDX-License-Identifier: GPL-2.0
/* Coalesced writes: the ring, the zones, and a user space that scribbles. */
#include "io/coalesced.h"
#include "io/fixture.h"

#define AT   0xfd000000ull
#define ROOM 170 /* entries of 24 bytes in a page, behind the two indices */

static int zone(bool add, u64 address, u32 size, u32 pio)
{
	const struct kvm_coalesced_mmio_zone wanted = {.addr = address, .size = size, .pio = pio};

	return add ? coalesced_zone_add(&io->vm, &wanted)
		   : coalesced_zones_remove(&io->vm, &wanted);
}

TEST(coalesced_ring_fills)
{
	struct kvm_coalesced_mmio_ring *ring;
	unsigned int i;

	io_open();
	ring = io->vm.coalesced.ring;
	EXPECT_EQ(zone(true, AT, 0x100, 0), 0);
	for (i = 0; i < ROOM - 1; i++)
		EXPECT_TRUE(io_write(BUS_MMIO, AT + i % 0x100, 1, i));
	EXPECT_FALSE(io_write(BUS_MMIO, AT, 1, i));
	EXPECT_EQ(ring->first, 0);
	EXPECT_EQ(ring->last, ROOM - 1);
	for (i = 0; i < ROOM - 1; i++) {
		EXPECT_EQ(ring->coalesced_mmio[i].phys_addr, AT + i % 0x100);
		EXPECT_EQ(ring->coalesced_mmio[i].len, 1);
		EXPECT_EQ(ring->coalesced_mmio[i].pio, 0);
		EXPECT_EQ(ring->coalesced_mmio[i].data[0], (u8)i);
	}
	ring->first = 2;
	EXPECT_TRUE(io_write(BUS_MMIO, AT + 4, 4, 0x11223344));
	EXPECT_EQ(ring->last, 0);
	EXPECT_TRUE(io_write(BUS_MMIO, AT + 8, 8, 0x1122334455667788));
	EXPECT_EQ(ring->last, 1);
	EXPECT_FALSE(io_write(BUS_MMIO, AT, 1, 0));
	EXPECT_EQ(ring->coalesced_mmio[0].len, 8);
	EXPECT_EQ(memcmp(ring->coalesced_mmio[0].data, "\x88\x77\x66\x55\x44\x33\x22\x11", 8), 0);
	fixture_destroy(io);
}

/* Whatever the indices are, nothing outside of the ring is touched. */
TEST(coalesced_hostile_ring)
{
	static const u32 nonsense[] = {ROOM, ROOM + 1, 0x7fffffff, 0x80000000, ~0u - 1, ~0u};
	struct kvm_coalesced_mmio_ring *ring;

	io_open();
	ring = io->vm.coalesced.ring;
	EXPECT_EQ(zone(true, AT, 0x100, 0), 0);
	for (unsigned int i = 0; i < COUNT_OF(nonsense); i++) {
		ring->first = 0, ring->last = nonsense[i];
		EXPECT_FALSE(io_write(BUS_MMIO, AT, 8, ~0ull));
		EXPECT_EQ(ring->last, nonsense[i]);
		ring->first = nonsense[i], ring->last = ROOM - 1;
		EXPECT_TRUE(io_write(BUS_MMIO, AT, 8, ~0ull));
		EXPECT_EQ(ring->last, 0);
	}
	fixture_destroy(io);
}

TEST(coalesced_zones)
{
	io_open();
	EXPECT_EQ(zone(true, AT, 0x100, 2), -EINVAL);
	EXPECT_EQ(zone(false, AT, 0x100, 2), -EINVAL);
	EXPECT_EQ(zone(true, AT, 0, 0), 0);
	EXPECT_FALSE(io_write(BUS_MMIO, AT, 1, 0));
	EXPECT_EQ(zone(true, AT, 0x100, 0), 0);
	EXPECT_EQ(zone(true, 0x70, 2, 1), 0);
	EXPECT_TRUE(io_write(BUS_PIO, 0x71, 1, 5));
	EXPECT_EQ(io->vm.coalesced.ring->coalesced_mmio[0].pio, 1);
	EXPECT_EQ(io->vm.coalesced.ring->coalesced_mmio[0].phys_addr, 0x71);
	EXPECT_FALSE(io_write(BUS_PIO, 0x71, 2, 5));
	EXPECT_FALSE(io_write(BUS_MMIO, AT + 0xff, 2, 0));
	EXPECT_FALSE(io_write(BUS_MMIO, AT - 1, 2, 0));

	/* not a part of it, another kind: nothing goes */
	EXPECT_EQ(zone(false, AT, 0x101, 0), 0);
	EXPECT_EQ(zone(false, AT - 1, 2, 0), 0);
	EXPECT_EQ(zone(false, AT, 0x100, 1), 0);
	EXPECT_EQ(zone(false, ~0ull, 0xffffffff, 0), 0);
	EXPECT_TRUE(io_write(BUS_MMIO, AT, 1, 0));
	EXPECT_TRUE(io_write(BUS_PIO, 0x70, 1, 5));
	/* a part will do, and takes all that have it */
	EXPECT_EQ(zone(true, AT + 0x10, 0x10, 0), 0);
	EXPECT_EQ(zone(false, AT + 0x18, 4, 0), 0);
	EXPECT_FALSE(io_write(BUS_MMIO, AT, 1, 0));
	EXPECT_FALSE(io_write(BUS_MMIO, AT + 0x18, 1, 0));
	EXPECT_EQ(zone(false, 0x70, 2, 1), 0);
	EXPECT_FALSE(io_write(BUS_PIO, 0x70, 1, 5));
	fixture_destroy(io);
}

TEST(coalesced_a_thousand_zones)
{
	io_open();
	for (unsigned int i = 0; i < 1000; i++)
		EXPECT_EQ(zone(true, AT + 0x10 * i, 4, 0), 0);
	EXPECT_EQ(zone(true, 0, 4, 0), -ENOSPC);
	EXPECT_EQ(zone(false, AT, 4, 0), 0);
	EXPECT_EQ(zone(true, 0, 4, 0), 0);
	fixture_destroy(io);
}
