/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colours for the text on stdout: only on a terminal, and not where the environment has NO_COLOR
 * (https://no-color.org) or TERM=dumb.
 */
#ifndef TOOL_COLOUR_H
#define TOOL_COLOUR_H

enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_WARNING, COLOUR_DIM, COLOUR_BOLD };

/* The sequence that begins a colour, or ends it (COLOUR_NONE); "" where there are no colours. */
const char *colour(enum colour colour);

#endif
