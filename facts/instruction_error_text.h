/* SPDX-License-Identifier: GPL-2.0 */
/* What the VM-instruction errors mean, in sentences: for the command. */
#ifndef LINTEL_FACTS_INSTRUCTION_ERROR_TEXT_H
#define LINTEL_FACTS_INSTRUCTION_ERROR_TEXT_H

#include "types.h"

struct error_text {
	u8 number;
	const char *text;
};

extern const struct error_text error_texts[];
extern const unsigned int error_text_count;

/* NULL: the SDM names no such error. */
const struct error_text *error_text_find(u32 number);

#endif
