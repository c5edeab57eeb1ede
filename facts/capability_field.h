/* SPDX-License-Identifier: GPL-2.0 */
/* The fields of the capability MSRs that are not control words. */
#ifndef LINTEL_FACTS_CAPABILITY_FIELD_H
#define LINTEL_FACTS_CAPABILITY_FIELD_H

#include "facts/capability_msr.h"

struct cap_field {
	u8 msr; /* enum cap_msr */
	u8 hi_bit, lo_bit;
	const char *name; /* in the SDM's words */
};

extern const struct cap_field cap_field_table[];
extern const size_t cap_field_count;

/* Bits hi..lo of value. */
u64 cap_bits(u64 value, unsigned int hi_bit, unsigned int lo_bit);

/* The bits of an MSR that some row of the table names. */
u64 cap_field_mask(enum cap_msr msr);

/* The row that holds this bit, or NULL. */
const struct cap_field *cap_field_find(enum cap_msr msr, unsigned int bit);

#endif
