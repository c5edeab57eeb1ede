// SPDX-License-Identifier: GPL-2.0
/*
 * The basic exit reasons in the SDM's words, which controls make them, and what they mean.
 *
 * SDM: appendix "VMX Basic Exit Reasons".
 */
#include "exit/reason.h"
#include "facts/text.h"

#define REF(word_, mask)                                                                           \
	{                                                                                          \
		.word = CTL_##word_, .bit = __builtin_ctzll(mask)                                  \
	}
#define ALWAYS	  .control_count = 0
#define BY(a)	  .control_count = 1, .control = {a}
#define BOTH(a, b) .control_count = 2, .control = {a, b}
#define ANY(a, b) .control_count = 2, .any = true, .control = {a, b}
#define PIN(bit)  REF(PIN, PIN_##bit)
#define CPU1(bit) REF(PRIMARY, CPU1_##bit)
#define CPU2(bit) REF(SECONDARY, CPU2_##bit)
#define CPU3(bit) REF(TERTIARY, CPU3_##bit)

#define TEXT(reason_, name_, section_, words, ...)                                                 \
	{                                                                                          \
		.reason = EXIT_REASON_##reason_, .name = name_, .section = section_,               \
		.text = words, __VA_ARGS__                                                         \
	}
/* An instruction of VMX itself. */
#define VMX(reason_)                                                                               \
	TEXT(reason_, #reason_, S_ALWAYS,                                                          \
	     "The guest executed " #reason_                                                        \
	     ". A hypervisor that offers nested VMX emulates it; others answer with #UD.",         \
	     ALWAYS)

#define S_ALWAYS  "Instructions That Cause VM Exits Unconditionally"
#define S_CONDIT  "Instructions That Cause VM Exits Conditionally"
#define S_CAUSES  "Other Causes of VM Exits"
#define S_FAILURE "VM-Entry Failures During or After Loading Guest State"
#define S_APIC	  "Controls for APIC Virtualization"

/* clang-format off */
const struct exit_text exit_texts[] = {
TEXT(EXCEPTION_OR_NMI, "Exception or non-maskable interrupt (NMI)", S_CAUSES,
     "The guest raised an exception whose bit in the exception bitmap is 1, or an NMI arrived "
     "and \"NMI exiting\" is 1. The VM-exit interruption information says which.",
     ALWAYS),
TEXT(EXTERNAL_INTERRUPT, "External interrupt", S_CAUSES,
     "An interrupt for the host arrived. The hypervisor lets the host handle it, and the guest "
     "goes on.",
     BY(PIN(EXTERNAL_INTERRUPT_EXITING))),
TEXT(TRIPLE_FAULT, "Triple fault", S_CAUSES,
     "An exception arose while the guest's double-fault handler was called, and it could not be "
     "delivered. A processor without VMX would shut down.",
     ALWAYS),
TEXT(INIT_SIGNAL, "INIT signal", S_CAUSES,
     "An INIT signal arrived while the guest ran. In VMX root operation INITs are blocked.",
     ALWAYS),
TEXT(SIPI, "Start-up IPI (SIPI)", S_CAUSES,
     "A start-up IPI arrived while the guest was in the wait-for-SIPI activity state; in the "
     "others it is dropped. The exit qualification has the vector.",
     ALWAYS),
TEXT(IO_SMI, "I/O system-management interrupt (SMI)", "SMM VM Exits",
     "An SMI arrived right after an I/O instruction, under dual-monitor treatment. The "
     "SMM-transfer monitor gets it.",
     ALWAYS),
TEXT(OTHER_SMI, "Other SMI", "SMM VM Exits",
     "An SMI arrived, not right after an I/O instruction, under dual-monitor treatment. The "
     "SMM-transfer monitor gets it.",
     ALWAYS),
TEXT(INTERRUPT_WINDOW, "Interrupt window", S_CAUSES,
     "The guest can take an interrupt now: RFLAGS.IF is 1, and neither STI nor MOV SS blocks. "
     "The hypervisor had asked for this because it has one to inject.",
     BY(CPU1(INTERRUPT_WINDOW_EXITING))),
TEXT(NMI_WINDOW, "NMI window", S_CAUSES,
     "The guest can take an NMI now: virtual NMIs are not blocked. The hypervisor had asked for "
     "this because it has one to inject.",
     BY(CPU1(NMI_WINDOW_EXITING))),
TEXT(TASK_SWITCH, "Task switch", S_CAUSES,
     "The guest tried to switch tasks in hardware: by a far CALL or JMP, by IRET, or through a "
     "task gate of its IDT. The processor does none in a guest, so the hypervisor emulates it.",
     ALWAYS),
TEXT(CPUID, "CPUID", S_ALWAYS,
     "The guest executed CPUID. The hypervisor answers from a table of its own.",
     ALWAYS),
TEXT(GETSEC, "GETSEC", S_ALWAYS,
     "The guest executed GETSEC with CR4.SMXE 1.",
     ALWAYS),
TEXT(HLT, "HLT", S_CONDIT,
     "The guest executed HLT: it has nothing to do until an interrupt.",
     BY(CPU1(HLT_EXITING))),
TEXT(INVD, "INVD", S_ALWAYS,
     "The guest executed INVD, which would throw away what the caches have not written back.",
     ALWAYS),
TEXT(INVLPG, "INVLPG", S_CONDIT,
     "The guest executed INVLPG. The exit qualification has the linear address.",
     BY(CPU1(INVLPG_EXITING))),
TEXT(RDPMC, "RDPMC", S_CONDIT,
     "The guest executed RDPMC.",
     BY(CPU1(RDPMC_EXITING))),
TEXT(RDTSC, "RDTSC", S_CONDIT,
     "The guest executed RDTSC.",
     BY(CPU1(RDTSC_EXITING))),
TEXT(RSM, "RSM", S_CONDIT,
     "The guest executed RSM in SMM.",
     ALWAYS),
TEXT(VMCALL, "VMCALL", S_ALWAYS,
     "The guest executed VMCALL: a call to its hypervisor, whose meaning the two agree upon.",
     ALWAYS),
VMX(VMCLEAR),
VMX(VMLAUNCH),
VMX(VMPTRLD),
VMX(VMPTRST),
TEXT(VMREAD, "VMREAD", S_CONDIT,
     "The guest executed VMREAD, and VMCS shadowing is off or does not let the field pass. A "
     "hypervisor that offers nested VMX emulates it; others answer with #UD.",
     ALWAYS),
VMX(VMRESUME),
TEXT(VMWRITE, "VMWRITE", S_CONDIT,
     "The guest executed VMWRITE, and VMCS shadowing is off or does not let the field pass. A "
     "hypervisor that offers nested VMX emulates it; others answer with #UD.",
     ALWAYS),
VMX(VMXOFF),
VMX(VMXON),
TEXT(CR_ACCESS, "Control-register accesses", S_CONDIT,
     "MOV to or from CR0, CR3, CR4 or CR8, CLTS or LMSW that mask, read shadow or controls do "
     "not let pass. The exit qualification names register and access.",
     ALWAYS),
TEXT(MOV_DR, "MOV DR", S_CONDIT,
     "The guest executed MOV to or from a debug register. The exit qualification names the "
     "registers.",
     BY(CPU1(MOV_DR_EXITING))),
TEXT(IO_INSTRUCTION, "I/O instruction", S_CONDIT,
     "The guest executed IN, INS, OUT or OUTS. The exit qualification has port, size and "
     "direction.",
     ANY(CPU1(UNCONDITIONAL_IO_EXITING), CPU1(USE_IO_BITMAPS))),
TEXT(RDMSR, "RDMSR", S_CONDIT,
     "The guest executed RDMSR, and the MSR bitmap does not let the MSR in ECX pass: its bit is "
     "1, it is outside both ranges, or no bitmaps are used.",
     ALWAYS),
TEXT(WRMSR, "WRMSR", S_CONDIT,
     "The guest executed WRMSR or WRMSRNS, and the MSR bitmap does not let the MSR in ECX pass: "
     "its bit is 1, it is outside both ranges, or no bitmaps are used.",
     ALWAYS),
TEXT(INVALID_GUEST_STATE, "VM-entry failure due to invalid guest state", S_FAILURE,
     "The VM entry failed: a check of the guest-state area did not pass. Bit 31 of the exit "
     "reason is 1, so it reads 80000021H; the guest has not run.",
     ALWAYS),
TEXT(MSR_LOADING, "VM-entry failure due to MSR loading", S_FAILURE,
     "The VM entry failed at an entry of the VM-entry MSR-load area, whose number is in the exit "
     "qualification. Bit 31 of the exit reason is 1, so it reads 80000022H; the guest has not "
     "run.",
     ALWAYS),
TEXT(MWAIT, "MWAIT", S_CONDIT,
     "The guest executed MWAIT.",
     BY(CPU1(MWAIT_EXITING))),
TEXT(MONITOR_TRAP_FLAG, "Monitor trap flag", "Monitor Trap Flag",
     "One instruction of the guest was executed and the monitor trap flag is 1, or an MTF exit "
     "was injected.",
     BY(CPU1(MONITOR_TRAP_FLAG))),
TEXT(MONITOR, "MONITOR", S_CONDIT,
     "The guest executed MONITOR.",
     BY(CPU1(MONITOR_EXITING))),
TEXT(PAUSE, "PAUSE", S_CONDIT,
     "The guest executed PAUSE and \"PAUSE exiting\" is 1, or a loop of PAUSEs lasted longer "
     "than PLE_Window.",
     ANY(CPU1(PAUSE_EXITING), CPU2(PAUSE_LOOP_EXITING))),
TEXT(MACHINE_CHECK_ENTRY, "VM-entry failure due to machine-check event", S_FAILURE,
     "A machine check occurred during the VM entry. Bit 31 of the exit reason is 1, so it reads "
     "80000029H; the guest has not run.",
     ALWAYS),
TEXT(TPR_BELOW_THRESHOLD, "TPR below threshold", S_APIC,
     "The priority class of the guest's TPR fell below the TPR threshold: an interrupt that was "
     "held back can be injected now.",
     BY(CPU1(USE_TPR_SHADOW))),
TEXT(APIC_ACCESS, "APIC access", "Virtualizing Memory-Mapped APIC Accesses",
     "The guest accessed the APIC-access page in a way that the processor does not virtualize. "
     "The exit qualification has the offset and the kind of access.",
     BY(CPU2(VIRTUALIZE_APIC_ACCESSES))),
TEXT(VIRTUALIZED_EOI, "Virtualized EOI", S_APIC,
     "The processor virtualized an EOI of a vector whose bit in the EOI-exit bitmap is 1. The "
     "exit qualification has the vector; the exit is a trap, after the EOI.",
     BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY))),
TEXT(GDTR_IDTR, "Access to GDTR or IDTR", S_CONDIT,
     "The guest executed LGDT, LIDT, SGDT or SIDT.",
     BY(CPU2(DESCRIPTOR_TABLE_EXITING))),
TEXT(LDTR_TR, "Access to LDTR or TR", S_CONDIT,
     "The guest executed LLDT, LTR, SLDT or STR.",
     BY(CPU2(DESCRIPTOR_TABLE_EXITING))),
TEXT(EPT_VIOLATION, "EPT violation", "EPT Violations",
     "The guest accessed a guest-physical address that EPT does not map, or not for that kind of "
     "access. The exit qualification has the kind of access and the rights; the address is in a "
     "field of its own.",
     BY(CPU2(ENABLE_EPT))),
TEXT(EPT_MISCONFIGURATION, "EPT misconfiguration", "EPT Misconfigurations",
     "The processor met an EPT entry that is present and has a value that is not allowed: "
     "reserved bits, writable but not readable, a bad memory type.",
     BY(CPU2(ENABLE_EPT))),
TEXT(INVEPT, "INVEPT", S_ALWAYS,
     "The guest executed INVEPT. A hypervisor that offers nested VMX emulates it; others answer "
     "with #UD.",
     BY(CPU2(ENABLE_EPT))),
TEXT(RDTSCP, "RDTSCP", S_CONDIT,
     "The guest executed RDTSCP.",
     BOTH(CPU1(RDTSC_EXITING), CPU2(ENABLE_RDTSCP))),
TEXT(PREEMPTION_TIMER, "VMX-preemption timer expired", "VMX-Preemption Timer",
     "The VMX-preemption timer counted down to zero.",
     BY(PIN(ACTIVATE_PREEMPTION_TIMER))),
TEXT(INVVPID, "INVVPID", S_ALWAYS,
     "The guest executed INVVPID. A hypervisor that offers nested VMX emulates it; others answer "
     "with #UD.",
     BY(CPU2(ENABLE_VPID))),
TEXT(WBINVD, "WBINVD or WBNOINVD", S_CONDIT,
     "The guest executed WBINVD or WBNOINVD, to write the caches back.",
     BY(CPU2(WBINVD_EXITING))),
TEXT(XSETBV, "XSETBV", S_ALWAYS,
     "The guest executed XSETBV, to change XCR0.",
     ALWAYS),
TEXT(APIC_WRITE, "APIC write", S_APIC,
     "The guest wrote to the virtual-APIC page and the processor cannot finish the write. The "
     "exit qualification has the offset; the exit is a trap, after the write.",
     ANY(CPU2(APIC_REGISTER_VIRTUALIZATION), CPU2(VIRTUAL_INTERRUPT_DELIVERY))),
TEXT(RDRAND, "RDRAND", S_CONDIT,
     "The guest executed RDRAND.",
     BY(CPU2(RDRAND_EXITING))),
TEXT(INVPCID, "INVPCID", S_CONDIT,
     "The guest executed INVPCID.",
     BOTH(CPU1(INVLPG_EXITING), CPU2(ENABLE_INVPCID))),
TEXT(VMFUNC, "VMFUNC", "VM Functions",
     "The guest executed VMFUNC for a function that is not enabled or that failed.",
     BY(CPU2(ENABLE_VM_FUNCTIONS))),
TEXT(ENCLS, "ENCLS", S_CONDIT,
     "The guest executed ENCLS, and the bit of the leaf function in the ENCLS-exiting bitmap is "
     "1.",
     BY(CPU2(ENABLE_ENCLS_EXITING))),
TEXT(RDSEED, "RDSEED", S_CONDIT,
     "The guest executed RDSEED.",
     BY(CPU2(RDSEED_EXITING))),
TEXT(PML_FULL, "Page-modification log full", "Page-Modification Logging",
     "The processor had a page to log and the PML index is beyond 511. The hypervisor empties "
     "the log; the access is repeated.",
     BY(CPU2(ENABLE_PML))),
TEXT(XSAVES, "XSAVES", S_CONDIT,
     "The guest executed XSAVES for a component that the XSS-exiting bitmap names.",
     BY(CPU2(ENABLE_XSAVES))),
TEXT(XRSTORS, "XRSTORS", S_CONDIT,
     "The guest executed XRSTORS for a component that the XSS-exiting bitmap names.",
     BY(CPU2(ENABLE_XSAVES))),
TEXT(PCONFIG, "PCONFIG", S_CONDIT,
     "The guest executed PCONFIG, and the bit of the leaf function in the PCONFIG-exiting bitmap "
     "is 1.",
     BY(CPU2(ENABLE_PCONFIG))),
TEXT(SPP_EVENT, "SPP-related event", "Sub-Page Write Permissions",
     "The processor met a missing or misconfigured entry of the sub-page-permission tables.",
     BY(CPU2(SUB_PAGE_WRITE_EPT))),
TEXT(UMWAIT, "UMWAIT", S_CONDIT,
     "The guest executed UMWAIT.",
     BOTH(CPU1(RDTSC_EXITING), CPU2(ENABLE_USER_WAIT_AND_PAUSE))),
TEXT(TPAUSE, "TPAUSE", S_CONDIT,
     "The guest executed TPAUSE.",
     BOTH(CPU1(RDTSC_EXITING), CPU2(ENABLE_USER_WAIT_AND_PAUSE))),
TEXT(LOADIWKEY, "LOADIWKEY", S_CONDIT,
     "The guest executed LOADIWKEY, to load a key of Key Locker.",
     BY(CPU3(LOADIWKEY_EXITING))),
TEXT(ENCLV, "ENCLV", S_CONDIT,
     "The guest executed ENCLV, and the bit of the leaf function in the ENCLV-exiting bitmap is "
     "1.",
     BY(CPU2(ENABLE_ENCLV_EXITING))),
TEXT(ENQCMD_PASID, "ENQCMD PASID translation failure", "PASID Translation",
     "The PASID of an ENQCMD of the guest could not be translated.",
     BY(CPU2(PASID_TRANSLATION))),
TEXT(ENQCMDS_PASID, "ENQCMDS PASID translation failure", "PASID Translation",
     "The PASID of an ENQCMDS of the guest could not be translated.",
     BY(CPU2(PASID_TRANSLATION))),
TEXT(BUS_LOCK, "Bus lock", S_CAUSES,
     "An instruction of the guest asserted a bus lock. The exit is a trap, after the "
     "instruction; bit 26 of the exit reason tells of one before an exit for another reason.",
     BY(CPU2(VMM_BUS_LOCK_DETECTION))),
TEXT(INSTRUCTION_TIMEOUT, "Instruction timeout", S_CAUSES,
     "An operation kept the processor from an instruction boundary for longer than the "
     "instruction-timeout control allows.",
     BY(CPU2(INSTRUCTION_TIMEOUT))),
TEXT(SEAMCALL, "SEAMCALL", S_ALWAYS,
     "The guest executed SEAMCALL, a call to a SEAM module.",
     ALWAYS),
TEXT(TDCALL, "TDCALL", S_ALWAYS,
     "The guest executed TDCALL, with which a guest of a SEAM module calls it.",
     ALWAYS),
TEXT(RDMSRLIST, "RDMSRLIST", S_CONDIT,
     "The guest executed RDMSRLIST, and the MSR bitmap does not let an MSR of the list pass. The "
     "exit qualification has the MSR's index.",
     BY(CPU3(ENABLE_MSR_LIST_INSTRUCTIONS))),
TEXT(WRMSRLIST, "WRMSRLIST", S_CONDIT,
     "The guest executed WRMSRLIST, and the MSR bitmap does not let an MSR of the list pass. The "
     "exit qualification has the MSR's index.",
     BY(CPU3(ENABLE_MSR_LIST_INSTRUCTIONS))),
};
/* clang-format on */

const unsigned int exit_text_count = COUNT_OF(exit_texts);

const struct exit_text *exit_text_find(u32 reason)
{
	for (unsigned int i = 0; i < COUNT_OF(exit_texts); i++)
		if (exit_texts[i].reason == reason)
			return &exit_texts[i];
	return NULL;
}
