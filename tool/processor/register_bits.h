/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of bits of CR0 and CR4, as the SDM has them, of VM functions, and of IA32_FEATURE_CONTROL.
 */
#ifndef TOOL_REGISTER_BITS_H
#define TOOL_REGISTER_BITS_H

#include "cap/cap.h"

/* A bit of the MSRs that list such bits (the four of CR0 and CR4, VMFUNC, FEATURE_CONTROL); NULL:
 * it has no name. */
const char *register_bit_name(enum cap_msr msr, unsigned int bit);

#endif
