/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Delivery of events to the guest: what the run loop and the API need beside
 * the vcpu_inject_* functions of vcpu.h.
 */
#ifndef LINTEL_VCPU_EVENTS_H
#define LINTEL_VCPU_EVENTS_H

#include "vcpu/vcpu.h"

/* After an entry and an exit that was answered: is there one for the next entry, or may there be?
 * What waits for its window has opened that. */
bool vcpu_event_waits(const struct vcpu *vcpu);

/* Before an entry, interrupts off: one event goes into the VM-entry interruption field; windows
 * are asked for what must wait.  Not to be entered with: vcpu->pin_news. */
void vcpu_events_enter(struct vcpu *vcpu);

/* After an exit: an event whose delivery was cut short is injected again.
 * "Information for VM Exits That Occur During Event Delivery". */
void vcpu_events_exit(struct vcpu *vcpu);

/*
 * The event whose delivery led to this exit is not injected again: a task switch has delivered it,
 * or an exception takes its place.  An NMI blocks others in both cases.  (Of two exceptions
 * vcpu_inject_*() makes what they make.)  No effect where nothing was being delivered.
 * "Reflecting Exceptions to Guest Software", "Architectural State Before a VM Exit".
 */
void vcpu_event_used_up(struct vcpu *vcpu);

/* What goes with a raised exception (CR2, DR6, DR7, IA32_DEBUGCTL) becomes state of the guest: at
 * delivery, or earlier when user space looks at the events. */
void vcpu_events_take_payload(struct vcpu *vcpu);

/* Can the guest take an external interrupt now: IF, no shadow, nothing else under way? */
bool vcpu_interrupt_allowed(struct vcpu *vcpu);
/* Is there room for a KVM_INTERRUPT, and does LINT0 let it through?  vcpu->user_pic. */
bool vcpu_takes_user_interrupt(const struct vcpu *vcpu);
/* Is there an event that the guest must take before another may be queued? */
bool vcpu_event_underway(const struct vcpu *vcpu);
/* Was an exception raised, or a triple fault, and its delivery has not begun? */
bool vcpu_exception_pending(const struct vcpu *vcpu);

/* The whole field, BLOCKING_*: of a new VMCS. */
void vcpu_interruptibility_write(struct vcpu *vcpu, u32 value);

u32 vcpu_interrupt_shadow(struct vcpu *vcpu); /* BLOCKING_BY_STI, _MOV_SS */
void vcpu_interrupt_shadow_clear(struct vcpu *vcpu);
void vcpu_interrupt_shadow_set(struct vcpu *vcpu, u32 shadow);

bool vcpu_nmi_masked(struct vcpu *vcpu);
void vcpu_nmi_mask(struct vcpu *vcpu, bool masked);
void vcpu_nmi_queue(struct vcpu *vcpu);
/* Queue those that other threads have sent. */
void vcpu_take_nmis(struct vcpu *vcpu);

/* Does one wait that the guest can take now?  Those of the controllers in the kernel. */
bool vcpu_nmi_deliverable(struct vcpu *vcpu);
bool vcpu_interrupt_deliverable(struct vcpu *vcpu);

/* Where HLT does not exit, the processor may stand at one: it goes on.  Then it takes what user
 * space sets, and it would not at HLT: exceptions, INT n, blocking.  Loaded.  "Checks on Guest
 * Non-Register State". */
void vcpu_end_halt(struct vcpu *vcpu);

#endif
