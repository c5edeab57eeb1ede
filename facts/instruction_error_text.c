// SPDX-License-Identifier: GPL-2.0
#include "facts/instruction_error_text.h"

const struct error_text error_texts[] = {
#define INSTRUCTION_ERROR(constant, number, name, text) {number, text},
#include "facts/instruction_error_list.h"
};
const unsigned int error_text_count = COUNT_OF(error_texts);

const struct error_text *error_text_find(u32 number)
{
	for (unsigned int i = 0; i < COUNT_OF(error_texts); i++)
		if (error_texts[i].number == number)
			return &error_texts[i];
	return NULL;
}
