/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Into the guest and out of it: the world switch, with what has to be right just before it, and the
 * exits that are answered at once.
 */
#ifndef LINTEL_EXIT_ENTER_H
#define LINTEL_EXIT_ENTER_H

#include "vcpu/vcpu.h"

enum enter_result {
	ENTER_EXITED,  /* vcpu->exit is to be handled */
	ENTER_AGAIN,   /* something else comes first, or the exit has its answer already */
	ENTER_TO_USER, /* it has its answer already, which is user space's */
	ENTER_FAILED,  /* the processor refused, and the VMCS says why */
};

/* Run the guest until an exit that needs the host.  Preemption and interrupts on. */
enum enter_result exit_enter(struct vcpu *vcpu);

#endif
