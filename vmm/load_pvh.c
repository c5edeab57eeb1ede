// SPDX-License-Identifier: GPL-2.0
/*
 * An ELF kernel with the PVH entry: Xen's "x86/HVM direct boot ABI" (docs/misc/pvh.pandoc) and its
 * public headers, whose names these are.
 */
#include <string.h>

#include "guest_image.h"
#include "guest_layout.h"
#include "load_elf.h"
#include "words/say.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define XEN_HVM_START_MAGIC	 0x336ec578

struct hvm_modlist_entry {
	uint64_t paddr, size, cmdline_paddr, reserved;
};

struct hvm_memmap_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

struct hvm_start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist_paddr, cmdline_paddr, rsdp_paddr, memmap_paddr;
	uint32_t memmap_entries, reserved;
};

/* Everything at LAYOUT_PVH. */
struct area {
	struct hvm_start_info info;
	struct hvm_modlist_entry module;
	struct hvm_memmap_entry map[MEMORY_RANGES_MAX];
};

static bool pvh_entry(const struct file *file, uint32_t *entry)
{
	return elf_find_note(file, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, entry, sizeof(*entry));
}

bool pvh_detect(const struct file *file)
{
	uint32_t entry;

	return pvh_entry(file, &entry) || elf_is_linked_elsewhere(file);
}

static void pvh_describe_memory(struct area *area, const struct memory *mem)
{
	struct memory_range range[MEMORY_RANGES_MAX];
	unsigned int i, count = memory_describe(mem, range);

	for (i = 0; i < count; i++)
		area->map[i] = (struct hvm_memmap_entry){
			.addr = range[i].base,
			.size = range[i].end - range[i].base,
			.type = range[i].type,
		};
	area->info.memmap_paddr = LAYOUT_PVH + offsetof(struct area, map);
	area->info.memmap_entries = count;
}

static int pvh_describe_initrd(struct area *area, const struct image_request *request,
			       struct memory *mem, const struct image *image)
{
	struct image_initrd initrd;

	if (image_place_initrd(mem, request, image->end, mem->below_hole, &initrd))
		return -1;
	if (!initrd.size)
		return 0;
	area->module = (struct hvm_modlist_entry){.paddr = initrd.base, .size = initrd.size};
	area->info.modlist_paddr = LAYOUT_PVH + offsetof(struct area, module);
	area->info.nr_modules = 1;
	return 0;
}

int load_pvh(const struct file *file, const struct image_request *request, struct memory *mem,
	     struct image *image)
{
	struct area *area = memory_at(mem, LAYOUT_PVH, sizeof(*area));
	uint32_t entry = 0;
	size_t length;

	if (!pvh_entry(file, &entry))
		return say_error("build it with CONFIG_PVH, or give the bzImage",
				 "%s has no PVH entry (note XEN_ELFNOTE_PHYS32_ENTRY)", file->path);
	if (!area)
		return say_error("give the guest more with --memory", "no room for a PVH kernel");
	if (elf_load(file, mem, image))
		return -1;
	if (!memory_at(mem, entry, 1))
		return say_error("the file is damaged", "%s: PVH entry at %#x", file->path, entry);
	memset(area, 0, sizeof(*area));
	area->info.magic = XEN_HVM_START_MAGIC;
	area->info.version = 1;
	area->info.cmdline_paddr = LAYOUT_COMMAND_LINE;
	area->info.rsdp_paddr = LAYOUT_ACPI;
	pvh_describe_memory(area, mem);
	image->mode = START_PROTECTED;
	image->os = true;
	image->entry = entry;
	image->ebx = LAYOUT_PVH;
	if (pvh_describe_initrd(area, request, mem, image))
		return -1;
	return image_place_command_line(mem, NULL, image_linux_args(request), &length);
}
