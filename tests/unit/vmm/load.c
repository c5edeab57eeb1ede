// SPDX-License-Identifier: GPL-2.0
/*
 * Linux kernels, whole and damaged: what loads is where the protocols say, what does not is
 * refused in words.  The files and the guest's memory end where ASan sees it.
 */
#include <asm/bootparam.h>
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"
#include "vmm/guest_image.h"
#include "vmm/guest_layout.h"
#include "words/words.h"

#define RAM	     (4ull << 20)
#define KERNEL_BASE  0x200000u
#define KERNEL_SIZE  0x800u /* in the file */
#define KERNEL_SPACE 0x10000u
#define SETUP_SIZE   1024u /* boot sector, one setup sector */
#define PVH_ENTRY    (KERNEL_BASE + 0x40)

static struct memory mem;
static struct file file;
static struct image image;
static struct image_request request;

typedef int (*load_fn)(const struct file *file, const struct image_request *request,
		       struct memory *mem, struct image *image);

static void load_begin(size_t size)
{
	static uint8_t *host;
	size_t i;

	if (!host)
		host = malloc(RAM);
	mem = (struct memory){.below_hole = RAM, .host = host};
	file = (struct file){.path = "kernel", .data = malloc(size), .size = size};
	request = (struct image_request){.path = "kernel", .args = "quiet", .cpus = 1};
	image = (struct image){0};
	for (i = 0; i < size; i++)
		file.data[i] = i * 7;
	memset(host, 0xaa, LAYOUT_PAGE_TABLES);
}

static void load_end(void)
{
	free(file.data);
}

static void bzimage_begin(void)
{
	struct setup_header header = {
		.setup_sects = 1,
		.syssize = KERNEL_SIZE / 16,
		.boot_flag = 0xaa55,
		.jump = 0x6aeb, /* the header ends at 0x202 + 0x6a */
		.header = 0x53726448,
		.version = 0x20f,
		.loadflags = LOADED_HIGH,
		.initrd_addr_max = 0x7fffffff,
		.xloadflags = XLF_KERNEL_64,
		.cmdline_size = 2047,
		.pref_address = KERNEL_BASE,
		.init_size = KERNEL_SPACE,
	};

	load_begin(SETUP_SIZE + KERNEL_SIZE);
	memcpy(file.data + 0x1f1, &header, sizeof(header));
}

/* An executable with one segment to load and the notes after it. */
static void vmlinux_begin(void)
{
	static const struct {
		Elf64_Nhdr other;
		char other_name[4];
		uint32_t other_data;
		Elf64_Nhdr head;
		char name[4];
		uint64_t entry;
	} __attribute__((packed)) notes = {
		{4, 4, 6}, "Xen", 0, {4, 8, 18}, "Xen", PVH_ENTRY,
	};
	const size_t phdr = sizeof(Elf64_Ehdr), text = 0x100;
	Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_entry = KERNEL_BASE,
		.e_phoff = phdr,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr program[] = {
		{
			.p_type = PT_LOAD,
			.p_offset = text,
			.p_vaddr = 0xffffffff80000000 + KERNEL_BASE,
			.p_paddr = KERNEL_BASE,
			.p_filesz = KERNEL_SIZE,
			.p_memsz = KERNEL_SPACE,
		},
		{
			.p_type = PT_NOTE,
			.p_offset = text + KERNEL_SIZE,
			.p_filesz = sizeof(notes),
		},
	};

	load_begin(text + KERNEL_SIZE + sizeof(notes));
	memcpy(file.data, &header, sizeof(header));
	memcpy(file.data + phdr, program, sizeof(program));
	memcpy(file.data + text + KERNEL_SIZE, &notes, sizeof(notes));
}

static const void *ram(uint64_t gpa)
{
	return mem.host + gpa;
}

TEST(tool_load_linux_follows_the_boot_protocol)
{
	const struct boot_params *params;

	bzimage_begin();
	EXPECT_TRUE(linux_detect(&file));
	REQUIRE_EQ(load_linux(&file, &request, &mem, &image), 0);
	EXPECT_EQ(image.mode, START_LONG);
	EXPECT_TRUE(image.os);
	EXPECT_EQ(image.entry, KERNEL_BASE + 0x200);
	EXPECT_EQ(image.end, KERNEL_BASE + KERNEL_SPACE);
	EXPECT_EQ(image.rsi, LAYOUT_BOOT_INFO);
	EXPECT_EQ(memcmp(ram(KERNEL_BASE), file.data + SETUP_SIZE, KERNEL_SIZE), 0);
	params = ram(LAYOUT_BOOT_INFO);
	EXPECT_EQ(params->hdr.header, 0x53726448);
	EXPECT_EQ(params->hdr.type_of_loader, 0xff);
	EXPECT_EQ(params->hdr.ramdisk_size, 0);
	EXPECT_EQ(params->acpi_rsdp_addr, LAYOUT_ACPI);
	EXPECT_EQ(params->e820_entries, 3);
	EXPECT_EQ(params->e820_table[2].addr, 0x100000);
	EXPECT_EQ(params->e820_table[2].size, RAM - 0x100000);
	EXPECT_EQ(params->sentinel, 0);
	EXPECT_STR_EQ((const char *)ram(params->hdr.cmd_line_ptr), "quiet");
	load_end();
}

TEST(tool_load_linux_has_a_console_when_nobody_says_otherwise)
{
	bzimage_begin();
	request.args = "";
	REQUIRE_EQ(load_linux(&file, &request, &mem, &image), 0);
	EXPECT_STR_EQ((const char *)ram(LAYOUT_COMMAND_LINE), "console=ttyS0");
	load_end();
}

static void make_initrd(char *path, size_t size)
{
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, size))
		abort();
	if (pwrite(fd, "initrd", 6, 0) != 6)
		abort();
	close(fd);
}

TEST(tool_load_linux_puts_the_initrd_at_the_top)
{
	char path[] = "/tmp/lintel-unit-initrd.XXXXXX";
	const char *modules[] = {path, path};
	const struct boot_params *params;

	make_initrd(path, 0x1234);
	bzimage_begin();
	request.modules = modules;
	request.nr_modules = 1;
	REQUIRE_EQ(load_linux(&file, &request, &mem, &image), 0);
	params = ram(LAYOUT_BOOT_INFO);
	EXPECT_EQ(params->hdr.ramdisk_image, RAM - 0x2000);
	EXPECT_EQ(params->hdr.ramdisk_size, 0x1234);
	EXPECT_EQ(memcmp(ram(RAM - 0x2000), "initrd", 6), 0);
	request.nr_modules = 2;
	words_begin();
	EXPECT_EQ(load_linux(&file, &request, &mem, &image), -1);
	EXPECT_CONTAINS(words_end(), "one --initrd");
	request.nr_modules = 1;
	if (truncate(path, RAM - KERNEL_BASE))
		abort();
	words_begin();
	EXPECT_EQ(load_linux(&file, &request, &mem, &image), -1);
	EXPECT_CONTAINS(words_end(), "no room");
	unlink(path);
	load_end();
}

#define FIELD(name) offsetof(struct boot_params, hdr.name)

static const struct damage {
	size_t offset, size;
	uint64_t value;
	const char *words;
} bzimage_damage[] = {
	{FIELD(version), 2, 0x20b, "protocol 2.11 is too old"},
	{FIELD(xloadflags), 2, 0, "without 64-bit entry"},
	{FIELD(loadflags), 1, 0, "to be loaded low"},
	{FIELD(setup_sects), 1, 255, "shorter than its header says"},
	{FIELD(setup_sects), 1, 4, "shorter than its header says"},
	{FIELD(setup_sects), 1, 0, "shorter than its header says"},
	{FIELD(syssize), 4, 0xffffffff, "shorter than its header says"},
	{FIELD(syssize), 4, KERNEL_SIZE / 16 + 1, "shorter than its header says"},
	{FIELD(pref_address), 8, RAM, "no RAM"},
	{FIELD(pref_address), 8, ~0ull, "no RAM"},
	{FIELD(pref_address), 8, 0x10000, "where the boot information is"},
	{FIELD(init_size), 4, 0xffffffff, "no RAM"},
	{FIELD(init_size), 4, 0, "no RAM"},
	{FIELD(cmdline_size), 4, 4, "command line of 4 bytes"},
	{FIELD(header), 4, 0, "not a Linux bzImage"},
};

TEST(tool_load_linux_refuses_damage_in_words)
{
	size_t i;

	for (i = 0; i < sizeof(bzimage_damage) / sizeof(bzimage_damage[0]); i++) {
		const struct damage *d = &bzimage_damage[i];

		test_context("damage %zu: %s", i, d->words);
		bzimage_begin();
		memcpy(file.data + d->offset, &d->value, d->size);
		words_begin();
		EXPECT_EQ(load_linux(&file, &request, &mem, &image), -1);
		EXPECT_CONTAINS(words_end(), d->words);
		load_end();
	}
}

TEST(tool_load_pvh_follows_the_abi)
{
	struct {
		uint32_t magic, version, flags, nr_modules;
		uint64_t modlist, cmdline, rsdp, memmap;
		uint32_t entries, reserved;
	} info;
	struct {
		uint64_t addr, size;
		uint32_t type, reserved;
	} map;

	vmlinux_begin();
	mem.host[KERNEL_BASE + KERNEL_SPACE - 1] = 0xaa;
	EXPECT_TRUE(pvh_detect(&file));
	REQUIRE_EQ(load_pvh(&file, &request, &mem, &image), 0);
	EXPECT_EQ(image.mode, START_PROTECTED);
	EXPECT_TRUE(image.os);
	EXPECT_EQ(image.entry, PVH_ENTRY);
	EXPECT_EQ(image.ebx, LAYOUT_PVH);
	memcpy(&info, ram(image.ebx), sizeof(info));
	EXPECT_EQ(info.magic, 0x336ec578);
	EXPECT_EQ(info.version, 1);
	EXPECT_EQ(info.nr_modules, 0);
	EXPECT_EQ(info.rsdp, LAYOUT_ACPI);
	EXPECT_EQ(info.entries, 3);
	EXPECT_STR_EQ((const char *)ram(info.cmdline), "quiet");
	memcpy(&map, ram(info.memmap), sizeof(map));
	EXPECT_EQ(map.addr, 0);
	EXPECT_EQ(map.size, 0x9fc00);
	EXPECT_EQ(map.type, 1);
	EXPECT_EQ(memcmp(ram(KERNEL_BASE), file.data + 0x100, KERNEL_SIZE), 0);
	EXPECT_EQ(*(const uint8_t *)ram(KERNEL_BASE + KERNEL_SPACE - 1), 0);
	load_end();
}

#define HEADER(name) offsetof(Elf64_Ehdr, name)
#define PROGRAM(i, name)                                                                           \
	(sizeof(Elf64_Ehdr) + (i) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, name))
#define NOTE (0x100 + KERNEL_SIZE + 20)

static const struct damage vmlinux_damage[] = {
	{NOTE + 8, 4, 17, "no PVH entry"},	    /* another type */
	{NOTE + 4, 4, 9, "no PVH entry"},	    /* longer than the notes */
	{NOTE, 4, 0xffffffff, "no PVH entry"},	    /* a name without end */
	{NOTE - 20, 4, 0xfffffff0, "no PVH entry"}, /* the note before it */
	{PROGRAM(1, p_offset), 8, ~0ull, "no PVH entry"},
	{PROGRAM(1, p_filesz), 8, ~0ull, "no PVH entry"},
	{NOTE + 16, 4, 0xfffffff0, "PVH entry at 0xfffffff0"},
	{HEADER(e_phoff), 8, ~0ull, "no PVH entry"},
	{HEADER(e_phnum), 2, 0xffff, "no PVH entry"},
	{PROGRAM(0, p_offset), 8, ~0ull, "ends after the file"},
	{PROGRAM(0, p_filesz), 8, ~0ull, "ends after the file"},
	{PROGRAM(0, p_memsz), 8, ~0ull, "no RAM"},
	{PROGRAM(0, p_memsz), 8, 1, "more file than memory"},
	{PROGRAM(0, p_paddr), 8, ~0ull, "no RAM"},
	{PROGRAM(0, p_paddr), 8, 0x2000, "where the boot information is"},
	{PROGRAM(0, p_type), 4, PT_NULL, "nothing to load"},
};

TEST(tool_load_pvh_refuses_damage_in_words)
{
	size_t i;

	for (i = 0; i < sizeof(vmlinux_damage) / sizeof(vmlinux_damage[0]); i++) {
		const struct damage *d = &vmlinux_damage[i];

		test_context("damage %zu: %s", i, d->words);
		vmlinux_begin();
		memcpy(file.data + d->offset, &d->value, d->size);
		words_begin();
		EXPECT_EQ(load_pvh(&file, &request, &mem, &image), -1);
		EXPECT_CONTAINS(words_end(), d->words);
		load_end();
	}
}

/* A kernel without the note is not taken for a flat guest, which would run into the weeds. */
TEST(tool_load_pvh_gets_kernels_without_the_note)
{
	vmlinux_begin();
	file.data[NOTE + 8] = 17;
	EXPECT_TRUE(pvh_detect(&file));
	memcpy(file.data + PROGRAM(0, p_vaddr), file.data + PROGRAM(0, p_paddr), 8);
	EXPECT_FALSE(pvh_detect(&file));
	load_end();
}

static void expect_defined(int ret)
{
	if (!EXPECT_TRUE(ret == 0 || ret == -1) || ret)
		return;
	EXPECT_TRUE(memory_at(&mem, image.entry, 1));
}

/* Each length, and random bytes in the headers: nothing but a refusal or an image within RAM. */
static void fuzz(void (*begin)(void), load_fn load, size_t headers)
{
	unsigned int round, i;
	size_t size, whole;

	words_begin();
	begin();
	whole = file.size;
	load_end();
	for (size = 1; size < whole; size += size < headers ? 1 : 61) {
		begin();
		file.data = realloc(file.data, size);
		file.size = size;
		linux_detect(&file);
		pvh_detect(&file);
		EXPECT_EQ(load(&file, &request, &mem, &image), -1);
		load_end();
	}
	srandom(1);
	for (round = 0; round < 1000; round++) {
		begin();
		for (i = random() % 8; i < 8; i++)
			file.data[random() % headers] = random() % 3 ? random() : -(random() % 2);
		linux_detect(&file);
		pvh_detect(&file);
		expect_defined(load(&file, &request, &mem, &image));
		load_end();
	}
	words_end();
}

TEST(tool_load_linux_survives_any_header)
{
	fuzz(bzimage_begin, load_linux, 0x290);
}

TEST(tool_load_pvh_survives_any_header)
{
	fuzz(vmlinux_begin, load_pvh, 0x100);
}
