// SPDX-License-Identifier: GPL-2.0
#include "facts/instruction_error.h"

static const char *const names[] = {
#define INSTRUCTION_ERROR(constant, number, name, text) [number] = name,
#include "facts/instruction_error_list.h"
};

const char *vmcs_instruction_error(u32 number)
{
	const char *name = number < COUNT_OF(names) ? names[number] : NULL;

	return name ? name : "an error the SDM does not name";
}
