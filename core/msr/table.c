// SPDX-License-Identifier: GPL-2.0
/*
 * The keeper of each row, and the lists of MSRs that user space asks for.
 */
#include "msr/state.h"

const struct msr_keeper *const msr_keepers[MSR_ROWS] = {
#define MSR(name, ...) &msr_keeper_##name,
#include "facts/msr_list.h"
};

unsigned int msr_index_list(u32 *indices, unsigned int room)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];

		if (!row->listed || !msr_exists(row->condition, NULL))
			continue;
		for (u32 msr = row->first; msr <= row->last; msr++, count++)
			if (count < room)
				indices[count] = msr;
	}
	return count;
}

static u64 host_ucode_rev(void)
{
	u64 value = 0;

	return host_rdmsr_safe(MSR_IA32_UCODE_REV, &value) ? 0 : value;
}

/* There is no PMU. */
static u64 no_perf_capabilities(void)
{
	return 0;
}

/* What is of this host and not of a vCPU: KVM_GET_MSR_FEATURE_INDEX_LIST. */
static const struct {
	u32 msr;
	u64 (*value)(void);
} features[] = {
	{MSR_IA32_UCODE_REV, host_ucode_rev},
	{MSR_IA32_ARCH_CAPABILITIES, host_arch_capabilities},
	{MSR_IA32_PERF_CAPABILITIES, no_perf_capabilities},
};

unsigned int msr_feature_list(u32 *indices, unsigned int room)
{
	for (unsigned int i = 0; i < COUNT_OF(features) && i < room; i++)
		indices[i] = features[i].msr;
	return COUNT_OF(features);
}

int msr_feature_read(u32 msr, u64 *value)
{
	for (unsigned int i = 0; i < COUNT_OF(features); i++) {
		if (features[i].msr != msr)
			continue;
		*value = features[i].value();
		return 0;
	}
	return -ENOENT;
}
