// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <string.h>

#include "load_elf.h"
#include "say.h"

/* One loadable segment, whatever the class of the file. */
struct segment {
	uint64_t offset, gpa, file_size, memory_size;
};

/* What the two classes of ELF header have in common. */
struct elf {
	uint64_t entry, table;
	unsigned int count, entry_size;
	bool is64;
};

static bool elf_header(const struct file *file, struct elf *elf)
{
	Elf64_Ehdr h64;
	Elf32_Ehdr h32;

	if (file->size < sizeof(h64) || memcmp(file->data, ELFMAG, SELFMAG) != 0)
		return false;
	memcpy(&h64, file->data, sizeof(h64));
	memcpy(&h32, file->data, sizeof(h32));
	if (h64.e_type != ET_EXEC)
		return false;
	if (h64.e_ident[EI_CLASS] == ELFCLASS64 && h64.e_machine == EM_X86_64) {
		*elf = (struct elf){h64.e_entry, h64.e_phoff, h64.e_phnum, h64.e_phentsize, true};
		return h64.e_phentsize >= sizeof(Elf64_Phdr);
	}
	if (h64.e_ident[EI_CLASS] == ELFCLASS32 && h64.e_machine == EM_386) {
		*elf = (struct elf){h32.e_entry, h32.e_phoff, h32.e_phnum, h32.e_phentsize, false};
		return h32.e_phentsize >= sizeof(Elf32_Phdr);
	}
	return false;
}

bool elf_is_executable64(const struct file *file)
{
	struct elf elf;

	return elf_header(file, &elf) && elf.is64;
}

/* Fills @seg and returns true if program header @at is one to load. */
static bool elf_segment(const struct elf *elf, const uint8_t *at, struct segment *seg)
{
	Elf64_Phdr p64;
	Elf32_Phdr p32;

	if (elf->is64) {
		memcpy(&p64, at, sizeof(p64));
		*seg = (struct segment){p64.p_offset, p64.p_paddr, p64.p_filesz, p64.p_memsz};
		return p64.p_type == PT_LOAD;
	}
	memcpy(&p32, at, sizeof(p32));
	*seg = (struct segment){p32.p_offset, p32.p_paddr, p32.p_filesz, p32.p_memsz};
	return p32.p_type == PT_LOAD;
}

static int elf_place(const struct file *file, struct memory *mem, const struct segment *seg)
{
	if (seg->offset > file->size || seg->file_size > file->size - seg->offset)
		return say_error("the file is damaged", "%s: a segment ends after the file",
				 file->path);
	return image_place(mem, seg->gpa, file->data + seg->offset, seg->file_size,
			   seg->memory_size);
}

int elf_load(const struct file *file, struct memory *mem, struct image *image)
{
	struct elf elf;
	unsigned int i;

	if (!elf_header(file, &elf))
		return say_error("link it without -pie, for x86",
				 "%s is not an ELF executable for x86", file->path);
	if (elf.table > file->size || (uint64_t)elf.count * elf.entry_size > file->size - elf.table)
		return say_error("the file is damaged", "%s: no program headers", file->path);
	image->entry = elf.entry;
	for (i = 0; i < elf.count; i++) {
		struct segment seg;

		if (!elf_segment(&elf, file->data + elf.table + i * elf.entry_size, &seg))
			continue;
		if (!seg.memory_size)
			continue;
		if (elf_place(file, mem, &seg))
			return -1;
		if (seg.gpa + seg.memory_size > image->end)
			image->end = seg.gpa + seg.memory_size;
	}
	if (!image->end)
		return say_error("the file is damaged", "%s: nothing to load", file->path);
	return 0;
}
