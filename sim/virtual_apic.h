/* SPDX-License-Identifier: GPL-2.0 */
/*
 * APIC virtualization of the software processor; what nonroot.c and ept.c need of it, and what a
 * guest does in x2APIC mode.  In xAPIC mode it uses sim_guest_read() and sim_guest_write().
 */
#ifndef LINTEL_SIM_VIRTUAL_APIC_H
#define LINTEL_SIM_VIRTUAL_APIC_H

#include "processor.h"

/* For sim_exit.guest: RDMSR and WRMSR, of values that are valid.  False: it exits. */
bool sim_guest_rdmsr_x2apic(struct vcpu *vcpu, u32 msr, u64 *value);
bool sim_guest_wrmsr_x2apic(struct vcpu *vcpu, u32 msr, u64 value);

/* VM entry: PPR.  Panics where RVI and SVI are not the highest vectors of IRR and ISR. */
void virtual_apic_enter(struct vmcs *vmcs);
/* Is a virtual interrupt to be delivered now; and which: it is in service. */
bool virtual_apic_interrupts(const struct vmcs *vmcs);
u8 virtual_apic_deliver(struct vmcs *vmcs);
/* The exit that follows the instruction that led to it. */
bool virtual_apic_take_trap(struct sim_exit *exit);
void virtual_apic_tpr_written(struct vmcs *vmcs);
void virtual_apic_reset(void);

/* Is this frame the APIC-access page?  An access to it; false: it exits. */
bool virtual_apic_has_page(const struct vmcs *vmcs, u64 pfn);
bool virtual_apic_read(struct vmcs *vmcs, u32 offset, void *to, size_t length);
bool virtual_apic_write(struct vmcs *vmcs, u32 offset, const void *from, size_t length);

#endif
