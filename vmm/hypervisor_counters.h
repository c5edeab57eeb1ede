/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the hypervisor counted for a VM: KVM in /sys/kernel/debug/kvm, Lintel in
 * /sys/kernel/debug/lintel, both under PID-FD.
 */
#ifndef VMM_HYPERVISOR_COUNTERS_H
#define VMM_HYPERVISOR_COUNTERS_H

#include "machine.h"

/* Prints, on stderr, the counters that are not 0; nothing where there are none to be read. */
void counters_print(const struct machine *machine);

#endif
