// SPDX-License-Identifier: GPL-2.0
/*
 * What each control bit does when it is 1.  In the order of the core's table.
 *
 * SDM: the sections that core/cap/control_table.c names.
 */
#include "facts/text.h"

#define TEXT(word_, mask, kvm_, words)                                                             \
	{                                                                                          \
		.word = CTL_##word_, .bit = __builtin_ctzll(mask), .constant = #mask, .kvm = kvm_, \
		.text = words                                                                      \
	}

/* clang-format off */
const struct control_text control_texts[] = {
TEXT(PIN, PIN_EXTERNAL_INTERRUPT_EXITING, "PIN_BASED_EXT_INTR_MASK",
     "An external interrupt that arrives in the guest makes it exit, whatever its RFLAGS.IF. If "
     "0, the interrupt is delivered through the guest's IDT."),
TEXT(PIN, PIN_NMI_EXITING, "PIN_BASED_NMI_EXITING",
     "An NMI that arrives in the guest makes it exit. If 0, it is delivered through vector 2 of "
     "the guest's IDT."),
TEXT(PIN, PIN_VIRTUAL_NMIS, "PIN_BASED_VIRTUAL_NMIS",
     "NMIs are never blocked by the guest, and bit 3 of the interruptibility state says whether "
     "virtual NMIs are blocked: injecting an NMI sets it, the guest's IRET clears it."),
TEXT(PIN, PIN_ACTIVATE_PREEMPTION_TIMER, "PIN_BASED_VMX_PREEMPTION_TIMER",
     "While the guest runs, the processor counts the VMX-preemption timer down, and the guest "
     "exits when it reaches zero. It counts at the TSC's rate divided by a power of 2 that "
     "IA32_VMX_MISC tells."),
TEXT(PIN, PIN_PROCESS_POSTED_INTERRUPTS, "PIN_BASED_POSTED_INTR",
     "An external interrupt with the posted-interrupt notification vector does not make the "
     "guest exit: the processor moves the interrupts of the posted-interrupt descriptor into the "
     "virtual APIC and delivers them."),

TEXT(PRIMARY, CPU1_INTERRUPT_WINDOW_EXITING, "CPU_BASED_INTR_WINDOW_EXITING",
     "The guest exits before an instruction when RFLAGS.IF is 1 and nothing else blocks "
     "interrupts: an interrupt can be injected now."),
TEXT(PRIMARY, CPU1_USE_TSC_OFFSETTING, "CPU_BASED_USE_TSC_OFFSETTING",
     "RDTSC, RDTSCP and RDMSR of IA32_TIME_STAMP_COUNTER, where they do not exit, give the TSC "
     "plus the TSC offset of the VMCS."),
TEXT(PRIMARY, CPU1_HLT_EXITING, "CPU_BASED_HLT_EXITING",
     "HLT makes the guest exit. If 0, it stops the processor until an event arrives."),
TEXT(PRIMARY, CPU1_INVLPG_EXITING, "CPU_BASED_INVLPG_EXITING",
     "INVLPG makes the guest exit, and so does INVPCID where it is enabled. A hypervisor with "
     "shadow page tables needs to see them."),
TEXT(PRIMARY, CPU1_MWAIT_EXITING, "CPU_BASED_MWAIT_EXITING",
     "MWAIT makes the guest exit."),
TEXT(PRIMARY, CPU1_RDPMC_EXITING, "CPU_BASED_RDPMC_EXITING",
     "RDPMC makes the guest exit. If 0, it reads the processor's performance counters."),
TEXT(PRIMARY, CPU1_RDTSC_EXITING, "CPU_BASED_RDTSC_EXITING",
     "RDTSC makes the guest exit, and so does RDTSCP where it is enabled."),
TEXT(PRIMARY, CPU1_CR3_LOAD_EXITING, "CPU_BASED_CR3_LOAD_EXITING",
     "MOV to CR3 makes the guest exit, unless the value is one of the CR3-target values that the "
     "CR3-target count includes."),
TEXT(PRIMARY, CPU1_CR3_STORE_EXITING, "CPU_BASED_CR3_STORE_EXITING",
     "MOV from CR3 makes the guest exit."),
TEXT(PRIMARY, CPU1_ACTIVATE_TERTIARY_CONTROLS, "CPU_BASED_ACTIVATE_TERTIARY_CONTROLS",
     "The tertiary processor-based controls count. If 0, the processor works as if all of them "
     "were 0."),
TEXT(PRIMARY, CPU1_CR8_LOAD_EXITING, "CPU_BASED_CR8_LOAD_EXITING",
     "MOV to CR8 makes the guest exit."),
TEXT(PRIMARY, CPU1_CR8_STORE_EXITING, "CPU_BASED_CR8_STORE_EXITING",
     "MOV from CR8 makes the guest exit."),
TEXT(PRIMARY, CPU1_USE_TPR_SHADOW, "CPU_BASED_TPR_SHADOW",
     "MOV to and from CR8 read and write the TPR of the virtual-APIC page, without an exit as "
     "long as the TPR does not fall below the TPR threshold. The other controls of APIC "
     "virtualization build on it."),
TEXT(PRIMARY, CPU1_NMI_WINDOW_EXITING, "CPU_BASED_NMI_WINDOW_EXITING",
     "The guest exits before an instruction when virtual NMIs are not blocked: an NMI can be "
     "injected now."),
TEXT(PRIMARY, CPU1_MOV_DR_EXITING, "CPU_BASED_MOV_DR_EXITING",
     "MOV to and from the debug registers makes the guest exit."),
TEXT(PRIMARY, CPU1_UNCONDITIONAL_IO_EXITING, "CPU_BASED_UNCOND_IO_EXITING",
     "Every IN, INS, OUT and OUTS makes the guest exit. It is ignored while I/O bitmaps are used."),
TEXT(PRIMARY, CPU1_USE_IO_BITMAPS, "CPU_BASED_USE_IO_BITMAPS",
     "Two pages with a bit for each of the 65,536 ports decide which accesses make the guest "
     "exit: those that touch a port whose bit is 1, or that wrap round the end of the port space."),
TEXT(PRIMARY, CPU1_MONITOR_TRAP_FLAG, "CPU_BASED_MONITOR_TRAP_FLAG",
     "The guest exits after each instruction, whatever its RFLAGS.TF: single-stepping that the "
     "guest cannot see."),
TEXT(PRIMARY, CPU1_USE_MSR_BITMAPS, "CPU_BASED_USE_MSR_BITMAPS",
     "A page with a bit for the read and one for the write of each MSR of 0 to 1FFFH and "
     "C0000000H to C0001FFFH decides which RDMSR and WRMSR make the guest exit; those of other "
     "MSRs always do. If 0, every RDMSR and WRMSR exits."),
TEXT(PRIMARY, CPU1_MONITOR_EXITING, "CPU_BASED_MONITOR_EXITING",
     "MONITOR makes the guest exit."),
TEXT(PRIMARY, CPU1_PAUSE_EXITING, "CPU_BASED_PAUSE_EXITING",
     "Every PAUSE makes the guest exit, at any privilege level. PAUSE-loop exiting is the milder "
     "form, and is ignored while this is 1."),
TEXT(PRIMARY, CPU1_ACTIVATE_SECONDARY_CONTROLS, "CPU_BASED_ACTIVATE_SECONDARY_CONTROLS",
     "The secondary processor-based controls count. If 0, the processor works as if all of them "
     "were 0."),

TEXT(SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES, "SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES",
     "Accesses to the page at the APIC-access address are treated specially: they make the guest "
     "exit, or are carried out on the virtual-APIC page."),
TEXT(SECONDARY, CPU2_ENABLE_EPT, "SECONDARY_EXEC_ENABLE_EPT",
     "The guest's physical addresses are translated by a second set of page tables, which the "
     "EPT pointer names, and which the hypervisor owns. What they do not allow is an EPT "
     "violation."),
TEXT(SECONDARY, CPU2_DESCRIPTOR_TABLE_EXITING, "SECONDARY_EXEC_DESC",
     "LGDT, LIDT, LLDT, LTR, SGDT, SIDT, SLDT and STR make the guest exit."),
TEXT(SECONDARY, CPU2_ENABLE_RDTSCP, "SECONDARY_EXEC_ENABLE_RDTSCP",
     "RDTSCP and RDPID work in the guest. If 0, they raise #UD."),
TEXT(SECONDARY, CPU2_VIRTUALIZE_X2APIC_MODE, "SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE",
     "RDMSR and WRMSR of the x2APIC's MSRs 800H to 8FFH that the MSR bitmap lets pass are "
     "carried out on the virtual-APIC page: the TPR always, other registers as further controls "
     "allow."),
TEXT(SECONDARY, CPU2_ENABLE_VPID, "SECONDARY_EXEC_ENABLE_VPID",
     "Cached translations are tagged with the virtual-processor identifier of the VMCS, so VM "
     "entries and exits need not drop them. The VPID must not be 0."),
TEXT(SECONDARY, CPU2_WBINVD_EXITING, "SECONDARY_EXEC_WBINVD_EXITING",
     "WBINVD and WBNOINVD make the guest exit."),
TEXT(SECONDARY, CPU2_UNRESTRICTED_GUEST, "SECONDARY_EXEC_UNRESTRICTED_GUEST",
     "The guest may run with CR0.PE or CR0.PG 0: in real mode, and in protected mode without "
     "paging. If 0, VM entry refuses such a guest."),
TEXT(SECONDARY, CPU2_APIC_REGISTER_VIRTUALIZATION, "SECONDARY_EXEC_APIC_REGISTER_VIRT",
     "Reads of most APIC registers are answered from the virtual-APIC page, and writes go there "
     "before they make the guest exit as a trap."),
TEXT(SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY, "SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY",
     "The processor evaluates the virtual APIC's pending interrupts and delivers them to the "
     "guest without an exit, and it emulates writes to the registers TPR, EOI and, for "
     "self-IPIs, ICR."),
TEXT(SECONDARY, CPU2_PAUSE_LOOP_EXITING, "SECONDARY_EXEC_PAUSE_LOOP_EXITING",
     "A loop of PAUSE instructions at CPL 0 makes the guest exit: successive PAUSEs at most "
     "PLE_Gap TSC ticks apart are one loop, and the guest exits when the loop has lasted longer "
     "than PLE_Window."),
TEXT(SECONDARY, CPU2_RDRAND_EXITING, "SECONDARY_EXEC_RDRAND_EXITING",
     "RDRAND makes the guest exit."),
TEXT(SECONDARY, CPU2_ENABLE_INVPCID, "SECONDARY_EXEC_ENABLE_INVPCID",
     "INVPCID works in the guest. If 0, it raises #UD."),
TEXT(SECONDARY, CPU2_ENABLE_VM_FUNCTIONS, "SECONDARY_EXEC_ENABLE_VMFUNC",
     "VMFUNC works in the guest, for the functions that the VM-function controls allow. If 0, it "
     "raises #UD."),
TEXT(SECONDARY, CPU2_VMCS_SHADOWING, "SECONDARY_EXEC_SHADOW_VMCS",
     "VMREAD and VMWRITE in the guest do not exit for the fields that two bitmaps let pass: they "
     "access the shadow VMCS that the VMCS link pointer names. It is for hypervisors that run "
     "hypervisors."),
TEXT(SECONDARY, CPU2_ENABLE_ENCLS_EXITING, "SECONDARY_EXEC_ENCLS_EXITING",
     "The ENCLS-exiting bitmap decides which leaf functions of ENCLS make the guest exit."),
TEXT(SECONDARY, CPU2_RDSEED_EXITING, "SECONDARY_EXEC_RDSEED_EXITING",
     "RDSEED makes the guest exit."),
TEXT(SECONDARY, CPU2_ENABLE_PML, "SECONDARY_EXEC_ENABLE_PML",
     "When the processor sets the dirty flag of an EPT entry, it also adds the guest-physical "
     "address of the page to the page-modification log, and the guest exits when the log is full."),
TEXT(SECONDARY, CPU2_EPT_VIOLATION_VE, "SECONDARY_EXEC_EPT_VIOLATION_VE",
     "An EPT violation of an access whose EPT entry has bit 63 (suppress #VE) 0 raises a "
     "virtualization exception in the guest instead of an exit."),
TEXT(SECONDARY, CPU2_CONCEAL_VMX_FROM_PT, "SECONDARY_EXEC_PT_CONCEAL_VMX",
     "Intel PT leaves out of its packets what shows that the processor is in VMX non-root "
     "operation: the indication in paging-information packets, and the VMCS packet."),
TEXT(SECONDARY, CPU2_ENABLE_XSAVES, "SECONDARY_EXEC_ENABLE_XSAVES",
     "XSAVES and XRSTORS work in the guest, and exit for the components that the XSS-exiting "
     "bitmap names. If 0, they raise #UD."),
TEXT(SECONDARY, CPU2_PASID_TRANSLATION, NULL,
     "ENQCMD and ENQCMDS in the guest translate the PASID that they send, through tables of the "
     "hypervisor."),
TEXT(SECONDARY, CPU2_MODE_BASED_EXECUTE_EPT, "SECONDARY_EXEC_MODE_BASED_EPT_EXEC",
     "EPT entries have two execute rights: bit 2 for supervisor-mode linear addresses, bit 10 "
     "for user-mode ones."),
TEXT(SECONDARY, CPU2_SUB_PAGE_WRITE_EPT, NULL,
     "Writes to a page of 4 KBytes that EPT protects can be allowed for each of its 32 parts of "
     "128 bytes."),
TEXT(SECONDARY, CPU2_PT_USES_GUEST_PHYSICAL, "SECONDARY_EXEC_PT_USE_GPA",
     "The output addresses of Intel PT are guest-physical: EPT translates them."),
TEXT(SECONDARY, CPU2_USE_TSC_SCALING, "SECONDARY_EXEC_TSC_SCALING",
     "Where the TSC offset applies, the TSC is first multiplied by the TSC multiplier, a number "
     "with 48 fractional bits, so that the guest's TSC can have another rate."),
TEXT(SECONDARY, CPU2_ENABLE_USER_WAIT_AND_PAUSE, "SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE",
     "TPAUSE, UMONITOR and UMWAIT work in the guest. If 0, they raise #UD."),
TEXT(SECONDARY, CPU2_ENABLE_PCONFIG, NULL,
     "PCONFIG works in the guest, and exits for the leaf functions that the PCONFIG-exiting "
     "bitmap names. If 0, it raises #UD."),
TEXT(SECONDARY, CPU2_ENABLE_ENCLV_EXITING, NULL,
     "The ENCLV-exiting bitmap decides which leaf functions of ENCLV make the guest exit."),
TEXT(SECONDARY, CPU2_VMM_BUS_LOCK_DETECTION, "SECONDARY_EXEC_BUS_LOCK_DETECTION",
     "The guest exits after an instruction that asserted a bus lock."),
TEXT(SECONDARY, CPU2_INSTRUCTION_TIMEOUT, "SECONDARY_EXEC_NOTIFY_VM_EXITING",
     "The guest exits when an operation prevents, for longer than the instruction-timeout "
     "control says, that the processor reaches an instruction boundary."),

TEXT(TERTIARY, CPU3_LOADIWKEY_EXITING, NULL,
     "LOADIWKEY makes the guest exit."),
TEXT(TERTIARY, CPU3_ENABLE_HLAT, NULL,
     "Linear addresses whose uppermost bits are all 1, as many as the HLAT prefix size says, are "
     "translated by page tables that the hypervisor names, not by those of the guest's CR3."),
TEXT(TERTIARY, CPU3_EPT_PAGING_WRITE_CONTROL, NULL,
     "An EPT entry can allow the processor to write to a page while it walks the guest's page "
     "tables (accessed and dirty flags) although the guest itself may not write to it."),
TEXT(TERTIARY, CPU3_GUEST_PAGING_VERIFICATION, NULL,
     "An EPT entry can demand that its page is reached only by linear addresses that the guest's "
     "page tables translate as the hypervisor wants."),
TEXT(TERTIARY, CPU3_IPI_VIRTUALIZATION, "TERTIARY_EXEC_IPI_VIRT",
     "Writes to the interrupt-command register and SENDUIPI that send a fixed, edge-triggered "
     "IPI to one vCPU post it to that vCPU's posted-interrupt descriptor without an exit."),
TEXT(TERTIARY, CPU3_SEAM_GUEST_PHYSICAL_WIDTH, NULL,
     "For guests of a SEAM module: selects which bit of a guest-physical address tells shared "
     "from private memory."),
TEXT(TERTIARY, CPU3_ENABLE_MSR_LIST_INSTRUCTIONS, NULL,
     "RDMSRLIST and WRMSRLIST work in the guest, and the MSR bitmap applies to each MSR of the "
     "list. If 0, they raise #UD."),
TEXT(TERTIARY, CPU3_VIRTUALIZE_IA32_SPEC_CTRL, NULL,
     "RDMSR and WRMSR of IA32_SPEC_CTRL that do not exit use a shadow value in the VMCS; the "
     "bits of a mask keep the value that the hypervisor gave them."),
TEXT(TERTIARY, CPU3_APIC_TIMER_VIRTUALIZATION, NULL,
     "The guest's IA32_TSC_DEADLINE is kept by the processor, which raises the timer's interrupt "
     "in the virtual APIC without an exit."),
TEXT(TERTIARY, CPU3_ENABLE_PBNDKB, NULL,
     "PBNDKB works in the guest. If 0, it raises #UD."),
TEXT(TERTIARY, CPU3_PEBS_USES_GUEST_PHYSICAL, NULL,
     "PEBS writes its records to addresses that are guest-physical: EPT translates them."),

TEXT(EXIT, EXIT_SAVE_DEBUG_CONTROLS, "VM_EXIT_SAVE_DEBUG_CONTROLS",
     "VM exits save DR7 and IA32_DEBUGCTL in the guest-state area."),
TEXT(EXIT, EXIT_HOST_ADDRESS_SPACE_SIZE, "VM_EXIT_HOST_ADDR_SPACE_SIZE",
     "After a VM exit the processor is in 64-bit mode: CS.L, IA32_EFER.LME and IA32_EFER.LMA are "
     "1."),
TEXT(EXIT, EXIT_LOAD_IA32_PERF_GLOBAL_CTRL, "VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL",
     "VM exits load IA32_PERF_GLOBAL_CTRL from the host-state area."),
TEXT(EXIT, EXIT_ACKNOWLEDGE_INTERRUPT, "VM_EXIT_ACK_INTR_ON_EXIT",
     "A VM exit for an external interrupt acknowledges the interrupt controller, and the vector "
     "is in the VM-exit interruption information. If 0, the interrupt stays pending."),
TEXT(EXIT, EXIT_SAVE_IA32_PAT, "VM_EXIT_SAVE_IA32_PAT",
     "VM exits save IA32_PAT in the guest-state area."),
TEXT(EXIT, EXIT_LOAD_IA32_PAT, "VM_EXIT_LOAD_IA32_PAT",
     "VM exits load IA32_PAT from the host-state area."),
TEXT(EXIT, EXIT_SAVE_IA32_EFER, "VM_EXIT_SAVE_IA32_EFER",
     "VM exits save IA32_EFER in the guest-state area."),
TEXT(EXIT, EXIT_LOAD_IA32_EFER, "VM_EXIT_LOAD_IA32_EFER",
     "VM exits load IA32_EFER from the host-state area."),
TEXT(EXIT, EXIT_SAVE_PREEMPTION_TIMER, "VM_EXIT_SAVE_VMX_PREEMPTION_TIMER",
     "VM exits save what is left of the VMX-preemption timer in the VMCS. If 0, the next VM "
     "entry starts again with the value that was written there."),
TEXT(EXIT, EXIT_CLEAR_IA32_BNDCFGS, "VM_EXIT_CLEAR_BNDCFGS",
     "VM exits clear IA32_BNDCFGS."),
TEXT(EXIT, EXIT_CONCEAL_VMX_FROM_PT, "VM_EXIT_PT_CONCEAL_PIP",
     "Intel PT makes no paging-information packet at a VM exit, and no VMCS packet at one to SMM."),
TEXT(EXIT, EXIT_CLEAR_IA32_RTIT_CTL, "VM_EXIT_CLEAR_IA32_RTIT_CTL",
     "VM exits clear IA32_RTIT_CTL, which stops Intel PT."),
TEXT(EXIT, EXIT_CLEAR_IA32_LBR_CTL, NULL,
     "VM exits clear IA32_LBR_CTL, which stops the recording of last branches."),
TEXT(EXIT, EXIT_CLEAR_UINV, NULL,
     "VM exits clear UINV, the user-interrupt notification vector."),
TEXT(EXIT, EXIT_LOAD_CET_STATE, "VM_EXIT_LOAD_CET_STATE",
     "VM exits load IA32_S_CET, SSP and IA32_INTERRUPT_SSP_TABLE_ADDR from the host-state area."),
TEXT(EXIT, EXIT_LOAD_PKRS, NULL,
     "VM exits load IA32_PKRS from the host-state area."),
TEXT(EXIT, EXIT_SAVE_IA32_PERF_GLOBAL_CTL, NULL,
     "VM exits save IA32_PERF_GLOBAL_CTRL in the guest-state area."),
TEXT(EXIT, EXIT_ACTIVATE_SECONDARY_CONTROLS, NULL,
     "The secondary VM-exit controls count. If 0, the processor works as if all of them were 0."),

TEXT(EXIT2, EXIT2_SAVE_FRED, NULL,
     "VM exits save the guest's FRED MSRs in the guest-state area."),
TEXT(EXIT2, EXIT2_LOAD_FRED, NULL,
     "VM exits load the FRED MSRs from the host-state area."),
TEXT(EXIT2, EXIT2_LOAD_IA32_SPEC_CTRL, NULL,
     "VM exits load IA32_SPEC_CTRL from the host-state area."),
TEXT(EXIT2, EXIT2_PREMATURELY_BUSY_SHADOW_STACK, NULL,
     "A VM exit in the middle of an event's delivery says whether the supervisor shadow stack "
     "was already marked busy, so that the hypervisor can repair it."),

TEXT(ENTRY, ENTRY_LOAD_DEBUG_CONTROLS, "VM_ENTRY_LOAD_DEBUG_CONTROLS",
     "VM entries load DR7 and IA32_DEBUGCTL from the guest-state area."),
TEXT(ENTRY, ENTRY_IA32E_MODE_GUEST, "VM_ENTRY_IA32E_MODE",
     "The guest is in IA-32e mode after the VM entry: IA32_EFER.LMA is 1."),
TEXT(ENTRY, ENTRY_ENTRY_TO_SMM, "VM_ENTRY_SMM",
     "The guest is in system-management mode after the VM entry. It has to be 0 for a VM entry "
     "from outside SMM."),
TEXT(ENTRY, ENTRY_DEACTIVATE_DUAL_MONITOR, "VM_ENTRY_DEACT_DUAL_MONITOR",
     "The VM entry ends the dual-monitor treatment of SMIs and SMM: the default treatment is "
     "back. It has to be 0 for a VM entry from outside SMM."),
TEXT(ENTRY, ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL, "VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL",
     "VM entries load IA32_PERF_GLOBAL_CTRL from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_IA32_PAT, "VM_ENTRY_LOAD_IA32_PAT",
     "VM entries load IA32_PAT from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_IA32_EFER, "VM_ENTRY_LOAD_IA32_EFER",
     "VM entries load IA32_EFER from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_IA32_BNDCFGS, "VM_ENTRY_LOAD_BNDCFGS",
     "VM entries load IA32_BNDCFGS from the guest-state area."),
TEXT(ENTRY, ENTRY_CONCEAL_VMX_FROM_PT, "VM_ENTRY_PT_CONCEAL_PIP",
     "Intel PT makes no paging-information packet at a VM entry, and no VMCS packet at one that "
     "returns from SMM."),
TEXT(ENTRY, ENTRY_LOAD_IA32_RTIT_CTL, "VM_ENTRY_LOAD_IA32_RTIT_CTL",
     "VM entries load IA32_RTIT_CTL from the guest-state area: the guest is traced by Intel PT "
     "as that says."),
TEXT(ENTRY, ENTRY_LOAD_UINV, NULL,
     "VM entries load UINV, the user-interrupt notification vector, from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_CET_STATE, "VM_ENTRY_LOAD_CET_STATE",
     "VM entries load IA32_S_CET, SSP and IA32_INTERRUPT_SSP_TABLE_ADDR from the guest-state "
     "area."),
TEXT(ENTRY, ENTRY_LOAD_GUEST_IA32_LBR_CTL, NULL,
     "VM entries load IA32_LBR_CTL from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_PKRS, NULL,
     "VM entries load IA32_PKRS from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_FRED, NULL,
     "VM entries load the FRED MSRs from the guest-state area."),
TEXT(ENTRY, ENTRY_LOAD_IA32_SPEC_CTRL, NULL,
     "VM entries load IA32_SPEC_CTRL from the guest-state area."),
TEXT(ENTRY, ENTRY_ALLOW_SEAM_GUEST_TELEMETRY, NULL,
     "For guests of a SEAM module: performance monitoring and traces go on in the guest."),
};
/* clang-format on */

const unsigned int control_text_count = COUNT_OF(control_texts);

const struct control_text *control_text_find(unsigned int word, unsigned int bit)
{
	for (unsigned int i = 0; i < COUNT_OF(control_texts); i++)
		if (control_texts[i].word == word && control_texts[i].bit == bit)
			return &control_texts[i];
	return NULL;
}
