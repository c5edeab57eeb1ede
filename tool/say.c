// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "say.h"

/* The line is put together first, so that the messages of two threads never mix in one line. */
static void say_line(const char *answer, const char *hint, const char *what, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), what, args);
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
