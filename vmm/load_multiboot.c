// SPDX-License-Identifier: GPL-2.0
/*
 * Multiboot (version 1) images, as "Multiboot Specification version 0.6.96" describes them: a
 * header within the first 8 KiB, an ELF file or a header with addresses, a 32-bit entry with the
 * information at EBX.
 */
#include <string.h>

#include "guest_image.h"
#include "guest_layout.h"
#include "load_elf.h"
#include "words/say.h"

#define HEADER_MAGIC  0x1badb002u
#define HEADER_SEARCH 8192
#define LOADER_MAGIC  0x2badb002u /* in EAX at the entry */

#define NEED_ALIGNED_MODULES (1u << 0)
#define NEED_MEMORY	     (1u << 1)
#define NEED_KNOWN	     (NEED_ALIGNED_MODULES | NEED_MEMORY)
#define NEED_MASK	     0xffffu /* an unknown bit in here must be refused */
#define HAVE_ADDRESSES	     (1u << 16)

#define INFO_MEMORY	  (1u << 0)
#define INFO_COMMAND_LINE (1u << 2)
#define INFO_MODULES	  (1u << 3)
#define INFO_MEMORY_MAP	  (1u << 6)
#define INFO_LOADER_NAME  (1u << 9)

#define ONE_MIB	    0x100000ull
#define MODULES_MAX 16

struct header {
	uint32_t magic, flags, checksum;
	uint32_t header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr;
};

struct module {
	uint32_t start, end, text, reserved;
};

struct map_entry {
	uint32_t size; /* of what follows */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

struct information {
	uint32_t flags;
	uint32_t mem_lower, mem_upper; /* KiB */
	uint32_t boot_device;
	uint32_t command_line;
	uint32_t mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr;
	uint32_t config_table;
	uint32_t boot_loader_name;
};

/* Everything at LAYOUT_MULTIBOOT. */
struct area {
	struct information info;
	struct map_entry map[MEMORY_RANGES_MAX];
	struct module module[MODULES_MAX];
	char loader_name[16];
	char module_text[MODULES_MAX][128];
};

static uint32_t area_address(size_t offset)
{
	return LAYOUT_MULTIBOOT + (uint32_t)offset;
}

/* Offset of the header in the file, or -1. */
static long multiboot_find(const struct file *file, struct header *header)
{
	size_t end = file->size < HEADER_SEARCH ? file->size : HEADER_SEARCH;
	size_t at;

	for (at = 0; at + 3 * sizeof(uint32_t) <= end; at += 4) {
		size_t left = file->size - at;

		memset(header, 0, sizeof(*header));
		memcpy(header, file->data + at, left < sizeof(*header) ? left : sizeof(*header));
		if (header->magic == HEADER_MAGIC &&
		    header->magic + header->flags + header->checksum == 0)
			return (long)at;
	}
	return -1;
}

bool multiboot_detect(const struct file *file)
{
	struct header header;

	return multiboot_find(file, &header) >= 0;
}

static int multiboot_load_by_header(const struct file *file, const struct header *h, size_t at,
				    struct memory *mem, struct image *image)
{
	uint64_t start, size, memory_size;

	if (h->load_addr > h->header_addr || h->header_addr - h->load_addr > at)
		return say_error("the file is damaged", "%s: its multiboot addresses are nonsense",
				 file->path);
	start = at - (h->header_addr - h->load_addr);
	size = h->load_end_addr ? (uint64_t)h->load_end_addr - h->load_addr : file->size - start;
	if (size > file->size - start)
		return say_error("the file is damaged",
				 "%s ends before its multiboot load_end_addr", file->path);
	memory_size = h->bss_end_addr ? (uint64_t)h->bss_end_addr - h->load_addr : size;
	image->entry = h->entry_addr;
	image->end = h->load_addr + memory_size;
	return image_place(mem, h->load_addr, file->data + start, size, memory_size);
}

/* Modules go after the image, each on a page of its own. */
static int multiboot_load_module(const char *path, unsigned int i, struct memory *mem,
				 struct area *area, struct image *image)
{
	uint64_t start = (image->end + 0xfff) & ~0xfffull;
	struct file file;
	int ret;

	if (strlen(path) >= sizeof(area->module_text[i]))
		return say_error("shorten it", "module path %s is too long", path);
	ret = file_read(&file, path, mem->below_hole);
	if (!ret)
		ret = image_place(mem, start, file.data, file.size, file.size);
	if (!ret) {
		strcpy(area->module_text[i], path);
		area->module[i] = (struct module){
			.start = start,
			.end = start + file.size,
			.text = area_address((uint8_t *)area->module_text[i] - (uint8_t *)area),
		};
		image->end = start + file.size;
	}
	file_free(&file);
	return ret;
}

static void multiboot_describe_memory(const struct memory *mem, struct area *area)
{
	struct memory_range range[MEMORY_RANGES_MAX];
	unsigned int i, count = memory_describe(mem, range);

	for (i = 0; i < count; i++)
		area->map[i] = (struct map_entry){
			.size = sizeof(struct map_entry) - sizeof(uint32_t),
			.base = range[i].base,
			.length = range[i].end - range[i].base,
			.type = range[i].type,
		};
	area->info.mem_lower = range[0].end / 1024;
	area->info.mmap_length = count * sizeof(struct map_entry);
}

static void multiboot_describe(const struct memory *mem, unsigned int modules, struct area *area)
{
	struct information *info = &area->info;
	uint64_t above_1m = mem->below_hole > ONE_MIB ? mem->below_hole - ONE_MIB : 0;

	info->flags =
		INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES | INFO_MEMORY_MAP | INFO_LOADER_NAME;
	info->mem_upper = above_1m / 1024;
	info->command_line = LAYOUT_COMMAND_LINE;
	info->mods_count = modules;
	info->mods_addr = area_address(offsetof(struct area, module));
	info->mmap_addr = area_address(offsetof(struct area, map));
	info->boot_loader_name = area_address(offsetof(struct area, loader_name));
	strcpy(area->loader_name, "lintel run");
	multiboot_describe_memory(mem, area);
}

static int multiboot_load_image(const struct file *file, struct memory *mem, struct image *image)
{
	struct header header;
	long at = multiboot_find(file, &header);
	uint32_t unknown;

	if (at < 0)
		return say_error("is it the right file?", "%s has no multiboot header", file->path);
	unknown = header.flags & NEED_MASK & ~NEED_KNOWN;
	if (unknown)
		return say_error("there is no video mode to set",
				 "%s needs multiboot features %#x, unknown here", file->path,
				 unknown);
	if (header.flags & HAVE_ADDRESSES)
		return multiboot_load_by_header(file, &header, at, mem, image);
	return elf_load(file, mem, image);
}

int load_multiboot(const struct file *file, const struct image_request *request, struct memory *mem,
		   struct image *image)
{
	struct area *area = memory_at(mem, LAYOUT_MULTIBOOT, sizeof(*area));
	unsigned int i;

	_Static_assert(sizeof(struct area) <= LAYOUT_FLAT16 - LAYOUT_MULTIBOOT, "area too large");
	if (!area || mem->below_hole < ONE_MIB)
		return say_error("give the guest at least 2M with --memory",
				 "no room for a multiboot image");
	if (request->nr_modules > MODULES_MAX)
		return say_error("give fewer", "more than %d --initrd", MODULES_MAX);
	memset(area, 0, sizeof(*area));
	if (multiboot_load_image(file, mem, image))
		return -1;
	if (image->entry >= MEMORY_HOLE_END)
		return say_error("link it below 4 GiB", "%s: 32-bit entry at %#llx", file->path,
				 (unsigned long long)image->entry);
	for (i = 0; i < request->nr_modules; i++)
		if (multiboot_load_module(request->modules[i], i, mem, area, image))
			return -1;
	multiboot_describe(mem, request->nr_modules, area);
	image->mode = START_PROTECTED;
	image->eax = LOADER_MAGIC;
	image->ebx = LAYOUT_MULTIBOOT;
	return image_place_command_line(mem, request->path, request->args, NULL);
}
