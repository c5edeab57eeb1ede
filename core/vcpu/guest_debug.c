// SPDX-License-Identifier: GPL-2.0
/*
 * A debugger of user space.
 *
 * SDM: "Debug Registers", "Single-Step Exception Condition", "Exception Bitmap".
 * Documentation/virt/kvm/api.rst: "KVM_SET_GUEST_DEBUG".
 */
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* #DB and #AC always exit: a guest could make their delivery loop for ever in the processor.  #MC
 * exits for the host.  #UD exits where it may be a VMMCALL that is to be a VMCALL. */
#define EXITING_EXCEPTIONS (BIT32(VECTOR_DB) | BIT32(VECTOR_AC) | BIT32(VECTOR_MC))

static bool steps(const struct vcpu *vcpu)
{
	return vcpu->debug.control & KVM_GUESTDBG_SINGLESTEP;
}

void guest_debug_exceptions(struct vcpu *vcpu)
{
	u32 exceptions = EXITING_EXCEPTIONS;

	if (vcpu->debug.control & KVM_GUESTDBG_USE_SW_BP)
		exceptions |= BIT32(VECTOR_BP);
	if (vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_FIX_HYPERCALL_INSN))
		exceptions |= BIT32(VECTOR_UD);
	vmcs_write32(EXCEPTION_BITMAP, exceptions);
}

void guest_debug_report(struct vcpu *vcpu, u8 vector, u64 dr6)
{
	vcpu->debug.exception = vector;
	vcpu->debug.dr6 |= dr6;
	vcpu_request(vcpu, VCPU_REQUEST_DEBUG);
}

void guest_debug_forget(struct vcpu *vcpu)
{
	vcpu_request_drop(vcpu, VCPU_REQUEST_DEBUG);
	vcpu->debug.dr6 = 0;
}

u64 guest_debug_rflags_read(struct vcpu *vcpu)
{
	u64 rflags = vcpu_rflags_read(vcpu);

	return steps(vcpu) && !vcpu->debug.own_tf ? rflags & ~RFLAGS_TF : rflags;
}

void guest_debug_rflags_write(struct vcpu *vcpu, u64 value)
{
	vcpu->debug.own_tf = value & RFLAGS_TF;
	vcpu_rflags_write(vcpu, steps(vcpu) ? value | RFLAGS_TF : value);
}

void guest_debug_set(struct vcpu *vcpu, u32 control, const u64 dr[4], u64 dr7)
{
	u64 rflags = guest_debug_rflags_read(vcpu);

	HOST_NEEDS(vcpu->loaded);
	guest_debug_forget(vcpu);
	/* What MOV SS holds back is the former debugger's. */
	if (vcpu->debug.control & GUEST_DEBUG_TAKES_DB)
		vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	/* What the processor delivers it delivers whoever debugs. */
	if (vcpu->lapic && ((vcpu->debug.control ^ control) & KVM_GUESTDBG_BLOCKIRQ))
		vcpu_request(vcpu, VCPU_REQUEST_APIC_CONTROLS);
	vcpu->debug.control = control;
	for (unsigned int i = 0; i < COUNT_OF(vcpu->debug.dr); i++)
		vcpu->debug.dr[i] = dr[i];
	vcpu->debug.dr7 = vcpu_dr7_valid(dr7);
	vcpu_dr7_store(vcpu, vcpu->dr7);
	guest_debug_exceptions(vcpu);
	guest_debug_rflags_write(vcpu, rflags);
}
