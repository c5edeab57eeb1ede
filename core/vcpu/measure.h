/* SPDX-License-Identifier: GPL-2.0 */
/* Where the time of a vCPU goes, as long as somebody measures it. */
#ifndef LINTEL_VCPU_MEASURE_H
#define LINTEL_VCPU_MEASURE_H

#include "facts/exit_reason.h"
#include "vcpu/vcpu.h"

/* From now on the vCPU is in the phase `next`.  Costs nothing while nobody measures. */
static inline void vcpu_measure(struct vcpu *vcpu, enum vcpu_phase next)
{
	u32 measurement = host_measurement();

	if (measurement)
		vcpu_stats_enter_phase(&vcpu->stats, measurement, next, host_rdtsc(),
				       EXIT_REASON_BASIC(vcpu->exit.reason));
}

#endif
