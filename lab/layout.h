/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where things lie in the emulated machine's RAM before the kernel runs, and the
 * bytes by which ROM, guest and host know each other. Plain numbers: the
 * assembler and the shell scripts read this file too.
 */
#ifndef LAB_LAYOUT_H
#define LAB_LAYOUT_H

/* Physical addresses; each on a 128 KiB boundary, as Bochs loads images by such blocks. */
#define PARAMS_BASE 0x00f00000
#define KERNEL_BASE 0x01000000
#define INITRD_BASE 0x08000000

/* Offsets inside the parameter block at PARAMS_BASE. */
#define PARAMS_E820_COUNT 0x01e8
#define PARAMS_E820_TABLE 0x02d0
#define PARAMS_CMDLINE	  0x1000
#define PARAMS_ENTRY	  0x2040
#define PARAMS_PML4	  0x3000
#define PARAMS_SIZE	  0x9000

/* Bochs prints what is written to one port and ends when "Shutdown" is written to the other. */
#define PORT_DEBUG    0xe9
#define PORT_SHUTDOWN 0x8900

/* The disk: a header sector, the run's settings, then the payload as a tar archive. */
#define DISK_MAGIC	  "LINTEL-LAB"
#define DISK_CONF_SECTOR  1
#define DISK_CONF_SECTORS 8
#define DISK_TAR_SECTOR	  9
#define SECTOR_SIZE	  512

#endif
