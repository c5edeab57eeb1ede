/* SPDX-License-Identifier: GPL-2.0 */
/* What the module does not need of the MSRs: what programs call them, and sentences. */
#ifndef LINTEL_FACTS_MSR_TEXT_H
#define LINTEL_FACTS_MSR_TEXT_H

#include "facts/msr.h"

struct msr_text {
	const char *constant; /* as in the kernel's <asm/msr-index.h>, if it has it */
	const char *why;      /* why the policy is as it is: begins small, without a full stop */
	const char *section;  /* title of the SDM section that explains it */
	const char *text;     /* what it is */
};

/* What is said of a row of msr_table. */
const struct msr_text *msr_text(const struct msr_row *row);

#endif
