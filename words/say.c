// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "say.h"

/* A file may have any name: the line stays one line, and a terminal gets no orders. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* The line is put together first, so that the messages of two threads never mix in one line. */
static void say_line(const char *answer, const char *hint, const char *what, va_list args)
{
	char text[PATH_MAX + 512];

	vsnprintf(text, sizeof(text), what, args);
	make_printable(text);
	fprintf(stderr, "lintel: %s%s%s%s%s\n", text, answer ? ": " : "", answer ? answer : "",
		hint ? ": " : "", hint ? hint : "");
}

int say_error(const char *hint, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	say_line(NULL, hint, what, args);
	va_end(args);
	return -1;
}

int say_errno(const char *hint, const char *what, ...)
{
	const char *answer = strerror(errno);
	va_list args;

	va_start(args, what);
	say_line(answer, hint, what, args);
	va_end(args);
	return -1;
}

void say(const char *text, ...)
{
	va_list args;

	va_start(args, text);
	say_line(NULL, NULL, text, args);
	va_end(args);
}

void say_at(const char *file, unsigned int line, unsigned int column, const char *words)
{
	char text[PATH_MAX + 512];

	snprintf(text, sizeof(text), "%s:%u:%u: %s", file, line, column, words);
	make_printable(text);
	fprintf(stderr, "%s\n", text);
}
