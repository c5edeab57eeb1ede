/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core's tables do not say because the module does not need it: for each VMCS field,
 * MSR of guests, exit reason and VM-instruction error, a few sentences on what it is, and the names
 * of its constant in programs.  Everything else about them (the name,
 * what they depend on, what Lintel does with them) comes from the tables of the core.
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

struct msr_text {
	u32 first; /* as the row of msr_table */
	const char *constant;
	const char *section;
	const char *text;
	const char *condition; /* what has to be so for a guest to have the MSR; NULL: nothing */
};

struct exit_text {
	u16 reason;
	u8 control_count;	   /* 0: no control is needed */
	bool any;		   /* any of the controls is enough; otherwise all must be 1 */
	struct ctl_ref control[2]; /* without them it does not happen */
	const char *name;	   /* the SDM's words */
	const char *section;
	const char *text;
};

struct error_text {
	u8 number;
	const char *text;
};

extern const struct field_text field_texts[];
extern const struct msr_text msr_texts[];
extern const struct exit_text exit_texts[];
extern const struct error_text error_texts[];
extern const unsigned int field_text_count, msr_text_count, exit_text_count, error_text_count;

/* NULL: no such row. */
const struct field_text *field_text_find(u32 encoding);
const struct msr_text *msr_text_find(u32 first);
const struct exit_text *exit_text_find(u32 reason);
const struct error_text *error_text_find(u32 number);

#endif
