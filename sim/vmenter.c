// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAUNCH and VMRESUME: checks, then the next exit of the script.
 *
 * SDM: "VM Entries", "VM Exits", "VM-Entry Failures During or After Loading Guest State".
 */
#include "processor.h"
#include "vcpu/vcpu.h"
#include "exit/reason.h"

#define SCRIPT_MAX   1024
#define ENTRY_FAILED BIT32(31) /* in the exit reason */
#define EVENT_VALID  BIT32(31)
#define EFER_LMA     BIT64(10)

static struct sim_exit script[SCRIPT_MAX];
static unsigned int script_first, script_end;
static const char *failure = "";

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
}

/* When nobody said how the guest goes on, it is interrupted, and its thread is wanted elsewhere. */
static struct sim_exit script_next(void)
{
	if (script_first != script_end)
		return script[script_first++ % SCRIPT_MAX];
	sim_signal(true);
	return (struct sim_exit){.reason = EXIT_REASON_EXTERNAL_INTERRUPT};
}

/* --- "Loading MSRs" --- */

struct msr_entry {
	u32 index, reserved;
	u64 data;
};

#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101

static bool msr_entry_ok(const struct msr_entry *msr)
{
	u64 ignored;

	return !msr->reserved && msr->index != MSR_FS_BASE && msr->index != MSR_GS_BASE &&
	       msr->index >> 8 != 8 && sim_msr_get(sim_cpu_now(), msr->index, &ignored);
}

/* The number of the first entry that cannot be loaded, from 1; 0: all can. */
static u32 load_msrs(const struct vmcs *vmcs)
{
	u32 count = (u32)vmcs_get(vmcs, VM_ENTRY_MSR_LOAD_COUNT);

	for (u32 i = 0; i < count; i++) {
		hpa_t at = vmcs_get(vmcs, VM_ENTRY_MSR_LOAD_ADDR) + i * sizeof(struct msr_entry);

		if (!msr_entry_ok(sim_phys_to_virt(at)))
			return i + 1;
	}
	return 0;
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

	if (!processor->capability.misc.stores_lma ||
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

	/* The event is delivered before the guest's next instruction. */
	if (exit.guest)
		exit.guest(vcpu, exit.argument);
	save_mode(processor, vmcs);
	record_exit(vmcs, &exit);
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
}

static enum vmx_status enter_guest(struct processor *processor, struct vcpu *vcpu,
				   struct vmcs *vmcs, struct entry *entry)
{
	u32 msr;

	entry_check_guest_state(entry);
	if (entry->broken) {
		failure = entry->broken;
		fail_entry(vmcs, EXIT_REASON_INVALID_GUEST_STATE, entry->qualification);
		return VMX_SUCCEED;
	}
	msr = load_msrs(vmcs);
	if (msr) {
		failure = "VM-entry MSR-load area";
		fail_entry(vmcs, EXIT_REASON_MSR_LOADING, msr);
		return VMX_SUCCEED;
	}
	vmcs->launched = true;
	run_guest(processor, vcpu, vmcs);
	return VMX_SUCCEED;
}

enum vmx_status host_vmenter(struct vcpu *vcpu, bool resume)
{
	struct processor *processor = processor_pinned(resume ? "VMRESUME" : "VMLAUNCH");
	struct vmcs *vmcs = vmcs_current(processor);
	struct entry entry;

	needs_of_entry(vcpu, processor);
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
	entry_begin(&entry, processor, vmcs);
	entry_check_controls(&entry);
	if (entry.broken)
		return refuse(processor, ERROR_ENTRY_CONTROLS, entry.broken);
	entry_check_host_state(&entry);
	if (entry.broken)
		return refuse(processor, ERROR_ENTRY_HOST_STATE, entry.broken);
	return enter_guest(processor, vcpu, vmcs, &entry);
}
