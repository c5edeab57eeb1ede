// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

/* ECMA-48, "SGR": the colours are the terminal's own, so that they suit its background. */
static const char *const sequences[] = {
	[COLOUR_NONE] = "\033[0m",     [COLOUR_GOOD] = "\033[32m", [COLOUR_BAD] = "\033[31m",
	[COLOUR_WARNING] = "\033[33m", [COLOUR_DIM] = "\033[2m",   [COLOUR_BOLD] = "\033[1m",
};

static bool wanted(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

const char *colour(enum colour which)
{
	static int on = -1;

	if (on < 0)
		on = wanted();
	return on ? sequences[which] : "";
}
