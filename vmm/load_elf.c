// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <string.h>

#include "load_elf.h"
#include "words/say.h"

/* A program header, whatever the class of the file. */
struct segment {
	uint32_t type;
	uint64_t offset, virtual, gpa, file_size, memory_size;
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

/* As elf_header(), and the program headers are in the file. */
static bool elf_table(const struct file *file, struct elf *elf)
{
	return elf_header(file, elf) && elf->table <= file->size &&
	       (uint64_t)elf->count * elf->entry_size <= file->size - elf->table;
}

static struct segment elf_segment(const struct file *file, const struct elf *elf, unsigned int i)
{
	const uint8_t *at = file->data + elf->table + (uint64_t)i * elf->entry_size;
	Elf64_Phdr p64;
	Elf32_Phdr p32;

	if (elf->is64) {
		memcpy(&p64, at, sizeof(p64));
		return (struct segment){p64.p_type,  p64.p_offset, p64.p_vaddr,
					p64.p_paddr, p64.p_filesz, p64.p_memsz};
	}
	memcpy(&p32, at, sizeof(p32));
	return (struct segment){p32.p_type,  p32.p_offset, p32.p_vaddr,
				p32.p_paddr, p32.p_filesz, p32.p_memsz};
}

static bool segment_is_in_file(const struct file *file, const struct segment *seg)
{
	return seg->offset <= file->size && seg->file_size <= file->size - seg->offset;
}

bool elf_is_linked_elsewhere(const struct file *file)
{
	struct elf elf;
	unsigned int i;

	if (!elf_table(file, &elf))
		return false;
	for (i = 0; i < elf.count; i++) {
		struct segment seg = elf_segment(file, &elf, i);

		if (seg.type == PT_LOAD && seg.memory_size && seg.virtual != seg.gpa)
			return true;
	}
	return false;
}

/* Looks through a segment of notes: header, name and description, the latter two padded to 4. */
static bool notes_find(const uint8_t *at, uint64_t left, const char *name, uint32_t type,
		       void *data, size_t size)
{
	Elf64_Nhdr note; /* the same in both classes */

	while (left >= sizeof(note)) {
		uint64_t name_size, data_at, end;

		memcpy(&note, at, sizeof(note));
		name_size = note.n_namesz;
		data_at = sizeof(note) + ((name_size + 3) & ~3ull);
		end = data_at + ((note.n_descsz + 3ull) & ~3ull);
		if (data_at > left || note.n_descsz > left - data_at)
			return false;
		if (note.n_type == type && name_size == strlen(name) + 1 &&
		    !memcmp(at + sizeof(note), name, name_size) && note.n_descsz >= size) {
			memcpy(data, at + data_at, size);
			return true;
		}
		if (end > left)
			return false;
		at += end;
		left -= end;
	}
	return false;
}

bool elf_find_note(const struct file *file, const char *name, uint32_t type, void *data,
		   size_t size)
{
	struct elf elf;
	unsigned int i;

	if (!elf_table(file, &elf))
		return false;
	for (i = 0; i < elf.count; i++) {
		struct segment seg = elf_segment(file, &elf, i);

		if (seg.type == PT_NOTE && segment_is_in_file(file, &seg) &&
		    notes_find(file->data + seg.offset, seg.file_size, name, type, data, size))
			return true;
	}
	return false;
}

static int elf_place(const struct file *file, struct memory *mem, const struct segment *seg)
{
	if (!segment_is_in_file(file, seg))
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
	if (!elf_table(file, &elf))
		return say_error("the file is damaged", "%s: no program headers", file->path);
	image->entry = elf.entry;
	for (i = 0; i < elf.count; i++) {
		struct segment seg = elf_segment(file, &elf, i);

		if (seg.type != PT_LOAD || !seg.memory_size)
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
