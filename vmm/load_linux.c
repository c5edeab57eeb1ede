// SPDX-License-Identifier: GPL-2.0
/*
 * Linux as a bzImage, by the 64-bit boot protocol: the kernel's Documentation/x86/boot.rst (The
 * Linux/x86 Boot Protocol) and zero-page.rst.  Field names are those of <asm/bootparam.h>.
 */
#include <asm/bootparam.h>
#include <string.h>

#include "guest_image.h"
#include "guest_layout.h"
#include "words/say.h"

#define SECTOR		512
#define SETUP_SECTS_OLD 4	   /* what 0 means */
#define HEADER_MAGIC	0x53726448 /* "HdrS" */
#define BOOT_FLAG	0xaa55
#define HEADER_AT	offsetof(struct boot_params, hdr)
#define HEADER_LENGTH	0x201 /* the byte there counts from HEADER_COUNTED on */
#define HEADER_COUNTED	0x202
#define VERSION_WANTED	0x20c /* the first with xloadflags */
#define ENTRY_64	0x200
#define LOADER_UNNAMED	0xff

static bool linux_header(const struct file *file, struct setup_header *header)
{
	if (file->size < HEADER_AT + sizeof(*header))
		return false;
	memcpy(header, file->data + HEADER_AT, sizeof(*header));
	return header->boot_flag == BOOT_FLAG && header->header == HEADER_MAGIC;
}

bool linux_detect(const struct file *file)
{
	struct setup_header header;

	return linux_header(file, &header);
}

static int linux_check(const struct file *file, const struct setup_header *h)
{
	if (h->version < VERSION_WANTED)
		return say_error("give it a newer kernel, or a vmlinux",
				 "%s: Linux boot protocol %u.%02u is too old, 2.12 is needed",
				 file->path, h->version >> 8, h->version & 0xff);
	if (!(h->xloadflags & XLF_KERNEL_64))
		return say_error("give it a kernel for x86-64",
				 "%s: a Linux kernel without 64-bit entry", file->path);
	if (!(h->loadflags & LOADED_HIGH))
		return say_error("give it a bzImage", "%s: a Linux kernel to be loaded low",
				 file->path);
	return 0;
}

/* The protected-mode part: everything after the boot sector and the setup sectors. */
static int linux_place_kernel(const struct file *file, const struct setup_header *h,
			      struct memory *mem, struct image *image)
{
	uint64_t skip = (1 + (h->setup_sects ? h->setup_sects : SETUP_SECTS_OLD)) * SECTOR;
	uint64_t size = h->syssize * 16ull;

	if (skip + ENTRY_64 >= file->size || size > file->size - skip)
		return say_error("the file is damaged", "%s is shorter than its header says",
				 file->path);
	size = file->size - skip;
	if (!memory_at(mem, h->pref_address, h->init_size) || h->init_size < size)
		return say_error("give the guest more with --memory, unless the file is damaged",
				 "%s needs %#x bytes at %#llx, where there is no RAM for them",
				 file->path, h->init_size, (unsigned long long)h->pref_address);
	image->entry = h->pref_address + ENTRY_64;
	image->end = h->pref_address + h->init_size;
	return image_place(mem, h->pref_address, file->data + skip, size, size);
}

static void linux_set_memory(struct boot_params *params, const struct memory *mem)
{
	struct memory_range range[MEMORY_RANGES_MAX];
	unsigned int i, count = memory_describe(mem, range);

	for (i = 0; i < count; i++)
		params->e820_table[i] = (struct boot_e820_entry){
			.addr = range[i].base,
			.size = range[i].end - range[i].base,
			.type = range[i].type,
		};
	params->e820_entries = count;
}

static int linux_set_initrd(struct boot_params *params, const struct image_request *request,
			    struct memory *mem, const struct image *image)
{
	struct image_initrd initrd;

	if (image_place_initrd(mem, request, image->end, params->hdr.initrd_addr_max + 1ull,
			       &initrd))
		return -1;
	params->hdr.ramdisk_image = initrd.base;
	params->hdr.ramdisk_size = initrd.size;
	return 0;
}

static int linux_set_command_line(struct boot_params *params, const struct image_request *request,
				  struct memory *mem)
{
	size_t length;

	if (image_place_command_line(mem, NULL, image_linux_args(request), &length))
		return -1;
	if (length > params->hdr.cmdline_size)
		return say_error("shorten it", "the kernel takes a command line of %u bytes",
				 params->hdr.cmdline_size);
	params->hdr.cmd_line_ptr = LAYOUT_COMMAND_LINE;
	return 0;
}

/* The zero page: the header as it is in the file, as far as it says that it goes, and the rest. */
static int linux_place_params(const struct file *file, const struct image_request *request,
			      struct memory *mem, struct image *image)
{
	struct boot_params *params = memory_at(mem, LAYOUT_BOOT_INFO, sizeof(*params));
	size_t size = HEADER_COUNTED + file->data[HEADER_LENGTH] - HEADER_AT;

	if (!params)
		return say_error("give the guest more with --memory", "no room for the zero page");
	memset(params, 0, sizeof(*params));
	memcpy(&params->hdr, file->data + HEADER_AT,
	       size < sizeof(params->hdr) ? size : sizeof(params->hdr));
	params->hdr.type_of_loader = LOADER_UNNAMED;
	params->acpi_rsdp_addr = LAYOUT_ACPI;
	linux_set_memory(params, mem);
	image->rsi = LAYOUT_BOOT_INFO;
	if (linux_set_initrd(params, request, mem, image))
		return -1;
	return linux_set_command_line(params, request, mem);
}

int load_linux(const struct file *file, const struct image_request *request, struct memory *mem,
	       struct image *image)
{
	struct setup_header header;

	if (!linux_header(file, &header))
		return say_error("is it the right file?", "%s is not a Linux bzImage", file->path);
	if (linux_check(file, &header) || linux_place_kernel(file, &header, mem, image))
		return -1;
	image->mode = START_LONG;
	image->os = true;
	return linux_place_params(file, request, mem, image);
}
