/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fields of the VMCS that are read once for each exit (vcpu->cached), inline for the way of each
 * exit. Others call the functions of vcpu.h and events.h.
 */
#ifndef LINTEL_VCPU_CACHED_H
#define LINTEL_VCPU_CACHED_H

#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* The field is to be read, and counts as read. */
static inline bool cached_fetch(struct vcpu *vcpu, u32 bit)
{
	if (vcpu->cached & bit)
		return false;
	vcpu->cached |= bit;
	return true;
}

static inline u64 cached_rip(struct vcpu *vcpu)
{
	if (cached_fetch(vcpu, VCPU_CACHED_RIP))
		vcpu->rip = vmcs_readl(GUEST_RIP);
	return vcpu->rip;
}

static inline u64 cached_rflags(struct vcpu *vcpu)
{
	if (cached_fetch(vcpu, VCPU_CACHED_RFLAGS))
		vcpu->rflags = vmcs_readl(GUEST_RFLAGS);
	return vcpu->rflags;
}

static inline u32 cached_interruptibility(struct vcpu *vcpu)
{
	if (cached_fetch(vcpu, VCPU_CACHED_INTERRUPTIBILITY))
		vcpu->interruptibility = vmcs_read32(GUEST_INTERRUPTIBILITY_INFO);
	return vcpu->interruptibility;
}

#endif
