/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text as it comes, made plain: without a byte-order mark, UTF-16 as bytes, lines that end in a
 * newline alone.
 */
#ifndef TOOL_RECORDING_TEXT_H
#define TOOL_RECORDING_TEXT_H

#include <stddef.h>

/* In place.  gives: the length that is left; what UTF-16 has beyond ASCII is '?'. */
size_t recording_text_plain(char *text, size_t length);

#endif
