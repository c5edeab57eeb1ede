// SPDX-License-Identifier: GPL-2.0
/*
 * Names of tables and fields as in the ACPI specification, chapter "ACPI Software Programming
 * Model".
 */
#include <stdio.h>
#include <string.h>

#include "acpi.h"
#include "aml.h"
#include "vmm/guest_layout.h"
#include "power.h"
#include "words/say.h"
#include "serial.h"

#define LOCAL_APIC_BASE 0xfee00000
#define IO_APIC_BASE	0xfec00000

struct rsdp {
	char signature[8];
	uint8_t checksum; /* of the first 20 bytes */
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

struct header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));

/* Generic Address Structure. */
struct address {
	uint8_t space, bit_width, bit_offset, access_size;
	uint64_t address;
} __attribute__((packed));

#define SPACE_IO    1
#define ACCESS_BYTE 1

struct fadt {
	uint32_t firmware_ctrl, dsdt;
	uint8_t pm[65]; /* SCI, SMI and the PM blocks: a hardware-reduced machine has none */
	uint16_t iapc_boot_arch;
	uint8_t reserved;
	uint32_t flags;
	struct address reset_reg;
	uint8_t reset_value;
	uint16_t arm_boot_arch;
	uint8_t minor_version;
	uint64_t x_firmware_ctrl, x_dsdt;
	struct address x_pm[8];
	struct address sleep_control, sleep_status;
} __attribute__((packed));

#define FADT_REVISION	     5
#define BOOT_VGA_ABSENT	     (1 << 2)
#define BOOT_RTC_ABSENT	     (1 << 5)
#define FADT_WBINVD	     (1 << 0)
#define FADT_NO_POWER_BUTTON (1 << 4)
#define FADT_NO_SLEEP_BUTTON (1 << 5)
#define FADT_RESET	     (1 << 10)
#define FADT_HW_REDUCED	     (1 << 20)

struct madt {
	uint32_t local_apic;
	uint32_t flags;
} __attribute__((packed));

#define MADT_REVISION	 4
#define MADT_PCAT_COMPAT 1 /* there are two 8259s */

struct madt_local_apic {
	uint8_t type, length;
	uint8_t processor, apic_id;
	uint32_t flags;
} __attribute__((packed));

struct madt_io_apic {
	uint8_t type, length;
	uint8_t id, reserved;
	uint32_t address, gsi_base;
} __attribute__((packed));

struct madt_local_nmi {
	uint8_t type, length;
	uint8_t processor; /* 255: all */
	uint16_t flags;
	uint8_t lint;
} __attribute__((packed));

static uint8_t checksum(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	while (size--)
		sum += *bytes++;
	return -sum;
}

/* Opens a table; table_end() gets the value returned. */
static size_t table_begin(struct aml *to, const char *signature, uint8_t revision)
{
	struct header header = {
		.revision = revision,
		.oem_id = {'L', 'I', 'N', 'T', 'E', 'L'},
		.oem_table_id = {'L', 'I', 'N', 'T', 'E', 'L', ' ', ' '},
		.oem_revision = 1,
		.creator_id = {'L', 'N', 'T', 'L'},
		.creator_revision = 1,
	};
	size_t begin;

	to->size = (to->size + 15) & ~(size_t)15;
	begin = to->size;
	memcpy(header.signature, signature, sizeof(header.signature));
	aml_bytes(to, &header, sizeof(header));
	return begin;
}

/* Returns the table's guest-physical address. */
static uint64_t table_end(struct aml *to, size_t begin)
{
	uint8_t *table = to->bytes + begin;
	uint32_t length = to->size - begin;

	if (to->full)
		return 0;
	memcpy(table + offsetof(struct header, length), &length, sizeof(length));
	table[offsetof(struct header, checksum)] = checksum(table, length);
	return LAYOUT_ACPI + begin;
}

static void dsdt_com1(struct aml *to)
{
	size_t device = aml_begin(to, AML_DEVICE), resources;

	aml_bytes(to, "COM1", 4);
	aml_name(to, "_HID");
	aml_eisa_id(to, "PNP0501");
	aml_name(to, "_CRS");
	resources = aml_begin_resources(to);
	aml_resource_io(to, SERIAL_PORT, SERIAL_REGISTERS);
	aml_resource_isa_irq(to, SERIAL_IRQ);
	aml_end_resources(to, resources);
	aml_end(to, device);
}

static void dsdt_mmio(struct aml *to, unsigned int i, const struct acpi_mmio *mmio)
{
	size_t device = aml_begin(to, AML_DEVICE), resources;
	char name[8];

	snprintf(name, sizeof(name), "VR%02X", i & 0xff);
	aml_bytes(to, name, 4);
	aml_name(to, "_HID");
	aml_string(to, "LNRO0005");
	aml_name(to, "_UID");
	aml_integer(to, i);
	aml_name(to, "_CRS");
	resources = aml_begin_resources(to);
	aml_resource_memory(to, mmio->base, mmio->size);
	aml_resource_edge_gsi(to, mmio->gsi);
	aml_end_resources(to, resources);
	aml_end(to, device);
}

static void dsdt_s5(struct aml *to)
{
	size_t package;

	aml_name(to, "_S5_");
	package = aml_begin(to, AML_PACKAGE);
	aml_bytes(to, "\x02", 1);
	aml_integer(to, POWER_SLEEP_TYPE_OFF);
	aml_integer(to, POWER_SLEEP_TYPE_OFF);
	aml_end(to, package);
}

static uint64_t place_dsdt(struct aml *to, const struct acpi_mmio *mmio, unsigned int nr_mmio)
{
	size_t table = table_begin(to, "DSDT", 2), scope;
	unsigned int i;

	dsdt_s5(to);
	scope = aml_begin(to, AML_SCOPE);
	aml_bytes(to, "\\_SB_", 5);
	dsdt_com1(to);
	for (i = 0; i < nr_mmio; i++)
		dsdt_mmio(to, i, &mmio[i]);
	aml_end(to, scope);
	return table_end(to, table);
}

static struct address port_address(uint16_t port)
{
	return (struct address){
		.space = SPACE_IO,
		.bit_width = 8,
		.access_size = ACCESS_BYTE,
		.address = port,
	};
}

static uint64_t place_fadt(struct aml *to, uint64_t dsdt)
{
	size_t table = table_begin(to, "FACP", FADT_REVISION);
	struct fadt fadt = {
		.dsdt = dsdt,
		.x_dsdt = dsdt,
		.iapc_boot_arch = BOOT_VGA_ABSENT | BOOT_RTC_ABSENT,
		.flags = FADT_WBINVD | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON | FADT_RESET |
			 FADT_HW_REDUCED,
		.reset_reg = port_address(POWER_RESET),
		.reset_value = POWER_RESET_VALUE,
		.sleep_control = port_address(POWER_SLEEP_CONTROL),
		.sleep_status = port_address(POWER_SLEEP_STATUS),
	};

	_Static_assert(sizeof(struct header) + sizeof(struct fadt) == 268, "FADT of ACPI 5.0");
	aml_bytes(to, &fadt, sizeof(fadt));
	return table_end(to, table);
}

static uint64_t place_madt(struct aml *to, unsigned int cpus)
{
	size_t table = table_begin(to, "APIC", MADT_REVISION);
	struct madt madt = {LOCAL_APIC_BASE, MADT_PCAT_COMPAT};
	struct madt_io_apic io_apic = {1, sizeof(io_apic), 0, 0, IO_APIC_BASE, 0};
	struct madt_local_nmi nmi = {4, sizeof(nmi), 255, 0, 1};
	unsigned int i;

	aml_bytes(to, &madt, sizeof(madt));
	for (i = 0; i < cpus; i++) {
		struct madt_local_apic cpu = {0, sizeof(cpu), i, i, 1};

		aml_bytes(to, &cpu, sizeof(cpu));
	}
	/* KVM_CREATE_IRQCHIP leads GSI n to pin n, GSI 0 too: there is nothing to override. */
	aml_bytes(to, &io_apic, sizeof(io_apic));
	aml_bytes(to, &nmi, sizeof(nmi));
	return table_end(to, table);
}

static uint64_t place_xsdt(struct aml *to, uint64_t fadt, uint64_t madt)
{
	size_t table = table_begin(to, "XSDT", 1);

	aml_bytes(to, &fadt, sizeof(fadt));
	aml_bytes(to, &madt, sizeof(madt));
	return table_end(to, table);
}

static void place_rsdp(struct aml *to, uint64_t xsdt)
{
	struct rsdp rsdp = {
		.signature = {'R', 'S', 'D', ' ', 'P', 'T', 'R', ' '},
		.oem_id = {'L', 'I', 'N', 'T', 'E', 'L'},
		.revision = 2,
		.length = sizeof(rsdp),
		.xsdt = xsdt,
	};

	rsdp.checksum = checksum(&rsdp, offsetof(struct rsdp, length));
	rsdp.extended_checksum = checksum(&rsdp, sizeof(rsdp));
	memcpy(to->bytes, &rsdp, sizeof(rsdp));
}

int acpi_place(struct memory *mem, unsigned int cpus, const struct acpi_mmio *mmio,
	       unsigned int nr_mmio)
{
	const size_t max = LAYOUT_RESET_VECTOR - LAYOUT_ACPI;
	struct aml to = {memory_at(mem, LAYOUT_ACPI, max), sizeof(struct rsdp), max, false};
	uint64_t fadt, madt;

	if (!to.bytes)
		return say_error("give the guest at least 2M with --memory",
				 "no room for ACPI tables");
	fadt = place_fadt(&to, place_dsdt(&to, mmio, nr_mmio));
	madt = place_madt(&to, cpus);
	place_rsdp(&to, place_xsdt(&to, fadt, madt));
	if (to.full)
		return say_error("give it fewer", "too many devices for the ACPI tables");
	return 0;
}
