/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The basic exit reasons, a row each, by number; the numbers that are left out are reserved:
 *
 *	EXIT_REASON(constant, number, KVM's name, what is captured, Lintel's answer,
 *		    which controls make it, the SDM's words, section, what it means)
 *
 * Captured is a mask of enum exit_capture, the answer an ANSWER_.  Controls are ALWAYS (none is
 * needed), BY(one), BOTH(of two) or ANY(of two), each PIN, CPU1, CPU2 or CPU3 with its name. Titles
 * of sections have their short names in section.h.
 *
 * Included where a table is made of it, with EXIT_REASON() defined.
 *
 * SDM: appendix "VMX Basic Exit Reasons".
 */
/* An instruction of VMX itself. */
#define VMX(constant, number, name)                                                                \
	EXIT_REASON(constant, number, name, CAPTURE_USUAL, UD, ALWAYS, #constant, S_ALWAYS,        \
		    "The guest executed " #constant                                                \
		    ". A hypervisor that offers nested VMX emulates it; others answer with #UD.")

/* clang-format off */
EXIT_REASON(EXCEPTION_OR_NMI, 0, "EXCEPTION_NMI", CAPTURE_USUAL | CAPTURE_INTERRUPTION, HANDLER,
	ALWAYS, "Exception or non-maskable interrupt (NMI)", S_CAUSES,
	"The guest raised an exception whose bit in the exception bitmap is 1, or an NMI arrived "
	"and \"NMI exiting\" is 1. The VM-exit interruption information says which.")
/* It is still pending in the host's APIC: it was taken when interrupts came on. */
EXIT_REASON(EXTERNAL_INTERRUPT, 1, "EXTERNAL_INTERRUPT", CAPTURE_DELIVERY, SAME_INSN,
	BY(PIN(EXTERNAL_INTERRUPT_EXITING)), "External interrupt", S_CAUSES,
	"An interrupt for the host arrived. The hypervisor lets the host handle it, and the guest "
	"goes on.")
EXIT_REASON(TRIPLE_FAULT, 2, "TRIPLE_FAULT", CAPTURE_USUAL, SHUTDOWN,
	ALWAYS, "Triple fault", S_CAUSES,
	"An exception arose while the guest's double-fault handler was called, and it could not "
	"be delivered. A processor without VMX would shut down.")
EXIT_REASON(INIT_SIGNAL, 3, "INIT_SIGNAL", CAPTURE_USUAL, UNEXPECTED,
	ALWAYS, "INIT signal", S_CAUSES,
	"An INIT signal arrived while the guest ran. In VMX root operation INITs are blocked.")
EXIT_REASON(SIPI, 4, "SIPI_SIGNAL", CAPTURE_USUAL, UNEXPECTED,
	ALWAYS, "Start-up IPI (SIPI)", S_CAUSES,
	"A start-up IPI arrived while the guest was in the wait-for-SIPI activity state; in the "
	"others it is dropped. The exit qualification has the vector.")
EXIT_REASON(IO_SMI, 5, "IO_SMI", CAPTURE_USUAL, UNEXPECTED,
	ALWAYS, "I/O system-management interrupt (SMI)", "SMM VM Exits",
	"An SMI arrived right after an I/O instruction, under dual-monitor treatment. The "
	"SMM-transfer monitor gets it.")
EXIT_REASON(OTHER_SMI, 6, "OTHER_SMI", CAPTURE_USUAL, UNEXPECTED,
	ALWAYS, "Other SMI", "SMM VM Exits",
	"An SMI arrived, not right after an I/O instruction, under dual-monitor treatment. The "
	"SMM-transfer monitor gets it.")
/* The next entry decides anew which windows are needed. */
EXIT_REASON(INTERRUPT_WINDOW, 7, "INTERRUPT_WINDOW", 0, SAME_INSN,
	BY(CPU1(INTERRUPT_WINDOW_EXITING)), "Interrupt window", S_CAUSES,
	"The guest can take an interrupt now: RFLAGS.IF is 1, and neither STI nor MOV SS blocks. "
	"The hypervisor had asked for this because it has one to inject.")
EXIT_REASON(NMI_WINDOW, 8, "NMI_WINDOW", 0, SAME_INSN,
	BY(CPU1(NMI_WINDOW_EXITING)), "NMI window", S_CAUSES,
	"The guest can take an NMI now: virtual NMIs are not blocked. The hypervisor had asked "
	"for this because it has one to inject.")
EXIT_REASON(TASK_SWITCH, 9, "TASK_SWITCH", CAPTURE_USUAL, HANDLER,
	ALWAYS, "Task switch", S_CAUSES,
	"The guest tried to switch tasks in hardware: by a far CALL or JMP, by IRET, or through a "
	"task gate of its IDT. The processor does none in a guest, so the hypervisor emulates it.")
EXIT_REASON(CPUID, 10, "CPUID", CAPTURE_LENGTH, HANDLER,
	ALWAYS, "CPUID", S_ALWAYS,
	"The guest executed CPUID. The hypervisor answers from a table of its own.")
EXIT_REASON(GETSEC, 11, "GETSEC", CAPTURE_USUAL, UD,
	ALWAYS, "GETSEC", S_ALWAYS,
	"The guest executed GETSEC with CR4.SMXE 1.")
EXIT_REASON(HLT, 12, "HLT", CAPTURE_LENGTH, HANDLER,
	BY(CPU1(HLT_EXITING)), "HLT", S_CONDITIONAL,
	"The guest executed HLT: it has nothing to do until an interrupt.")
/* Guest memory is coherent, there is nothing to write back, and the host's caches are not the
 * guest's to drop. */
EXIT_REASON(INVD, 13, "INVD", CAPTURE_LENGTH, NEXT_INSN,
	ALWAYS, "INVD", S_ALWAYS,
	"The guest executed INVD, which would throw away what the caches have not written back.")
EXIT_REASON(INVLPG, 14, "INVLPG", CAPTURE_USUAL, UNEXPECTED,
	BY(CPU1(INVLPG_EXITING)), "INVLPG", S_CONDITIONAL,
	"The guest executed INVLPG. The exit qualification has the linear address.")
/* There are no performance counters to read. */
EXIT_REASON(RDPMC, 15, "RDPMC", CAPTURE_USUAL, GP,
	BY(CPU1(RDPMC_EXITING)), "RDPMC", S_CONDITIONAL,
	"The guest executed RDPMC.")
EXIT_REASON(RDTSC, 16, "RDTSC", CAPTURE_USUAL, UNEXPECTED,
	BY(CPU1(RDTSC_EXITING)), "RDTSC", S_CONDITIONAL,
	"The guest executed RDTSC.")
EXIT_REASON(RSM, 17, "RSM", CAPTURE_USUAL, UD,
	ALWAYS, "RSM", S_CONDITIONAL,
	"The guest executed RSM in SMM.")
EXIT_REASON(VMCALL, 18, "VMCALL", CAPTURE_LENGTH, HANDLER,
	ALWAYS, "VMCALL", S_ALWAYS,
	"The guest executed VMCALL: a call to its hypervisor, whose meaning the two agree upon.")
VMX(VMCLEAR, 19, "VMCLEAR")
VMX(VMLAUNCH, 20, "VMLAUNCH")
VMX(VMPTRLD, 21, "VMPTRLD")
VMX(VMPTRST, 22, "VMPTRST")
EXIT_REASON(VMREAD, 23, "VMREAD", CAPTURE_USUAL, UD,
	ALWAYS, "VMREAD", S_CONDITIONAL,
	"The guest executed VMREAD, and VMCS shadowing is off or does not let the field pass. A "
	"hypervisor that offers nested VMX emulates it; others answer with #UD.")
VMX(VMRESUME, 24, "VMRESUME")
EXIT_REASON(VMWRITE, 25, "VMWRITE", CAPTURE_USUAL, UD,
	ALWAYS, "VMWRITE", S_CONDITIONAL,
	"The guest executed VMWRITE, and VMCS shadowing is off or does not let the field pass. A "
	"hypervisor that offers nested VMX emulates it; others answer with #UD.")
VMX(VMXOFF, 26, "VMOFF")
VMX(VMXON, 27, "VMON")
EXIT_REASON(CR_ACCESS, 28, "CR_ACCESS", CAPTURE_QUALIFICATION | CAPTURE_LENGTH, HANDLER,
	ALWAYS, "Control-register accesses", S_CONDITIONAL,
	"MOV to or from CR0, CR3, CR4 or CR8, CLTS or LMSW that mask, read shadow or controls do "
	"not let pass. The exit qualification names register and access.")
EXIT_REASON(MOV_DR, 29, "DR_ACCESS", CAPTURE_QUALIFICATION | CAPTURE_LENGTH, HANDLER,
	BY(CPU1(MOV_DR_EXITING)), "MOV DR", S_CONDITIONAL,
	"The guest executed MOV to or from a debug register. The exit qualification names the "
	"registers.")
EXIT_REASON(IO_INSTRUCTION, 30, "IO_INSTRUCTION",
	CAPTURE_QUALIFICATION | CAPTURE_LENGTH | CAPTURE_GLA | CAPTURE_INSTRUCTION, HANDLER,
	ANY(CPU1(UNCONDITIONAL_IO_EXITING), CPU1(USE_IO_BITMAPS)), "I/O instruction", S_CONDITIONAL,
	"The guest executed IN, INS, OUT or OUTS. The exit qualification has port, size and "
	"direction.")
EXIT_REASON(RDMSR, 31, "MSR_READ", CAPTURE_LENGTH, HANDLER,
	ALWAYS, "RDMSR", S_CONDITIONAL,
	"The guest executed RDMSR, and the MSR bitmap does not let the MSR in ECX pass: its bit "
	"is 1, it is outside both ranges, or no bitmaps are used.")
EXIT_REASON(WRMSR, 32, "MSR_WRITE", CAPTURE_LENGTH, HANDLER,
	ALWAYS, "WRMSR", S_CONDITIONAL,
	"The guest executed WRMSR or WRMSRNS, and the MSR bitmap does not let the MSR in ECX "
	"pass: its bit is 1, it is outside both ranges, or no bitmaps are used.")
EXIT_REASON(INVALID_GUEST_STATE, 33, "INVALID_STATE", CAPTURE_USUAL, FAIL_ENTRY,
	ALWAYS, "VM-entry failure due to invalid guest state", S_FAILURE,
	"The VM entry failed: a check of the guest-state area did not pass. Bit 31 of the exit "
	"reason is 1, so it reads 80000021H; the guest has not run.")
EXIT_REASON(MSR_LOADING, 34, "MSR_LOAD_FAIL", CAPTURE_USUAL, FAIL_ENTRY,
	ALWAYS, "VM-entry failure due to MSR loading", S_FAILURE,
	"The VM entry failed at an entry of the VM-entry MSR-load area, whose number is in the "
	"exit qualification. Bit 31 of the exit reason is 1, so it reads 80000022H; the guest has "
	"not run.")
EXIT_REASON(MWAIT, 36, "MWAIT_INSTRUCTION", CAPTURE_LENGTH, HANDLER,
	BY(CPU1(MWAIT_EXITING)), "MWAIT", S_CONDITIONAL,
	"The guest executed MWAIT.")
EXIT_REASON(MONITOR_TRAP_FLAG, 37, "MONITOR_TRAP_FLAG", CAPTURE_USUAL, UNEXPECTED,
	BY(CPU1(MONITOR_TRAP_FLAG)), "Monitor trap flag", "Monitor Trap Flag",
	"One instruction of the guest was executed and the monitor trap flag is 1, or an MTF exit "
	"was injected.")
EXIT_REASON(MONITOR, 39, "MONITOR_INSTRUCTION", CAPTURE_LENGTH, HANDLER,
	BY(CPU1(MONITOR_EXITING)), "MONITOR", S_CONDITIONAL,
	"The guest executed MONITOR.")
EXIT_REASON(PAUSE, 40, "PAUSE_INSTRUCTION", CAPTURE_LENGTH, HANDLER,
	ANY(CPU1(PAUSE_EXITING), CPU2(PAUSE_LOOP_EXITING)), "PAUSE", S_CONDITIONAL,
	"The guest executed PAUSE and \"PAUSE exiting\" is 1, or a loop of PAUSEs lasted longer "
	"than PLE_Window.")
EXIT_REASON(MACHINE_CHECK_ENTRY, 41, "MCE_DURING_VMENTRY", CAPTURE_USUAL, FAIL_ENTRY,
	ALWAYS, "VM-entry failure due to machine-check event", S_FAILURE,
	"A machine check occurred during the VM entry. Bit 31 of the exit reason is 1, so it "
	"reads 80000029H; the guest has not run.")
/* Of a write to the TPR that was done in the virtual-APIC page: an interrupt may go in now. */
EXIT_REASON(TPR_BELOW_THRESHOLD, 43, "TPR_BELOW_THRESHOLD", 0, SAME_INSN,
	BY(CPU1(USE_TPR_SHADOW)), "TPR below threshold", S_APIC,
	"The priority class of the guest's TPR fell below the TPR threshold: an interrupt that "
	"was held back can be injected now.")
EXIT_REASON(APIC_ACCESS, 44, "APIC_ACCESS", CAPTURE_USUAL, HANDLER,
	BY(CPU2(VIRTUALIZE_APIC_ACCESSES)),
	"APIC access", "Virtualizing Memory-Mapped APIC Accesses",
	"The guest accessed the APIC-access page in a way that the processor does not virtualize. "
	"The exit qualification has the offset and the kind of access.")
EXIT_REASON(VIRTUALIZED_EOI, 45, "EOI_INDUCED", CAPTURE_QUALIFICATION, HANDLER,
	BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY)), "Virtualized EOI", S_APIC,
	"The processor virtualized an EOI of a vector whose bit in the EOI-exit bitmap is 1. The "
	"exit qualification has the vector; the exit is a trap, after the EOI.")
EXIT_REASON(GDTR_IDTR, 46, "GDTR_IDTR", CAPTURE_USUAL | CAPTURE_INSTRUCTION, HANDLER,
	BY(CPU2(DESCRIPTOR_TABLE_EXITING)), "Access to GDTR or IDTR", S_CONDITIONAL,
	"The guest executed LGDT, LIDT, SGDT or SIDT.")
EXIT_REASON(LDTR_TR, 47, "LDTR_TR", CAPTURE_USUAL | CAPTURE_INSTRUCTION, HANDLER,
	BY(CPU2(DESCRIPTOR_TABLE_EXITING)), "Access to LDTR or TR", S_CONDITIONAL,
	"The guest executed LLDT, LTR, SLDT or STR.")
EXIT_REASON(EPT_VIOLATION, 48, "EPT_VIOLATION", CAPTURE_USUAL | CAPTURE_GPA | CAPTURE_GLA, HANDLER,
	BY(CPU2(ENABLE_EPT)), "EPT violation", "EPT Violations",
	"The guest accessed a guest-physical address that EPT does not map, or not for that kind "
	"of access. The exit qualification has the kind of access and the rights; the address is "
	"in a field of its own.")
EXIT_REASON(EPT_MISCONFIGURATION, 49, "EPT_MISCONFIG", CAPTURE_USUAL | CAPTURE_GPA | CAPTURE_GLA, UNEXPECTED,
	BY(CPU2(ENABLE_EPT)), "EPT misconfiguration", "EPT Misconfigurations",
	"The processor met an EPT entry that is present and has a value that is not allowed: "
	"reserved bits, writable but not readable, a bad memory type.")
EXIT_REASON(INVEPT, 50, "INVEPT", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_EPT)), "INVEPT", S_ALWAYS,
	"The guest executed INVEPT. A hypervisor that offers nested VMX emulates it; others "
	"answer with #UD.")
EXIT_REASON(RDTSCP, 51, "RDTSCP", CAPTURE_USUAL, UD,
	BOTH(CPU1(RDTSC_EXITING), CPU2(ENABLE_RDTSCP)), "RDTSCP", S_CONDITIONAL,
	"The guest executed RDTSCP.")
EXIT_REASON(PREEMPTION_TIMER, 52, "PREEMPTION_TIMER", CAPTURE_USUAL, HANDLER,
	BY(PIN(ACTIVATE_PREEMPTION_TIMER)), "VMX-preemption timer expired", "VMX-Preemption Timer",
	"The VMX-preemption timer counted down to zero.")
EXIT_REASON(INVVPID, 53, "INVVPID", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_VPID)), "INVVPID", S_ALWAYS,
	"The guest executed INVVPID. A hypervisor that offers nested VMX emulates it; others "
	"answer with #UD.")
/* As INVD. */
EXIT_REASON(WBINVD, 54, "WBINVD", CAPTURE_LENGTH, NEXT_INSN,
	BY(CPU2(WBINVD_EXITING)), "WBINVD or WBNOINVD", S_CONDITIONAL,
	"The guest executed WBINVD or WBNOINVD, to write the caches back.")
EXIT_REASON(XSETBV, 55, "XSETBV", CAPTURE_LENGTH, HANDLER,
	ALWAYS, "XSETBV", S_ALWAYS,
	"The guest executed XSETBV, to change XCR0.")
EXIT_REASON(APIC_WRITE, 56, "APIC_WRITE", CAPTURE_QUALIFICATION, HANDLER,
	ANY(CPU2(APIC_REGISTER_VIRTUALIZATION), CPU2(VIRTUAL_INTERRUPT_DELIVERY)),
	"APIC write", S_APIC,
	"The guest wrote to the virtual-APIC page and the processor cannot finish the write. The "
	"exit qualification has the offset; the exit is a trap, after the write.")
EXIT_REASON(RDRAND, 57, "RDRAND", CAPTURE_USUAL, UD,
	BY(CPU2(RDRAND_EXITING)), "RDRAND", S_CONDITIONAL,
	"The guest executed RDRAND.")
EXIT_REASON(INVPCID, 58, "INVPCID", CAPTURE_USUAL, UD,
	BOTH(CPU1(INVLPG_EXITING), CPU2(ENABLE_INVPCID)), "INVPCID", S_CONDITIONAL,
	"The guest executed INVPCID.")
EXIT_REASON(VMFUNC, 59, "VMFUNC", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_VM_FUNCTIONS)), "VMFUNC", "VM Functions",
	"The guest executed VMFUNC for a function that is not enabled or that failed.")
EXIT_REASON(ENCLS, 60, "ENCLS", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_ENCLS_EXITING)), "ENCLS", S_CONDITIONAL,
	"The guest executed ENCLS, and the bit of the leaf function in the ENCLS-exiting bitmap "
	"is 1.")
EXIT_REASON(RDSEED, 61, "RDSEED", CAPTURE_USUAL, UD,
	BY(CPU2(RDSEED_EXITING)), "RDSEED", S_CONDITIONAL,
	"The guest executed RDSEED.")
/* The log was emptied right after the exit, as after every other. */
EXIT_REASON(PML_FULL, 62, "PML_FULL", CAPTURE_USUAL, SAME_INSN,
	BY(CPU2(ENABLE_PML)), "Page-modification log full", "Page-Modification Logging",
	"The processor had a page to log and the PML index is beyond 511. The hypervisor empties "
	"the log; the access is repeated.")
EXIT_REASON(XSAVES, 63, "XSAVES", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_XSAVES)), "XSAVES", S_CONDITIONAL,
	"The guest executed XSAVES for a component that the XSS-exiting bitmap names.")
EXIT_REASON(XRSTORS, 64, "XRSTORS", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_XSAVES)), "XRSTORS", S_CONDITIONAL,
	"The guest executed XRSTORS for a component that the XSS-exiting bitmap names.")
EXIT_REASON(PCONFIG, 65, "PCONFIG", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_PCONFIG)), "PCONFIG", S_CONDITIONAL,
	"The guest executed PCONFIG, and the bit of the leaf function in the PCONFIG-exiting "
	"bitmap is 1.")
EXIT_REASON(SPP_EVENT, 66, "SPP_EVENT", CAPTURE_USUAL, UNEXPECTED,
	BY(CPU2(SUB_PAGE_WRITE_EPT)), "SPP-related event", "Sub-Page Write Permissions",
	"The processor met a missing or misconfigured entry of the sub-page-permission tables.")
EXIT_REASON(UMWAIT, 67, "UMWAIT", CAPTURE_USUAL, UD,
	BOTH(CPU1(RDTSC_EXITING), CPU2(ENABLE_USER_WAIT_AND_PAUSE)), "UMWAIT", S_CONDITIONAL,
	"The guest executed UMWAIT.")
EXIT_REASON(TPAUSE, 68, "TPAUSE", CAPTURE_USUAL, UD,
	BOTH(CPU1(RDTSC_EXITING), CPU2(ENABLE_USER_WAIT_AND_PAUSE)), "TPAUSE", S_CONDITIONAL,
	"The guest executed TPAUSE.")
EXIT_REASON(LOADIWKEY, 69, "LOADIWKEY", CAPTURE_USUAL, UD,
	BY(CPU3(LOADIWKEY_EXITING)), "LOADIWKEY", S_CONDITIONAL,
	"The guest executed LOADIWKEY, to load a key of Key Locker.")
EXIT_REASON(ENCLV, 70, "ENCLV", CAPTURE_USUAL, UD,
	BY(CPU2(ENABLE_ENCLV_EXITING)), "ENCLV", S_CONDITIONAL,
	"The guest executed ENCLV, and the bit of the leaf function in the ENCLV-exiting bitmap "
	"is 1.")
EXIT_REASON(ENQCMD_PASID, 72, "ENQCMD_PASID", CAPTURE_USUAL, UD,
	BY(CPU2(PASID_TRANSLATION)), "ENQCMD PASID translation failure", "PASID Translation",
	"The PASID of an ENQCMD of the guest could not be translated.")
EXIT_REASON(ENQCMDS_PASID, 73, "ENQCMDS_PASID", CAPTURE_USUAL, UD,
	BY(CPU2(PASID_TRANSLATION)), "ENQCMDS PASID translation failure", "PASID Translation",
	"The PASID of an ENQCMDS of the guest could not be translated.")
EXIT_REASON(BUS_LOCK, 74, "BUS_LOCK", CAPTURE_USUAL, UNEXPECTED,
	BY(CPU2(VMM_BUS_LOCK_DETECTION)), "Bus lock", S_CAUSES,
	"An instruction of the guest asserted a bus lock. The exit is a trap, after the "
	"instruction; bit 26 of the exit reason tells of one before an exit for another reason.")
EXIT_REASON(INSTRUCTION_TIMEOUT, 75, "NOTIFY", CAPTURE_USUAL, UNEXPECTED,
	BY(CPU2(INSTRUCTION_TIMEOUT)), "Instruction timeout", S_CAUSES,
	"An operation kept the processor from an instruction boundary for longer than the "
	"instruction-timeout control allows.")
EXIT_REASON(SEAMCALL, 76, "SEAMCALL", CAPTURE_USUAL, UD,
	ALWAYS, "SEAMCALL", S_ALWAYS,
	"The guest executed SEAMCALL, a call to a SEAM module.")
EXIT_REASON(TDCALL, 77, "TDCALL", CAPTURE_USUAL, UD,
	ALWAYS, "TDCALL", S_ALWAYS,
	"The guest executed TDCALL, with which a guest of a SEAM module calls it.")
EXIT_REASON(RDMSRLIST, 78, "RDMSRLIST", CAPTURE_USUAL, UD,
	BY(CPU3(ENABLE_MSR_LIST_INSTRUCTIONS)), "RDMSRLIST", S_CONDITIONAL,
	"The guest executed RDMSRLIST, and the MSR bitmap does not let an MSR of the list pass. "
	"The exit qualification has the MSR's index.")
EXIT_REASON(WRMSRLIST, 79, "WRMSRLIST", CAPTURE_USUAL, UD,
	BY(CPU3(ENABLE_MSR_LIST_INSTRUCTIONS)), "WRMSRLIST", S_CONDITIONAL,
	"The guest executed WRMSRLIST, and the MSR bitmap does not let an MSR of the list pass. "
	"The exit qualification has the MSR's index.")
/* As of RDMSR and WRMSR, no control has to be 1: without MSR bitmaps all exit. */
EXIT_REASON(URDMSR, 80, "URDMSR", CAPTURE_USUAL, UD,
	ALWAYS, "URDMSR", S_CONDITIONAL,
	"The guest executed URDMSR, the RDMSR of user mode, and the MSR bitmap does not let the MSR "
	"pass: its bit is 1, it is beyond 1FFFH, or no bitmaps are used. Before that, the "
	"instruction is #UD unless bit 0 of the guest's IA32_USER_MSR_CTL (MSR 1CH) is 1, and #GP "
	"for an MSR beyond 3FFFH or one that the page in that MSR does not allow. The exit "
	"qualification has the MSR's index.")
EXIT_REASON(UWRMSR, 81, "UWRMSR", CAPTURE_USUAL, UD,
	ALWAYS, "UWRMSR", S_CONDITIONAL,
	"The guest executed UWRMSR, the WRMSR of user mode, and the MSR bitmap does not let the MSR "
	"pass: its bit is 1, it is beyond 1FFFH, or no bitmaps are used. Before that, the "
	"instruction is #UD unless bit 0 of the guest's IA32_USER_MSR_CTL (MSR 1CH) is 1, and #GP "
	"for an MSR beyond 3FFFH or one that the page in that MSR does not allow. The exit "
	"qualification has the MSR's index.")
EXIT_REASON(RDMSR_IMMEDIATE, 84, "MSR_READ_IMM", CAPTURE_USUAL, UD,
	ALWAYS, "RDMSR, immediate form", S_CONDITIONAL,
	"The guest executed the RDMSR that has the MSR's index in the instruction, and the MSR bitmap "
	"does not let the MSR pass. The exit qualification has the MSR's index, the VM-exit "
	"instruction information the register.")
EXIT_REASON(WRMSRNS_IMMEDIATE, 85, "MSR_WRITE_IMM", CAPTURE_USUAL, UD,
	ALWAYS, "WRMSRNS, immediate form", S_CONDITIONAL,
	"The guest executed the WRMSRNS that has the MSR's index in the instruction, and the MSR bitmap "
	"does not let the MSR pass. The exit qualification has the MSR's index, the VM-exit "
	"instruction information the register.")
/* clang-format on */

#undef VMX
#undef S_ALWAYS
#undef S_CONDITIONAL
#undef S_CAUSES
#undef S_FAILURE
#undef S_APIC
#undef EXIT_REASON
