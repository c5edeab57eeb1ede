// SPDX-License-Identifier: GPL-2.0
/*
 * Dependencies between controls, as the rows of facts/control_list.h state them.
 *
 * SDM: "Checks on VMX Controls".
 */
#include "cap/internal.h"
#include "cap/fields.h"

bool cap_ref_is_on(const struct vmcs_config *config, const struct vmx_capability *capability,
		   struct ctl_ref ref)
{
	if (ref.word == CTL_WORDS)
		return cap_field_load(cap_field_find(CAP_EPT_VPID_CAP, ref.bit), config,
				      capability);
	return config->ctl[ref.word] >> ref.bit & 1;
}

bool cap_word_is_active(const struct vmcs_config *config, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];

	return !info->activated || (config->ctl[info->activator.word] >> info->activator.bit & 1);
}

static const char *ref_name(struct ctl_ref ref)
{
	if (ref.word == CTL_WORDS)
		return cap_field_find(CAP_EPT_VPID_CAP, ref.bit)->name;
	return ctl_find(ref.word, ref.bit)->name;
}

const char *cap_unmet_need(const struct vmcs_config *config,
			   const struct vmx_capability *capability, const struct ctl_bit *row)
{
	for (unsigned int i = 0; i < row->needs_count; i++)
		if (!cap_ref_is_on(config, capability, row->needs[i]))
			return ref_name(row->needs[i]);
	if (row->has_pair && !cap_ref_is_on(config, capability, row->pair))
		return ref_name(row->pair);
	return NULL;
}
