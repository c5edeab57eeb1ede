// SPDX-License-Identifier: GPL-2.0
#include "facts/capability_msr.h"
#include "facts/control.h"

#define ALWAYS		     CAP_MSRS, 0
#define ANNOUNCED(msr, mask) CAP_##msr, mask
#define TRUE_VARIANT	     ANNOUNCED(BASIC, CAP_BASIC_TRUE_CTLS)
#define ALLOWED1(mask)	     ((u64)(mask) << 32)

const struct cap_msr_info cap_msr_table[CAP_MSRS] = {
#define CAPABILITY_MSR(msr, index, name, announced, without, section, text)                        \
	[CAP_##msr] = {index, name, announced, without},
#include "facts/capability_msr_list.h"
};

enum cap_msr cap_msr_find(u32 index)
{
	enum cap_msr msr = 0;

	while (msr < CAP_MSRS && cap_msr_table[msr].index != index)
		msr++;
	return msr;
}

bool cap_msr_announced(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];

	if (info->by == CAP_MSRS)
		return true;
	return cap_msr_present(raw, info->by) && (raw->value[info->by] & info->by_mask);
}
