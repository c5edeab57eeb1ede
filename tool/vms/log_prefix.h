/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a log puts before each line: a time, a host, whose line it is, a mail's quotes.  It is taken
 * from one line, and found again before others, where figures have changed and words have not.
 */
#ifndef TOOL_LOG_PREFIX_H
#define TOOL_LOG_PREFIX_H

#include <stdbool.h>
#include <stddef.h>

#define LOG_PREFIX_MAX 256

struct log_prefix {
	size_t length;
	char text[LOG_PREFIX_MAX];
};

/* The first `length` bytes of a line.  One that is too long is taken for none. */
void log_prefix_take(struct log_prefix *prefix, const char *line, size_t length);

/* gives: how much of the line is like the prefix's beginning; *whole: like all of it.  Blanks
 * behind it are part of it. */
size_t log_prefix_match(const struct log_prefix *prefix, const char *line, size_t length,
			bool *whole);

#endif
