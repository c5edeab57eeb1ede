// SPDX-License-Identifier: GPL-2.0
/*
 * The test devices on the ISA bus: ports and memory that hold what is written to them, a port that
 * takes the mapping of a page away, the interrupt lines, the firmware's configuration and the
 * ACPI timer.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include "words/say.h"
#include "test_device.h"

#define PORT_LATCH	0xe0
#define PORT_FLUSH_PAGE 0xe4
#define PORT_BYTE_LATCH 0xe8
#define PORT_FW_CFG	0x510
#define PORT_PM_TIMER	0x608
#define PORT_IRQ_LINE	0x2000
#define LATCH_SIZE	4
#define IRQ_LINES	24
#define IORAM_BASE	0xff000000ull
#define IORAM_SIZE	0x10000

#define PAGE_SIZE 4096ull

/* Hz; ACPI specification, "Power Management Timer". */
#define PM_TIMER_FREQUENCY 3579545ull

/* QEMU's documentation, "QEMU Firmware Configuration (fw_cfg) Device". */
#define FW_CFG_RAM_SIZE 0x03
#define FW_CFG_NB_CPUS	0x05
#define FW_CFG_MAX_CPUS 0x0f

struct test_device {
	struct machine *machine;
	uint8_t latch[LATCH_SIZE], byte_latch[LATCH_SIZE], ioram[IORAM_SIZE];
	uint64_t fw_cfg_item; /* what is left to be read of it */
};

static void hold(uint8_t *at, void *data, unsigned int size, bool write)
{
	memcpy(write ? at : data, write ? data : at, size);
}

static void latch_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	hold(((struct test_device *)device)->latch + offset, data, size, write);
}

static void byte_latch_access(void *device, uint64_t offset, void *data, unsigned int size,
			      bool write)
{
	hold(((struct test_device *)device)->byte_latch + offset, data, size, write);
}

static void ioram_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	hold(((struct test_device *)device)->ioram + offset, data, size, write);
}

/* Taking the right to access the page, and giving it back, unmaps it from the guest. */
static void flush_page_access(void *device, uint64_t offset, void *data, unsigned int size,
			      bool write)
{
	struct test_device *t = device;
	uint32_t addr = 0;
	void *page;

	if (!write)
		return;
	memcpy(&addr, data, size);
	page = memory_at(&t->machine->mem, addr & ~(PAGE_SIZE - 1), PAGE_SIZE);
	if (page && (mprotect(page, PAGE_SIZE, PROT_NONE) ||
		     mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE)))
		say_errno(NULL, "cannot unmap the page at %#x", addr);
}

static void irq_line_access(void *device, uint64_t offset, void *data, unsigned int size,
			    bool write)
{
	struct test_device *t = device;
	struct kvm_irq_level line = {.irq = offset, .level = !!*(uint8_t *)data};

	if (write)
		ioctl(t->machine->kvm.vm, KVM_IRQ_LINE, &line);
}

/* An item that is not there reads as 0, as on QEMU. */
static uint64_t fw_cfg_item(const struct machine *machine, uint16_t key)
{
	switch (key) {
	case FW_CFG_RAM_SIZE:
		return machine->mem.below_hole + machine->mem.above_hole;
	case FW_CFG_NB_CPUS:
	case FW_CFG_MAX_CPUS:
		return machine->cpus;
	default:
		return 0;
	}
}

/* A word written to the first port chooses an item; the second port reads its bytes. */
static void fw_cfg_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	struct test_device *t = device;
	uint16_t key;

	pthread_mutex_lock(&t->machine->devices);
	if (write && size == sizeof(key)) {
		memcpy(&key, data, sizeof(key));
		t->fw_cfg_item = fw_cfg_item(t->machine, key);
	} else if (!write && offset == 1) {
		*(uint8_t *)data = (uint8_t)t->fw_cfg_item;
		t->fw_cfg_item >>= 8;
	}
	pthread_mutex_unlock(&t->machine->devices);
}

static void pm_timer_access(void *device, uint64_t offset, void *data, unsigned int size,
			    bool write)
{
	struct timespec now;
	uint32_t count;

	if (write)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	count = now.tv_sec * PM_TIMER_FREQUENCY + now.tv_nsec * PM_TIMER_FREQUENCY / 1000000000;
	memcpy(data, (uint8_t *)&count + offset, size);
}

int test_device_add(struct machine *machine, bool irqchip)
{
	static struct test_device t;
	struct device_bus *ports = &machine->ports;

	t.machine = machine;
	if (device_bus_attach(ports, PORT_LATCH, LATCH_SIZE, latch_access, &t) ||
	    device_bus_attach(ports, PORT_FLUSH_PAGE, sizeof(uint32_t), flush_page_access, &t) ||
	    device_bus_attach(ports, PORT_BYTE_LATCH, LATCH_SIZE, byte_latch_access, &t) ||
	    device_bus_attach(ports, PORT_FW_CFG, 2, fw_cfg_access, &t) ||
	    device_bus_attach(ports, PORT_PM_TIMER, sizeof(uint32_t), pm_timer_access, &t) ||
	    device_bus_attach(&machine->mmio, IORAM_BASE, IORAM_SIZE, ioram_access, &t))
		return -1;
	if (irqchip && device_bus_attach(ports, PORT_IRQ_LINE, IRQ_LINES, irq_line_access, &t))
		return -1;
	return pci_test_device_add(machine);
}
