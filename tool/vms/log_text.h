/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of a log as a kernel has written them, whatever has had it since: UTF-16, byte-order
 * marks, carriage returns, a terminal's colours, a page's markup, a journal's JSON, a mail's
 * quoted-printable.  As a stream: what is kept is one line.
 */
#ifndef TOOL_LOG_TEXT_H
#define TOOL_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Nothing of interest is in so long a line; what is beyond is passed over. */
#define LOG_LINE_MAX 16384

struct log_text {
	/* Gets each line that is not empty, without control characters.  It may write on the text,
	 * of which one byte more than the length is its own. */
	void (*line)(void *context, unsigned int number, char *text, size_t length);
	void *context;

	/* The reader's own; begins as zeros. */
	unsigned int number; /* of newlines so far */
	bool quoted_printable;
	unsigned int carried_number;
	size_t length, carried;
	char collected[LOG_LINE_MAX + 1], carry[LOG_LINE_MAX + 1];
};

/* The next bytes of the text, of any number. */
void log_text_feed(struct log_text *text, const char *bytes, size_t size);
/* There are no more. */
void log_text_end(struct log_text *text);

#endif
