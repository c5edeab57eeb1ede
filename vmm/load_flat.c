// SPDX-License-Identifier: GPL-2.0
/*
 * Flat guests: a 16-bit image that starts like a boot sector, and a 64-bit one (raw or ELF) that
 * starts in long mode with its memory mapped one to one and a struct boot_info at RDI.
 */
#include <string.h>

#include "boot_info.h"
#include "guest_image.h"
#include "guest_layout.h"
#include "load_elf.h"
#include "words/say.h"

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
	return image_place_command_line(mem, request->path, request->args, NULL);
}

static int flat64_finish(const struct image_request *request, struct memory *mem,
			 struct image *image)
{
	if (request->nr_modules)
		return say_error("only multiboot images have modules",
				 "--initrd with a flat 64-bit image");
	image->mode = START_LONG;
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
