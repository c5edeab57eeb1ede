// SPDX-License-Identifier: GPL-2.0
/*
 * A multiboot guest: what the "Multiboot Specification version 0.6.96" promises at the entry.
 * Run with --memory 32M --initrd list --args one,two.
 */
#include "rt.h"

#define LOADER_MAGIC 0x2badb002
#define MEMORY	     (32u << 20)

struct module {
	u32 start, end, text, reserved;
};

struct map_entry {
	u32 size;
	u64 base, length;
	u32 type;
} __attribute__((packed));

struct information {
	u32 flags, mem_lower, mem_upper, boot_device, command_line, mods_count, mods_addr;
	u32 syms[4], mmap_length, mmap_addr;
};

extern u32 start_eax, start_ebx;
extern u8 image_end[];

static bool ends_with(const char *text, const char *end)
{
	const char *p = text, *q = end;

	while (*p)
		p++;
	while (*q)
		q++;
	while (q > end)
		if (p == text || *--p != *--q)
			return false;
	return true;
}

static void check_state(void)
{
	u32 cr0, flags;
	u16 cs, ds, ss;

	__asm__ volatile("mov %%cr0, %0; pushf; pop %1" : "=r"(cr0), "=r"(flags));
	__asm__ volatile("mov %%cs, %0; mov %%ds, %1; mov %%ss, %2" : "=r"(cs), "=r"(ds), "=r"(ss));
	CHECK_EQ(cr0 & 0x80000001, 1, "protected mode without paging");
	CHECK_EQ(flags & 0x20200, 0, "IF and VM are clear");
	CHECK(cs && ds && ds == ss, "flat segments");
}

static void check_map(const struct information *info)
{
	u32 at = info->mmap_addr, end = at + info->mmap_length;
	u64 ram = 0, top = 0;

	while (at < end) {
		const struct map_entry *entry = (const struct map_entry *)at;

		if (entry->type == 1) {
			ram += entry->length;
			if (entry->base + entry->length > top)
				top = entry->base + entry->length;
		}
		at += entry->size + 4;
	}
	CHECK_EQ(top, MEMORY, "the memory map ends where RAM does");
	CHECK(ram > MEMORY - (1 << 20) && ram <= MEMORY, "and has all but the hole below 1 MiB");
}

static void check_module(const struct information *info)
{
	const struct module *module = (const struct module *)info->mods_addr;

	CHECK_EQ(info->mods_count, 1, "there is one module");
	CHECK(module->start >= (u32)image_end && !(module->start & (PAGE_SIZE - 1)),
	      "it is on a page after the image");
	CHECK(!memcmp((void *)module->start, "# SPDX-License-Identifier", 25), "with its contents");
	CHECK(ends_with((const char *)module->text, "list"), "and its name");
}

void guest_main(void)
{
	const struct information *info = (const struct information *)start_ebx;

	CHECK_EQ(start_eax, LOADER_MAGIC, "EAX is the loader's magic");
	check_state();
	CHECK_EQ(info->flags & 0x4d, 0x4d, "there are memory, command line, modules, map");
	CHECK_EQ(info->mem_upper, (MEMORY >> 10) - 1024, "mem_upper");
	CHECK(info->mem_lower >= 512 && info->mem_lower <= 640, "mem_lower");
	CHECK(ends_with((const char *)info->command_line, "multiboot.elf one,two"), "command line");
	check_map(info);
	check_module(info);
}
