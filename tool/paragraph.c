// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "command.h"
#include "paragraph.h"

#define COLUMNS 96
#define INDENT	2
#define LABEL	12 /* columns of a label, with the blanks after it */

/* The length of the next line of a text: as many words as there is room for, one at least. */
static size_t line_length(const char *text, size_t room)
{
	size_t length = 0;

	if (strlen(text) <= room)
		return strlen(text);
	for (size_t i = 0; text[i] && (i <= room || !length); i++)
		if (text[i] == ' ')
			length = i;
	return length ? length : strlen(text);
}

static void print_lines(const char *text, int indent)
{
	while (*text) {
		size_t length = line_length(text, (size_t)(COLUMNS - indent));

		printf("%.*s\n", (int)length, text);
		text += length;
		text += strspn(text, " ");
		if (*text)
			printf("%*s", indent, "");
	}
}

static void print_paragraph(enum colour which, const char *label, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		command_fail("out of memory");
	printf("%*s", INDENT, "");
	if (label)
		printf("%s%-*s%s", colour(which), LABEL, label, colour(COLOUR_NONE));
	print_lines(text, label ? INDENT + LABEL : INDENT);
	free(text);
}

void paragraph_print(const char *label, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_paragraph(COLOUR_DIM, label, format, args);
	va_end(args);
}

void paragraph_print_in(enum colour which, const char *label, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_paragraph(which, label, format, args);
	va_end(args);
}
