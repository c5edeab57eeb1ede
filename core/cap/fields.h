/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the capability MSRs that are not control words: one table, from
 * which they are decoded, described and compared.
 */
#ifndef LINTEL_CAP_FIELDS_H
#define LINTEL_CAP_FIELDS_H

#include "cap/cap.h"

enum cap_field_home { CAP_IN_CONFIG, CAP_IN_CAPABILITY };

struct cap_field {
	u8 msr; /* enum cap_msr */
	u8 hi_bit, lo_bit;
	u8 home;	  /* enum cap_field_home: the struct that holds it decoded */
	u8 size;	  /* of the member, in bytes */
	u16 offset;	  /* of the member */
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

/* The decoded value of a field. */
u64 cap_field_load(const struct cap_field *field, const struct vmcs_config *config,
		   const struct vmx_capability *capability);

/* Decodes every field whose MSR was read; the others stay as they are. */
void cap_fields_decode(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		       struct vmx_capability *capability);

#endif
