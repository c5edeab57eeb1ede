// SPDX-License-Identifier: GPL-2.0
/*
 * A disk as its driver sees it: registers, requests, and what a hostile driver may try.  There is
 * no hypervisor: notifications come by the register, and interrupts go nowhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"
#include "tool/virtio_block.h"
#include "tool/virtio_mmio.h"

#define RAM	0x10000u
#define SIZE	8u
#define DESC	0x1000u
#define DRIVER	0x2000u
#define DEVICE	0x3000u
#define HEADER	0x4000u
#define STATUS	0x4100u
#define DATA	0x5000u
#define SECTORS 16u
#define BASE	0xd0000000u

#define NEXT  1
#define WRITE 2

#define READY (1 | 2 | 4 | 8) /* the four steps of the status register */

struct descriptor {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

static struct vm vm;
static char path[] = "/tmp/lintel-unit-disk.XXXXXX";

static void reg_write(uint32_t reg, uint32_t value)
{
	bus_access(&vm.mmio, BASE + reg, &value, sizeof(value), true);
}

static uint32_t reg_read(uint32_t reg)
{
	uint32_t value;

	bus_access(&vm.mmio, BASE + reg, &value, sizeof(value), false);
	return value;
}

static void disk_init(const char *suffix)
{
	char option[64];
	int fd = mkstemp(path);

	vm.mem = (struct memory){.below_hole = RAM, .host = calloc(1, RAM)};
	vm.kvm.fd = vm.kvm.vm = -1;
	REQUIRE_TRUE(fd >= 0 && !ftruncate(fd, SECTORS * 512));
	close(fd);
	snprintf(option, sizeof(option), "%s%s", path, suffix);
	REQUIRE_EQ(virtio_block_add(&vm, option), 0);
}

static void disk_start(void)
{
	reg_write(0x70, 0);
	reg_write(0x70, 1 | 2);
	reg_write(0x24, 1);
	reg_write(0x20, 1); /* VIRTIO_F_VERSION_1 */
	reg_write(0x70, 1 | 2 | 8);
	reg_write(0x30, 0);
	reg_write(0x38, SIZE);
	reg_write(0x80, DESC);
	reg_write(0x90, DRIVER);
	reg_write(0xa0, DEVICE);
	reg_write(0x44, 1);
	reg_write(0x70, READY);
	EXPECT_EQ(reg_read(0x70), READY);
}

static void disk_end(void)
{
	virtio_remove_all(&vm);
	unlink(path);
	free(vm.mem.host);
}

/* Waits until the device has given @n chains back, or, with @n = 0, broken down. */
static bool wait_for(uint16_t n)
{
	volatile uint16_t *device = (uint16_t *)(vm.mem.host + DEVICE);
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		if (n ? device[1] == n : (reg_read(0x70) & 64) != 0)
			return true;
		usleep(1000);
	}
	return false;
}

/* Sends one request and returns its status byte. */
static int request(uint32_t type, uint64_t sector, uint32_t size, bool write)
{
	struct descriptor *desc = (struct descriptor *)(vm.mem.host + DESC);
	uint16_t *driver = (uint16_t *)(vm.mem.host + DRIVER);

	memcpy(vm.mem.host + HEADER, &type, sizeof(type));
	memcpy(vm.mem.host + HEADER + 8, &sector, sizeof(sector));
	vm.mem.host[STATUS] = 0xee;
	desc[0] = (struct descriptor){HEADER, 16, NEXT, 1};
	desc[1] = (struct descriptor){DATA, size, NEXT | (write ? WRITE : 0), 2};
	desc[2] = (struct descriptor){STATUS, 1, WRITE, 0};
	driver[2 + driver[1] % SIZE] = 0;
	driver[1]++;
	reg_write(0x50, 0);
	if (!wait_for(driver[1]))
		return -1;
	return vm.mem.host[STATUS];
}

TEST(virtio_block_shows_its_registers)
{
	disk_init("");
	EXPECT_EQ(reg_read(0x00), 0x74726976);
	EXPECT_EQ(reg_read(0x04), 2);
	EXPECT_EQ(reg_read(0x08), 2);
	EXPECT_EQ(reg_read(0x34), VIRTQUEUE_SIZE_MAX);
	EXPECT_EQ(reg_read(0x100), SECTORS);
	EXPECT_EQ(reg_read(0x104), 0);
	reg_write(0x14, 1);
	EXPECT_EQ(reg_read(0x10), 1);
	reg_write(0x14, 2);
	EXPECT_EQ(reg_read(0x10), 0);
	reg_write(0x30, 1); /* there is no queue 1 */
	EXPECT_EQ(reg_read(0x34), 0);
	reg_write(0x44, 1);
	EXPECT_EQ(reg_read(0x44), 0);
	disk_end();
}

TEST(virtio_block_refuses_features_it_did_not_offer)
{
	disk_init("");
	reg_write(0x70, 1 | 2);
	reg_write(0x24, 0);
	reg_write(0x20, 1u << 31);
	reg_write(0x24, 1);
	reg_write(0x20, 1);
	reg_write(0x70, 1 | 2 | 8);
	EXPECT_EQ(reg_read(0x70), 1 | 2);
	disk_end();
}

TEST(virtio_block_writes_and_reads_back)
{
	disk_init("");
	disk_start();
	memset(vm.mem.host + DATA, 0x5a, 1024);
	EXPECT_EQ(request(1, SECTORS - 2, 1024, false), 0);
	EXPECT_EQ(reg_read(0x60), 1);
	reg_write(0x64, 1);
	EXPECT_EQ(reg_read(0x60), 0);
	memset(vm.mem.host + DATA, 0, 1024);
	EXPECT_EQ(request(4, 0, 0, false), 0);
	EXPECT_EQ(request(0, SECTORS - 1, 512, true), 0);
	EXPECT_EQ(vm.mem.host[DATA], 0x5a);
	EXPECT_EQ(vm.mem.host[DATA + 511], 0x5a);
	EXPECT_EQ(vm.mem.host[DATA + 512], 0);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	EXPECT_EQ(vm.mem.host[DATA], 0);
	EXPECT_EQ(request(8, 0, 20, true), 0);
	EXPECT_CONTAINS((char *)vm.mem.host + DATA, "lintel-");
	disk_end();
}

TEST(virtio_block_refuses_what_is_outside_of_the_disk)
{
	disk_init("");
	disk_start();
	EXPECT_EQ(request(0, SECTORS, 512, true), 1);
	EXPECT_EQ(request(0, SECTORS - 1, 1024, true), 1);
	EXPECT_EQ(request(0, ~0ull, 512, true), 1);
	EXPECT_EQ(request(0, ~0ull / 512, 512, true), 1);
	EXPECT_EQ(request(1, SECTORS - 1, 1024, false), 1);
	EXPECT_EQ(request(0, 0, 511, true), 1);
	EXPECT_EQ(request(99, 0, 512, true), 2);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}

TEST(virtio_block_read_only_is_not_written)
{
	disk_init(",ro");
	EXPECT_TRUE(reg_read(0x10) & 1u << 5);
	disk_start();
	EXPECT_EQ(request(1, 0, 512, false), 1);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}

TEST(virtio_block_takes_requests_without_header_or_status)
{
	struct descriptor *desc;
	uint16_t *driver;

	disk_init("");
	disk_start();
	desc = (struct descriptor *)(vm.mem.host + DESC);
	driver = (uint16_t *)(vm.mem.host + DRIVER);
	desc[0] = (struct descriptor){HEADER, 16, 0, 0}; /* nothing to write to */
	desc[1] = (struct descriptor){HEADER, 15, NEXT, 2};
	desc[2] = (struct descriptor){STATUS, 1, WRITE, 0};
	desc[3] = (struct descriptor){STATUS, 0, WRITE, 0};
	driver[2] = 0;
	driver[3] = 1;
	driver[4] = 3;
	__atomic_store_n(&driver[1], 3, __ATOMIC_RELEASE);
	reg_write(0x50, 0);
	EXPECT_TRUE(wait_for(3));
	EXPECT_EQ(vm.mem.host[STATUS], 1);
	disk_end();
}

TEST(virtio_block_needs_a_reset_when_its_queue_is_broken)
{
	uint16_t *driver;

	disk_init("");
	disk_start();
	driver = (uint16_t *)(vm.mem.host + DRIVER);
	driver[2] = 0xffff;
	__atomic_store_n(&driver[1], 1, __ATOMIC_RELEASE);
	reg_write(0x50, 0);
	REQUIRE_TRUE(wait_for(0));
	EXPECT_EQ(reg_read(0x60), 2);
	memset(vm.mem.host + DRIVER, 0, 0x1000);
	memset(vm.mem.host + DEVICE, 0, 0x1000);
	disk_start();
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}

TEST(virtio_block_survives_random_register_writes)
{
	unsigned int i;

	disk_init("");
	srand(1);
	for (i = 0; i < 20000; i++) {
		uint64_t value = rand() % 4 ? (unsigned int)rand() % 0x4000 : (uint64_t)rand() << 1;
		uint32_t reg = rand() % 8 ? rand() % 0xc0 & ~3 : rand() % 0x1ff;

		bus_access(&vm.mmio, BASE + reg, &value, rand() % 4 ? 4 : 1 << rand() % 4,
			   rand() & 1);
	}
	memset(vm.mem.host, 0, RAM);
	disk_start();
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}
