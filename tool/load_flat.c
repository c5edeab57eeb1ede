// SPDX-License-Identifier: GPL-2.0
/*
 * Flat guests: a 16-bit image that starts like a boot sector, and a 64-bit one (raw or ELF) that
 * starts in long mode with its memory mapped one to one and a struct boot_info at RDI.
 */
#include <string.h>

#include "boot_info.h"
#include "image.h"
#include "layout.h"
#include "load_elf.h"
#include "say.h"

#define PAGE_SIZE 4096ull
#define GIB	  (1ull << 30)

/* Page-table entry bits; SDM volume 3, "4-Level Paging and 5-Level Paging". */
#define PTE_PRESENT  (1ull << 0)
#define PTE_WRITABLE (1ull << 1)
#define PTE_LARGE    (1ull << 7)

int load_flat16(const struct file *file, struct memory *mem, struct image *image)
{
	uint64_t room = LAYOUT_LOW_END - LAYOUT_FLAT16;
	uint8_t *to = memory_at(mem, LAYOUT_FLAT16, file->size);

	/* None of the VMM's own things are in a 16-bit guest: the image may lie over their area. */
	if (file->size > room || !to)
		return say_error("it has to end at 640 KiB and within --memory",
				 "%s: %zu bytes from 0x7c00 on are too many", file->path,
				 file->size);
	memcpy(to, file->data, file->size);
	image->mode = START_REAL;
	image->entry = LAYOUT_FLAT16;
	image->end = LAYOUT_FLAT16 + file->size;
	return 0;
}

/* Maps all RAM and the hole below 4 GiB one to one, with 2 MiB pages: supervisor, writable. */
static int flat64_map(struct memory *mem)
{
	uint64_t top = MEMORY_HOLE_END + mem->above_hole;
	uint64_t gibs = (top + GIB - 1) / GIB;
	uint64_t *pml4 = memory_at(mem, LAYOUT_PAGE_TABLES, (2 + gibs) * PAGE_SIZE);
	uint64_t *pointers, *directory, i;

	if (!pml4)
		return say_error("give the guest at least 2M with --memory",
				 "no room for page tables");
	pointers = pml4 + 512;
	directory = pointers + 512;
	memset(pml4, 0, (2 + gibs) * PAGE_SIZE);
	pml4[0] = (LAYOUT_PAGE_TABLES + PAGE_SIZE) | PTE_PRESENT | PTE_WRITABLE;
	for (i = 0; i < gibs; i++)
		pointers[i] =
			(LAYOUT_PAGE_TABLES + (2 + i) * PAGE_SIZE) | PTE_PRESENT | PTE_WRITABLE;
	for (i = 0; i < gibs * 512; i++)
		directory[i] = (i << 21) | PTE_PRESENT | PTE_WRITABLE | PTE_LARGE;
	return 0;
}

static int flat64_describe(const struct image_request *request, struct memory *mem,
			   const struct image *image)
{
	struct boot_info *info;
	unsigned int i;

	info = memory_at(mem, LAYOUT_BOOT_INFO, request->cpus * sizeof(*info));
	if (!info)
		return say_error("give the guest at least 2M with --memory",
				 "no room for the boot information");
	for (i = 0; i < request->cpus; i++)
		info[i] = (struct boot_info){
			.magic = BOOT_INFO_MAGIC,
			.size = sizeof(*info),
			.cpu_id = i,
			.cpus = request->cpus,
			.debug_exit = request->debug_exit,
			.memory_low = mem->below_hole,
			.memory_high = mem->above_hole,
			.command_line = LAYOUT_COMMAND_LINE,
			.image_end = image->end,
		};
	return image_place_command_line(mem, request->path, request->args);
}

static int flat64_finish(const struct image_request *request, struct memory *mem,
			 struct image *image)
{
	if (request->nr_modules)
		return say_error("only multiboot images have modules",
				 "--initrd with a flat 64-bit image");
	image->mode = START_LONG;
	if (flat64_map(mem))
		return -1;
	return flat64_describe(request, mem, image);
}

int load_flat64(const struct file *file, const struct image_request *request, struct memory *mem,
		struct image *image)
{
	image->entry = LAYOUT_FLAT64;
	image->end = LAYOUT_FLAT64 + file->size;
	if (image_place(mem, LAYOUT_FLAT64, file->data, file->size, file->size))
		return -1;
	return flat64_finish(request, mem, image);
}

int load_elf64(const struct file *file, const struct image_request *request, struct memory *mem,
	       struct image *image)
{
	if (elf_load(file, mem, image))
		return -1;
	return flat64_finish(request, mem, image);
}
