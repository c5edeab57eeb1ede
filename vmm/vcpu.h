/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One vCPU and the thread that runs it.
 */
#ifndef VMM_VCPU_H
#define VMM_VCPU_H

#include "vm.h"

/* Creates vCPU @id of @vm with its kvm_run mapping.  0, or -1 after saying why. */
int vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned int id);
void vcpu_destroy(struct vcpu *vcpu);

/* Makes the signal that takes vCPUs out of the guest harmless; once, before any vcpu_start(). */
void vcpu_prepare_kick(void);

/* Starts the vCPU's thread.  0, or -1 after saying why. */
int vcpu_start(struct vcpu *vcpu);

/* Takes the vCPU out of the guest; it goes back in unless the VM has ended. */
void vcpu_kick(struct vcpu *vcpu);

#endif
