// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm.h"

u8 *host_memory_awaited(size_t size, int *faults)
{
	struct uffdio_api api = {.api = UFFD_API};
	u8 *memory = host_memory(size);
	struct uffdio_register range = {
		.range = {.start = (u64)memory, .len = size},
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	*faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (*faults < 0)
		test_skip("userfaultfd: %s", test_errno(-1));
	CHECK_OK(ioctl(*faults, UFFDIO_API, &api));
	CHECK_OK(ioctl(*faults, UFFDIO_REGISTER, &range));
	return memory;
}
