/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a file to a guest in memory and the state its CPUs start in.
 */
#ifndef VMM_GUEST_IMAGE_H
#define VMM_GUEST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine_memory.h"

enum image_kind {
	IMAGE_DETECT,
	IMAGE_FLAT16,
	IMAGE_FLAT64,
	IMAGE_ELF64,
	IMAGE_MULTIBOOT,
	IMAGE_LINUX,
	IMAGE_PVH,
};

/* The mode in which the first instruction of a guest runs. */
enum start_mode {
	START_REAL,	 /* real mode, CS base 0 */
	START_PROTECTED, /* 32-bit, flat, no paging */
	START_LONG,	 /* 64-bit, memory mapped one to one */
};

struct file {
	const char *path;
	uint8_t *data;
	size_t size;
};

/* What the loaders are told. */
struct image_request {
	enum image_kind kind;
	const char *path;
	const char *args;	    /* never NULL */
	const char *const *modules; /* paths */
	unsigned int nr_modules;
	unsigned int cpus;
	uint32_t debug_exit;
};

/* What the loaders answer. */
struct image {
	enum start_mode mode;
	uint64_t entry;
	uint64_t end;	   /* first address after everything that was loaded */
	uint32_t eax, ebx; /* START_PROTECTED: what the boot protocol says */
	bool os;	   /* a PC's operating system: CPU 0 starts alone, with `rsi` */
	uint64_t rsi;
};

/* Reads a whole file, at most @max bytes of it.  0, or -1 after saying why. */
int file_read(struct file *file, const char *path, uint64_t max);
void file_free(struct file *file);

/* Loads what @request names into @mem.  0, or -1 after saying why. */
int image_load(const struct image_request *request, struct memory *mem, struct image *image);

/* The loaders; image_load() chooses. */
int load_flat16(const struct file *file, struct memory *mem, struct image *image);
int load_flat64(const struct file *file, const struct image_request *request, struct memory *mem,
		struct image *image);
int load_elf64(const struct file *file, const struct image_request *request, struct memory *mem,
	       struct image *image);
int load_multiboot(const struct file *file, const struct image_request *request, struct memory *mem,
		   struct image *image);
int load_linux(const struct file *file, const struct image_request *request, struct memory *mem,
	       struct image *image);
int load_pvh(const struct file *file, const struct image_request *request, struct memory *mem,
	     struct image *image);

/* Whether the file has a multiboot (version 1) header. */
bool multiboot_detect(const struct file *file);

/* Whether the file is a Linux bzImage, whatever its boot protocol. */
bool linux_detect(const struct file *file);

/* Whether the file is an ELF kernel for load_pvh(), be it only to be refused. */
bool pvh_detect(const struct file *file);

/*
 * Copies @size bytes to guest-physical @gpa and clears the rest up to @memory_size.  Refuses, in
 * words, what is not RAM or lies over the VMM's own area.
 */
int image_place(struct memory *mem, uint64_t gpa, const void *data, uint64_t size,
		uint64_t memory_size);

/*
 * Puts the command line where guests find it: @path, if there is one, and @args; its length in
 * @length, if that is not NULL.  -1 after a message if it is longer than a page.
 */
int image_place_command_line(struct memory *mem, const char *path, const char *args,
			     size_t *length);

/* The command line of a Linux kernel: what the user says, or else a console that shows something.
 */
const char *image_linux_args(const struct image_request *request);

struct image_initrd {
	uint64_t base, size;
};

/*
 * Puts the request's one module, if it has any, as high as it fits between @floor and @ceiling,
 * and below 4 GiB.  0, or -1 after saying why.
 */
int image_place_initrd(struct memory *mem, const struct image_request *request, uint64_t floor,
		       uint64_t ceiling, struct image_initrd *initrd);

#endif
