/* SPDX-License-Identifier: GPL-2.0 */
/* What the fields of the VMCS hold, in sentences, and what programs call them: for the command. */
#ifndef LINTEL_FACTS_VMCS_FIELD_TEXT_H
#define LINTEL_FACTS_VMCS_FIELD_TEXT_H

#include "facts/vmcs_field.h"

struct vmcs_field_text {
	const char *constant; /* as in the kernel */
	const char *section;  /* title of the SDM section that explains it */
	const char *text;
};

/* What is said of a row of vmcs_field_table. */
const struct vmcs_field_text *vmcs_field_text(const struct vmcs_field *row);

#endif
