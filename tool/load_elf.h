/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ELF executables: segments to guest memory, by physical address.
 */
#ifndef TOOL_LOAD_ELF_H
#define TOOL_LOAD_ELF_H

#include "image.h"

/* Whether the file is a 64-bit x86-64 ELF executable. */
bool elf_is_executable64(const struct file *file);

/*
 * Places every loadable segment of a 32-bit x86 or 64-bit x86-64 executable; sets image->entry
 * and image->end.  0, or -1 after saying why.
 */
int elf_load(const struct file *file, struct memory *mem, struct image *image);

#endif
