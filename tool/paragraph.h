/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text on stdout, in lines of at most 96 columns.
 */
#ifndef TOOL_PARAGRAPH_H
#define TOOL_PARAGRAPH_H

#include "colour.h"

/* Prints "  LABEL  text", broken between words, every line after the first as far in as the text.
 * label NULL: the text alone, as far in as labels are. The label is dim. */
void paragraph_print(const char *label, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with the label in this colour. */
void paragraph_print_in(enum colour colour, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
