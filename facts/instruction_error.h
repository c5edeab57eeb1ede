/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LINTEL_FACTS_INSTRUCTION_ERROR_H
#define LINTEL_FACTS_INSTRUCTION_ERROR_H

#include "types.h"

/* The SDM's words for a VM-instruction error.  "VM-Instruction Error Numbers".  Never NULL. */
const char *vmcs_instruction_error(u32 number);

#endif
