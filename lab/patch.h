/* SPDX-License-Identifier: GPL-2.0 */
/* Code of the program that we are preloaded into is changed in place. */
#ifndef LAB_PATCH_H
#define LAB_PATCH_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* False, with nothing changed, when the system does not let us. */
static inline bool patch_code(unsigned char *code, const void *bytes, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *first = (void *)((uintptr_t)code & -page);

	if (mprotect(first, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC))
		return false;
	memcpy(code, bytes, size);
	return !mprotect(first, 2 * page, PROT_READ | PROT_EXEC);
}

/* divert NAME: calls of that function come to INSTEAD; false, with nothing changed, as above. */
static inline bool divert(const char *name, const void *instead)
{
	unsigned char jump[] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0};
	unsigned char *function = dlsym(RTLD_DEFAULT, name);

	memcpy(jump + 2, &instead, sizeof(instead)); /* mov $instead, %rax; jmp *%rax */
	return function && patch_code(function, jump, sizeof(jump));
}

#endif
