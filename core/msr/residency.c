// SPDX-License-Identifier: GPL-2.0
/*
 * How long the core was asleep: the processor's own counts, where the guest puts it to sleep.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
#include "msr/state.h"

/* Without an MSR bitmap, or where the filter is in the way, the read exits. */
static int residency_get(struct vcpu *vcpu, struct msr_request *request)
{
	return host_rdmsr_safe(request->msr, &request->value) ? -EINVAL : 0;
}

KEEPER(CORE_C3_RESIDENCY) = {.get = residency_get};
KEEPER(CORE_C1_RES) = {.get = residency_get};
