// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs of the local APIC: IA32_APIC_BASE, which every processor has, and, where the VM has its
 * interrupt controllers in the kernel, IA32_TSC_DEADLINE and the registers of x2APIC mode.
 *
 * SDM: "Local APIC Status and Location", "x2APIC State Transitions", "TSC-Deadline Mode".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"
#include "irq/lapic.h"
#include "mem/mem.h"
#include "msr/msr.h"
#include "vmcs/vmcs.h"

#define APIC_BASE_RESERVED 0x2ffull /* bits 7:0 and 9 */

bool msr_apic_base_valid(const struct vcpu *vcpu, u64 value)
{
	if (value & (APIC_BASE_RESERVED | ~(BIT64(cpuid_maxphyaddr(vcpu)) - 1)))
		return false;
	if (!(value & APIC_BASE_X2APIC))
		return true;
	return (value & APIC_BASE_ENABLE) && cpuid_has(vcpu, FEATURE_X2APIC);
}

/* Which of the modes may follow which.  "x2APIC State Transitions" */
static bool transition_allowed(u64 from, u64 to)
{
	if (!(from & APIC_BASE_ENABLE))
		return !(to & APIC_BASE_X2APIC);
	return !(from & APIC_BASE_X2APIC) || (to & APIC_BASE_X2APIC) || !(to & APIC_BASE_ENABLE);
}

/* A debugger that keeps interrupts out can do so only where they are injected. */
static bool processor_may_deliver(const struct vcpu *vcpu)
{
	return vcpu->lapic->apicv && lapic_enabled(vcpu) &&
	       !(vcpu->debug.control & KVM_GUESTDBG_BLOCKIRQ);
}

/* Who is in x2APIC mode, say, must not find memory where xAPIC mode has the registers: the page is
 * there for all vCPUs of the VM or for none. */
void msr_apic_controls_update(struct vcpu *vcpu)
{
	const u64 virtual = CPU2_APIC_REGISTER_VIRTUALIZATION | CPU2_VIRTUAL_INTERRUPT_DELIVERY;
	bool x2apic = vcpu->tpr_shadow && lapic_enabled(vcpu) && lapic_x2apic(vcpu) &&
		      vmcs_config_has(CTL_SECONDARY, CPU2_VIRTUALIZE_X2APIC_MODE);
	bool page = vcpu->lapic->apicv && lapic_in_usual_page(vcpu);
	bool delivers = processor_may_deliver(vcpu);

	if (!page)
		apic_page_forbid(vcpu->vm);
	vmcs_control_set(vcpu, CTL_SECONDARY, CPU2_VIRTUALIZE_X2APIC_MODE, x2apic);
	vmcs_control_set(vcpu, CTL_SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES, page);
	vmcs_control_set(vcpu, CTL_SECONDARY, virtual, delivers);
	lapic_processor_delivers(vcpu, delivers);
	vcpu->watches_tpr = vcpu->tpr_shadow && !delivers;
	msr_bitmap_apply_policy(vcpu);
}

int msr_apic_base_write(struct vcpu *vcpu, u64 value, bool from_host)
{
	u64 before = vcpu->apic_base;
	u64 changes = (before ^ value) & (APIC_BASE_ENABLE | APIC_BASE_X2APIC);
	bool moves = (before ^ value) >> LINTEL_PAGE_SHIFT;

	if (!msr_apic_base_valid(vcpu, value))
		return -EINVAL;
	if (!from_host && !transition_allowed(before, value))
		return -EINVAL;
	__atomic_store_n(&vcpu->apic_base, value, __ATOMIC_RELAXED);
	if (!vcpu->lapic || (!changes && !moves))
		return 0;
	/* "After being disabled, the local APIC is as after power-up", but CR8 is the processor's.
	 * User space sets the registers by themselves. */
	if (changes)
		lapic_mode_changed(vcpu, !from_host && (changes & APIC_BASE_ENABLE));
	msr_apic_controls_update(vcpu);
	return 0;
}

static int apic_base_set(struct vcpu *vcpu, struct msr_request *request)
{
	return msr_apic_base_write(vcpu, request->value, request->from_host);
}

KEEPER(IA32_APICBASE) = {IN_VCPU(apic_base), .writable = ALL, .set = apic_base_set};

/* User space saves and restores it, whether there is a local APIC or not. */
static int tsc_deadline_get(struct vcpu *vcpu, struct msr_request *request)
{
	/* It may have passed. */
	if (request->from_host)
		lapic_deadline_to_host(vcpu);
	request->value = vcpu->lapic ? lapic_deadline_read(vcpu) : 0;
	return 0;
}

static int tsc_deadline_set(struct vcpu *vcpu, struct msr_request *request)
{
	if (!vcpu->lapic)
		return 0;
	if (request->from_host)
		lapic_deadline_write(vcpu, request->value);
	else
		lapic_deadline_write_in_guest(vcpu, request->value);
	return 0;
}

KEEPER(IA32_TSC_DEADLINE) = {
	.writable = ALL, .get = tsc_deadline_get, .set = tsc_deadline_set, .quick = true};

static int pv_eoi_get(struct vcpu *vcpu, struct msr_request *request)
{
	request->value = vcpu->lapic ? vcpu->lapic->pv_eoi : 0;
	return 0;
}

static int pv_eoi_set(struct vcpu *vcpu, struct msr_request *request)
{
	return lapic_pv_eoi_set(vcpu, request->value);
}

KEEPER(KVM_PV_EOI_EN) = {.writable = ALL, .get = pv_eoi_get, .set = pv_eoi_set};

static int x2apic_get(struct vcpu *vcpu, struct msr_request *request)
{
	return lapic_msr_read(vcpu, request->msr, &request->value);
}

static int x2apic_set(struct vcpu *vcpu, struct msr_request *request)
{
	return lapic_msr_write(vcpu, request->msr, request->value);
}

static bool x2apic_is_quick(struct vcpu *vcpu, u32 msr, enum msr_direction direction)
{
	return direction == MSR_READ || lapic_msr_write_is_quick(vcpu, msr);
}

KEEPER(X2APIC_FIRST) = {
	.writable = ALL, .get = x2apic_get, .set = x2apic_set, .is_quick = x2apic_is_quick};
