/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where this VMM puts what it gives to a guest, all of it in the first MiB.  An image that
 * wants to be loaded over any of it is refused.
 */
#ifndef VMM_GUEST_LAYOUT_H
#define VMM_GUEST_LAYOUT_H

#define LAYOUT_GDT	    0x1000 /* flat 32- and 64-bit segments */
#define LAYOUT_BOOT_INFO    0x2000 /* one struct boot_info a CPU, or Linux's zero page */
#define LAYOUT_COMMAND_LINE 0x4000 /* at most a page */
#define LAYOUT_MULTIBOOT    0x5000 /* multiboot information, memory map, module list */
#define LAYOUT_PVH	    0x5000 /* hvm_start_info, memory map, module list */
#define LAYOUT_FLAT16	    0x7c00 /* a 16-bit image is loaded and entered here */
#define LAYOUT_PAGE_TABLES  0x10000
#define LAYOUT_STACKS	    0x60000
#define LAYOUT_LOW_END	    0xa0000
#define LAYOUT_ACPI	    0xe0000 /* the RSDP, where firmware has it, and its tables */
#define LAYOUT_RESET_VECTOR 0xffff0 /* where a CPU begins after a reset: f000:fff0 */
#define LAYOUT_ACPI_END	    0x100000
#define LAYOUT_FLAT64	    0x100000 /* a flat 64-bit image is loaded and entered here */

#define LAYOUT_STACK_SIZE 0x1000
#define LAYOUT_STACKS_MAX ((LAYOUT_LOW_END - LAYOUT_STACKS) / LAYOUT_STACK_SIZE)

/* PML4, page-directory pointers, then one page directory a GiB. */
#define LAYOUT_MEMORY_MAX (64ull << 30)

#endif
