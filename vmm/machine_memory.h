/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: RAM from 0 up to 3 GiB, the rest from 4 GiB on.  Between them is the hole for
 * devices, where an access leaves the guest.
 */
#ifndef VMM_MACHINE_MEMORY_H
#define VMM_MACHINE_MEMORY_H

#include <stdint.h>

#include "kvm.h"

#define MEMORY_HOLE_START 0xc0000000ull
#define MEMORY_HOLE_END	  0x100000000ull

/* What a stretch of addresses is, numbered as in the E820 map. */
enum memory_type {
	MEMORY_RAM = 1,
	MEMORY_RESERVED = 2,
};

struct memory_range {
	uint64_t base, end;
	enum memory_type type;
};

#define MEMORY_RANGES_MAX 4

struct memory {
	uint64_t below_hole; /* bytes of RAM from 0 on */
	uint64_t above_hole; /* bytes of RAM from MEMORY_HOLE_END on */
	uint8_t *host;	     /* below_hole, then above_hole, without a gap */
	uint8_t *mapping;    /* what the former lies in */
	uint64_t mapped;     /* bytes of it */
};

/* Allocates @size bytes (a multiple of 4096) and gives them to the VM.  0, or -1 after saying why.
 */
int memory_init(struct memory *mem, const struct kvm *kvm, uint64_t size);
void memory_free(struct memory *mem);

/*
 * Where the guest-physical range is in this process, or NULL if any byte of it is not RAM.
 * Anything that was read from an image goes through here, and may be as wrong as it likes.
 */
void *memory_at(const struct memory *mem, uint64_t gpa, uint64_t size);

/* The memory map for the guest, in @range (MEMORY_RANGES_MAX of them).  Returns how many. */
unsigned int memory_describe(const struct memory *mem, struct memory_range *range);

#endif
