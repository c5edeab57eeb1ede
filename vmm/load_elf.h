/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ELF executables: segments to guest memory, by physical address.
 */
#ifndef VMM_LOAD_ELF_H
#define VMM_LOAD_ELF_H

#include "guest_image.h"

/* Whether the file is a 64-bit x86-64 ELF executable. */
bool elf_is_executable64(const struct file *file);

/*
 * Places every loadable segment of a 32-bit x86 or 64-bit x86-64 executable; sets image->entry
 * and image->end.  0, or -1 after saying why.
 */
int elf_load(const struct file *file, struct memory *mem, struct image *image);

/*
 * Whether the file is an executable with a segment whose virtual address is not its physical one: a
 * kernel that brings its own page tables.
 */
bool elf_is_linked_elsewhere(const struct file *file);

/*
 * Copies the first @size bytes of what note @type of @name says.  False if there is no such note,
 * or a shorter one, in what may be as damaged as it likes.
 */
bool elf_find_note(const struct file *file, const char *name, uint32_t type, void *data,
		   size_t size);

#endif
