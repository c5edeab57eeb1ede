// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs of segment bases and of system calls: in the VMCS, or switched by hand.
 *
 * SDM: "Canonical Addressing", "SYSENTER", "SYSCALL", "WRMSR".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"
#include "vmcs/vmcs.h"

static const struct vmcs_msr {
	u32 msr;
	u16 field;
	bool address; /* must be canonical */
} vmcs_msrs[] = {
	{MSR_IA32_SYSENTER_CS, GUEST_SYSENTER_CS, false},
	{MSR_IA32_SYSENTER_ESP, GUEST_SYSENTER_ESP, true},
	{MSR_IA32_SYSENTER_EIP, GUEST_SYSENTER_EIP, true},
	{MSR_FS_BASE, GUEST_FS_BASE, true},
	{MSR_GS_BASE, GUEST_GS_BASE, true},
};

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

static const struct vmcs_msr *vmcs_msr_find(u32 msr)
{
	for (unsigned int i = 0; i < COUNT_OF(vmcs_msrs); i++)
		if (vmcs_msrs[i].msr == msr)
			return &vmcs_msrs[i];
	return NULL;
}

MSR_GET(vmcs)
{
	const struct vmcs_msr *at = vmcs_msr_find(msr);

	(void)vcpu;
	if (!at)
		return -EINVAL;
	*value = vmcs_read_fast(at->field);
	return 0;
}

MSR_SET(vmcs)
{
	const struct vmcs_msr *at = vmcs_msr_find(msr);

	if (!at)
		return -EINVAL;
	if (at->address && !is_canonical(vcpu, value)) {
		/* Processors of another vendor keep SYSENTER's addresses as they were written, and
		 * user space may restore what a guest wrote there. */
		if (!from_host || msr == MSR_FS_BASE || msr == MSR_GS_BASE)
			return -EINVAL;
		value = sign_extend(vcpu, value);
	}
	/* IA32_SYSENTER_CS: the processor has bits 31:0 only, and ignores the others. */
	vmcs_write_fast(at->field, at->address ? value : (u32)value);
	return 0;
}

/* Preemption off: nobody must switch the MSR between the question where its value is and the
 * access. */
MSR_GET(switched)
{
	struct msr_switched *slot = msr_switched_find(vcpu, msr);

	if (!slot)
		return -EINVAL;
	host_preempt_disable();
	if (vcpu->guest_state_loaded && slot->written_live)
		slot->guest = host_rdmsr(msr);
	*value = slot->guest;
	host_preempt_enable();
	return 0;
}

MSR_SET(switched)
{
	struct msr_switched *slot = msr_switched_find(vcpu, msr);

	(void)from_host;
	if (!slot)
		return -EINVAL;
	host_preempt_disable();
	slot->guest = value;
	if (vcpu->guest_state_loaded)
		host_wrmsr(msr, value);
	host_preempt_enable();
	return 0;
}

MSR_SET(switched_canonical)
{
	if (!is_canonical(vcpu, value))
		return -EINVAL;
	return msr_set_switched(vcpu, msr, value, from_host);
}

/* Bits 63:32 are reserved. */
MSR_SET(switched_u32)
{
	if (value >> 32)
		return -EINVAL;
	return msr_set_switched(vcpu, msr, value, from_host);
}
