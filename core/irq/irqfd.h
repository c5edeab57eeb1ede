/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KVM_IRQFD: an event that user space, or another driver, signals is an interrupt of a GSI.
 *
 * Without KVM_IRQFD_FLAG_RESAMPLE the line goes up and down again, or the message is sent.  With it
 * the line stays up until the guest acknowledges the interrupt; then it goes down, and the second
 * event is signalled: who still wants attention signals the first one again.
 */
#ifndef LINTEL_IRQ_IRQFD_H
#define LINTEL_IRQ_IRQFD_H

#include "vm.h"

/* -EINVAL, also without interrupt controllers in the kernel, and of KVM_IRQFD_FLAG_RESAMPLE without
 * the I/O APIC; -EBADF; -EBUSY: the event is in use;
 * -ENOMEM.  May sleep. */
int irqfd_set(struct vm *vm, const struct kvm_irqfd *wanted);

void irqfds_init(struct vm *vm);
/* When it returns none of them does anything any more.  The interrupt controllers and the vCPUs are
 * still there.  May sleep, but waits for nothing of other VMs, and for nothing that user space
 * does. */
void irqfds_destroy(struct vm *vm);

#endif
