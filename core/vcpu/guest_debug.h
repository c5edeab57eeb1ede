/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A debugger of user space (KVM_SET_GUEST_DEBUG): its breakpoints take the place of the guest's own
 * in the processor, and it steps by RFLAGS.TF.
 */
#ifndef LINTEL_VCPU_GUEST_DEBUG_H
#define LINTEL_VCPU_GUEST_DEBUG_H

#include "vcpu/vcpu.h"

/* While one of these is on, each #DB of the guest's is the debugger's. */
#define GUEST_DEBUG_TAKES_DB (KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_HW_BP)

/*
 * From now on `control`, KVM_GUESTDBG_* (0: no debugger), with these breakpoints where it has
 * KVM_GUESTDBG_USE_HW_BP.  What was about to be reported is forgotten.  `dr7` has no bits 63:32.
 * Loaded.
 */
void guest_debug_set(struct vcpu *vcpu, u32 control, const u64 dr[4], u64 dr7);

/* Exception bitmap: what always exits, and #BP where the debugger wants it.  Loaded. */
void guest_debug_exceptions(struct vcpu *vcpu);

/* KVM_EXIT_DEBUG before the next entry, for VECTOR_DB (these bits in DR6 beside those that wait
 * already) or VECTOR_BP. */
void guest_debug_report(struct vcpu *vcpu, u8 vector, u64 dr6);
/* What waits to be reported is none of where the guest goes on. */
void guest_debug_forget(struct vcpu *vcpu);

/*
 * RFLAGS as they are the guest's: without the TF that steps it.  The write arms the step of the
 * instruction at RIP; an event's delivery, or an instruction that loads the flags, may disarm it.
 * Loaded.
 */
u64 guest_debug_rflags_read(struct vcpu *vcpu);
void guest_debug_rflags_write(struct vcpu *vcpu, u64 value);

#endif
