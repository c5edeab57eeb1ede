// SPDX-License-Identifier: GPL-2.0
#include "facts/capability_field.h"

const struct cap_field cap_field_table[] = {
#define CAPABILITY_FIELD(msr, hi, lo, home, member, name, text) {CAP_##msr, hi, lo, name},
#include "facts/capability_field_list.h"
};

const size_t cap_field_count = COUNT_OF(cap_field_table);

u64 cap_bits(u64 value, unsigned int hi_bit, unsigned int lo_bit)
{
	return (value >> lo_bit) & (~(u64)0 >> (63 - (hi_bit - lo_bit)));
}

u64 cap_field_mask(enum cap_msr msr)
{
	u64 mask = 0;

	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr)
			mask |= cap_bits(~(u64)0, field->hi_bit, field->lo_bit) << field->lo_bit;
	}
	return mask;
}

const struct cap_field *cap_field_find(enum cap_msr msr, unsigned int bit)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr && field->lo_bit <= bit && bit <= field->hi_bit)
			return field;
	}
	return NULL;
}
