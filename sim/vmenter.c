// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAUNCH and VMRESUME: checks, then the next exit of the script.
 *
 * SDM: "VM Entries", "VM Exits", "VM-Entry Failures During or After Loading Guest State".
 */
#include "processor.h"
#include "vcpu/vcpu.h"
#include "exit/reason.h"
#include "msr/index.h"

#define SCRIPT_MAX   1024
#define ENTRY_FAILED BIT32(31) /* in the exit reason */
#define EVENT_VALID  BIT32(31)
#define EFER_LMA     BIT64(10)

static struct sim_exit script[SCRIPT_MAX];
static unsigned int script_first, script_end;
static const char *failure = "";
static void (*nmi_before_entry)(void);

void sim_script_exit(const struct sim_exit *exit)
{
	if (script_end - script_first == SCRIPT_MAX)
		sim_panic("sim_script_exit(): the script is full");
	script[script_end++ % SCRIPT_MAX] = *exit;
}

unsigned int sim_script_left(void)
{
	return script_end - script_first;
}

const char *sim_entry_failure(void)
{
	return failure;
}

void sim_script_reset(void)
{
	script_first = 0;
	script_end = 0;
	failure = "";
	nmi_before_entry = NULL;
}

void sim_nmi_before_entry(void (*handler)(void))
{
	nmi_before_entry = handler;
}

/* When nobody said how the guest goes on, it is interrupted, and its thread is wanted elsewhere. */
static struct sim_exit script_next(void)
{
	if (script_first != script_end)
		return script[script_first++ % SCRIPT_MAX];
	sim_signal(true);
	return (struct sim_exit){.reason = EXIT_REASON_EXTERNAL_INTERRUPT};
}

/* --- exits --- */

/* Little of the VMCS changes: an entry that failed is not quite a VM exit. */
static void fail_entry(struct vmcs *vmcs, u32 reason, u64 qualification)
{
	vmcs_set(vmcs, VM_EXIT_REASON, reason | ENTRY_FAILED);
	vmcs_set(vmcs, EXIT_QUALIFICATION, qualification);
}

static void record_exit(struct vmcs *vmcs, const struct sim_exit *exit)
{
	u64 event = vmcs_get(vmcs, VM_ENTRY_INTR_INFO_FIELD);

	vmcs_set(vmcs, VM_EXIT_REASON, exit->reason);
	vmcs_set(vmcs, EXIT_QUALIFICATION, exit->qualification);
	vmcs_set(vmcs, GUEST_PHYSICAL_ADDRESS, exit->guest_physical);
	vmcs_set(vmcs, GUEST_LINEAR_ADDRESS, exit->guest_linear);
	vmcs_set(vmcs, VM_EXIT_INSTRUCTION_LEN, exit->instruction_length);
	vmcs_set(vmcs, VMX_INSTRUCTION_INFO, exit->instruction_info);
	vmcs_set(vmcs, VM_EXIT_INTR_INFO, exit->interruption_info);
	vmcs_set(vmcs, VM_EXIT_INTR_ERROR_CODE, exit->interruption_error);
	vmcs_set(vmcs, IDT_VECTORING_INFO_FIELD, exit->idt_vectoring_info);
	vmcs_set(vmcs, IDT_VECTORING_ERROR_CODE, exit->idt_vectoring_error);
	vmcs_set(vmcs, VM_ENTRY_INTR_INFO_FIELD, event & ~(u64)EVENT_VALID);
}

/* "Saving Control Registers, Debug Registers, and MSRs": the guest's mode may have changed. */
static void save_mode(const struct processor *processor, struct vmcs *vmcs)
{
	u64 control = vmcs_get(vmcs, VM_ENTRY_CONTROLS);
	u64 efer = vmcs_get(vmcs, GUEST_IA32_EFER);

	if (!processor->can.capability.misc.stores_lma ||
	    !(vmcs_get(vmcs, VM_EXIT_CONTROLS) & EXIT_SAVE_IA32_EFER))
		return;
	control &= ~(u64)ENTRY_IA32E_MODE_GUEST;
	if (efer & EFER_LMA)
		control |= ENTRY_IA32E_MODE_GUEST;
	vmcs_set(vmcs, VM_ENTRY_CONTROLS, control);
}

static void run_guest(const struct processor *processor, struct vcpu *vcpu, struct vmcs *vmcs)
{
	struct sim_exit exit = script_next();

	if (vmcs_get(vmcs, VM_ENTRY_CONTROLS) & ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)
		sim_wrmsr(MSR_PERF_GLOBAL_CTRL, vmcs_get(vmcs, GUEST_IA32_PERF_GLOBAL_CTRL));
	/* The event is delivered before the guest's next instruction. */
	if (exit.guest)
		exit.guest(vcpu, exit.argument);
	save_mode(processor, vmcs);
	record_exit(vmcs, &exit);
	host_state_load(vmcs);
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
	if (processor->current != NO_VMCS &&
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
	run_guest(processor, vcpu, vmcs);
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

enum vmx_status host_vmenter(struct vcpu *vcpu, bool resume)
{
	struct processor *processor = processor_pinned(resume ? "VMRESUME" : "VMLAUNCH");
	enum vmx_status status;
	u64 speculation;

	needs_of_entry(vcpu, processor);
	host_state_look();
	speculation = switch_speculation(vcpu->spec_ctrl);
	switch_counters(vcpu, true);
	sim_registers.cr2 = vcpu->cr2;
	status = enter(processor, vcpu, resume);
	vcpu->cr2 = sim_registers.cr2;
	if (status == VMX_SUCCEED)
		take_exit(vcpu, vmcs_current(processor));
	switch_counters(vcpu, false);
	switch_speculation(speculation);
	return status;
}
