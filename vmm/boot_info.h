/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a flat 64-bit guest finds at RDI.  Each CPU has its own.  Shared with the guests: needs
 * nothing but fixed-size integers, and only grows at its end.
 */
#ifndef VMM_BOOT_INFO_H
#define VMM_BOOT_INFO_H

#include <stdint.h>

#define BOOT_INFO_MAGIC 0x6c65746e694cull /* "Lintel" */

struct boot_info {
	uint64_t magic;
	uint32_t size;	 /* bytes of this struct */
	uint32_t cpu_id; /* 0 .. cpus - 1, also in ESI */
	uint32_t cpus;
	uint32_t debug_exit;   /* port that ends the VM, 0 if there is none */
	uint64_t memory_low;   /* bytes of RAM from 0 on */
	uint64_t memory_high;  /* bytes of RAM from 4 GiB on */
	uint64_t command_line; /* physical address of a text that ends with a 0 byte */
	uint64_t image_end;    /* first physical address after the image */
};

#endif
