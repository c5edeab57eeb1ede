/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two vCPUs with everything that the kernel has of interrupt controllers, on the run loop.  What
 * their guests do is a script (vmx.h); what others do while one of them sleeps is the test's hook.
 */
#ifndef LINTEL_TESTS_UNIT_VCPU_PAIR_H
#define LINTEL_TESTS_UNIT_VCPU_PAIR_H

#include "fixture/vm.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "vcpu/mp_state.h"
#include "vmcs/vmcs.h"

#define PAIR_BSP 0
#define PAIR_AP	 1

/*
 * The one VM of a test.  Local APICs are on, by software too; LINT0 of the first takes what the
 * 8259s send, whose vectors are from 20H on and whose inputs are open.  No vCPU is loaded.  Needs
 * fixture_destroy().
 */
struct fixture *pair_create(void);

/* How KVM_RUN went, and what of the guest's state the last entry found. */
struct pair_entry {
	int result;
	bool entered;
	u32 event; /* the VM-entry interruption information */
	u64 rip, rsp, rflags;
	struct kvm_segment cs;
};

/*
 * KVM_RUN of one vCPU: after what is scripted its guest shuts down (a triple fault: result 0), and
 * of that entry it is told.  A signal ends with the run.
 */
struct pair_entry pair_run(struct fixture *pair, unsigned int id);

#endif
