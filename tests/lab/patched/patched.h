/* SPDX-License-Identifier: GPL-2.0 */
/* The running kernel's memory and symbols, and what the module's code has become in it. */
#ifndef LINTEL_PATCHED_H
#define LINTEL_PATCHED_H

#include <stddef.h>
#include <stdint.h>

/* Ends the program with status 2: it could not find out. */
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);

/* Of the kernel's virtual addresses, through /proc/kcore. */
void memory_read(uint64_t address, void *to, size_t size);

/* The address of a symbol of the module, and the name of what lies at an address, or NULL. */
uint64_t symbol_address(const char *name);
const char *symbol_name(uint64_t address);

/* Where a section of the module lies. */
uint64_t section_address(const char *name);

/* Prints, in the order of the addresses, what of the world switch matters. */
void print_world_switch(void);

/* Prints how many indirect branches and returns of the module became what; `module` is its file. */
void print_sites(const char *module);

#endif
