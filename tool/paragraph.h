/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text on stdout, in lines of at most 96 columns.
 */
#ifndef TOOL_PARAGRAPH_H
#define TOOL_PARAGRAPH_H

/* Prints "  LABEL  text", broken between words, every line after the first as far in as the text.
 * label NULL: the text alone, as far in as labels are. */
void paragraph_print(const char *label, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
