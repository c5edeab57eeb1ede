// SPDX-License-Identifier: GPL-2.0
/*
 * kexec [-p] VMLINUX INITRD CMDLINE: load a kernel to go on with, after a reboot or (-p) a panic.
 * kexec -e: go on with it, now, as `reboot -f' would reboot.
 *
 * Not kexec-tools, nor the kernel's own loading of a bzImage: that computes a digest over 70 MB,
 * and the image would unpack itself, which takes the emulated machine minutes.  So the segments of
 * an ELF file go where they belong, or (-p) as far up as the memory that was kept for it, and the
 * kernel is entered as by its 64-bit boot protocol.
 */
#define _GNU_SOURCE
#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	      4096ul
#define LARGE_PAGE    (2ul << 20)
#define LOW_MEMORY    (1ul << 20)
#define E820_RAM      1
#define E820_RESERVED 2

struct image {
	struct kexec_segment segments[KEXEC_SEGMENT_MAX];
	unsigned long count;
	uint64_t entry, end; /* of what was placed so far */
};

struct range {
	uint64_t begin, end;
};

static void die(const char *what)
{
	fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t round_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

static void *map_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		die(path);
	close(fd);
	*size = (size_t)st.st_size;
	return data;
}

static void place(struct image *image, uint64_t at, const void *data, size_t size, size_t memory)
{
	image->segments[image->count++] = (struct kexec_segment){
		.buf = (void *)data,
		.bufsz = size,
		.mem = (void *)at,
		.memsz = round_up(memory, PAGE),
	};
	if (image->end < at + memory)
		image->end = round_up(at + memory, PAGE);
}

/* Behind all that is there.  gives: where */
static uint64_t append(struct image *image, const void *data, size_t size)
{
	uint64_t at = image->end;

	place(image, at, data, size, size);
	return at;
}

/* The memory that "crashkernel=" kept. */
static struct range crash_memory(void)
{
	FILE *file = fopen("/proc/iomem", "re");
	unsigned long begin, end;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, ": Crash kernel") && sscanf(line, "%lx-%lx", &begin, &end) == 2)
			return (struct range){begin, end + 1};
	fputs("kexec: no memory is kept for a crash kernel (crashkernel=)\n", stderr);
	exit(1);
}

/* A 64-bit kernel runs from any boundary of 2 MB. */
static void place_kernel(struct image *image, const char *path, const struct range *crash)
{
	size_t size;
	const char *file = map_file(path, &size);
	const Elf64_Ehdr *header = (void *)file;
	const Elf64_Phdr *segments = (void *)(file + header->e_phoff);
	uint64_t lowest = ~0ull, shift = 0;

	for (int i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == PT_LOAD && segments[i].p_paddr < lowest)
			lowest = segments[i].p_paddr;
	if (crash)
		shift = round_up(crash->begin, LARGE_PAGE) - lowest;
	for (int i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == PT_LOAD)
			place(image, segments[i].p_paddr + shift, file + segments[i].p_offset,
			      segments[i].p_filesz, segments[i].p_memsz);
	image->entry = header->e_entry + shift;
}

static void add_memory(struct boot_params *params, uint64_t begin, uint64_t end, uint32_t type)
{
	params->e820_table[params->e820_entries++] = (struct boot_e820_entry){
		.addr = begin,
		.size = end - begin,
		.type = type,
	};
}

static void read_word(const char *dir, const char *name, char *to, int size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "re");
	if (!file || !fgets(to, size, file))
		die(path);
	fclose(file);
}

/* What the firmware told; a crash kernel must keep off the memory of the one before it. */
static void describe_memory(struct boot_params *params, const struct range *crash)
{
	glob_t found;

	if (glob("/sys/firmware/memmap/*", 0, NULL, &found))
		die("/sys/firmware/memmap");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char begin[32], end[32], type[64];
		bool is_ram;

		read_word(found.gl_pathv[i], "start", begin, sizeof(begin));
		read_word(found.gl_pathv[i], "end", end, sizeof(end));
		read_word(found.gl_pathv[i], "type", type, sizeof(type));
		is_ram = !strncmp(type, "System RAM", 10);
		if (!is_ram || !crash || strtoull(begin, NULL, 16) < LOW_MEMORY)
			add_memory(params, strtoull(begin, NULL, 16), strtoull(end, NULL, 16) + 1,
				   is_ram ? E820_RAM : E820_RESERVED);
	}
	if (crash)
		add_memory(params, crash->begin, crash->end, E820_RAM);
}

/* MOV RSI, the parameters; MOV RAX, the entry; JMP RAX. */
static void make_start(uint8_t start[22], uint64_t params, uint64_t entry)
{
	static const uint8_t code[22] = {0x48, 0xbe, [10] = 0x48, [11] = 0xb8, [20] = 0xff, 0xe0};

	memcpy(start, code, sizeof(code));
	memcpy(start + 2, &params, sizeof(params));
	memcpy(start + 12, &entry, sizeof(entry));
}

static int load(char **argv, bool for_crash)
{
	static struct boot_params params;
	static struct image image;
	static uint8_t start[22];
	struct range kept, *crash = NULL;
	struct setup_header *header = &params.hdr;
	const void *initrd;
	size_t size;

	if (for_crash) {
		kept = crash_memory();
		crash = &kept;
	}
	place_kernel(&image, argv[0], crash);
	initrd = map_file(argv[1], &size);
	header->boot_flag = 0xaa55;
	header->header = 0x53726448; /* HdrS */
	header->version = 0x020f;
	header->type_of_loader = 0xff;
	header->loadflags = LOADED_HIGH;
	header->ramdisk_image = (uint32_t)append(&image, initrd, size);
	header->ramdisk_size = (uint32_t)size;
	header->cmd_line_ptr = (uint32_t)append(&image, argv[2], strlen(argv[2]) + 1);
	describe_memory(&params, crash);
	make_start(start, append(&image, &params, sizeof(params)), image.entry);
	image.entry = append(&image, start, sizeof(start));
	if (syscall(SYS_kexec_load, image.entry, image.count, image.segments,
		    KEXEC_ARCH_X86_64 | (for_crash ? KEXEC_ON_CRASH : 0)))
		die("kexec_load");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return load(argv + 1, false);
	if (argc == 5 && !strcmp(argv[1], "-p"))
		return load(argv + 2, true);
	if (argc == 2 && !strcmp(argv[1], "-e")) {
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			LINUX_REBOOT_CMD_KEXEC, NULL);
		die("reboot");
	}
	fputs("usage: kexec [-p] VMLINUX INITRD CMDLINE, kexec -e\n", stderr);
	return 2;
}
