/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two vCPUs with everything that the kernel has of interrupt controllers, on the run loop.  What
 * their guests do is a script (vmx.h); what others do while one of them sleeps is the test's hook.
 */
#ifndef LINTEL_TESTS_UNIT_VCPU_PAIR_H
#define LINTEL_TESTS_UNIT_VCPU_PAIR_H

#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "test.h"
#include "vcpu/mp_state.h"
#include "vmcs/vmcs.h"
#include "vmx.h"

#define PAIR_BSP 0
#define PAIR_AP	 1

struct pair {
	struct vm vm;
	struct vcpu vcpu[2];
	struct kvm_run run[2];
	u8 pio[2][LINTEL_PAGE_SIZE];
};

/*
 * The one VM of a test, on a recorded processor that has every control.  Local APICs are on, by
 * software too; LINT0 of the first takes what the 8259s send, whose vectors are from 20H on and
 * whose inputs are open.  No vCPU is loaded.
 */
struct pair *pair_create(void);
/* Nothing may be left behind. */
void pair_destroy(struct pair *pair);

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
struct pair_entry pair_run(struct pair *pair, unsigned int id);

/* One with the vCPU loaded, as by the platform's ioctl. */
#define PAIR_LOADED(vcpu, statement)                                                               \
	do {                                                                                       \
		host_vcpu_get(vcpu);                                                               \
		statement;                                                                         \
		host_vcpu_release(vcpu);                                                           \
	} while (0)

#endif
