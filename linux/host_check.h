/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A debug build compares, after each exit, what the processor has with what the VMCS was told.
 */
#ifndef LINTEL_LINUX_HOST_CHECK_H
#define LINTEL_LINUX_HOST_CHECK_H

#include "vcpu/vcpu.h"

#ifdef LINTEL_DEBUG
/* Interrupts off. */
void host_check_after_exit(const struct vcpu *vcpu);
#else
static inline void host_check_after_exit(const struct vcpu *vcpu)
{
}
#endif

#endif
