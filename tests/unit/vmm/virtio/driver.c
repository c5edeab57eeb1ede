// SPDX-License-Identifier: GPL-2.0
#include "driver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE	  0xd0000000u
#define QUEUE	  0x2000u /* bytes for each, its three parts in pages of 0x800 */
#define DESC	  0x000u
#define AVAILABLE 0x800u
#define USED	  0x1000u

struct machine machine;

void reg_write(uint32_t reg, uint32_t value)
{
	device_bus_access(&machine.mmio, BASE + reg, &value, sizeof(value), true);
}

uint32_t reg_read(uint32_t reg)
{
	uint32_t value;

	device_bus_access(&machine.mmio, BASE + reg, &value, sizeof(value), false);
	return value;
}

void driver_init(void)
{
	machine.mem = (struct memory){.below_hole = RAM, .host = calloc(1, RAM)};
	machine.kvm.fd = machine.kvm.vm = -1;
}

void driver_end(void)
{
	virtio_remove_all(&machine);
	free(machine.mem.host);
}

uint8_t *driver_ram(uint64_t at)
{
	return machine.mem.host + at;
}

struct descriptor *driver_desc(unsigned int queue)
{
	return (struct descriptor *)driver_ram(queue * QUEUE + DESC);
}

uint16_t *driver_available(unsigned int queue)
{
	return (uint16_t *)driver_ram(queue * QUEUE + AVAILABLE);
}

volatile uint16_t *driver_used(unsigned int queue)
{
	return (volatile uint16_t *)driver_ram(queue * QUEUE + USED);
}

void driver_start(unsigned int queues)
{
	unsigned int i;

	reg_write(0x70, 0);
	memset(driver_ram(0), 0, DATA);
	reg_write(0x70, 1 | 2);
	reg_write(0x24, 1);
	reg_write(0x20, 1); /* VIRTIO_F_VERSION_1 */
	reg_write(0x70, 1 | 2 | 8);
	for (i = 0; i < queues; i++) {
		reg_write(0x30, i);
		reg_write(0x38, SIZE);
		reg_write(0x80, i * QUEUE + DESC);
		reg_write(0x90, i * QUEUE + AVAILABLE);
		reg_write(0xa0, i * QUEUE + USED);
		reg_write(0x44, 1);
	}
	reg_write(0x70, DRIVER_READY);
}

void driver_give(unsigned int queue, uint16_t head)
{
	uint16_t *available = driver_available(queue);

	available[2 + available[1] % SIZE] = head;
	__atomic_store_n(&available[1], available[1] + 1, __ATOMIC_RELEASE);
	reg_write(0x50, queue);
}

bool driver_wait(unsigned int queue, uint16_t n)
{
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		if (driver_used(queue)[1] == n)
			return true;
		usleep(1000);
	}
	return false;
}
