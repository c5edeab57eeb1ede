// SPDX-License-Identifier: GPL-2.0
#include "register_bits.h"
#include "facts/layout_text.h"

const char *register_bit_name(enum cap_msr msr, unsigned int bit)
{
	enum layout_id id = layout_of(LAYOUT_USE_MSR, cap_msr_table[msr].index);

	return id < LAYOUTS ? layout_bit_name(id, bit) : NULL;
}
