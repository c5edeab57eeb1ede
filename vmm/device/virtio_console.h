/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtio console (hvc0) on stdout, with what is typed as its input (Virtual I/O Device
 * specification, "Console Device").
 */
#ifndef VMM_VIRTIO_CONSOLE_H
#define VMM_VIRTIO_CONSOLE_H

#include <stddef.h>

#include "vmm/machine.h"

/* Adds the console, of which there can be one.  0, or -1 after saying why. */
int virtio_console_add(struct machine *machine);

/* How many bytes virtio_console_receive() can take now. */
size_t virtio_console_room(void);

/* Hands input to the guest; no more than there is room for. */
void virtio_console_receive(const uint8_t *bytes, size_t count);

#endif
