/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core's tables do not say because the module does not need it: for each MSR a few
 * sentences on what it is, and the names of its constant in programs.  Everything else about them
 * (the name, what they depend on, what Lintel does with them) comes from the tables of the core.
 */
#ifndef WORDS_TEXT_H
#define WORDS_TEXT_H

#include "facts/control.h"

struct msr_text {
	u32 first; /* as the row of msr_table */
	const char *constant;
	const char *section;
	const char *text;
};

extern const struct msr_text msr_texts[];
extern const unsigned int msr_text_count;

/* NULL: no such row. */
const struct msr_text *msr_text_find(u32 first);

#endif
