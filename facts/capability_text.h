/* SPDX-License-Identifier: GPL-2.0 */
/* What the module does not need of the capability MSRs and their fields: sentences. */
#ifndef LINTEL_FACTS_CAPABILITY_TEXT_H
#define LINTEL_FACTS_CAPABILITY_TEXT_H

#include "facts/capability_field.h"

struct capability_msr_text {
	const char *constant;
	const char *section; /* title of the SDM section */
	const char *text;
};

extern const struct capability_msr_text capability_msr_texts[CAP_MSRS];

/* What a row of cap_field_table says. */
const char *capability_field_text(const struct cap_field *row);

#endif
