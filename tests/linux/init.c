// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of a Linux guest: a byte to the port that MARK= of the kernel's command line
 * names says that the guest has come so far; all else is init.sh.
 */
#include <stdlib.h>
#include <sys/io.h>
#include <unistd.h>

int main(void)
{
	const char *mark = getenv("MARK");
	unsigned long port = mark ? strtoul(mark, NULL, 0) : 0;

	if (port && !ioperm(port, 1, 1))
		outb(1, port);
	execl("/bin/busybox", "sh", "/init.sh", NULL);
	return 1;
}
