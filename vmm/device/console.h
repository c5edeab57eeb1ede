/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stdin as the guest's keyboard: raw mode while the VM runs if it is a terminal, Ctrl-A X ends it.
 */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

enum console_event {
	CONSOLE_BYTES, /* @count bytes for the guest, perhaps 0 */
	CONSOLE_QUIT,  /* Ctrl-A X was typed */
	CONSOLE_END,   /* stdin is at its end */
};

/* Puts a terminal into raw mode, and back again whatever ends the process. */
void console_open(void);
void console_close(void);

/*
 * Reads at most @max bytes from stdin, which must be readable.  Ctrl-A Ctrl-A is one Ctrl-A for
 * the guest.
 */
enum console_event console_read(unsigned char *bytes, size_t max, size_t *count);

#endif
