/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM with local APICs, and its software's view of them.
 */
#ifndef LINTEL_TESTS_UNIT_IRQ_LAPIC_GUEST_H
#define LINTEL_TESTS_UNIT_IRQ_LAPIC_GUEST_H

#include "fixture/vm.h"
#include "irq/registers.h"
#include "msr/msr.h"

/* vCPUs 0 to count - 1, in xAPIC mode, software-enabled, with all CPUID bits that matter.  None is
 * loaded; the srcu read lock is held.  Needs fixture_destroy(). */
struct fixture *apic_guest_create(unsigned int count);
/* One more vCPU, with any id. */
struct vcpu *apic_guest_add(struct fixture *g, u32 id);

/* msr_read() and msr_write(), with the vCPU loaded. */
int apic_msr_read(struct vcpu *vcpu, u32 msr, u64 *value, bool from_host);
int apic_msr_write(struct vcpu *vcpu, u32 msr, u64 value, bool from_host);

/* As the guest does it, in the mode that the APIC is in. */
u32 apic_read(struct vcpu *vcpu, u32 offset);
void apic_write(struct vcpu *vcpu, u32 offset, u32 value);
void apic_icr(struct vcpu *vcpu, u32 icr, u32 destination);
void apic_x2apic_on(struct vcpu *vcpu);

/* Is the vector in this vector of bits (LAPIC_ISR, LAPIC_TMR, LAPIC_IRR)? */
bool apic_has(struct vcpu *vcpu, u32 first, u8 vector);
/* What the processor does when it takes interrupts: the vector, or -1. */
int apic_take(struct vcpu *vcpu);

#endif
