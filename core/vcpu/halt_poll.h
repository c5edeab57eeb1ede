/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HLT: before the vCPU's thread sleeps it looks for a while whether something comes, which is
 * sooner seen so than by who sleeps.  How long follows from how long it took lately.
 * Documentation/virt/kvm/halt-polling.rst
 */
#ifndef LINTEL_HALT_POLL_H
#define LINTEL_HALT_POLL_H

#include "vcpu/vcpu.h"

/* The platform may change them at any time. */
struct halt_poll_parameters {
	unsigned int most_ns;	 /* where KVM_CAP_HALT_POLL says nothing else; 0: never */
	unsigned int grow;	 /* by which factor; 0: it does not */
	unsigned int grow_start; /* ns; what 0 grows to, and what is less falls to 0 */
	unsigned int shrink;	 /* by which divisor; 0: to 0 */
};

extern struct halt_poll_parameters halt_poll;

/* struct vm's halt_poll_most: the platform's. */
#define HALT_POLL_MOST_IS_HOSTS (~(u64)0)

/* For how long to poll the next time, where it was for `ns` this time and something came after
 * `halted` ns, asleep or not; at most `most`. */
u32 halt_poll_next(u32 ns, u64 halted, u32 most, const struct halt_poll_parameters *parameters);

/* Poll, and sleep, until vcpu_wakes(vcpu), or there is other work for the thread.  Needs: it is
 * halted, and was not to wake; its mode is VCPU_WAITING.  Loaded. */
void vcpu_halt(struct vcpu *vcpu);

#endif
