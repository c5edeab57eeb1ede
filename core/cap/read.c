// SPDX-License-Identifier: GPL-2.0
/*
 * The one place where the capability MSRs are read: none before another one has announced it, as a
 * processor faults on one that it has not.
 */
#include "cap/cap.h"

void cap_read_msrs_by(struct vmx_cap_msrs *raw, int (*read)(void *ctx, u32 index, u64 *value),
		      void *ctx)
{
	*raw = (struct vmx_cap_msrs){0};
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		u64 value;

		if (cap_msr_announced(raw, msr) && read(ctx, cap_msr_table[msr].index, &value) == 0)
			cap_msr_set(raw, msr, value);
	}
}
