// SPDX-License-Identifier: GPL-2.0
/*
 * The dispatcher: one row for each exit reason of the SDM.  It counts, traces,
 * calls, and moves RIP; handlers only act.
 *
 * SDM: appendix "VMX Basic Exit Reasons".
 */
#include "exit/table.h"
#include "exit/exit.h"
#include "vcpu/state.h"

static enum exit_action exit_unexpected(struct vcpu *vcpu)
{
	(void)vcpu;
	return ACTION_BROKEN;
}

#define ROW(reason, name, handler, captures) [EXIT_REASON_##reason] = { name, handler, captures }
#define HOLE(number) [number] = { "RESERVED", exit_unexpected, 0 }

#define MEMORY	    (CAPTURE_GPA | CAPTURE_GLA)
#define INSTRUCTION CAPTURE_INSTRUCTION
#define INTERRUPTION CAPTURE_INTERRUPTION

static const struct exit_row rows[EXIT_REASONS] = {
	ROW(EXCEPTION_OR_NMI, "EXCEPTION_NMI", exit_exception, INTERRUPTION),
	ROW(EXTERNAL_INTERRUPT, "EXTERNAL_INTERRUPT", exit_external_interrupt, 0),
	ROW(TRIPLE_FAULT, "TRIPLE_FAULT", exit_triple_fault, 0),
	ROW(INIT_SIGNAL, "INIT_SIGNAL", exit_unexpected, 0),
	ROW(SIPI, "SIPI_SIGNAL", exit_unexpected, 0),
	ROW(IO_SMI, "IO_SMI", exit_unexpected, 0),
	ROW(OTHER_SMI, "OTHER_SMI", exit_unexpected, 0),
	ROW(INTERRUPT_WINDOW, "INTERRUPT_WINDOW", exit_interrupt_window, 0),
	ROW(NMI_WINDOW, "NMI_WINDOW", exit_nmi_window, 0),
	ROW(TASK_SWITCH, "TASK_SWITCH", exit_task_switch, 0),
	ROW(CPUID, "CPUID", exit_cpuid, 0),
	ROW(GETSEC, "GETSEC", exit_undefined, 0),
	ROW(HLT, "HLT", exit_hlt, 0),
	ROW(INVD, "INVD", exit_nothing_to_do, 0),
	ROW(INVLPG, "INVLPG", exit_unexpected, 0),
	ROW(RDPMC, "RDPMC", exit_rdpmc, 0),
	ROW(RDTSC, "RDTSC", exit_unexpected, 0),
	ROW(RSM, "RSM", exit_undefined, 0),
	ROW(VMCALL, "VMCALL", exit_vmcall, 0),
	ROW(VMCLEAR, "VMCLEAR", exit_undefined, 0),
	ROW(VMLAUNCH, "VMLAUNCH", exit_undefined, 0),
	ROW(VMPTRLD, "VMPTRLD", exit_undefined, 0),
	ROW(VMPTRST, "VMPTRST", exit_undefined, 0),
	ROW(VMREAD, "VMREAD", exit_undefined, 0),
	ROW(VMRESUME, "VMRESUME", exit_undefined, 0),
	ROW(VMWRITE, "VMWRITE", exit_undefined, 0),
	ROW(VMXOFF, "VMOFF", exit_undefined, 0),
	ROW(VMXON, "VMON", exit_undefined, 0),
	ROW(CR_ACCESS, "CR_ACCESS", exit_cr_access, 0),
	ROW(MOV_DR, "DR_ACCESS", exit_mov_dr, 0),
	ROW(IO_INSTRUCTION, "IO_INSTRUCTION", exit_io, CAPTURE_GLA | INSTRUCTION),
	ROW(RDMSR, "MSR_READ", exit_rdmsr, 0),
	ROW(WRMSR, "MSR_WRITE", exit_wrmsr, 0),
	ROW(INVALID_GUEST_STATE, "INVALID_STATE", exit_entry_failure, 0),
	ROW(MSR_LOADING, "MSR_LOAD_FAIL", exit_entry_failure, 0),
	HOLE(35),
	ROW(MWAIT, "MWAIT_INSTRUCTION", exit_nothing_to_do, 0),
	ROW(MONITOR_TRAP_FLAG, "MONITOR_TRAP_FLAG", exit_unexpected, 0),
	HOLE(38),
	ROW(MONITOR, "MONITOR_INSTRUCTION", exit_nothing_to_do, 0),
	ROW(PAUSE, "PAUSE_INSTRUCTION", exit_nothing_to_do, 0),
	ROW(MACHINE_CHECK_ENTRY, "MCE_DURING_VMENTRY", exit_entry_failure, 0),
	HOLE(42),
	ROW(TPR_BELOW_THRESHOLD, "TPR_BELOW_THRESHOLD", exit_tpr_below_threshold, 0),
	ROW(APIC_ACCESS, "APIC_ACCESS", exit_unexpected, 0),
	ROW(VIRTUALIZED_EOI, "EOI_INDUCED", exit_unexpected, 0),
	ROW(GDTR_IDTR, "GDTR_IDTR", exit_unexpected, INSTRUCTION),
	ROW(LDTR_TR, "LDTR_TR", exit_unexpected, INSTRUCTION),
	ROW(EPT_VIOLATION, "EPT_VIOLATION", exit_ept_violation, MEMORY),
	ROW(EPT_MISCONFIGURATION, "EPT_MISCONFIG", exit_unexpected, MEMORY),
	ROW(INVEPT, "INVEPT", exit_undefined, 0),
	ROW(RDTSCP, "RDTSCP", exit_undefined, 0),
	ROW(PREEMPTION_TIMER, "PREEMPTION_TIMER", exit_unexpected, 0),
	ROW(INVVPID, "INVVPID", exit_undefined, 0),
	ROW(WBINVD, "WBINVD", exit_nothing_to_do, 0),
	ROW(XSETBV, "XSETBV", exit_xsetbv, 0),
	ROW(APIC_WRITE, "APIC_WRITE", exit_unexpected, 0),
	ROW(RDRAND, "RDRAND", exit_undefined, 0),
	ROW(INVPCID, "INVPCID", exit_undefined, 0),
	ROW(VMFUNC, "VMFUNC", exit_undefined, 0),
	ROW(ENCLS, "ENCLS", exit_undefined, 0),
	ROW(RDSEED, "RDSEED", exit_undefined, 0),
	ROW(PML_FULL, "PML_FULL", exit_pml_full, 0),
	ROW(XSAVES, "XSAVES", exit_undefined, 0),
	ROW(XRSTORS, "XRSTORS", exit_undefined, 0),
	ROW(PCONFIG, "PCONFIG", exit_undefined, 0),
	ROW(SPP_EVENT, "SPP_EVENT", exit_unexpected, 0),
	ROW(UMWAIT, "UMWAIT", exit_undefined, 0),
	ROW(TPAUSE, "TPAUSE", exit_undefined, 0),
	ROW(LOADIWKEY, "LOADIWKEY", exit_undefined, 0),
	ROW(ENCLV, "ENCLV", exit_undefined, 0),
	HOLE(71),
	ROW(ENQCMD_PASID, "ENQCMD_PASID", exit_undefined, 0),
	ROW(ENQCMDS_PASID, "ENQCMDS_PASID", exit_undefined, 0),
	ROW(BUS_LOCK, "BUS_LOCK", exit_unexpected, 0),
	ROW(INSTRUCTION_TIMEOUT, "NOTIFY", exit_unexpected, 0),
	ROW(SEAMCALL, "SEAMCALL", exit_undefined, 0),
	ROW(TDCALL, "TDCALL", exit_undefined, 0),
	ROW(RDMSRLIST, "RDMSRLIST", exit_undefined, 0),
	ROW(WRMSRLIST, "WRMSRLIST", exit_undefined, 0),
};

static const struct exit_row beyond = { "UNKNOWN", exit_unexpected, 0 };

const struct exit_row *exit_row(u32 reason)
{
	u32 basic = EXIT_REASON_BASIC(reason);

	return basic < EXIT_REASONS ? &rows[basic] : &beyond;
}

const char *exit_reason_name(u32 reason)
{
	return exit_row(reason)->name;
}

_Static_assert(EXIT_REASONS <= VCPU_EXIT_REASONS, "an exit reason without a counter");

enum exit_action exit_dispatch(struct vcpu *vcpu)
{
	const struct exit_info *exit = &vcpu->exit;
	u32 basic = EXIT_REASON_BASIC(exit->reason);
	enum exit_action action;

	HOST_NEEDS(vcpu->loaded && host_srcu_held(&vcpu->vm->srcu));
	if (basic < EXIT_REASONS)
		vcpu->stats.exits[basic]++;
	host_trace_exit(vcpu);
	action = exit_row(exit->reason)->handle(vcpu);
	if (action != ACTION_NEXT_INSN)
		return action;
	vcpu_skip_instruction(vcpu, exit->instruction_length);
	return ACTION_SAME_INSN;
}

void exit_report_broken(struct vcpu *vcpu)
{
	const struct exit_info *exit = &vcpu->exit;
	struct kvm_run *run = vcpu->run;

	host_log(HOST_LOG_WARNING,
		 "vCPU %u: unexpected exit %u (%s), qualification 0x%llx, RIP 0x%llx, "
		 "IDT-vectoring 0x%x",
		 vcpu->id, exit->reason, exit_reason_name(exit->reason), exit->qualification,
		 exit->rip, exit->idt_vectoring_info);
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	run->internal.ndata = 4;
	run->internal.data[0] = exit->reason;
	run->internal.data[1] = exit->qualification;
	run->internal.data[2] = exit->rip;
	run->internal.data[3] = (u64)(unsigned int)vcpu->vmcs.cpu;
}
