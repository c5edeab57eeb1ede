// SPDX-License-Identifier: GPL-2.0
/* Memory and symbols of the running kernel. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "patched.h"

#define MODULE	     "lintel"
#define MAX_SEGMENTS 64
#define PAGE	     4096
#define PAGES	     256

struct symbol {
	uint64_t address;
	char *name;
};

static struct symbol *symbols;
static size_t symbol_count;

void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("patched: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static void read_at(int fd, void *to, size_t size, uint64_t offset)
{
	ssize_t n = pread(fd, to, size, (off_t)offset);

	if (n != (ssize_t)size)
		give_up("/proc/kcore: %s", n < 0 ? strerror(errno) : "it has not that much");
}

static int kcore(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up("/proc/kcore: %s", strerror(errno));
	return fd;
}

/* The file is an ELF core dump, with a segment for each range of addresses. */
static void read_page(uint64_t address, void *to)
{
	static Elf64_Phdr segments[MAX_SEGMENTS];
	static Elf64_Ehdr header;

	if (!header.e_phnum) {
		read_at(kcore(), &header, sizeof(header), 0);
		if (header.e_phnum > MAX_SEGMENTS)
			give_up("/proc/kcore has too many segments");
		read_at(kcore(), segments, header.e_phnum * sizeof(*segments), header.e_phoff);
	}
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		const Elf64_Phdr *s = &segments[i];

		if (s->p_type == PT_LOAD && address >= s->p_vaddr &&
		    address - s->p_vaddr <= s->p_memsz - PAGE) {
			read_at(kcore(), to, PAGE, s->p_offset + address - s->p_vaddr);
			return;
		}
	}
	give_up("/proc/kcore has no address %#lx", (unsigned long)address);
}

/* A read costs the emulated machine more than a page does: what was read is kept. */
static const uint8_t *page_at(uint64_t address)
{
	static struct {
		uint64_t address;
		uint8_t bytes[PAGE];
	} pages[PAGES];
	uint64_t page = address & ~(uint64_t)(PAGE - 1);
	unsigned int i = page / PAGE % PAGES;

	if (pages[i].address != page) {
		read_page(page, pages[i].bytes);
		pages[i].address = page;
	}
	return pages[i].bytes;
}

void memory_read(uint64_t address, void *to, size_t size)
{
	for (uint8_t *byte = to; size--; address++)
		*byte++ = page_at(address)[address % PAGE];
}

static void add_symbol(uint64_t address, const char *name)
{
	if (!(symbol_count & (symbol_count + 1)))
		symbols = realloc(symbols, (symbol_count + 1) * 2 * sizeof(*symbols));
	if (!symbols)
		give_up("out of memory");
	symbols[symbol_count++] = (struct symbol){.address = address, .name = strdup(name)};
}

/* Of all the symbols, those of the module, and of the kernel those whose names say that code jumps
 * there in place of something else. */
static int is_wanted(const char *line)
{
	return strstr(line, "\t[" MODULE "]") ||
	       (!strchr(line, '[') && (strstr(line, "thunk") || strstr(line, "clear_bhb")));
}

static void read_symbols(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long address;
	char line[512], name[256];

	if (!file)
		give_up("/proc/kallsyms: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (is_wanted(line) && sscanf(line, "%lx %*c %255s", &address, name) == 2)
			add_symbol(address, name);
	fclose(file);
}

uint64_t symbol_address(const char *name)
{
	if (!symbols)
		read_symbols();
	for (size_t i = 0; i < symbol_count; i++)
		if (!strcmp(symbols[i].name, name))
			return symbols[i].address;
	give_up("/proc/kallsyms has no %s of " MODULE, name);
}

const char *symbol_name(uint64_t address)
{
	if (!symbols)
		read_symbols();
	for (size_t i = 0; i < symbol_count; i++)
		if (symbols[i].address == address)
			return symbols[i].name;
	return NULL;
}

uint64_t section_address(const char *name)
{
	char path[256], text[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/" MODULE "/sections/%s", name);
	file = fopen(path, "re");
	if (!file || !fgets(text, sizeof(text), file))
		give_up("%s: %s", path, strerror(errno));
	fclose(file);
	return strtoull(text, NULL, 16);
}
