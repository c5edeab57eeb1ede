// SPDX-License-Identifier: GPL-2.0
/*
 * A disk as its driver sees it: registers, requests, and what a hostile driver may try.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "driver.h"
#include "test.h"
#include "vmm/device/virtio_block.h"

#define HEADER	DATA
#define STATUS	(DATA + 0x100)
#define BUFFER	(DATA + 0x1000)
#define SECTORS 16u

static char path[] = "/tmp/lintel-unit-disk.XXXXXX";

static void disk_init(const char *suffix)
{
	char option[64];
	int fd = mkstemp(path);

	driver_init();
	REQUIRE_TRUE(fd >= 0 && !ftruncate(fd, SECTORS * 512));
	close(fd);
	snprintf(option, sizeof(option), "%s%s", path, suffix);
	REQUIRE_EQ(virtio_block_add(&machine, option), 0);
}

static void disk_end(void)
{
	driver_end();
	unlink(path);
}

/* Sends one request and returns its status byte. */
static int request(uint32_t type, uint64_t sector, uint32_t size, bool write)
{
	struct descriptor *desc = driver_desc(0);

	memcpy(driver_ram(HEADER), &type, sizeof(type));
	memcpy(driver_ram(HEADER + 8), &sector, sizeof(sector));
	*driver_ram(STATUS) = 0xee;
	desc[0] = (struct descriptor){HEADER, 16, NEXT, 1};
	desc[1] = (struct descriptor){BUFFER, size, NEXT | (write ? WRITE : 0), 2};
	desc[2] = (struct descriptor){STATUS, 1, WRITE, 0};
	driver_give(0, 0);
	if (!driver_wait(0, driver_available(0)[1]))
		return -1;
	return *driver_ram(STATUS);
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
	driver_start(1);
	EXPECT_EQ(reg_read(0x70), DRIVER_READY);
	memset(driver_ram(BUFFER), 0x5a, 1024);
	EXPECT_EQ(request(1, SECTORS - 2, 1024, false), 0);
	EXPECT_EQ(reg_read(0x60), 1);
	reg_write(0x64, 1);
	EXPECT_EQ(reg_read(0x60), 0);
	memset(driver_ram(BUFFER), 0, 1024);
	EXPECT_EQ(request(4, 0, 0, false), 0);
	EXPECT_EQ(request(0, SECTORS - 1, 512, true), 0);
	EXPECT_EQ(*driver_ram(BUFFER), 0x5a);
	EXPECT_EQ(*driver_ram(BUFFER + 511), 0x5a);
	EXPECT_EQ(*driver_ram(BUFFER + 512), 0);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	EXPECT_EQ(*driver_ram(BUFFER), 0);
	EXPECT_EQ(request(8, 0, 20, true), 0);
	EXPECT_CONTAINS((char *)driver_ram(BUFFER), "lintel-");
	disk_end();
}

TEST(virtio_block_refuses_what_is_outside_of_the_disk)
{
	disk_init("");
	driver_start(1);
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
	driver_start(1);
	EXPECT_EQ(request(1, 0, 512, false), 1);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}

TEST(virtio_block_takes_requests_without_header_or_status)
{
	struct descriptor *desc;

	disk_init("");
	driver_start(1);
	desc = driver_desc(0);
	desc[0] = (struct descriptor){HEADER, 16, 0, 0}; /* nothing to write to */
	desc[1] = (struct descriptor){HEADER, 15, NEXT, 2};
	desc[2] = (struct descriptor){STATUS, 1, WRITE, 0};
	desc[3] = (struct descriptor){STATUS, 0, WRITE, 0};
	driver_give(0, 0);
	driver_give(0, 1);
	driver_give(0, 3);
	EXPECT_TRUE(driver_wait(0, 3));
	EXPECT_EQ(*driver_ram(STATUS), 1);
	disk_end();
}

static bool needs_reset(void)
{
	unsigned int i;

	for (i = 0; i < 5000 && !(reg_read(0x70) & 64); i++)
		usleep(1000);
	return i < 5000;
}

TEST(virtio_block_needs_a_reset_when_its_queue_is_broken)
{
	disk_init("");
	driver_start(1);
	driver_give(0, 0xffff);
	REQUIRE_TRUE(needs_reset());
	EXPECT_EQ(reg_read(0x60), 2);
	driver_start(1);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}

TEST(virtio_block_survives_random_register_writes)
{
	unsigned int i;

	disk_init("");
	srand(1);
	for (i = 0; i < 20000; i++) {
		uint64_t value = rand() % 4 ? (unsigned int)rand() % RAM : (uint64_t)rand() << 1;
		uint32_t reg = rand() % 8 ? rand() % 0xc0 & ~3 : rand() % 0x1ff;

		device_bus_access(&machine.mmio, machine.virtio[0]->base + reg, &value,
				  rand() % 4 ? 4 : 1 << rand() % 4, rand() & 1);
	}
	driver_start(1);
	EXPECT_EQ(request(0, 0, 512, true), 0);
	disk_end();
}
