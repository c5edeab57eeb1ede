/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The CPUID leaves that one vCPU shows: what the hypervisor can do, with this CPU's own identity.
 */
#ifndef VMM_GUEST_CPUID_H
#define VMM_GUEST_CPUID_H

#include <stdbool.h>

#include "kvm.h"

#define CPUID_ROOM 4

/*
 * Writes APIC id and topology of vCPU @cpu of @cpus (one package, a core each) into the leaves
 * that hold them; @cpuid must have room for CPUID_ROOM entries more.  Without @irqchip there is no
 * local APIC, and the leaves say so.
 */
void cpuid_set_identity(struct kvm_cpuid2 *cpuid, unsigned int cpu, unsigned int cpus,
			bool irqchip);

/*
 * Takes the features that are named in , separated by commas, out of the leaves.  0, or -1 after
 * saying which name is unknown.
 */
int cpuid_hide(struct kvm_cpuid2 *cpuid, const char *names);

/* Shows the local APIC timer's TSC-deadline mode, a matter of KVM_CAP_TSC_DEADLINE_TIMER alone. */
void cpuid_add_tsc_deadline(struct kvm_cpuid2 *cpuid);

#endif
