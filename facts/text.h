/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core's tables do not say because the module does not need it: for each VMCS field a
 * few sentences on what it is, and the names of its constant in programs.  Everything else about
 * them (the name, what they depend on, what Lintel does with them) comes from the tables of the core.
 */
#ifndef WORDS_TEXT_H
#define WORDS_TEXT_H

#include "facts/control.h"

struct field_text {
	u16 encoding;
	const char *constant; /* in core/vmcs/fields.h, as in the kernel */
	const char *section;  /* title of the SDM section that explains it */
	const char *text;
};

extern const struct field_text field_texts[];
extern const unsigned int field_text_count;

/* NULL: no such row. */
const struct field_text *field_text_find(u32 encoding);

#endif
