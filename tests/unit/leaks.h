/* SPDX-License-Identifier: GPL-2.0 */
/* What a test has allocated and lost. */
#ifndef LINTEL_TESTS_UNIT_LEAKS_H
#define LINTEL_TESTS_UNIT_LEAKS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that are allocated now; 0 without sanitizers. */
size_t leaks_bytes(void);

/*
 * gives: is there memory that nothing points to, by a test that began with `before` bytes?
 * LeakSanitizer has then said where it was allocated.  False without it (detect_leaks=0).
 */
bool leaks_found(size_t before);

#endif
