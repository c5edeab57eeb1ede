// SPDX-License-Identifier: GPL-2.0
/*
 * SDM: appendix "VMX Capability Reporting Facility".
 */
#include "availability.h"
#include "facts/vmcs_field.h"

enum availability availability_msr(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];

	if (cap_msr_present(raw, msr))
		return AVAILABLE_YES;
	if (info->by == CAP_MSRS)
		return AVAILABLE_UNKNOWN;
	if (cap_msr_present(raw, info->by))
		return (raw->value[info->by] | raw->unknown[info->by]) & info->by_mask
			       ? AVAILABLE_UNKNOWN
			       : AVAILABLE_NO;
	return availability_msr(raw, info->by) == AVAILABLE_NO ? AVAILABLE_NO : AVAILABLE_UNKNOWN;
}

enum availability availability_bit(const struct vmx_cap_msrs *raw, enum cap_msr msr,
				   unsigned int bit)
{
	enum availability there = availability_msr(raw, msr);

	if (there != AVAILABLE_YES)
		return there;
	if (raw->unknown[msr] & BIT64(bit))
		return AVAILABLE_UNKNOWN;
	return raw->value[msr] & BIT64(bit) ? AVAILABLE_YES : AVAILABLE_NO;
}

enum availability availability_control(const struct vmx_cap_msrs *raw, struct ctl_ref ref)
{
	const struct ctl_word_info *info;
	enum availability by_msr;
	unsigned int bit;

	if (ref.word == CTL_WORDS)
		return availability_bit(raw, CAP_EPT_VPID_CAP, ref.bit);
	if (ref.word == VMCS_BY_VMFUNC)
		return availability_bit(raw, CAP_VMFUNC, ref.bit);
	info = &ctl_word_table[ref.word];
	if (info->activated && availability_control(raw, info->activator) == AVAILABLE_NO)
		return AVAILABLE_NO;
	/* What may be 1 is in the high half, in the TRUE variant as well. */
	bit = info->wide ? ref.bit : ref.bit + 32u;
	by_msr = availability_bit(raw, info->msr, bit);
	if (by_msr != AVAILABLE_UNKNOWN)
		return by_msr;
	return availability_bit(raw, info->true_msr, bit);
}

enum availability availability_field(const struct vmx_cap_msrs *raw, const struct vmcs_field *field)
{
	enum availability any = field->exists_count ? AVAILABLE_NO : AVAILABLE_YES;

	for (unsigned int i = 0; i < field->exists_count; i++) {
		enum availability one = availability_control(raw, field->exists[i]);

		if (one == AVAILABLE_YES)
			return one;
		if (one == AVAILABLE_UNKNOWN)
			any = one;
	}
	return any;
}
