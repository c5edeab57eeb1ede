// SPDX-License-Identifier: GPL-2.0
/*
 * bootimage: turn Debian's bzImage into what loader.S needs in the machine's RAM.
 *
 *   bootimage unpack BZIMAGE VMLINUX
 *       the ELF file that is packed in it, without the zeros at its segments' ends
 *   bootimage release BZIMAGE
 *       print what its uname -r will say
 *   bootimage flatten VMLINUX FLAT
 *       lay its ELF segments out as they lie in memory, from KERNEL_BASE on;
 *       print the address of the 64-bit entry
 *   bootimage params BZIMAGE ENTRY INITRD CMDLINE PARAMS
 *       boot parameters, command line and identity page tables, for PARAMS_BASE
 *
 * The emulated processor would need minutes to decompress the kernel itself; and
 * there is no disk or boot loader to wait for.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layout.h"

/* Offsets of the setup header, from the kernel's x86 boot protocol. */
enum {
	HDR_SETUP_SECTS = 0x1f1,
	HDR_JUMP_LENGTH = 0x201,
	HDR_END_BASE = 0x202,
	HDR_MAGIC = 0x202,
	HDR_KERNEL_VERSION = 0x20e,
	HDR_TYPE_OF_LOADER = 0x210,
	HDR_LOADFLAGS = 0x211,
	HDR_RAMDISK_IMAGE = 0x218,
	HDR_RAMDISK_SIZE = 0x21c,
	HDR_CMD_LINE_PTR = 0x228,
	HDR_PAYLOAD_OFFSET = 0x248,
	HDR_PAYLOAD_LENGTH = 0x24c,
	LOADED_HIGH = 1,
};

#define PAGE	     4096u
#define MAX_SEGMENTS 16
#define LARGE_PAGE   (2u << 20)
#define PTE_PRESENT  0x01u
#define PTE_WRITE    0x02u
#define PTE_LARGE    0x80u

struct blob {
	const uint8_t *data;
	size_t size;
};

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "bootimage: %s: %s\n", what, detail);
	exit(1);
}

static struct blob map_file(const char *path)
{
	struct stat st;
	struct blob b;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		die(path, strerror(errno));
	if (st.st_size == 0)
		die(path, "empty file");
	b.size = (size_t)st.st_size;
	b.data = mmap(NULL, b.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (b.data == MAP_FAILED)
		die(path, strerror(errno));
	close(fd);
	return b;
}

/* The part [off, off + size) of a blob; anything outside it ends the program. */
static const uint8_t *part(struct blob b, uint64_t off, uint64_t size, const char *what)
{
	if (off > b.size || size > b.size - off)
		die(what, "lies outside the file");
	return b.data + off;
}

static uint32_t le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void check_bzimage(struct blob bz)
{
	part(bz, 0, HDR_PAYLOAD_LENGTH + 4, "setup header");
	if (memcmp(bz.data + HDR_MAGIC, "HdrS", 4))
		die("kernel", "not a bzImage");
}

/* The program that unpacks a payload, known by its magic number. */
static char *const *unpacker(const uint8_t *payload)
{
	static const struct {
		const char *magic;
		size_t len;
		char *argv[4];
	} formats[] = {
		{"\xfd"
		 "7zXZ",
		 5,
		 {"xz", "-dcq", NULL}},
		{"\x1f\x8b", 2, {"gzip", "-dcq", NULL}},
		{"\x28\xb5\x2f\xfd", 4, {"zstd", "-dcq", NULL}},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!memcmp(payload, formats[i].magic, formats[i].len))
			return formats[i].argv;
	die("kernel", "payload is neither xz, gzip nor zstd");
	return NULL;
}

static void write_all(int fd, const void *data, size_t size, const char *what)
{
	const uint8_t *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0)
			die(what, strerror(errno));
		p += n;
		size -= (size_t)n;
	}
}

/* Run `argv` on the file `in`; its output goes into an unnamed file that is returned. */
static FILE *filter(char *const argv[], FILE *in)
{
	FILE *out = tmpfile();
	int status;
	pid_t pid;

	if (!out)
		die("temporary file", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("fork", strerror(errno));
	if (pid == 0) {
		if (dup2(fileno(in), 0) < 0 || dup2(fileno(out), 1) < 0)
			_exit(127);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid", strerror(errno));
	/* The kernel appends the unpacked size to the payload; the unpackers grumble at it. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		die(argv[0], "could not be run");
	return out;
}

static struct blob unpack_kernel(struct blob bz)
{
	uint64_t start = (bz.data[HDR_SETUP_SECTS] + 1u) * 512u;
	uint32_t size = le32(bz.data + HDR_PAYLOAD_LENGTH);
	const uint8_t *payload =
		part(bz, start + le32(bz.data + HDR_PAYLOAD_OFFSET), size, "kernel payload");
	struct blob elf;
	struct stat st;
	FILE *packed = tmpfile();
	FILE *unpacked;

	if (!packed)
		die("temporary file", strerror(errno));
	if (size < 16)
		die("kernel payload", "too short");
	/* The last four bytes are the unpacked size, which is no part of the packed stream. */
	write_all(fileno(packed), payload, size - 4, "temporary file");
	if (lseek(fileno(packed), 0, SEEK_SET) != 0)
		die("temporary file", strerror(errno));
	unpacked = filter(unpacker(payload), packed);
	if (fstat(fileno(unpacked), &st))
		die("temporary file", strerror(errno));
	elf.size = (size_t)st.st_size;
	if (elf.size != le32(payload + size - 4))
		die("kernel payload", "does not unpack to the size it names");
	elf.data = mmap(NULL, elf.size, PROT_READ, MAP_PRIVATE, fileno(unpacked), 0);
	if (elf.data == MAP_FAILED)
		die("temporary file", strerror(errno));
	return elf;
}

static void check_elf(struct blob elf, const Elf64_Ehdr *eh)
{
	if (memcmp(eh->e_ident, ELFMAG, SELFMAG) || eh->e_ident[EI_CLASS] != ELFCLASS64)
		die("kernel", "payload is no 64-bit ELF file");
	part(elf, eh->e_phoff, (uint64_t)eh->e_phnum * sizeof(Elf64_Phdr), "program headers");
}

/* Write one loadable segment at its physical address, less KERNEL_BASE. */
static void write_segment(int fd, struct blob elf, const Elf64_Phdr *ph)
{
	const uint8_t *data = part(elf, ph->p_offset, ph->p_filesz, "segment");

	if (ph->p_paddr < KERNEL_BASE || ph->p_paddr + ph->p_memsz > INITRD_BASE)
		die("kernel", "a segment does not fit between KERNEL_BASE and INITRD_BASE");
	if (lseek(fd, (off_t)(ph->p_paddr - KERNEL_BASE), SEEK_SET) < 0)
		die("flat image", strerror(errno));
	write_all(fd, data, ph->p_filesz, "flat image");
}

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		die(path, strerror(errno));
	return fd;
}

static bool is_zero(const uint8_t *data, size_t size)
{
	return !size || (!data[0] && !memcmp(data, data + 1, size - 1));
}

/* How much of a segment has to lie in a file: not its last pages, where they are zeros. */
static uint64_t size_in_file(struct blob elf, const Elf64_Phdr *ph)
{
	const uint8_t *data = part(elf, ph->p_offset, ph->p_filesz, "segment");
	uint64_t size = ph->p_filesz;

	while (size > PAGE && is_zero(data + size - PAGE, PAGE))
		size -= PAGE;
	return size;
}

/* A segment without memory of its own (notes) lies in one that has some: it moves with that. */
static void move_within(Elf64_Phdr *moved, const Elf64_Phdr *old, const Elf64_Phdr *new, int count)
{
	for (int i = 0; i < count; i++)
		if (new[i].p_type == PT_LOAD && moved->p_offset >= old[i].p_offset &&
		    moved->p_offset + moved->p_filesz <= old[i].p_offset + new[i].p_filesz) {
			moved->p_offset += new[i].p_offset - old[i].p_offset;
			return;
		}
	moved->p_type = PT_NULL;
}

/* Header, program headers, and the loadable segments one after the other. */
static void write_slim(int fd, struct blob elf, const char *path)
{
	Elf64_Phdr old[MAX_SEGMENTS], new[MAX_SEGMENTS];
	uint64_t at = PAGE;
	Elf64_Ehdr eh;

	memcpy(&eh, part(elf, 0, sizeof(eh), "ELF header"), sizeof(eh));
	check_elf(elf, &eh);
	if (eh.e_phnum > MAX_SEGMENTS)
		die("kernel", "has more segments than a kernel has");
	memcpy(old, elf.data + eh.e_phoff, eh.e_phnum * sizeof(old[0]));
	memcpy(new, old, sizeof(new));
	for (int i = 0; i < eh.e_phnum; i++) {
		if (old[i].p_type != PT_LOAD)
			continue;
		new[i].p_filesz = size_in_file(elf, &old[i]);
		new[i].p_offset = at;
		at += (new[i].p_filesz + PAGE - 1) / PAGE * PAGE;
		if (lseek(fd, (off_t) new[i].p_offset, SEEK_SET) < 0)
			die(path, strerror(errno));
		write_all(fd, elf.data + old[i].p_offset, new[i].p_filesz, path);
	}
	for (int i = 0; i < eh.e_phnum; i++)
		if (old[i].p_type != PT_LOAD)
			move_within(&new[i], old, new, eh.e_phnum);
	eh.e_phoff = sizeof(eh);
	eh.e_shoff = 0;
	eh.e_shnum = eh.e_shstrndx = 0;
	if (lseek(fd, 0, SEEK_SET) < 0)
		die(path, strerror(errno));
	write_all(fd, &eh, sizeof(eh), path);
	write_all(fd, new, eh.e_phnum * sizeof(new[0]), path);
}

static int cmd_unpack(char **argv)
{
	struct blob bz = map_file(argv[0]);
	int fd;

	check_bzimage(bz);
	fd = create(argv[1]);
	write_slim(fd, unpack_kernel(bz), argv[1]);
	return close(fd) ? 1 : 0;
}

/* The header has the offset of a string, less 512, that begins with the release. */
static int cmd_release(char **argv)
{
	struct blob bz = map_file(argv[0]);
	const char *text;
	size_t at, len;

	check_bzimage(bz);
	at = (size_t)(bz.data[HDR_KERNEL_VERSION] | bz.data[HDR_KERNEL_VERSION + 1] << 8) + 512;
	text = (const char *)part(bz, at, 1, "kernel version");
	len = strnlen(text, bz.size - at);
	if (len == bz.size - at)
		die("kernel version", "has no end");
	printf("%.*s\n", (int)strcspn(text, " "), text);
	return 0;
}

static int cmd_flatten(char **argv)
{
	struct blob elf = map_file(argv[0]);
	Elf64_Ehdr eh;
	int fd;

	memcpy(&eh, part(elf, 0, sizeof(eh), "ELF header"), sizeof(eh));
	check_elf(elf, &eh);
	fd = create(argv[1]);
	for (int i = 0; i < eh.e_phnum; i++) {
		Elf64_Phdr ph;

		memcpy(&ph, elf.data + eh.e_phoff + (size_t)i * sizeof(ph), sizeof(ph));
		if (ph.p_type == PT_LOAD)
			write_segment(fd, elf, &ph);
	}
	if (close(fd))
		die(argv[1], strerror(errno));
	printf("0x%llx\n", (unsigned long long)eh.e_entry);
	return 0;
}

/* Identity map of the first 4 GiB with 2 MiB pages. */
static void fill_page_tables(uint8_t *params)
{
	uint8_t *pdpt = params + PARAMS_PML4 + PAGE;
	uint8_t *pd = pdpt + PAGE;

	put64(params + PARAMS_PML4, (PARAMS_BASE + PARAMS_PML4 + PAGE) | PTE_PRESENT | PTE_WRITE);
	for (uint64_t i = 0; i < 4; i++)
		put64(pdpt + 8 * i,
		      (PARAMS_BASE + PARAMS_PML4 + (2 + i) * PAGE) | PTE_PRESENT | PTE_WRITE);
	for (uint64_t i = 0; i < 4 * 512; i++)
		put64(pd + 8 * i, i * LARGE_PAGE | PTE_PRESENT | PTE_WRITE | PTE_LARGE);
}

static int cmd_params(char **argv)
{
	static uint8_t params[PARAMS_SIZE];
	struct blob bz = map_file(argv[0]);
	struct stat initrd;
	size_t hdr_end;
	int fd;

	check_bzimage(bz);
	hdr_end = HDR_END_BASE + bz.data[HDR_JUMP_LENGTH];
	part(bz, 0, hdr_end, "setup header");
	if (stat(argv[2], &initrd))
		die(argv[2], strerror(errno));
	if (strlen(argv[3]) >= PAGE / 2)
		die("command line", "longer than the kernel takes (2048)");
	memcpy(params + HDR_SETUP_SECTS, bz.data + HDR_SETUP_SECTS, hdr_end - HDR_SETUP_SECTS);
	params[HDR_TYPE_OF_LOADER] = 0xff;
	params[HDR_LOADFLAGS] |= LOADED_HIGH;
	put32(params + HDR_RAMDISK_IMAGE, INITRD_BASE);
	put32(params + HDR_RAMDISK_SIZE, (uint32_t)initrd.st_size);
	put32(params + HDR_CMD_LINE_PTR, PARAMS_BASE + PARAMS_CMDLINE);
	strcpy((char *)params + PARAMS_CMDLINE, argv[3]);
	put64(params + PARAMS_ENTRY, strtoull(argv[1], NULL, 0));
	fill_page_tables(params);
	fd = create(argv[4]);
	write_all(fd, params, sizeof(params), argv[4]);
	return close(fd) ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "unpack"))
		return cmd_unpack(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "release"))
		return cmd_release(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "flatten"))
		return cmd_flatten(argv + 2);
	if (argc == 7 && !strcmp(argv[1], "params"))
		return cmd_params(argv + 2);
	fputs("usage: bootimage unpack BZIMAGE VMLINUX\n"
	      "       bootimage release BZIMAGE\n"
	      "       bootimage flatten VMLINUX FLAT\n"
	      "       bootimage params BZIMAGE ENTRY INITRD CMDLINE PARAMS\n",
	      stderr);
	return 2;
}
