/* SPDX-License-Identifier: GPL-2.0 */
/* What the basic exit reasons are, in sentences: for the command. */
#ifndef LINTEL_FACTS_EXIT_REASON_TEXT_H
#define LINTEL_FACTS_EXIT_REASON_TEXT_H

#include "facts/control.h"

struct exit_text {
	u16 reason;
	u8 control_count;	   /* 0: no control is needed */
	bool any;		   /* any of the controls is enough; otherwise all must be 1 */
	struct ctl_ref control[2]; /* without them it does not happen */
	const char *name;	   /* the SDM's words */
	const char *section;
	const char *text;
};

extern const struct exit_text exit_texts[];
extern const unsigned int exit_text_count;

/* NULL: the SDM names no such reason. */
const struct exit_text *exit_text_find(u32 reason);

#endif
