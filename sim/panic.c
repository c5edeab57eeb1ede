// SPDX-License-Identifier: GPL-2.0
/* The end of a run that would have hung or corrupted a kernel. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

static void (*panic_catcher)(const char *words);

void sim_panic_catch(void (*catcher)(const char *words))
{
	panic_catcher = catcher;
}

void sim_panic(const char *format, ...)
{
	static char words[512];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (panic_catcher)
		panic_catcher(words);
	fprintf(stderr, "sim: %s\n", words);
	abort();
}
