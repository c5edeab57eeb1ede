/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asynchronous page faults: a page of the guest's memory that takes long to come (it is on a disk,
 * or with another program) is fetched by another thread.  The guest gets a #PF with a token in
 * place of an address, which says that the page is not there yet, and an interrupt when it is; in
 * between it runs other tasks.
 *
 * Documentation/virt/kvm/x86/msr.rst: MSR_KVM_ASYNC_PF_EN, _INT, _ACK.
 */
#ifndef LINTEL_VCPU_ASYNC_PF_H
#define LINTEL_VCPU_ASYNC_PF_H

#include "vcpu/vcpu.h"

/* KVM_ASYNC_PF_EN; the rest is the address of the guest's page. */
#define ASYNC_PF_ENABLED      BIT64(0)
#define ASYNC_PF_SEND_ALWAYS  BIT64(1) /* at CPL 0, too */
#define ASYNC_PF_AS_VMEXIT    BIT64(2) /* for a guest's guest, of which there is none */
#define ASYNC_PF_BY_INTERRUPT BIT64(3) /* how the guest hears that a page came: as it has to be */

static inline bool async_pf_enables(u64 value)
{
	const u64 both = ASYNC_PF_ENABLED | ASYNC_PF_BY_INTERRUPT;

	return (value & both) == both;
}

static inline bool async_pf_enabled(const struct vcpu *vcpu)
{
	return async_pf_enables(vcpu->async_pf.enable);
}

/*
 * KVM_ASYNC_PF_EN was written.  Enabled: the guest is told that all came that it waited for, as a
 * host may have before that it was migrated from.  Else what it waits for is forgotten.  -EINVAL as
 * #GP: reserved bits, no memory there, no local APIC in the kernel.  Needs: srcu read lock.
 */
int async_pf_set(struct vcpu *vcpu, u64 value);

/* The guest of an EPT violation, for which it is enabled: can it do something else until the page
 * at `gpa` is there?  Loaded. */
bool async_pf_possible(struct vcpu *vcpu, gpa_t gpa);
/* It does, and the page is fetched.  False: it can't, after all, and is to wait for the page.
 * Needs: srcu read lock; loaded. */
bool async_pf_begin(struct vcpu *vcpu, gpa_t gpa, bool write);
/* VCPU_REQUEST_ASYNC_PF: tell the guest of one page that came, if it takes that now.  It asks for
 * the next by a write to KVM_ASYNC_PF_ACK.  May sleep. */
void async_pf_deliver(struct vcpu *vcpu);

/* The guest waits for nothing any more, and never hears of what comes.  May sleep, briefly. */
void async_pf_drop(struct vcpu *vcpu);
/* As after power-up and INIT. */
void async_pf_reset(struct vcpu *vcpu);

#endif
