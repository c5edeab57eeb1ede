// SPDX-License-Identifier: GPL-2.0
/*
 * The ACPI tables as a guest walks them, and COM1's interrupt line.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>

#include "test.h"
#include "vmm/device/acpi.h"
#include "vmm/guest_layout.h"
#include "vmm/device/serial.h"
#include "words/words.h"

#define RAM 0x100000u

static struct memory mem;

static uint8_t *ram(uint64_t gpa)
{
	return mem.host + gpa;
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint8_t sum(const uint8_t *bytes, size_t size)
{
	uint8_t total = 0;

	while (size--)
		total += *bytes++;
	return total;
}

/* The table at @gpa, if it is one with that name that lies where tables are. */
static const uint8_t *table(uint64_t gpa, const char *signature)
{
	const uint8_t *at = ram(gpa);

	if (!EXPECT_TRUE(gpa >= LAYOUT_ACPI && gpa + 36 <= LAYOUT_RESET_VECTOR) ||
	    !EXPECT_TRUE(gpa + get32(at + 4) <= LAYOUT_RESET_VECTOR))
		exit(1);
	EXPECT_EQ(memcmp(at, signature, 4), 0);
	EXPECT_EQ(sum(at, get32(at + 4)), 0);
	return at;
}

static const uint8_t *listed(unsigned int i, const char *signature)
{
	const uint8_t *rsdp = ram(LAYOUT_ACPI);
	const uint8_t *xsdt = table(get32(rsdp + 24), "XSDT");

	return table(get32(xsdt + 36 + 8 * i), signature);
}

static void place(unsigned int cpus, unsigned int devices)
{
	static struct acpi_mmio mmio[400];
	unsigned int i;

	for (i = 0; i < devices; i++)
		mmio[i] = (struct acpi_mmio){0xd0000000 + i * 0x1000, 0x200, 16 + i % 8};
	mem = (struct memory){.below_hole = RAM, .host = malloc(RAM)};
	memset(mem.host, 0xaa, RAM);
	REQUIRE_EQ(acpi_place(&mem, cpus, mmio, devices), 0);
}

TEST(tool_acpi_tables_are_found_from_the_rsdp)
{
	const uint8_t *rsdp, *fadt;

	place(1, 0);
	rsdp = ram(LAYOUT_ACPI);
	EXPECT_EQ(memcmp(rsdp, "RSD PTR ", 8), 0);
	EXPECT_EQ(sum(rsdp, 20), 0);
	EXPECT_EQ(sum(rsdp, 36), 0);
	fadt = listed(0, "FACP");
	table(get32(fadt + 40), "DSDT");
	EXPECT_EQ(get32(fadt + 140), get32(fadt + 40));
	EXPECT_EQ(get32(fadt + 112) >> 20 & 1, 1); /* hardware-reduced */
	EXPECT_EQ(get32(fadt + 112) >> 10 & 1, 1); /* has a reset register */
	free(mem.host);
}

static unsigned int count_entries(const uint8_t *madt, uint8_t type)
{
	uint32_t at, size = get32(madt + 4);
	unsigned int count = 0;

	for (at = 44; at + 2 <= size && madt[at + 1] >= 2; at += madt[at + 1]) {
		if (!type && madt[at] == type)
			EXPECT_EQ(madt[at + 3], count); /* the APIC id */
		count += madt[at] == type;
	}
	EXPECT_EQ(at, size);
	return count;
}

TEST(tool_acpi_names_every_cpu)
{
	static const unsigned int cpus[] = {1, 4, 255};
	size_t i;

	for (i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		const uint8_t *madt;

		test_context("%u CPUs", cpus[i]);
		place(cpus[i], 8);
		madt = listed(1, "APIC");
		EXPECT_EQ(get32(madt + 36), 0xfee00000);
		EXPECT_EQ(count_entries(madt, 0), cpus[i]);
		EXPECT_EQ(count_entries(madt, 1), 1);
		free(mem.host);
	}
}

/* The bytes of a PkgLength of two bytes. */
static unsigned int package_length(const uint8_t *at)
{
	EXPECT_EQ(at[0] >> 4, 4);
	return (at[0] & 0xf) | at[1] << 4;
}

TEST(tool_acpi_describes_devices)
{
	const uint8_t *dsdt, *at, *end;
	unsigned int devices = 0;

	place(2, 3);
	dsdt = table(get32(listed(0, "FACP") + 40), "DSDT");
	end = dsdt + get32(dsdt + 4);
	at = dsdt + 36;
	EXPECT_EQ(memcmp(at, "\x08_S5_\x12", 6), 0);
	at += 6 + package_length(at + 6);
	REQUIRE_EQ(at[0], 0x10); /* Scope(\_SB) */
	EXPECT_EQ(at + 1 + package_length(at + 1) - end, 0);
	at += 3 + 5;
	while (at < end) {
		REQUIRE_EQ(at[0] << 8 | at[1], 0x5b82); /* Device */
		devices++;
		at += 2 + package_length(at + 2);
	}
	EXPECT_EQ(at - end, 0);
	EXPECT_EQ(devices, 4);					      /* COM1 is the first */
	EXPECT_TRUE(memmem(dsdt, end - dsdt, "\x41\xd0\x05\x01", 4)); /* PNP0501 */
	EXPECT_TRUE(memmem(dsdt, end - dsdt, "LNRO0005", 9));
	EXPECT_TRUE(
		memmem(dsdt, end - dsdt, "\x86\x09\x00\x01\x00\x20\x00\xd0\x00\x02\x00\x00", 12));
	EXPECT_TRUE(memmem(dsdt, end - dsdt, "\x89\x06\x00\x03\x01\x12\x00\x00\x00\x79", 10));
	free(mem.host);
}

TEST(tool_acpi_refuses_what_does_not_fit)
{
	static const struct acpi_mmio mmio[400];

	mem = (struct memory){.below_hole = RAM, .host = malloc(RAM)};
	words_begin();
	EXPECT_EQ(acpi_place(&mem, 1, mmio, 400), -1);
	EXPECT_CONTAINS(words_end(), "too many devices");
	mem.below_hole = LAYOUT_RESET_VECTOR - 1;
	words_begin();
	EXPECT_EQ(acpi_place(&mem, 1, mmio, 1), -1);
	EXPECT_CONTAINS(words_end(), "no room");
	free(mem.host);
}

TEST(tool_serial_line_follows_the_interrupts)
{
	struct serial s;

	serial_init(&s, -1, false);
	serial_write(&s, 1, 0x03); /* received, transmitter empty */
	EXPECT_FALSE(serial_irq(&s));
	serial_write(&s, 4, 0x08); /* OUT2 lets them through */
	EXPECT_TRUE(serial_irq(&s));
	EXPECT_EQ(serial_read(&s, 2) & 0xf, 0x02);
	EXPECT_FALSE(serial_irq(&s));
	serial_receive(&s, 'a');
	EXPECT_TRUE(serial_irq(&s));
	EXPECT_EQ(serial_read(&s, 0), 'a');
	EXPECT_FALSE(serial_irq(&s));
	serial_write(&s, 0, 'b');
	EXPECT_TRUE(serial_irq(&s));
	serial_write(&s, 1, 0);
	EXPECT_FALSE(serial_irq(&s));
}
