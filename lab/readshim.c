// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into Bochs 2.7, whose optramimage loader reads a whole file into guest
 * RAM although that RAM is contiguous for 128 KiB only. Its loop copes with short
 * reads, so give it 128 KiB at most per call.
 */
#include <sys/syscall.h>
#include <unistd.h>

#define RAM_BLOCK (128 * 1024)

ssize_t read(int fd, void *buf, size_t count)
{
	return syscall(SYS_read, fd, buf, count > RAM_BLOCK ? RAM_BLOCK : count);
}
