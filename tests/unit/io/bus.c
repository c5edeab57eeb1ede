// SPDX-License-Identifier: GPL-2.0
/* The buses: who is asked about an access, and devices that come and go. */
#include "io/fixture.h"

struct device {
	struct bus_device bus;
	bool refuses;
	unsigned int reads, writes;
	u64 address, value;
};

static bool device_read(struct bus_device *bus, struct vcpu *from, u64 address, unsigned int length,
			void *data)
{
	struct device *device = (struct device *)bus;

	EXPECT_TRUE(from == io->vcpu);
	device->reads++;
	device->address = address;
	if (!device->refuses)
		memcpy(data, &device->value, length);
	return !device->refuses;
}

static bool device_write(struct bus_device *bus, struct vcpu *from, u64 address,
			 unsigned int length, const void *data)
{
	struct device *device = (struct device *)bus;

	EXPECT_TRUE(from == io->vcpu);
	device->writes++;
	device->address = address;
	if (length)
		memcpy(&device->value, data, length);
	return !device->refuses;
}

static struct device device_at(u64 start, u64 length)
{
	return (struct device){.bus = {start, length, .read = device_read, .write = device_write}};
}

static bool write_at(u64 address, unsigned int length)
{
	return io_write(BUS_MMIO, address, length, 0x8877665544332211);
}

TEST(bus_empty)
{
	u64 value = 5;

	io_open();
	EXPECT_FALSE(io_read(BUS_PIO, 0, 1, &value));
	EXPECT_FALSE(write_at(0, 1));
	EXPECT_FALSE(io_has_device(BUS_PIO, 0));
	EXPECT_EQ(value, 5);
	fixture_destroy(io);
}

TEST(bus_access_lies_in_device)
{
	static const struct {
		u64 address;
		unsigned int length;
		bool taken;
	} table[] = {
		{0xfff, 1, false}, {0xfff, 2, false},  {0x1000, 1, true},
		{0x1000, 8, true}, {0x100c, 4, true},  {0x100d, 4, false},
		{0x100f, 1, true}, {0x1010, 1, false}, {0x1000, 0, false},
	};
	struct device device = device_at(0x1000, 0x10);

	io_open();
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &device.bus), 0);
	for (unsigned int i = 0; i < COUNT_OF(table); i++) {
		test_context("row %u", i);
		EXPECT_EQ(write_at(table[i].address, table[i].length), table[i].taken);
		EXPECT_FALSE(io_write(BUS_PIO, table[i].address, 0, 0));
	}
	test_context(" ");
	EXPECT_TRUE(io_has_device(BUS_MMIO, 0x100f));
	EXPECT_FALSE(io_has_device(BUS_MMIO, 0x1010));
	fixture_destroy(io);
}

/* A device at the end of the address space, and one that would reach beyond it. */
TEST(bus_end_of_addresses)
{
	struct device last = device_at(~0ULL, 1), beyond = device_at(~0ULL - 15, 0x100);

	io_open();
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &last.bus), 0);
	EXPECT_TRUE(write_at(~0ULL, 1));
	EXPECT_FALSE(write_at(~0ULL, 2));
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &beyond.bus), 0);
	EXPECT_TRUE(write_at(~0ULL - 7, 8));
	EXPECT_FALSE(write_at(~0ULL - 6, 8));
	EXPECT_EQ(beyond.writes, 1);
	fixture_destroy(io);
}

TEST(bus_length_zero_is_any)
{
	struct device any = device_at(0x1000, 0);

	io_open();
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &any.bus), 0);
	EXPECT_TRUE(io_write(BUS_MMIO, 0x1000, 0, 0));
	EXPECT_TRUE(write_at(0x1000, 1));
	EXPECT_TRUE(write_at(0x1000, 8));
	EXPECT_FALSE(write_at(0x1001, 1));
	EXPECT_FALSE(write_at(0xfff, 2));
	fixture_destroy(io);
}

/* Those that refuse are passed over, the narrow one comes before the wide one. */
TEST(bus_devices_share_addresses)
{
	struct device wide = device_at(0x1000, 0x1000), far = device_at(0x1100, 4);
	struct device first = device_at(0x1200, 4), second = device_at(0x1200, 4);
	struct device reader = device_at(0x1200, 4);
	u32 value = 0;

	io_open();
	reader.bus.write = NULL;
	second.bus.read = first.bus.read = NULL;
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &first.bus), 0);
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &reader.bus), 0);
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &second.bus), 0);
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &wide.bus), 0);
	EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &far.bus), 0);
	EXPECT_TRUE(write_at(0x1200, 4));
	EXPECT_EQ(first.writes, 1);
	first.refuses = true;
	EXPECT_TRUE(write_at(0x1200, 4));
	EXPECT_EQ(first.writes, 2);
	EXPECT_EQ(second.writes, 1);
	second.refuses = true;
	EXPECT_TRUE(write_at(0x1200, 4));
	EXPECT_EQ(wide.writes, 1);
	reader.value = 0xabcd;
	EXPECT_TRUE(io_read(BUS_MMIO, 0x1200, 4, &value));
	EXPECT_EQ(value, 0xabcd);
	EXPECT_EQ(wide.reads, 0);
	EXPECT_TRUE(write_at(0x1300, 4));
	EXPECT_EQ(wide.address, 0x1300);
	EXPECT_EQ(far.writes, 0);
	wide.refuses = true;
	EXPECT_FALSE(write_at(0x1200, 4));
	fixture_destroy(io);
}

#define MANY 100

/* Against a search of all: devices of any place and size come and go. */
TEST(bus_many_come_and_go)
{
	static struct device devices[MANY];
	bool there[MANY] = {false};
	u64 seed = 88172645463325252ull;

	io_open();
	for (unsigned int step = 0; step < 4000; step++) {
		unsigned int i, asked = 0, expected = 0;
		u64 address;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		i = seed % MANY;
		if (there[i]) {
			bus_remove(&io->vm, BUS_MMIO, &devices[i].bus);
		} else {
			devices[i] = device_at(seed >> 20 & 0xff, seed >> 40 & 0x1f);
			devices[i].refuses = true;
			EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &devices[i].bus), 0);
		}
		there[i] = !there[i];
		address = seed >> 50 & 0xff;
		for (i = 0; i < MANY; i++) {
			const struct bus_device *bus = &devices[i].bus;

			devices[i].writes = 0;
			if (there[i] &&
			    (bus->length ? address >= bus->start &&
						   address + 2 <= bus->start + bus->length
					 : bus->start == address))
				expected++;
		}
		EXPECT_FALSE(write_at(address, 2));
		for (i = 0; i < MANY; i++)
			asked += devices[i].writes;
		REQUIRE_EQ(asked, expected);
	}
	fixture_destroy(io);
}

/* Adding fails without memory and changes nothing; removing never fails. */
TEST(bus_without_memory)
{
	struct device devices[20];
	unsigned int failures = 0;

	io_open();
	for (unsigned int i = 0; i < COUNT_OF(devices); i++) {
		devices[i] = device_at(0x1000 + 16 * i, 4);
		for (unsigned int n = 0; n < 2; n++) {
			sim_fail_allocation_after(n);
			if (!bus_add(&io->vm, BUS_MMIO, &devices[i].bus))
				break;
			failures++;
			EXPECT_FALSE(write_at(0x1000 + 16 * i, 4));
		}
		sim_fail_allocation_never();
		if (!write_at(0x1000 + 16 * i, 4))
			EXPECT_EQ(bus_add(&io->vm, BUS_MMIO, &devices[i].bus), 0);
	}
	EXPECT_EQ(failures, 2 * 3); /* room for 8, 16, 32; a pair each */
	for (unsigned int i = 0; i < COUNT_OF(devices); i++) {
		u64 before = io->vm.srcu.synchronized;

		sim_fail_allocation_after(0);
		bus_remove(&io->vm, BUS_MMIO, &devices[i].bus);
		EXPECT_FALSE(sim_allocation_failed());
		EXPECT_EQ(io->vm.srcu.synchronized, before + 1);
		sim_fail_allocation_never();
		EXPECT_FALSE(write_at(0x1000 + 16 * i, 4));
	}
	fixture_destroy(io);
}
