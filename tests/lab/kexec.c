// SPDX-License-Identifier: GPL-2.0
/*
 * kexec [-p] BZIMAGE INITRD CMDLINE: load a kernel to go on with, after a reboot or (-p) a panic.
 * kexec -e: go on with it, now, as `reboot -f' would reboot.
 *
 * The system calls, and no more: kexec-tools of a distribution bring libraries with them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno));
	return 1;
}

static int load(char **argv, unsigned long flags)
{
	int kernel = open(argv[0], O_RDONLY | O_CLOEXEC);
	int initrd = open(argv[1], O_RDONLY | O_CLOEXEC);

	if (kernel < 0 || initrd < 0)
		return fail(kernel < 0 ? argv[0] : argv[1]);
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[2]) + 1, argv[2], flags))
		return fail("kexec_file_load");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return load(argv + 1, 0);
	if (argc == 5 && !strcmp(argv[1], "-p"))
		return load(argv + 2, KEXEC_FILE_ON_CRASH);
	if (argc == 2 && !strcmp(argv[1], "-e")) {
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			LINUX_REBOOT_CMD_KEXEC, NULL);
		return fail("reboot");
	}
	fputs("usage: kexec [-p] BZIMAGE INITRD CMDLINE, kexec -e\n", stderr);
	return 2;
}
