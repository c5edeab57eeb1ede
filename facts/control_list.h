/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMX controls: a row for every bit that the SDM names.
 *
 *	CONTROL(word, bit, constant, constant in the kernel's <asm/vmx.h> or NULL,
 *		what Lintel asks of it, the SDM's name, SDM section,
 *		why Lintel asks that,
 *		what the bit does when it is 1,
 *		what else has to be 1: NEED1(), NEED2(), PAIR())
 *
 * The word is enum ctl_word without CTL_, what is asked enum ctl_ask without CTL_.  A constant is
 * PIN_, CPU1_, CPU2_, CPU3_, EXIT_, EXIT2_ or ENTRY_ and the SDM's name.  Titles of sections have
 * their short names in section.h, what is needed by several in control.c.  The order is that of
 * words and bits.
 *
 * Included where something is made of it, with CONTROL() defined.
 *
 * SDM: "Pin-Based VM-Execution Controls", "Processor-Based VM-Execution Controls", "VM-Exit
 * Controls", "VM-Entry Controls".
 */
/* clang-format off */
/* Pin-based VM-execution controls */
CONTROL(PIN, 0, PIN_EXTERNAL_INTERRUPT_EXITING, "PIN_BASED_EXT_INTR_MASK",
	MUST1, "external-interrupt exiting", S_CAUSES,
	"the host's interrupts must reach the host",
	"An external interrupt that arrives in the guest makes it exit, whatever its RFLAGS.IF. "
	"If 0, the interrupt is delivered through the guest's IDT.")
CONTROL(PIN, 3, PIN_NMI_EXITING, "PIN_BASED_NMI_EXITING",
	MUST1, "NMI exiting", S_CAUSES,
	"the host's NMIs must reach the host",
	"An NMI that arrives in the guest makes it exit. If 0, it is delivered through vector 2 "
	"of the guest's IDT.")
CONTROL(PIN, 5, PIN_VIRTUAL_NMIS, "PIN_BASED_VIRTUAL_NMIS",
	MUST1, "virtual NMIs", S_CHANGES,
	"the processor must track whether the guest blocks NMIs",
	"NMIs are never blocked by the guest, and bit 3 of the interruptibility state says "
	"whether virtual NMIs are blocked: injecting an NMI sets it, the guest's IRET clears it.",
	NEED1(REF(PIN, PIN_NMI_EXITING)))
CONTROL(PIN, 6, PIN_ACTIVATE_PREEMPTION_TIMER, "PIN_BASED_VMX_PREEMPTION_TIMER",
	LIKE1, "activate VMX-preemption timer", S_TIMER,
	"it waits for the guest's TSC deadline while the guest runs",
	"While the guest runs, the processor counts the VMX-preemption timer down, and the guest "
	"exits when it reaches zero. It counts at the TSC's rate divided by a power of 2 that "
	"IA32_VMX_MISC tells.")
CONTROL(PIN, 7, PIN_PROCESS_POSTED_INTERRUPTS, "PIN_BASED_POSTED_INTR",
	OFF, "process posted interrupts", S_POSTED,
	"the host takes its interrupts the usual way, which acknowledging them at the exit is not",
	"An external interrupt with the posted-interrupt notification vector does not make the "
	"guest exit: the processor moves the interrupts of the posted-interrupt descriptor into "
	"the virtual APIC and delivers them.",
	NEED2(VID, REF(EXIT, EXIT_ACKNOWLEDGE_INTERRUPT)))

/* Primary processor-based VM-execution controls */
CONTROL(PRIMARY, 2, CPU1_INTERRUPT_WINDOW_EXITING, "CPU_BASED_INTR_WINDOW_EXITING",
	TOGGLE, "interrupt-window exiting", S_CAUSES,
	"set while an interrupt waits for the guest to accept it",
	"The guest exits before an instruction when RFLAGS.IF is 1 and nothing else blocks "
	"interrupts: an interrupt can be injected now.")
CONTROL(PRIMARY, 3, CPU1_USE_TSC_OFFSETTING, "CPU_BASED_USE_TSC_OFFSETTING",
	MUST1, "use TSC offsetting", S_TSC,
	"each guest has a TSC of its own",
	"RDTSC, RDTSCP and RDMSR of IA32_TIME_STAMP_COUNTER, where they do not exit, give the TSC "
	"plus the TSC offset of the VMCS.")
CONTROL(PRIMARY, 7, CPU1_HLT_EXITING, "CPU_BASED_HLT_EXITING",
	MUST1, "HLT exiting", S_CONDITIONAL,
	"a guest that waits must not hold the processor",
	"HLT makes the guest exit. If 0, it stops the processor until an event arrives.")
CONTROL(PRIMARY, 9, CPU1_INVLPG_EXITING, "CPU_BASED_INVLPG_EXITING",
	MUST0, "INVLPG exiting", S_CONDITIONAL,
	"with EPT the guest owns its paging",
	"INVLPG makes the guest exit, and so does INVPCID where it is enabled. A hypervisor with "
	"shadow page tables needs to see them.")
CONTROL(PRIMARY, 10, CPU1_MWAIT_EXITING, "CPU_BASED_MWAIT_EXITING",
	MUST1, "MWAIT exiting", S_CONDITIONAL,
	"a guest must not put the processor to sleep",
	"MWAIT makes the guest exit.")
CONTROL(PRIMARY, 11, CPU1_RDPMC_EXITING, "CPU_BASED_RDPMC_EXITING",
	MUST1, "RDPMC exiting", S_CONDITIONAL,
	"the performance counters are the host's",
	"RDPMC makes the guest exit. If 0, it reads the processor's performance counters.")
CONTROL(PRIMARY, 12, CPU1_RDTSC_EXITING, "CPU_BASED_RDTSC_EXITING",
	OFF, "RDTSC exiting", S_CONDITIONAL,
	"the TSC offset makes an exit needless",
	"RDTSC makes the guest exit, and so does RDTSCP where it is enabled.")
CONTROL(PRIMARY, 15, CPU1_CR3_LOAD_EXITING, "CPU_BASED_CR3_LOAD_EXITING",
	MUST0, "CR3-load exiting", S_CONDITIONAL,
	"with EPT the guest owns CR3",
	"MOV to CR3 makes the guest exit, unless the value is one of the CR3-target values that "
	"the CR3-target count includes.")
CONTROL(PRIMARY, 16, CPU1_CR3_STORE_EXITING, "CPU_BASED_CR3_STORE_EXITING",
	MUST0, "CR3-store exiting", S_CONDITIONAL,
	"with EPT the guest owns CR3",
	"MOV from CR3 makes the guest exit.")
CONTROL(PRIMARY, 17, CPU1_ACTIVATE_TERTIARY_CONTROLS, "CPU_BASED_ACTIVATE_TERTIARY_CONTROLS",
	OFF, "activate tertiary controls", S_PROC,
	"Lintel uses no tertiary control",
	"The tertiary processor-based controls count. If 0, the processor works as if all of them "
	"were 0.")
CONTROL(PRIMARY, 19, CPU1_CR8_LOAD_EXITING, "CPU_BASED_CR8_LOAD_EXITING",
	MUST1, "CR8-load exiting", S_CONDITIONAL,
	"without a TPR shadow MOV to CR8 would write the host's TPR; with one it is turned off",
	"MOV to CR8 makes the guest exit.")
CONTROL(PRIMARY, 20, CPU1_CR8_STORE_EXITING, "CPU_BASED_CR8_STORE_EXITING",
	MUST1, "CR8-store exiting", S_CONDITIONAL,
	"without a TPR shadow MOV from CR8 would read the host's TPR; with one it is turned off",
	"MOV from CR8 makes the guest exit.")
CONTROL(PRIMARY, 21, CPU1_USE_TPR_SHADOW, "CPU_BASED_TPR_SHADOW",
	LIKE1, "use TPR shadow", S_APIC,
	"a guest with a local APIC in the kernel reads and writes its TPR without an exit",
	"MOV to and from CR8 read and write the TPR of the virtual-APIC page, without an exit as "
	"long as the TPR does not fall below the TPR threshold. The other controls of APIC "
	"virtualization build on it.")
CONTROL(PRIMARY, 22, CPU1_NMI_WINDOW_EXITING, "CPU_BASED_NMI_WINDOW_EXITING",
	TOGGLE, "NMI-window exiting", S_CAUSES,
	"set while an NMI waits for the guest to unblock NMIs",
	"The guest exits before an instruction when virtual NMIs are not blocked: an NMI can be "
	"injected now.",
	NEED1(REF(PIN, PIN_VIRTUAL_NMIS)))
CONTROL(PRIMARY, 23, CPU1_MOV_DR_EXITING, "CPU_BASED_MOV_DR_EXITING",
	TOGGLE, "MOV-DR exiting", S_CONDITIONAL,
	"set but from a MOV DR to the next exit: there the debug registers are the guest's own",
	"MOV to and from the debug registers makes the guest exit.")
CONTROL(PRIMARY, 24, CPU1_UNCONDITIONAL_IO_EXITING, "CPU_BASED_UNCOND_IO_EXITING",
	MUST1, "unconditional I/O exiting", S_CONDITIONAL,
	"a guest must not reach the host's I/O ports",
	"Every IN, INS, OUT and OUTS makes the guest exit. It is ignored while I/O bitmaps are "
	"used.")
CONTROL(PRIMARY, 25, CPU1_USE_IO_BITMAPS, "CPU_BASED_USE_IO_BITMAPS",
	OFF, "use I/O bitmaps", S_IO_BITMAP,
	"every port is emulated",
	"Two pages with a bit for each of the 65,536 ports decide which accesses make the guest "
	"exit: those that touch a port whose bit is 1, or that wrap round the end of the port "
	"space.")
CONTROL(PRIMARY, 27, CPU1_MONITOR_TRAP_FLAG, "CPU_BASED_MONITOR_TRAP_FLAG",
	OFF, "monitor trap flag", S_MTF,
	"single-stepping uses RFLAGS.TF",
	"The guest exits after each instruction, whatever its RFLAGS.TF: single-stepping that the "
	"guest cannot see.")
CONTROL(PRIMARY, 28, CPU1_USE_MSR_BITMAPS, "CPU_BASED_USE_MSR_BITMAPS",
	LIKE1, "use MSR bitmaps", S_MSR_BITMAP,
	"a few MSRs of the guest need no exit; without, every access exits",
	"A page with a bit for the read and one for the write of each MSR of 0 to 1FFFH and "
	"C0000000H to C0001FFFH decides which RDMSR and WRMSR make the guest exit; those of other "
	"MSRs always do. If 0, every RDMSR and WRMSR exits.")
CONTROL(PRIMARY, 29, CPU1_MONITOR_EXITING, "CPU_BASED_MONITOR_EXITING",
	MUST1, "MONITOR exiting", S_CONDITIONAL,
	"goes with MWAIT exiting",
	"MONITOR makes the guest exit.")
CONTROL(PRIMARY, 30, CPU1_PAUSE_EXITING, "CPU_BASED_PAUSE_EXITING",
	OFF, "PAUSE exiting", S_CONDITIONAL,
	"a spinning guest may spin",
	"Every PAUSE makes the guest exit, at any privilege level. PAUSE-loop exiting is the "
	"milder form, and is ignored while this is 1.")
CONTROL(PRIMARY, 31, CPU1_ACTIVATE_SECONDARY_CONTROLS, "CPU_BASED_ACTIVATE_SECONDARY_CONTROLS",
	MUST1, "activate secondary controls", S_PROC,
	"EPT and unrestricted guest are secondary controls",
	"The secondary processor-based controls count. If 0, the processor works as if all of "
	"them were 0.")

/* Secondary processor-based VM-execution controls */
CONTROL(SECONDARY, 0, CPU2_VIRTUALIZE_APIC_ACCESSES, "SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES",
	LIKE1, "virtualize APIC accesses", S_APIC,
	"on while the guest's local APIC is in xAPIC mode, at its usual address",
	"Accesses to the page at the APIC-access address are treated specially: they make the "
	"guest exit, or are carried out on the virtual-APIC page.",
	PAIR(REF(SECONDARY, CPU2_APIC_REGISTER_VIRTUALIZATION)))
CONTROL(SECONDARY, 1, CPU2_ENABLE_EPT, "SECONDARY_EXEC_ENABLE_EPT",
	MUST1, "enable EPT", S_EPT,
	"Lintel has no shadow paging",
	"The guest's physical addresses are translated by a second set of page tables, which the "
	"EPT pointer names, and which the hypervisor owns. What they do not allow is an EPT "
	"violation.")
CONTROL(SECONDARY, 2, CPU2_DESCRIPTOR_TABLE_EXITING, "SECONDARY_EXEC_DESC",
	LIKE1, "descriptor-table exiting", S_CONDITIONAL,
	"on while a guest has CR4.UMIP that the processor has not",
	"LGDT, LIDT, LLDT, LTR, SGDT, SIDT, SLDT and STR make the guest exit.")
CONTROL(SECONDARY, 3, CPU2_ENABLE_RDTSCP, "SECONDARY_EXEC_ENABLE_RDTSCP",
	LIKE1, "enable RDTSCP", S_CHANGES,
	"the guest can have RDTSCP and RDPID",
	"RDTSCP and RDPID work in the guest. If 0, they raise #UD.")
CONTROL(SECONDARY, 4, CPU2_VIRTUALIZE_X2APIC_MODE, "SECONDARY_EXEC_VIRTUALIZE_X2APIC_MODE",
	LIKE1, "virtualize x2APIC mode", S_APIC,
	"on while the guest's local APIC is in x2APIC mode: the TPR is an MSR then",
	"RDMSR and WRMSR of the x2APIC's MSRs 800H to 8FFH that the MSR bitmap lets pass are "
	"carried out on the virtual-APIC page: the TPR always, other registers as further "
	"controls allow.",
	NEED1(TPR_SHADOW))
CONTROL(SECONDARY, 5, CPU2_ENABLE_VPID, "SECONDARY_EXEC_ENABLE_VPID",
	LIKE1, "enable VPID", S_VPID,
	"translations survive VM entries and exits",
	"Cached translations are tagged with the virtual-processor identifier of the VMCS, so VM "
	"entries and exits need not drop them. The VPID must not be 0.",
	NEED2(VPID_CAP(32), VPID_CAP(41)))
CONTROL(SECONDARY, 6, CPU2_WBINVD_EXITING, "SECONDARY_EXEC_WBINVD_EXITING",
	LIKE1, "WBINVD exiting", S_CONDITIONAL,
	"a guest must not empty the host's caches at will",
	"WBINVD and WBNOINVD make the guest exit.")
CONTROL(SECONDARY, 7, CPU2_UNRESTRICTED_GUEST, "SECONDARY_EXEC_UNRESTRICTED_GUEST",
	MUST1, "unrestricted guest", S_UNREST,
	"real mode and unpaged guests run on the processor; Lintel does not emulate them",
	"The guest may run with CR0.PE or CR0.PG 0: in real mode, and in protected mode without "
	"paging. If 0, VM entry refuses such a guest.",
	NEED1(EPT))
CONTROL(SECONDARY, 8, CPU2_APIC_REGISTER_VIRTUALIZATION, "SECONDARY_EXEC_APIC_REGISTER_VIRT",
	LIKE1, "APIC-register virtualization", S_APIC,
	"on while the guest's local APIC is on: most of its registers are read without an exit",
	"Reads of most APIC registers are answered from the virtual-APIC page, and writes go "
	"there before they make the guest exit as a trap.",
	NEED1(TPR_SHADOW), PAIR(VID))
CONTROL(SECONDARY, 9, CPU2_VIRTUAL_INTERRUPT_DELIVERY, "SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY",
	LIKE1, "virtual-interrupt delivery", S_APIC,
	"on while the guest's local APIC is on: its interrupts and their ends need no exit",
	"The processor evaluates the virtual APIC's pending interrupts and delivers them to the "
	"guest without an exit, and it emulates writes to the registers TPR, EOI and, for "
	"self-IPIs, ICR.",
	NEED2(TPR_SHADOW, REF(PIN, PIN_EXTERNAL_INTERRUPT_EXITING)),
	PAIR(REF(SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES)))
CONTROL(SECONDARY, 10, CPU2_PAUSE_LOOP_EXITING, "SECONDARY_EXEC_PAUSE_LOOP_EXITING",
	LIKE1, "PAUSE-loop exiting", S_CONDITIONAL,
	"a guest that spins lets other tasks of the host run",
	"A loop of PAUSE instructions at CPL 0 makes the guest exit: successive PAUSEs at most "
	"PLE_Gap TSC ticks apart are one loop, and the guest exits when the loop has lasted "
	"longer than PLE_Window.")
CONTROL(SECONDARY, 11, CPU2_RDRAND_EXITING, "SECONDARY_EXEC_RDRAND_EXITING",
	OFF, "RDRAND exiting", S_CONDITIONAL,
	"the guest may draw random numbers",
	"RDRAND makes the guest exit.")
CONTROL(SECONDARY, 12, CPU2_ENABLE_INVPCID, "SECONDARY_EXEC_ENABLE_INVPCID",
	LIKE1, "enable INVPCID", S_CHANGES,
	"the guest can have INVPCID",
	"INVPCID works in the guest. If 0, it raises #UD.")
CONTROL(SECONDARY, 13, CPU2_ENABLE_VM_FUNCTIONS, "SECONDARY_EXEC_ENABLE_VMFUNC",
	OFF, "enable VM functions", S_VMFUNC,
	"VMFUNC is not for guests",
	"VMFUNC works in the guest, for the functions that the VM-function controls allow. If 0, "
	"it raises #UD.")
CONTROL(SECONDARY, 14, CPU2_VMCS_SHADOWING, "SECONDARY_EXEC_SHADOW_VMCS",
	OFF, "VMCS shadowing", S_SHADOW,
	"there is no nested VMX",
	"VMREAD and VMWRITE in the guest do not exit for the fields that two bitmaps let pass: "
	"they access the shadow VMCS that the VMCS link pointer names. It is for hypervisors that "
	"run hypervisors.")
CONTROL(SECONDARY, 15, CPU2_ENABLE_ENCLS_EXITING, "SECONDARY_EXEC_ENCLS_EXITING",
	OFF, "enable ENCLS exiting", S_CONDITIONAL,
	"guests see no SGX",
	"The ENCLS-exiting bitmap decides which leaf functions of ENCLS make the guest exit.")
CONTROL(SECONDARY, 16, CPU2_RDSEED_EXITING, "SECONDARY_EXEC_RDSEED_EXITING",
	OFF, "RDSEED exiting", S_CONDITIONAL,
	"the guest may draw random numbers",
	"RDSEED makes the guest exit.")
CONTROL(SECONDARY, 17, CPU2_ENABLE_PML, "SECONDARY_EXEC_ENABLE_PML",
	LIKE1, "enable PML", S_PML,
	"the processor lists the pages that a guest writes while they are logged",
	"When the processor sets the dirty flag of an EPT entry, it also adds the guest-physical "
	"address of the page to the page-modification log, and the guest exits when the log is "
	"full.",
	NEED2(EPT, VPID_CAP(21)))
CONTROL(SECONDARY, 18, CPU2_EPT_VIOLATION_VE, "SECONDARY_EXEC_EPT_VIOLATION_VE",
	OFF, "EPT-violation #VE", S_VE,
	"EPT violations are Lintel's",
	"An EPT violation of an access whose EPT entry has bit 63 (suppress #VE) 0 raises a "
	"virtualization exception in the guest instead of an exit.")
CONTROL(SECONDARY, 19, CPU2_CONCEAL_VMX_FROM_PT, "SECONDARY_EXEC_PT_CONCEAL_VMX",
	EITHER, "conceal VMX from PT", S_PROC,
	"changes only what a trace of the host shows",
	"Intel PT leaves out of its packets what shows that the processor is in VMX non-root "
	"operation: the indication in paging-information packets, and the VMCS packet.")
CONTROL(SECONDARY, 20, CPU2_ENABLE_XSAVES, "SECONDARY_EXEC_ENABLE_XSAVES",
	LIKE1, "enable XSAVES/XRSTORS", S_CHANGES,
	"the guest can have XSAVES",
	"XSAVES and XRSTORS work in the guest, and exit for the components that the XSS-exiting "
	"bitmap names. If 0, they raise #UD.")
CONTROL(SECONDARY, 21, CPU2_PASID_TRANSLATION, NULL,
	OFF, "PASID translation", S_PASID,
	"guests see no ENQCMD",
	"ENQCMD and ENQCMDS in the guest translate the PASID that they send, through tables of "
	"the hypervisor.")
CONTROL(SECONDARY, 22, CPU2_MODE_BASED_EXECUTE_EPT, "SECONDARY_EXEC_MODE_BASED_EPT_EXEC",
	OFF, "mode-based execute control for EPT", S_EPT,
	"guest memory has one execute right for all modes",
	"EPT entries have two execute rights: bit 2 for supervisor-mode linear addresses, bit 10 "
	"for user-mode ones.",
	NEED1(EPT))
CONTROL(SECONDARY, 23, CPU2_SUB_PAGE_WRITE_EPT, NULL,
	OFF, "sub-page write permissions for EPT", S_EPT,
	"guest memory is protected by whole pages",
	"Writes to a page of 4 KBytes that EPT protects can be allowed for each of its 32 parts "
	"of 128 bytes.",
	NEED1(EPT))
CONTROL(SECONDARY, 24, CPU2_PT_USES_GUEST_PHYSICAL, "SECONDARY_EXEC_PT_USE_GPA",
	OFF, "Intel PT uses guest physical addresses", S_PROC,
	"guests see no Intel PT",
	"The output addresses of Intel PT are guest-physical: EPT translates them.",
	NEED1(EPT), PAIR(REF(ENTRY, ENTRY_LOAD_IA32_RTIT_CTL)))
CONTROL(SECONDARY, 25, CPU2_USE_TSC_SCALING, "SECONDARY_EXEC_TSC_SCALING",
	LIKE1, "use TSC scaling", S_TSC,
	"a guest's TSC can have another rate than the host's; on while it has",
	"Where the TSC offset applies, the TSC is first multiplied by the TSC multiplier, a "
	"number with 48 fractional bits, so that the guest's TSC can have another rate.",
	NEED1(REF(PRIMARY, CPU1_USE_TSC_OFFSETTING)))
CONTROL(SECONDARY, 26, CPU2_ENABLE_USER_WAIT_AND_PAUSE, "SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE",
	OFF, "enable user wait and pause", S_CHANGES,
	"guests see no WAITPKG",
	"TPAUSE, UMONITOR and UMWAIT work in the guest. If 0, they raise #UD.")
CONTROL(SECONDARY, 27, CPU2_ENABLE_PCONFIG, NULL,
	OFF, "enable PCONFIG", S_CHANGES,
	"guests see no PCONFIG",
	"PCONFIG works in the guest, and exits for the leaf functions that the PCONFIG-exiting "
	"bitmap names. If 0, it raises #UD.")
CONTROL(SECONDARY, 28, CPU2_ENABLE_ENCLV_EXITING, NULL,
	OFF, "enable ENCLV exiting", S_CONDITIONAL,
	"guests see no SGX",
	"The ENCLV-exiting bitmap decides which leaf functions of ENCLV make the guest exit.")
CONTROL(SECONDARY, 30, CPU2_VMM_BUS_LOCK_DETECTION, "SECONDARY_EXEC_BUS_LOCK_DETECTION",
	OFF, "VMM bus-lock detection", S_CAUSES,
	"bus locks are not limited",
	"The guest exits after an instruction that asserted a bus lock.")
CONTROL(SECONDARY, 31, CPU2_INSTRUCTION_TIMEOUT, "SECONDARY_EXEC_NOTIFY_VM_EXITING",
	OFF, "instruction timeout", S_CAUSES,
	"no window is set",
	"The guest exits when an operation prevents, for longer than the instruction-timeout "
	"control says, that the processor reaches an instruction boundary.")

/* Tertiary processor-based VM-execution controls */
CONTROL(TERTIARY, 0, CPU3_LOADIWKEY_EXITING, NULL,
	OFF, "LOADIWKEY exiting", S_CONDITIONAL,
	"guests see no Key Locker",
	"LOADIWKEY makes the guest exit.")
CONTROL(TERTIARY, 1, CPU3_ENABLE_HLAT, NULL,
	OFF, "enable HLAT", S_PROC,
	"the guest owns its paging",
	"Linear addresses whose uppermost bits are all 1, as many as the HLAT prefix size says, "
	"are translated by page tables that the hypervisor names, not by those of the guest's CR3.",
	NEED1(EPT))
CONTROL(TERTIARY, 2, CPU3_EPT_PAGING_WRITE_CONTROL, NULL,
	OFF, "EPT paging-write control", S_EPT,
	"goes with HLAT",
	"An EPT entry can allow the processor to write to a page while it walks the guest's page "
	"tables (accessed and dirty flags) although the guest itself may not write to it.",
	NEED1(EPT))
CONTROL(TERTIARY, 3, CPU3_GUEST_PAGING_VERIFICATION, NULL,
	OFF, "guest-paging verification", S_EPT,
	"goes with HLAT",
	"An EPT entry can demand that its page is reached only by linear addresses that the "
	"guest's page tables translate as the hypervisor wants.",
	NEED1(EPT))
CONTROL(TERTIARY, 4, CPU3_IPI_VIRTUALIZATION, "TERTIARY_EXEC_IPI_VIRT",
	OFF, "IPI virtualization", S_IPI,
	"the local APIC is emulated",
	"Writes to the interrupt-command register and SENDUIPI that send a fixed, edge-triggered "
	"IPI to one vCPU post it to that vCPU's posted-interrupt descriptor without an exit.",
	NEED1(TPR_SHADOW))
CONTROL(TERTIARY, 5, CPU3_SEAM_GUEST_PHYSICAL_WIDTH, NULL,
	OFF, "SEAM guest-physical address width", S_PROC,
	"Lintel is no SEAM module",
	"For guests of a SEAM module: selects which bit of a guest-physical address tells shared "
	"from private memory.")
CONTROL(TERTIARY, 6, CPU3_ENABLE_MSR_LIST_INSTRUCTIONS, NULL,
	OFF, "enable MSR-list instructions", S_CHANGES,
	"guests see no RDMSRLIST",
	"RDMSRLIST and WRMSRLIST work in the guest, and the MSR bitmap applies to each MSR of the "
	"list. If 0, they raise #UD.")
CONTROL(TERTIARY, 7, CPU3_VIRTUALIZE_IA32_SPEC_CTRL, NULL,
	OFF, "virtualize IA32_SPEC_CTRL", S_CHANGES,
	"guests write IA32_SPEC_CTRL by an exit, and have all of it",
	"RDMSR and WRMSR of IA32_SPEC_CTRL that do not exit use a shadow value in the VMCS; the "
	"bits of a mask keep the value that the hypervisor gave them.")
CONTROL(TERTIARY, 8, CPU3_APIC_TIMER_VIRTUALIZATION, NULL,
	OFF, "APIC-timer virtualization", S_PROC,
	"guest timers are the host's timers",
	"The guest's IA32_TSC_DEADLINE is kept by the processor, which raises the timer's "
	"interrupt in the virtual APIC without an exit.",
	NEED1(VID))
CONTROL(TERTIARY, 9, CPU3_ENABLE_PBNDKB, NULL,
	OFF, "enable PBNDKB", S_CHANGES,
	"guests see no PBNDKB",
	"PBNDKB works in the guest. If 0, it raises #UD.")
CONTROL(TERTIARY, 12, CPU3_PEBS_USES_GUEST_PHYSICAL, NULL,
	OFF, "PEBS uses guest physical addresses", S_PROC,
	"the performance counters are the host's",
	"PEBS writes its records to addresses that are guest-physical: EPT translates them.",
	NEED1(EPT))

/* Primary VM-exit controls */
CONTROL(EXIT, 2, EXIT_SAVE_DEBUG_CONTROLS, "VM_EXIT_SAVE_DEBUG_CONTROLS",
	MUST1, "save debug controls", S_EXIT_SAVE,
	"DR7 and IA32_DEBUGCTL of the guest outlive the exit",
	"VM exits save DR7 and IA32_DEBUGCTL in the guest-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_DEBUG_CONTROLS)))
CONTROL(EXIT, 9, EXIT_HOST_ADDRESS_SPACE_SIZE, "VM_EXIT_HOST_ADDR_SPACE_SIZE",
	MUST1, "host address-space size", S_EXIT,
	"the host runs in 64-bit mode",
	"After a VM exit the processor is in 64-bit mode: CS.L, IA32_EFER.LME and IA32_EFER.LMA "
	"are 1.")
CONTROL(EXIT, 12, EXIT_LOAD_IA32_PERF_GLOBAL_CTRL, "VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL",
	LIKE1, "load IA32_PERF_GLOBAL_CTRL", S_EXIT_LOAD,
	"on while counters of the host stand still in the guest: they go on with the exit",
	"VM exits load IA32_PERF_GLOBAL_CTRL from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)))
CONTROL(EXIT, 15, EXIT_ACKNOWLEDGE_INTERRUPT, "VM_EXIT_ACK_INTR_ON_EXIT",
	OFF, "acknowledge interrupt on exit", S_EXIT,
	"the interrupt stays pending, and the host takes it when it enables interrupts",
	"A VM exit for an external interrupt acknowledges the interrupt controller, and the "
	"vector is in the VM-exit interruption information. If 0, the interrupt stays pending.")
CONTROL(EXIT, 18, EXIT_SAVE_IA32_PAT, "VM_EXIT_SAVE_IA32_PAT",
	MUST1, "save IA32_PAT", S_EXIT_SAVE,
	"the guest has a PAT of its own",
	"VM exits save IA32_PAT in the guest-state area.")
CONTROL(EXIT, 19, EXIT_LOAD_IA32_PAT, "VM_EXIT_LOAD_IA32_PAT",
	MUST1, "load IA32_PAT", S_EXIT_LOAD,
	"the host's mappings need the host's PAT",
	"VM exits load IA32_PAT from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_IA32_PAT)))
CONTROL(EXIT, 20, EXIT_SAVE_IA32_EFER, "VM_EXIT_SAVE_IA32_EFER",
	MUST1, "save IA32_EFER", S_EXIT_SAVE,
	"the guest has an EFER of its own",
	"VM exits save IA32_EFER in the guest-state area.")
CONTROL(EXIT, 21, EXIT_LOAD_IA32_EFER, "VM_EXIT_LOAD_IA32_EFER",
	MUST1, "load IA32_EFER", S_EXIT_LOAD,
	"the host needs its own EFER from its first instruction",
	"VM exits load IA32_EFER from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_IA32_EFER)))
CONTROL(EXIT, 22, EXIT_SAVE_PREEMPTION_TIMER, "VM_EXIT_SAVE_VMX_PREEMPTION_TIMER",
	OFF, "save VMX-preemption timer value", S_EXIT_SAVE,
	"time goes on outside of the guest, too: each entry computes it anew",
	"VM exits save what is left of the VMX-preemption timer in the VMCS. If 0, the next VM "
	"entry starts again with the value that was written there.",
	NEED1(REF(PIN, PIN_ACTIVATE_PREEMPTION_TIMER)))
CONTROL(EXIT, 23, EXIT_CLEAR_IA32_BNDCFGS, "VM_EXIT_CLEAR_BNDCFGS",
	OFF, "clear IA32_BNDCFGS", S_EXIT_LOAD,
	"guests see no MPX",
	"VM exits clear IA32_BNDCFGS.",
	PAIR(REF(ENTRY, ENTRY_LOAD_IA32_BNDCFGS)))
CONTROL(EXIT, 24, EXIT_CONCEAL_VMX_FROM_PT, "VM_EXIT_PT_CONCEAL_PIP",
	EITHER, "conceal VMX from PT", S_EXIT,
	"changes only what a trace of the host shows",
	"Intel PT makes no paging-information packet at a VM exit, and no VMCS packet at one to "
	"SMM.")
CONTROL(EXIT, 25, EXIT_CLEAR_IA32_RTIT_CTL, "VM_EXIT_CLEAR_IA32_RTIT_CTL",
	OFF, "clear IA32_RTIT_CTL", S_EXIT_LOAD,
	"a trace of the host goes on",
	"VM exits clear IA32_RTIT_CTL, which stops Intel PT.",
	PAIR(REF(ENTRY, ENTRY_LOAD_IA32_RTIT_CTL)))
CONTROL(EXIT, 26, EXIT_CLEAR_IA32_LBR_CTL, NULL,
	OFF, "clear IA32_LBR_CTL", S_EXIT_LOAD,
	"last-branch records are the host's",
	"VM exits clear IA32_LBR_CTL, which stops the recording of last branches.",
	PAIR(REF(ENTRY, ENTRY_LOAD_GUEST_IA32_LBR_CTL)))
CONTROL(EXIT, 27, EXIT_CLEAR_UINV, NULL,
	OFF, "clear UINV", S_EXIT_LOAD,
	"guests see no user interrupts",
	"VM exits clear UINV, the user-interrupt notification vector.",
	PAIR(REF(ENTRY, ENTRY_LOAD_UINV)))
CONTROL(EXIT, 28, EXIT_LOAD_CET_STATE, "VM_EXIT_LOAD_CET_STATE",
	OFF, "load CET state", S_EXIT_LOAD,
	"guests see no CET, so the host's state stays",
	"VM exits load IA32_S_CET, SSP and IA32_INTERRUPT_SSP_TABLE_ADDR from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_CET_STATE)))
CONTROL(EXIT, 29, EXIT_LOAD_PKRS, NULL,
	OFF, "load PKRS", S_EXIT_LOAD,
	"guests see no supervisor protection keys",
	"VM exits load IA32_PKRS from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_PKRS)))
CONTROL(EXIT, 30, EXIT_SAVE_IA32_PERF_GLOBAL_CTL, NULL,
	OFF, "save IA32_PERF_GLOBAL_CTL", S_EXIT_SAVE,
	"the performance counters are the host's",
	"VM exits save IA32_PERF_GLOBAL_CTRL in the guest-state area.")
CONTROL(EXIT, 31, EXIT_ACTIVATE_SECONDARY_CONTROLS, NULL,
	OFF, "activate secondary controls", S_EXIT,
	"Lintel uses no secondary VM-exit control",
	"The secondary VM-exit controls count. If 0, the processor works as if all of them were 0.")

/* Secondary VM-exit controls */
CONTROL(EXIT2, 0, EXIT2_SAVE_FRED, NULL,
	OFF, "save FRED", S_EXIT_SAVE,
	"guests see no FRED",
	"VM exits save the guest's FRED MSRs in the guest-state area.")
CONTROL(EXIT2, 1, EXIT2_LOAD_FRED, NULL,
	OFF, "load FRED", S_EXIT_LOAD,
	"guests see no FRED, so the host's state stays",
	"VM exits load the FRED MSRs from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_FRED)))
CONTROL(EXIT2, 2, EXIT2_LOAD_IA32_SPEC_CTRL, NULL,
	OFF, "load IA32_SPEC_CTRL", S_EXIT_LOAD,
	"the world switch loads IA32_SPEC_CTRL, as not every processor has the control",
	"VM exits load IA32_SPEC_CTRL from the host-state area.",
	PAIR(REF(ENTRY, ENTRY_LOAD_IA32_SPEC_CTRL)))
CONTROL(EXIT2, 3, EXIT2_PREMATURELY_BUSY_SHADOW_STACK, NULL,
	OFF, "prematurely busy shadow stack", S_EXIT,
	"guests see no CET",
	"A VM exit in the middle of an event's delivery says whether the supervisor shadow stack "
	"was already marked busy, so that the hypervisor can repair it.")

/* VM-entry controls */
CONTROL(ENTRY, 2, ENTRY_LOAD_DEBUG_CONTROLS, "VM_ENTRY_LOAD_DEBUG_CONTROLS",
	MUST1, "load debug controls", S_ENTRY_LOAD,
	"the guest has a DR7 and an IA32_DEBUGCTL of its own",
	"VM entries load DR7 and IA32_DEBUGCTL from the guest-state area.",
	PAIR(REF(EXIT, EXIT_SAVE_DEBUG_CONTROLS)))
CONTROL(ENTRY, 9, ENTRY_IA32E_MODE_GUEST, "VM_ENTRY_IA32E_MODE",
	TOGGLE, "IA-32e mode guest", S_ENTRY,
	"follows the guest's EFER.LMA",
	"The guest is in IA-32e mode after the VM entry: IA32_EFER.LMA is 1.")
CONTROL(ENTRY, 10, ENTRY_ENTRY_TO_SMM, "VM_ENTRY_SMM",
	OFF, "entry to SMM", S_ENTRY,
	"has to be 0 outside SMM",
	"The guest is in system-management mode after the VM entry. It has to be 0 for a VM entry "
	"from outside SMM.")
CONTROL(ENTRY, 11, ENTRY_DEACTIVATE_DUAL_MONITOR, "VM_ENTRY_DEACT_DUAL_MONITOR",
	OFF, "deactivate dual-monitor treatment", S_ENTRY,
	"has to be 0 outside SMM",
	"The VM entry ends the dual-monitor treatment of SMIs and SMM: the default treatment is "
	"back. It has to be 0 for a VM entry from outside SMM.")
CONTROL(ENTRY, 13, ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL, "VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL",
	LIKE1, "load IA32_PERF_GLOBAL_CTRL", S_ENTRY_LOAD,
	"on while counters of the host stand still in the guest: without, an NMI starts them again",
	"VM entries load IA32_PERF_GLOBAL_CTRL from the guest-state area.",
	PAIR(REF(EXIT, EXIT_LOAD_IA32_PERF_GLOBAL_CTRL)))
CONTROL(ENTRY, 14, ENTRY_LOAD_IA32_PAT, "VM_ENTRY_LOAD_IA32_PAT",
	MUST1, "load IA32_PAT", S_ENTRY_LOAD,
	"the guest has a PAT of its own",
	"VM entries load IA32_PAT from the guest-state area.",
	PAIR(REF(EXIT, EXIT_LOAD_IA32_PAT)))
CONTROL(ENTRY, 15, ENTRY_LOAD_IA32_EFER, "VM_ENTRY_LOAD_IA32_EFER",
	MUST1, "load IA32_EFER", S_ENTRY_LOAD,
	"the guest has an EFER of its own",
	"VM entries load IA32_EFER from the guest-state area.",
	PAIR(REF(EXIT, EXIT_LOAD_IA32_EFER)))
CONTROL(ENTRY, 16, ENTRY_LOAD_IA32_BNDCFGS, "VM_ENTRY_LOAD_BNDCFGS",
	OFF, "load IA32_BNDCFGS", S_ENTRY_LOAD,
	"guests see no MPX",
	"VM entries load IA32_BNDCFGS from the guest-state area.",
	PAIR(REF(EXIT, EXIT_CLEAR_IA32_BNDCFGS)))
CONTROL(ENTRY, 17, ENTRY_CONCEAL_VMX_FROM_PT, "VM_ENTRY_PT_CONCEAL_PIP",
	EITHER, "conceal VMX from PT", S_ENTRY,
	"changes only what a trace of the host shows",
	"Intel PT makes no paging-information packet at a VM entry, and no VMCS packet at one "
	"that returns from SMM.")
CONTROL(ENTRY, 18, ENTRY_LOAD_IA32_RTIT_CTL, "VM_ENTRY_LOAD_IA32_RTIT_CTL",
	OFF, "load IA32_RTIT_CTL", S_ENTRY_LOAD,
	"has to be 0 while the host traces itself",
	"VM entries load IA32_RTIT_CTL from the guest-state area: the guest is traced by Intel PT "
	"as that says.",
	PAIR(REF(EXIT, EXIT_CLEAR_IA32_RTIT_CTL)))
CONTROL(ENTRY, 19, ENTRY_LOAD_UINV, NULL,
	OFF, "load UINV", S_ENTRY_LOAD,
	"guests see no user interrupts",
	"VM entries load UINV, the user-interrupt notification vector, from the guest-state area.",
	PAIR(REF(EXIT, EXIT_CLEAR_UINV)))
CONTROL(ENTRY, 20, ENTRY_LOAD_CET_STATE, "VM_ENTRY_LOAD_CET_STATE",
	OFF, "load CET state", S_ENTRY_LOAD,
	"guests see no CET",
	"VM entries load IA32_S_CET, SSP and IA32_INTERRUPT_SSP_TABLE_ADDR from the guest-state "
	"area.",
	PAIR(REF(EXIT, EXIT_LOAD_CET_STATE)))
CONTROL(ENTRY, 21, ENTRY_LOAD_GUEST_IA32_LBR_CTL, NULL,
	OFF, "load guest IA32_LBR_CTL", S_ENTRY_LOAD,
	"last-branch records are the host's",
	"VM entries load IA32_LBR_CTL from the guest-state area.",
	PAIR(REF(EXIT, EXIT_CLEAR_IA32_LBR_CTL)))
CONTROL(ENTRY, 22, ENTRY_LOAD_PKRS, NULL,
	OFF, "load PKRS", S_ENTRY_LOAD,
	"guests see no supervisor protection keys",
	"VM entries load IA32_PKRS from the guest-state area.",
	PAIR(REF(EXIT, EXIT_LOAD_PKRS)))
CONTROL(ENTRY, 23, ENTRY_LOAD_FRED, NULL,
	OFF, "load FRED", S_ENTRY_LOAD,
	"guests see no FRED",
	"VM entries load the FRED MSRs from the guest-state area.",
	PAIR(REF(EXIT2, EXIT2_LOAD_FRED)))
CONTROL(ENTRY, 24, ENTRY_LOAD_IA32_SPEC_CTRL, NULL,
	OFF, "load IA32_SPEC_CTRL", S_ENTRY_LOAD,
	"the world switch loads IA32_SPEC_CTRL, as not every processor has the control",
	"VM entries load IA32_SPEC_CTRL from the guest-state area.",
	PAIR(REF(EXIT2, EXIT2_LOAD_IA32_SPEC_CTRL)))
CONTROL(ENTRY, 25, ENTRY_ALLOW_SEAM_GUEST_TELEMETRY, NULL,
	OFF, "allow SEAM-guest telemetry", S_ENTRY,
	"Lintel is no SEAM module",
	"For guests of a SEAM module: performance monitoring and traces go on in the guest.")
/* clang-format on */
#undef CONTROL
