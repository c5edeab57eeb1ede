/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What user space can read has been given a value, the padding of structures too: under
 * MemorySanitizer (make memory-test) the process ends where it was not.
 */
#ifndef LINTEL_SIM_DEFINED_H
#define LINTEL_SIM_DEFINED_H

#include <stddef.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define must_be_defined(bytes, length) __msan_check_mem_is_initialized(bytes, length)
#else
static inline void must_be_defined(const void *bytes, size_t length)
{
}
#endif

#endif
