// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAUNCH and VMRESUME: checks, then the guest; and what a platform does round them.
 *
 * SDM: "VM Entries", "VM-Entry Failures During or After Loading Guest State".
 */
#include "processor.h"
#include "vcpu/vcpu.h"
#include "facts/exit_reason.h"
#include "facts/msr.h"

#define ENTRY_FAILED BIT32(31) /* in the exit reason */

static const char *failure = "";
static void (*nmi_before_entry)(void);

const char *sim_entry_failure(void)
{
	return failure;
}

void sim_entry_reset(void)
{
	failure = "";
	nmi_before_entry = NULL;
}

void sim_nmi_before_entry(void (*handler)(void))
{
	nmi_before_entry = handler;
}

/* Little of the VMCS changes: an entry that failed is not quite a VM exit. */
static void fail_entry(struct vmcs *vmcs, u32 reason, u64 qualification)
{
	vmcs_set(vmcs, VM_EXIT_REASON, reason | ENTRY_FAILED);
	vmcs_set(vmcs, EXIT_QUALIFICATION, qualification);
}

/* --- entries --- */

static enum vmx_status refuse(struct processor *processor, enum instruction_error error,
			      const char *words)
{
	failure = words;
	return vmx_fail(processor, error);
}

static void needs_of_entry(struct vcpu *vcpu, const struct processor *processor)
{
	if (sim_irqs_enabled())
		sim_panic("VM entry with interrupts on");
	if (!vcpu->host.in_guest)
		sim_panic("VM entry without host_guest_begin()");
	if (processor->current != HOST_NO_VMCS &&
	    processor->current != sim_virt_to_phys(vcpu->vmcs.region))
		sim_panic("VM entry with the VMCS of another vCPU");
	if (!vcpu->host.fpu_is_guest)
		sim_panic("VM entry without the guest's FPU state");
	if (!sim_take_last_look())
		sim_panic("VM entry without host_guest_must_turn_back()");
}

static enum vmx_status fail_by_rule(struct processor *processor, struct vmcs *vmcs,
				    const struct entry_failure *broken)
{
	failure = broken->words;
	if (broken->consequence <= CHECK_FAILS_HOST_STATE)
		return vmx_fail(processor, (enum instruction_error)broken->consequence);
	fail_entry(vmcs, broken->consequence, broken->qualification);
	host_state_load(vmcs);
	return VMX_SUCCEED;
}

static enum vmx_status enter(struct processor *processor, struct vcpu *vcpu, bool resume)
{
	struct vmcs *vmcs = vmcs_current(processor);
	struct entry_failure broken;

	failure = "";
	sim_vmx_counts.entries++;
	if (!vmcs)
		return VMX_FAIL_INVALID;
	/* The platform's own to write. */
	vmcs_set(vmcs, HOST_RIP, 0xffffffff81000000);
	vmcs_set(vmcs, HOST_RSP, 0xffffc90000004000);

	if (!resume && vmcs->launched)
		return refuse(processor, ERROR_VMLAUNCH_NOT_CLEAR, "VMLAUNCH of a launched VMCS");
	if (resume && !vmcs->launched)
		return refuse(processor, ERROR_VMRESUME_NOT_LAUNCHED,
			      "VMRESUME of a VMCS that was not launched");
	broken = entry_check(processor, vmcs);
	if (broken.words)
		return fail_by_rule(processor, vmcs, &broken);
	vmcs->launched = true;
	if (nmi_before_entry)
		nmi_before_entry();
	nonroot_run(processor, vcpu, vmcs);
	return VMX_SUCCEED;
}

/* By hand, what the processor does not switch. */
static void switch_counters(const struct vcpu *vcpu, bool to_guest)
{
	if (sim_counters.host != sim_counters.guest &&
	    !(vcpu->control[CTL_ENTRY] & ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL))
		sim_wrmsr(MSR_PERF_GLOBAL_CTRL, to_guest ? sim_counters.guest : sim_counters.host);
}

/* gives: the host's value, for after the exit. */
static u64 switch_speculation(u64 value)
{
	u64 before = 0;

	if (sim_msr_get(sim_cpu_now(), MSR_IA32_SPEC_CTRL, &before) && before != value)
		sim_wrmsr(MSR_IA32_SPEC_CTRL, value);
	return before;
}

static void take_exit(struct vcpu *vcpu, const struct vmcs *vmcs)
{
	vcpu->exit.reason = (u32)vmcs_get(vmcs, VM_EXIT_REASON);
	sim_delivered.nmis +=
		exit_is_nmi(vcpu->exit.reason, (u32)vmcs_get(vmcs, VM_EXIT_INTR_INFO));
}

void host_guest_begin(struct vcpu *vcpu)
{
	if (sim_irqs_enabled() || vcpu->host.in_guest)
		sim_panic("host_guest_begin() with interrupts on, or twice");
	vcpu->host.in_guest = true;
	vcpu->host.begins++;
	host_state_look();
	switch_counters(vcpu, true);
}

void host_guest_end(struct vcpu *vcpu)
{
	if (sim_irqs_enabled() || !vcpu->host.in_guest)
		sim_panic("host_guest_end() with interrupts on, or without host_guest_begin()");
	vcpu->host.in_guest = false;
	switch_counters(vcpu, false);
}

enum vmx_status host_vmenter(struct vcpu *vcpu, bool resume)
{
	struct processor *processor = processor_pinned(resume ? "VMRESUME" : "VMLAUNCH");
	enum vmx_status status;
	u64 speculation;

	needs_of_entry(vcpu, processor);
	speculation = switch_speculation(vcpu->spec_ctrl);
	sim_registers_here()->cr2 = vcpu->cr2;
	status = enter(processor, vcpu, resume);
	vcpu->cr2 = sim_registers_here()->cr2;
	if (status == VMX_SUCCEED)
		take_exit(vcpu, vmcs_current(processor));
	switch_speculation(speculation);
	return status;
}
