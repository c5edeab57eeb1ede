// SPDX-License-Identifier: GPL-2.0
/*
 * The indirect branches and returns of the module.  The compiler makes each of them a jump to a
 * thunk of the kernel and notes its place in a section; the kernel rewrites it as the processor
 * needs it.
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patched.h"

#define MAX_KINDS 16

struct kind {
	char name[64];
	unsigned int count;
};

struct count {
	struct kind kinds[MAX_KINDS];
	unsigned int used;
};

static void count(struct count *count, const char *name)
{
	struct kind *kind = count->kinds;

	while (kind < count->kinds + count->used && strcmp(kind->name, name))
		kind++;
	if (kind == count->kinds + MAX_KINDS)
		give_up("too many kinds: %s", name);
	if (kind == count->kinds + count->used) {
		snprintf(kind->name, sizeof(kind->name), "%s", name);
		count->used++;
	}
	kind->count++;
}

static void print(const char *title, const struct count *count)
{
	printf("%s", title);
	for (unsigned int i = 0; i < count->used; i++)
		printf(" %s=%u", count->kinds[i].name, count->kinds[i].count);
	printf("\n");
}

/* JMP or CALL through a register; *size is set. */
static bool is_indirect(const uint8_t *code, unsigned int *size)
{
	unsigned int rex = code[0] == 0x41;

	*size = rex + 2;
	return code[rex] == 0xff &&
	       ((code[rex + 1] & 0xf8) == 0xd0 || (code[rex + 1] & 0xf8) == 0xe0);
}

static uint64_t relative_target(uint64_t address, const uint8_t *code)
{
	int32_t offset;

	memcpy(&offset, code + 1, sizeof(offset));
	return address + 5 + (uint64_t)(int64_t)offset;
}

/* Of thunks that are one for each register, what they have in common. */
static const char *thunk_kind(const char *name)
{
	static const char *const prefixes[] = {"__x86_indirect_thunk", "__x86_indirect_call_thunk",
					       "__x86_indirect_jump_thunk",
					       "__x86_indirect_its_thunk"};

	for (unsigned int i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return prefixes[i];
	return name;
}

/* A thunk that has no name is one that the kernel wrote for this module: a jump through a register
 * in the safe half of a cache line. */
static const char *target_kind(uint64_t target)
{
	const char *name = symbol_name(target);
	uint8_t code[4];
	unsigned int size;

	if (name)
		return thunk_kind(name);
	memory_read(target, code, sizeof(code));
	if (is_indirect(code, &size))
		return (target + size - 1) & 0x20 ? "its-thunk" : "its-thunk-in-the-wrong-half";
	return "unknown-target";
}

/* ITS: branches are unsafe whose last byte is in the lower half of a cache line. */
static const char *direct_kind(uint64_t last, bool fenced)
{
	if (fenced)
		return "lfence";
	return last & 0x20 ? "plain" : "plain-lower-half";
}

static const char *branch_kind(uint64_t address)
{
	uint8_t code[16];
	const uint8_t *p = code;
	unsigned int size;
	bool fenced;

	memory_read(address, code, sizeof(code));
	while (*p == 0x2e)
		p++;
	fenced = !memcmp(p, "\x0f\xae\xe8", 3);
	if (fenced)
		p += 3;
	if (is_indirect(p, &size))
		return direct_kind(address + (uint64_t)(p - code) + size - 1, fenced);
	if (*p == 0x0f && (p[1] & 0xf0) == 0x80)
		p++; /* a conditional jump: its target is where that of a CALL is, a byte later */
	else if (*p != 0xe8 && *p != 0xe9)
		return "unknown";
	return target_kind(relative_target(address + (uint64_t)(p - code), p));
}

static const char *return_kind(uint64_t address)
{
	uint8_t code[5];

	memory_read(address, code, sizeof(code));
	if (code[0] == 0xc3)
		return address & 0x20 ? "ret" : "ret-lower-half";
	return code[0] == 0xe9 ? target_kind(relative_target(address, code)) : "unknown";
}

static void *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *data = NULL;
	long end;

	if (!file || fseek(file, 0, SEEK_END) || (end = ftell(file)) <= 0)
		give_up("%s: %s", path, strerror(errno));
	rewind(file);
	data = malloc((size_t)end);
	if (!data || fread(data, 1, (size_t)end, file) != (size_t)end)
		give_up("%s: cannot read it", path);
	fclose(file);
	*size = (size_t)end;
	return data;
}

/* The file is the one that was loaded: insmod checked it. */
static size_t section_size(const char *module, const char *name)
{
	size_t size, found = 0;
	char *file = read_file(module, &size);
	const Elf64_Ehdr *header = (void *)file;
	const Elf64_Shdr *sections = (void *)(file + header->e_shoff);
	const char *names = file + sections[header->e_shstrndx].sh_offset;

	for (unsigned int i = 0; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, name))
			found = sections[i].sh_size;
	free(file);
	if (!found)
		give_up("%s has no section %s", module, name);
	return found;
}

/* What the module's start needs is not there any more. */
static bool is_gone(uint64_t address, const char *module)
{
	static uint64_t begin, end;

	if (!end) {
		begin = section_address(".init.text");
		end = begin + section_size(module, ".init.text");
	}
	return address >= begin && address < end;
}

static void print_section(const char *title, const char *module, const char *section,
			  const char *(*kind)(uint64_t address))
{
	struct count counts = {.used = 0};
	uint64_t site = section_address(section);
	uint64_t end = site + section_size(module, section);

	for (; site < end; site += sizeof(int32_t)) {
		int32_t offset;
		uint64_t address;

		memory_read(site, &offset, sizeof(offset));
		address = site + (uint64_t)(int64_t)offset;
		if (!is_gone(address, module))
			count(&counts, kind(address));
	}
	print(title, &counts);
}

void print_sites(const char *module)
{
	print_section("branches", module, ".retpoline_sites", branch_kind);
	print_section("returns", module, ".return_sites", return_kind);
}
