/* SPDX-License-Identifier: GPL-2.0 */
/* What others want of a vCPU. */
#ifndef LINTEL_REQUEST_H
#define LINTEL_REQUEST_H

#include "types.h"

struct vm;
struct vcpu;

/* Bits of vcpu->requests; the vCPU serves them before its next entry. */
enum vcpu_request {
	VCPU_REQUEST_FLUSH_TLB,	   /* INVEPT before the next entry */
	VCPU_REQUEST_TRIPLE_FAULT, /* the guest is to shut down */
	VCPU_REQUEST_EVENT, /* an interrupt, NMI, INIT or SIPI has come: look before the next entry
			     */
	VCPU_REQUEST_CLOCK, /* its page of kvmclock is to be written */
	VCPU_REQUEST_MSR_BITMAP, /* the MSR filter has changed, or what CPUID tells */
	VCPU_REQUEST_TPR_ACCESS, /* user space is to hear of an access to the TPR */
	VCPU_REQUEST_IOAPIC_EOI, /* user space's I/O APIC is to hear of the end of an interrupt */
	VCPU_REQUEST_STEAL_TIME, /* its page of steal time is to be written */
	VCPU_REQUEST_DEBUG,	 /* user space's debugger is to hear of something */
	VCPU_REQUEST_DIRTY_RING, /* its dirty ring may be full */
	VCPU_REQUEST_ASYNC_PF,	 /* a page that its guest waits for may have come */
	VCPU_REQUEST_EOI_EXITS,	 /* others wait for the end of other vectors than before */
	VCPU_REQUEST_APIC_CONTROLS, /* what the processor does for the local APIC may change */
};

/* Set a request, and make the vCPU see it: it leaves the guest, or wakes.  Any context. */
void vcpu_request(struct vcpu *vcpu, enum vcpu_request request);

/* Has nobody served it yet?  And: it is not wanted any more.  Any context. */
bool vcpu_request_waits(const struct vcpu *vcpu, enum vcpu_request request);
void vcpu_request_drop(struct vcpu *vcpu, enum vcpu_request request);

/* An NMI from another thread.  Any context. */
void vcpu_nmi_send(struct vcpu *vcpu);

/* Ask each vCPU of the VM to do `request` before it enters the guest again,
 * and wait until none runs that has not seen it.  True: one ran. */
bool vm_request_all(struct vm *vm, enum vcpu_request request);
/* VCPU_REQUEST_FLUSH_TLB of each, counted. */
void vm_flush_tlbs(struct vm *vm);

#endif
