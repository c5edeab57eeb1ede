// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's pci-testdev, after its documentation ("QEMU PCI test device"): a BAR in memory and one in
 * ports, each with a header that describes a test, which is a place to write to; some of the places
 * are ioeventfds.  Its configuration space is reached through the ports of configuration
 * mechanism 1 (PCI Local Bus Specification).
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "words/say.h"
#include "test_device.h"

#define PORT_ADDRESS 0xcf8
#define PORT_DATA    0xcfc
#define ENABLE	     (1u << 31)
#define DEVFN	     (3 << 3)

#define MEMORY_BASE 0xfebf0000u
#define MEMORY_SIZE 4096u
#define PORTS_BASE  0xc000u
#define PORTS_SIZE  256u
#define BARS	    2

/* Registers of the configuration space, each of 4 bytes. */
#define CONFIG_ID      0x00
#define CONFIG_COMMAND 0x04
#define CONFIG_CLASS   0x08
#define CONFIG_BAR0    0x10

#define ID		0x00051b36u /* Red Hat's test device */
#define COMMAND_DECODES 3u	    /* it answers in ports and in memory */
#define CLASS_OTHER	0xff000000u

#define TEST_WIDTH  1
#define TEST_DATA   0xfa
#define TEST_OFFSET 0x80 /* of test 0 */
#define TEST_STEP   16

static const struct test {
	const char *name;
	bool eventfd, datamatch;
} tests[] = {
	{"no-eventfd", false, false},
	{"wildcard-eventfd", true, false},
	{"datamatch-eventfd", true, true},
};

#define TESTS (sizeof(tests) / sizeof(tests[0]))

struct header {
	uint8_t test, width;
	uint8_t reserved[2];
	uint32_t offset, data, count;
	char name[32];
};

struct bar {
	struct machine *machine;
	uint32_t base, size, kind; /* kind: bit 0 of the register, set for ports */
	uint32_t value;
	unsigned int test; /* TESTS: none */
	uint64_t count;
	int eventfds[TESTS]; /* -1: the test has none, or there are none on this hypervisor */
};

static struct pci_test_device {
	struct machine *machine;
	uint32_t address;
	struct bar bars[BARS];
} device;

static uint32_t test_offset(unsigned int test)
{
	return TEST_OFFSET + test * TEST_STEP;
}

static void bar_count_events(struct bar *bar)
{
	uint64_t count;

	if (bar->test < TESTS && bar->eventfds[bar->test] >= 0 &&
	    read(bar->eventfds[bar->test], &count, sizeof(count)) == sizeof(count))
		bar->count += count;
}

static struct header bar_header(const struct bar *bar)
{
	struct header h = {.test = bar->test};
	const struct test *t = &tests[bar->test];

	if (bar->test == TESTS || (t->eventfd && bar->eventfds[bar->test] < 0))
		return h;
	h.width = TEST_WIDTH;
	h.offset = test_offset(bar->test);
	h.data = TEST_DATA;
	h.count = bar->count;
	snprintf(h.name, sizeof(h.name), "%s-%s", bar->kind ? "portio" : "mmio", t->name);
	return h;
}

static void bar_write(struct bar *bar, uint64_t offset, uint8_t value)
{
	bar_count_events(bar);
	if (offset == offsetof(struct header, test)) {
		bar->test = value < TESTS ? value : TESTS;
		bar_count_events(bar);
		bar->count = 0;
	} else if (bar->test < TESTS && offset == test_offset(bar->test)) {
		bar->count++;
	}
}

static void bar_access(void *arg, uint64_t offset, void *data, unsigned int size, bool write)
{
	struct bar *bar = arg;

	pthread_mutex_lock(&bar->machine->devices);
	if (write) {
		bar_write(bar, offset, *(uint8_t *)data);
	} else if (offset + size <= sizeof(struct header)) {
		struct header h;

		bar_count_events(bar);
		h = bar_header(bar);
		memcpy(data, (uint8_t *)&h + offset, size);
	}
	pthread_mutex_unlock(&bar->machine->devices);
}

/* Length 0 means "of any", which the hypervisor need not have and which only memory can have. */
static int bar_add_eventfd(struct bar *bar, unsigned int test)
{
	const struct kvm *kvm = &bar->machine->kvm;
	bool any = !bar->kind && kvm_capability(kvm, KVM_CAP_IOEVENTFD_ANY_LENGTH) > 0;
	struct kvm_ioeventfd e = {
		.addr = bar->base + test_offset(test),
		.len = any && !tests[test].datamatch ? 0 : TEST_WIDTH,
		.flags = (bar->kind ? KVM_IOEVENTFD_FLAG_PIO : 0) |
			 (tests[test].datamatch ? KVM_IOEVENTFD_FLAG_DATAMATCH : 0),
		.datamatch = tests[test].datamatch ? TEST_DATA : 0,
	};

	e.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e.fd < 0)
		return say_errno(NULL, "eventfd");
	bar->eventfds[test] = e.fd;
	return kvm_call(kvm->vm, KVM_IOEVENTFD, &e, "KVM_IOEVENTFD");
}

static int bar_init(struct bar *bar, struct machine *machine, uint32_t base, uint32_t size,
		    uint32_t kind)
{
	bool have = kvm_capability(&machine->kvm, KVM_CAP_IOEVENTFD) > 0;
	unsigned int i;

	*bar = (struct bar){.machine = machine,
			    .base = base,
			    .size = size,
			    .kind = kind,
			    .value = base,
			    .test = TESTS};
	for (i = 0; i < TESTS; i++) {
		bar->eventfds[i] = -1;
		if (have && tests[i].eventfd && bar_add_eventfd(bar, i))
			return -1;
	}
	return device_bus_attach(kind ? &machine->ports : &machine->mmio, base, size, bar_access,
				 bar);
}

static struct bar *config_bar(uint32_t reg)
{
	if (reg < CONFIG_BAR0 || reg >= CONFIG_BAR0 + BARS * 4)
		return NULL;
	return &device.bars[(reg - CONFIG_BAR0) / 4];
}

static uint32_t config_register(uint32_t reg)
{
	const struct bar *bar = config_bar(reg);

	if (bar)
		return bar->value | bar->kind;
	switch (reg) {
	case CONFIG_ID:
		return ID;
	case CONFIG_COMMAND:
		return COMMAND_DECODES;
	case CONFIG_CLASS:
		return CLASS_OTHER;
	default:
		return 0;
	}
}

/* The BARs tell their size as any do; the device stays where it is. */
static void config_write(uint32_t reg, uint32_t value)
{
	struct bar *bar = config_bar(reg);

	if (bar)
		bar->value = value & ~(bar->size - 1);
}

static void address_access(void *arg, uint64_t offset, void *data, unsigned int size, bool write)
{
	if (size != sizeof(device.address)) /* the address is one register of 4 bytes */
		return;
	pthread_mutex_lock(&device.machine->devices);
	memcpy(write ? (void *)&device.address : data, write ? data : &device.address, size);
	pthread_mutex_unlock(&device.machine->devices);
}

/*
 * The low bits of the address choose a byte as well as the port does: not in the PCI
 * specification, but in QEMU, and the tests rely on it.
 */
static void data_access(void *arg, uint64_t offset, void *data, unsigned int size, bool write)
{
	uint32_t at, value;

	pthread_mutex_lock(&device.machine->devices);
	at = (device.address & 0xff) | offset;
	if ((device.address & ~0xffu) == (ENABLE | DEVFN << 8) && (at & 3) + size <= 4) {
		value = config_register(at & ~3u);
		memcpy(write ? (uint8_t *)&value + (at & 3) : data,
		       write ? data : (uint8_t *)&value + (at & 3), size);
		if (write)
			config_write(at & ~3u, value);
	}
	pthread_mutex_unlock(&device.machine->devices);
}

int pci_test_device_add(struct machine *machine)
{
	device.machine = machine;
	if (bar_init(&device.bars[0], machine, MEMORY_BASE, MEMORY_SIZE, 0) ||
	    bar_init(&device.bars[1], machine, PORTS_BASE, PORTS_SIZE, 1))
		return -1;
	if (device_bus_attach(&machine->ports, PORT_ADDRESS, 4, address_access, NULL))
		return -1;
	return device_bus_attach(&machine->ports, PORT_DATA, 4, data_access, NULL);
}
