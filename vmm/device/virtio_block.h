/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtio disk on a file or a block device (Virtual I/O Device specification, "Block Device").
 */
#ifndef VMM_VIRTIO_BLOCK_H
#define VMM_VIRTIO_BLOCK_H

#include "vmm/machine.h"

/*
 * Adds the disk that @option names: a path, with ",ro" behind it if the guest must not write.  The
 * file is locked against other VMs that do the same.  0, or -1 after saying why.
 */
int virtio_block_add(struct machine *machine, const char *option);

#endif
