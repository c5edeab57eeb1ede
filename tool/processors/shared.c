// SPDX-License-Identifier: GPL-2.0
#include "facts/capability_field.h"
#include "facts/control.h"
#include "shared.h"

#define BASIC_SIZE_BIT	   32 /* of the field, the lowest */
#define BASIC_REVISION_BIT 0
#define BASIC_32BIT_BIT	   48

enum rule { BOTH, EITHER, LARGER, SMALLER, SAME_OR_0 };

static enum rule rule_of(const struct cap_field *field)
{
	if (field->msr == CAP_BASIC && field->lo_bit == BASIC_SIZE_BIT)
		return LARGER;
	if (field->msr == CAP_BASIC && field->lo_bit == BASIC_REVISION_BIT)
		return SAME_OR_0;
	if (field->msr == CAP_BASIC && field->lo_bit == BASIC_32BIT_BIT)
		return EITHER; /* a limit */
	return field->hi_bit == field->lo_bit ? BOTH : SMALLER;
}

static u64 combine(enum rule rule, u64 a, u64 b)
{
	switch (rule) {
	case BOTH:
		return a & b;
	case EITHER:
		return a | b;
	case LARGER:
		return a > b ? a : b;
	case SMALLER:
		return a < b ? a : b;
	default:
		return a == b ? a : 0;
	}
}

/* Field by field; bits in none of them have to be 1 in both. */
static u64 combine_fields(enum cap_msr msr, u64 a, u64 b)
{
	u64 value = a & b & ~cap_field_mask(msr);

	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr)
			value |= combine(rule_of(field), cap_bits(a, field->hi_bit, field->lo_bit),
					 cap_bits(b, field->hi_bit, field->lo_bit))
				 << field->lo_bit;
	}
	return value;
}

/* The low half has the bits that must be 1, the high half those that may be. */
static u64 combine_settings(u64 a, u64 b)
{
	return (u32)(a | b) | (a & b & ~(u64)(u32)-1);
}

static bool has_settings(enum cap_msr msr)
{
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		if (!ctl_word_table[word].wide &&
		    (ctl_word_table[word].msr == msr || ctl_word_table[word].true_msr == msr))
			return true;
	return false;
}

static u64 combine_msr(enum cap_msr msr, u64 a, u64 b)
{
	switch (msr) {
	case CAP_CR0_FIXED0:
	case CAP_CR4_FIXED0:
		return a | b;
	case CAP_BASIC:
	case CAP_MISC:
	case CAP_VMCS_ENUM:
	case CAP_EPT_VPID_CAP:
		return combine_fields(msr, a, b);
	default:
		return has_settings(msr) ? combine_settings(a, b) : a & b;
	}
}

/* The bits of numbers of which a bit is unknown. */
static u64 spread_over_fields(enum cap_msr msr, u64 unknown)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr && cap_bits(unknown, field->hi_bit, field->lo_bit))
			unknown |= cap_bits(~(u64)0, field->hi_bit, field->lo_bit) << field->lo_bit;
	}
	return unknown;
}

/* What is unknown may be 0 and may be 1: of what is combined, that which depends on it is unknown.
 */
static void add_msr(struct vmx_cap_msrs *shared, const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	u64 unknown_a = shared->unknown[msr], unknown_b = raw->unknown[msr];
	u64 least = combine_msr(msr, shared->value[msr], raw->value[msr]);
	u64 most = combine_msr(msr, shared->value[msr] | unknown_a, raw->value[msr] | unknown_b);
	bool words = has_settings(msr) || !cap_field_mask(msr);

	shared->unknown[msr] =
		words ? least ^ most : spread_over_fields(msr, unknown_a | unknown_b);
	shared->value[msr] = least & ~shared->unknown[msr];
}

/* One that one of them lacks is absent, unless it is that one of whom that is not known. */
static void drop_msr(struct vmx_cap_msrs *shared, const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	bool lacks = (!cap_msr_present(shared, msr) && !shared->unknown[msr]) ||
		     (!cap_msr_present(raw, msr) && !raw->unknown[msr]);

	shared->present &= ~BIT32(msr);
	shared->value[msr] = 0;
	shared->unknown[msr] = lacks ? 0 : ~(u64)0;
}

void shared_values(const struct processors *processors, struct vmx_cap_msrs *shared)
{
	*shared = processors->list[0].raw;
	for (size_t i = 1; i < processors->count; i++) {
		const struct vmx_cap_msrs *raw = &processors->list[i].raw;

		for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
			if (cap_msr_present(shared, msr) && cap_msr_present(raw, msr))
				add_msr(shared, raw, msr);
			else
				drop_msr(shared, raw, msr);
	}
}
