/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's performance counters round a guest.  Those that must not count there, and above all
 * must not write records to addresses that are the guest's then, stop with the entry itself: an NMI
 * just before it may start them once more.
 *
 * SDM: "Loading Guest Control Registers, Debug Registers, and MSRs", "Loading Host Control
 * Registers, Debug Registers, MSRs".
 */
#ifndef LINTEL_COUNTERS_H
#define LINTEL_COUNTERS_H

#include "vcpu/vcpu.h"

/* The two fields, where the processor has them; nothing is switched yet.  Loaded. */
void counters_init_vmcs(struct vcpu *vcpu);
/* The VMCS learns what is to be switched at the next entry and exit.  Loaded; interrupts off. */
void counters_before_entry(struct vcpu *vcpu);

#endif
