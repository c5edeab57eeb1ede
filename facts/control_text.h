/* SPDX-License-Identifier: GPL-2.0 */
/* What the module does not need of the controls: what programs call them, and sentences. */
#ifndef LINTEL_FACTS_CONTROL_TEXT_H
#define LINTEL_FACTS_CONTROL_TEXT_H

#include "facts/control.h"

struct control_text {
	const char *constant;
	const char *kvm;     /* in the kernel's <asm/vmx.h>; NULL: none */
	const char *section; /* title of the SDM section that explains it */
	const char *text;    /* what it does when it is 1 */
};

/* What is said of a row of ctl_table. */
const struct control_text *control_text(const struct ctl_bit *row);

/* A word's name where a bit of it is named: "primary" as in "primary:28". */
extern const char *const control_word_short_names[CTL_WORDS];

#endif
