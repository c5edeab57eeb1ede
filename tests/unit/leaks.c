// SPDX-License-Identifier: GPL-2.0
/*
 * LeakSanitizer looks for pointers in all memory there is, which takes longer than most tests do.
 * It is asked about those tests only that end with another number of bytes allocated than they
 * began with: where that is the same, all is freed that was allocated.
 */
#include "leaks.h"

/* Of the sanitizers' library; NULL in a build without it. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
extern const char *__asan_default_options(void);

/* The end of a process is no reason to look once more. */
const char *__asan_default_options(void)
{
	return "leak_check_at_exit=0";
}

size_t leaks_bytes(void)
{
	return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes()
						       : 0;
}

bool leaks_found(size_t before)
{
	return leaks_bytes() != before && __lsan_do_recoverable_leak_check &&
	       __lsan_do_recoverable_leak_check();
}
