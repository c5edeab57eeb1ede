/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LINTEL_FACTS_INSTRUCTION_ERROR_H
#define LINTEL_FACTS_INSTRUCTION_ERROR_H

#include "types.h"

/* "VM-Instruction Error Numbers" */
enum instruction_error {
#define INSTRUCTION_ERROR(constant, number, ...) ERROR_##constant = number,
#include "facts/instruction_error_list.h"
};

/* The SDM's words for a VM-instruction error.  Never NULL. */
const char *vmcs_instruction_error(u32 number);

#endif
