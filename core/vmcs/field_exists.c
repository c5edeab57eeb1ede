// SPDX-License-Identifier: GPL-2.0
#include "vmcs/field_exists.h"

static bool may_be_1(struct ctl_ref ref, const struct vmcs_config *config,
		     const struct vmx_capability *capability)
{
	u64 allowed = ref.word == VMCS_BY_VMFUNC ? capability->vmfunc : config->allowed1[ref.word];

	return allowed & BIT64(ref.bit);
}

bool vmcs_field_exists(const struct vmcs_field *field, const struct vmcs_config *config,
		       const struct vmx_capability *capability)
{
	if (!field->exists_count)
		return true;
	for (unsigned int i = 0; i < field->exists_count; i++)
		if (may_be_1(field->exists[i], config, capability))
			return true;
	return false;
}
