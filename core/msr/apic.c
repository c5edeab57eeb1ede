// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs of the local APIC: IA32_APIC_BASE, which every processor has, and, where the VM has its
 * interrupt controllers in the kernel, IA32_TSC_DEADLINE and the registers of x2APIC mode.
 *
 * SDM: "Local APIC Status and Location", "x2APIC State Transitions", "TSC-Deadline Mode".
 */
#include "msr/state.h"
#include "irq/lapic.h"
#include "vcpu/cpuid.h"

#define APIC_BASE_RESERVED 0x2ffull /* bits 7:0 and 9 */

bool msr_apic_base_valid(const struct vcpu *vcpu, u64 value)
{
	if (value & (APIC_BASE_RESERVED | ~(BIT64(cpuid_maxphyaddr(vcpu)) - 1)))
		return false;
	if (!(value & APIC_BASE_X2APIC))
		return true;
	return (value & APIC_BASE_ENABLE) && cpuid_has(vcpu, 1, 0, CPUID_REG_ECX, 21);
}

MSR_GET(apic_base)
{
	(void)msr;
	*value = vcpu->apic_base;
	return 0;
}

MSR_SET(apic_base)
{
	(void)msr;
	return lapic_base_write(vcpu, value, from_host);
}

/* User space saves and restores it, whether there is a local APIC or not. */
MSR_GET(tsc_deadline)
{
	(void)msr;
	*value = vcpu->lapic ? lapic_deadline_read(vcpu) : 0;
	return 0;
}

MSR_SET(tsc_deadline)
{
	(void)msr;
	(void)from_host;
	if (vcpu->lapic)
		lapic_deadline_write(vcpu, value);
	return 0;
}

MSR_GET(pv_eoi)
{
	(void)msr;
	*value = vcpu->lapic ? vcpu->lapic->pv_eoi : 0;
	return 0;
}

MSR_SET(pv_eoi)
{
	(void)msr;
	(void)from_host;
	return lapic_pv_eoi_set(vcpu, value);
}

MSR_GET(x2apic)
{
	return lapic_msr_read(vcpu, msr, value);
}

MSR_SET(x2apic)
{
	(void)from_host;
	return lapic_msr_write(vcpu, msr, value);
}
