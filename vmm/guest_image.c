// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_image.h"
#include "guest_layout.h"
#include "load_elf.h"
#include "words/say.h"

static int file_read_all(int fd, struct file *file)
{
	size_t done = 0;

	while (done < file->size) {
		ssize_t n = read(fd, file->data + done, file->size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return say_errno(NULL, "cannot read %s", file->path);
		if (!n)
			return say_error("was it being written?", "%s became shorter", file->path);
		done += n;
	}
	return 0;
}

static int file_load(int fd, struct file *file, uint64_t max)
{
	struct stat st;

	if (fstat(fd, &st))
		return say_errno(NULL, "cannot stat %s", file->path);
	if (!S_ISREG(st.st_mode))
		return say_error("name a file", "%s is not a regular file", file->path);
	if (!st.st_size)
		return say_error("is it the right file?", "%s is empty", file->path);
	if ((uint64_t)st.st_size > max)
		return say_error("give the guest more with --memory",
				 "%s is larger than the guest's memory", file->path);
	file->size = st.st_size;
	file->data = malloc(file->size);
	if (!file->data)
		return say_errno(NULL, "no memory for %s", file->path);
	return file_read_all(fd, file);
}

int file_read(struct file *file, const char *path, uint64_t max)
{
	int fd, ret;

	*file = (struct file){.path = path};
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return say_errno("name the guest image", "cannot open %s", path);
	ret = file_load(fd, file, max);
	close(fd);
	return ret;
}

void file_free(struct file *file)
{
	free(file->data);
	file->data = NULL;
}

static bool overlaps(uint64_t gpa, uint64_t size, uint64_t start, uint64_t end)
{
	return gpa < end && gpa + size > start;
}

/* Between its two parts is room for a small image of 16-bit code, whatever its format. */
static bool over_own_area(uint64_t gpa, uint64_t size)
{
	return overlaps(gpa, size, LAYOUT_GDT, LAYOUT_FLAT16) ||
	       overlaps(gpa, size, LAYOUT_PAGE_TABLES, LAYOUT_ACPI_END);
}

int image_place(struct memory *mem, uint64_t gpa, const void *data, uint64_t size,
		uint64_t memory_size)
{
	uint8_t *to = memory_at(mem, gpa, memory_size);

	if (size > memory_size)
		return say_error("the file is damaged", "segment at %#llx: more file than memory",
				 (unsigned long long)gpa);
	if (!to)
		return say_error("give the guest more with --memory",
				 "the image needs %#llx bytes at %#llx, where there is no RAM",
				 (unsigned long long)memory_size, (unsigned long long)gpa);
	if (over_own_area(gpa, memory_size))
		return say_error("link it at 1 MiB or above",
				 "the image wants %#llx, where the boot information is",
				 (unsigned long long)gpa);
	if (size)
		memcpy(to, data, size);
	memset(to + size, 0, memory_size - size);
	return 0;
}

int image_place_command_line(struct memory *mem, const char *path, const char *args, size_t *length)
{
	size_t max = LAYOUT_MULTIBOOT - LAYOUT_COMMAND_LINE;
	char *to = memory_at(mem, LAYOUT_COMMAND_LINE, max);
	int n;

	if (!to)
		return say_error("give the guest more with --memory", "no room for a command line");
	n = snprintf(to, max, "%s%s%s", path ? path : "", path && *args ? " " : "", args);
	if (n < 0 || (size_t)n >= max)
		return say_error("shorten it", "the guest's command line is longer than %zu bytes",
				 max - 1);
	if (length)
		*length = n;
	return 0;
}

const char *image_linux_args(const struct image_request *request)
{
	return *request->args ? request->args : "console=ttyS0";
}

static int initrd_place(struct memory *mem, const struct file *file, uint64_t floor,
			uint64_t ceiling, struct image_initrd *initrd)
{
	if (ceiling > mem->below_hole)
		ceiling = mem->below_hole;
	if (file->size > ceiling || ((ceiling - file->size) & ~0xfffull) < floor)
		return say_error("give the guest more with --memory",
				 "no room for %s above the kernel", file->path);
	initrd->base = (ceiling - file->size) & ~0xfffull;
	initrd->size = file->size;
	return image_place(mem, initrd->base, file->data, file->size, file->size);
}

int image_place_initrd(struct memory *mem, const struct image_request *request, uint64_t floor,
		       uint64_t ceiling, struct image_initrd *initrd)
{
	struct file file;
	int ret;

	*initrd = (struct image_initrd){0};
	if (!request->nr_modules)
		return 0;
	if (request->nr_modules > 1)
		return say_error("join the archives into one", "this kernel takes one --initrd");
	ret = file_read(&file, request->modules[0], mem->below_hole);
	if (!ret)
		ret = initrd_place(mem, &file, floor, ceiling, initrd);
	file_free(&file);
	return ret;
}

static enum image_kind image_detect(const struct file *file)
{
	if (linux_detect(file))
		return IMAGE_LINUX;
	if (multiboot_detect(file))
		return IMAGE_MULTIBOOT;
	if (pvh_detect(file))
		return IMAGE_PVH;
	if (elf_is_executable64(file))
		return IMAGE_ELF64;
	return IMAGE_DETECT;
}

static int image_load_file(const struct file *file, const struct image_request *request,
			   struct memory *mem, struct image *image)
{
	enum image_kind kind = request->kind;

	if (kind == IMAGE_DETECT || (kind == IMAGE_FLAT64 && elf_is_executable64(file)))
		kind = image_detect(file);
	switch (kind) {
	case IMAGE_FLAT16:
		return load_flat16(file, mem, image);
	case IMAGE_FLAT64:
		return load_flat64(file, request, mem, image);
	case IMAGE_ELF64:
		return load_elf64(file, request, mem, image);
	case IMAGE_MULTIBOOT:
		return load_multiboot(file, request, mem, image);
	case IMAGE_LINUX:
		return load_linux(file, request, mem, image);
	case IMAGE_PVH:
		return load_pvh(file, request, mem, image);
	case IMAGE_DETECT:
		break;
	}
	return say_error(
		"say --flat16 or --flat64 if it is a flat binary",
		"%s is neither a Linux kernel nor a multiboot image nor a 64-bit ELF executable",
		file->path);
}

int image_load(const struct image_request *request, struct memory *mem, struct image *image)
{
	struct file file;
	int ret;

	*image = (struct image){0};
	ret = file_read(&file, request->path, mem->below_hole);
	if (!ret)
		ret = image_load_file(&file, request, mem, image);
	file_free(&file);
	return ret;
}
