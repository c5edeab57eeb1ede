// SPDX-License-Identifier: GPL-2.0
#include "cap/cap.h"
#include "host.h"

static int read_here(void *ctx, u32 index, u64 *value)
{
	return host_rdmsr_safe(index, value);
}

void cap_read_msrs(struct vmx_cap_msrs *raw)
{
	cap_read_msrs_by(raw, read_here, NULL);
}
