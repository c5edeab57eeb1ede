// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs of segment bases and of system calls: in the VMCS, or switched by hand.
 *
 * SDM: "Canonical Addressing", "SYSENTER", "SYSCALL", "WRMSR".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"
#include "vmcs/vmcs.h"

/*
 * Linear addresses have 57 bits only where the guest's CPUID says so, and the host's too: the
 * processor itself must take the value.
 */
static unsigned int linear_bits(const struct vcpu *vcpu)
{
	return cpuid_has(vcpu, FEATURE_LA57) ? 57 : 48;
}

static u64 sign_extend(const struct vcpu *vcpu, u64 address)
{
	unsigned int unused = 64 - linear_bits(vcpu);

	return (u64)((s64)(address << unused) >> unused);
}

static bool is_canonical(const struct vcpu *vcpu, u64 address)
{
	return sign_extend(vcpu, address) == address;
}

static bool canonical(struct vcpu *vcpu, struct msr_request *request)
{
	return is_canonical(vcpu, request->value);
}

KEEPER(FS_BASE) = {IN_VMCS(GUEST_FS_BASE), .writable = ALL, .admits = canonical};
KEEPER(GS_BASE) = {IN_VMCS(GUEST_GS_BASE), .writable = ALL, .admits = canonical};

/* The processor has bits 31:0 only, and ignores the others. */
static bool sysenter_cs_admits(struct vcpu *vcpu, struct msr_request *request)
{
	request->value = (u32)request->value;
	return true;
}

KEEPER(IA32_SYSENTER_CS) = {IN_VMCS(GUEST_SYSENTER_CS), .writable = ALL,
			    .admits = sysenter_cs_admits};

/* Processors of another vendor keep SYSENTER's addresses as they were written, and user space may
 * restore what a guest wrote there. */
static bool sysenter_admits(struct vcpu *vcpu, struct msr_request *request)
{
	if (request->from_host)
		request->value = sign_extend(vcpu, request->value);
	return is_canonical(vcpu, request->value);
}

KEEPER(IA32_SYSENTER_ESP) = {IN_VMCS(GUEST_SYSENTER_ESP), .writable = ALL,
			     .admits = sysenter_admits};
KEEPER(IA32_SYSENTER_EIP) = {IN_VMCS(GUEST_SYSENTER_EIP), .writable = ALL,
			     .admits = sysenter_admits};

static int switched_get(struct vcpu *vcpu, struct msr_request *request)
{
	struct msr_switched *slot = msr_switched_find(vcpu, request->msr);

	if (!slot)
		return -EINVAL;
	request->value = msr_switched_get(vcpu, slot);
	return 0;
}

static int switched_set(struct vcpu *vcpu, struct msr_request *request)
{
	struct msr_switched *slot = msr_switched_find(vcpu, request->msr);

	if (!slot)
		return -EINVAL;
	msr_switched_set(vcpu, slot, request->value);
	return 0;
}

#define SWITCHED .get = switched_get, .set = switched_set, .quick = true

KEEPER(STAR) = {SWITCHED, .writable = ALL};
KEEPER(LSTAR) = {SWITCHED, .writable = ALL, .admits = canonical};
KEEPER(CSTAR) = {SWITCHED, .writable = ALL, .admits = canonical};
KEEPER(KERNEL_GS_BASE) = {SWITCHED, .writable = ALL, .admits = canonical};
/* Bits 63:32 are reserved. */
KEEPER(SYSCALL_MASK) = {SWITCHED, .writable = 0xffffffff};
KEEPER(TSC_AUX) = {SWITCHED, .writable = 0xffffffff};
/* Nobody reads or writes it, and switch.c switches it. */
KEEPER(IA32_TSX_CTRL) = {.home = HOME_NOWHERE};
