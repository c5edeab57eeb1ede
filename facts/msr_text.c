// SPDX-License-Identifier: GPL-2.0
/*
 * What the MSRs are that guests ask about.  Ordered by index.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
#include "msr/index.h"
#include "facts/text.h"

#define TEXT(msr, section_, words)                                                                 \
	{                                                                                          \
		.first = msr, .constant = #msr, .section = section_, .text = words                 \
	}

#define S_ARCHITECTURAL "Architectural MSRs"
#define S_MODEL		"Model-Specific Registers (MSRs)"
#define S_KVM		"KVM-specific MSRs (documentation of the Linux kernel, not the SDM)"
#define S_SYSENTER                                                                                 \
	"Performing Fast Calls to System Procedures with the SYSENTER and SYSEXIT Instructions"
#define S_SYSCALL "Fast System Calls in 64-Bit Mode"
#define S_BASES	  "Segment Loading Instructions in IA-32e Mode"
#define S_MCG	  "Machine-Check Global Control MSRs"
#define S_FIXED	  "Fixed Range MTRRs"
#define S_RAPL	  "RAPL Interfaces"

/* clang-format off */
const struct msr_text msr_texts[] = {
TEXT(MSR_IA32_P5_MC_ADDR, "Compatibility with Pentium Processor",
     "Address and type of a machine check of the Pentium. Later processors have the two only for "
     "compatibility."),
TEXT(MSR_IA32_TSC, "Time-Stamp Counter",
     "The time-stamp counter, as RDTSC reads it; writing sets it."),
TEXT(MSR_KVM_WALL_CLOCK, S_KVM,
     "The guest writes the address of a structure, and the hypervisor writes the time of day at "
     "the guest's boot there. An old number: AMD's and Intel's processors may have MSRs of their "
     "own here."),
TEXT(MSR_KVM_SYSTEM_TIME, S_KVM,
     "The guest writes the address of a structure, in which the hypervisor keeps what turns the "
     "TSC into nanoseconds (kvmclock); bit 0 enables it. An old number."),
TEXT(MSR_IA32_PLATFORM_ID, S_ARCHITECTURAL,
     "Bits 52:50 tell the kind of platform, by which an update of the microcode is chosen."),
TEXT(MSR_IA32_APICBASE, "Local APIC Status and Location",
     "The physical address of the local APIC's registers, its enable bit (11), x2APIC mode (10), "
     "and whether this is the bootstrap processor (8)."),
TEXT(MSR_EBL_CR_POWERON, S_MODEL,
     "Straps of the processor's bus that were read at power-on; on old processors, the ratio of "
     "bus and core clock."),
TEXT(MSR_EBC_FREQUENCY_ID, S_MODEL,
     "On a Pentium 4, the clock of its bus, and the ratio of its own clock to it (bits 31:24)."),
TEXT(MSR_SMI_COUNT, S_MODEL, "How many SMIs have come since the last reset."),
TEXT(MSR_IA32_FEAT_CTL, "Enabling and Entering VMX Operation",
     "What the firmware allows: VMXON outside SMX (bit 2) and inside (1), SGX and others. Bit 0 "
     "locks it until the next reset; VMXON faults while it is not locked with VMX allowed."),
TEXT(MSR_IA32_TSC_ADJUST, "IA32_TSC_ADJUST MSR",
     "How much software has moved the TSC: adding to it adds to the TSC, writing the TSC changes "
     "it likewise."),
TEXT(MSR_IA32_SPEC_CTRL, S_ARCHITECTURAL,
     "Switches that restrict speculation: indirect branches (IBRS, bit 0; STIBP, 1), reads past "
     "older stores (SSBD, 2), and later ones."),
TEXT(MSR_IA32_PRED_CMD, S_ARCHITECTURAL,
     "Write-only. Bit 0 (IBPB): indirect branches before the write do not influence the "
     "prediction of those after it."),
TEXT(MSR_IA32_UCODE_WRITE, "Microcode Update Loader",
     "Writing the address of an update loads it; there is nothing to read."),
TEXT(MSR_IA32_UCODE_REV, "Microcode Update Facilities",
     "The revision of the microcode, in bits 63:32, after a 0 was written and CPUID executed."),
TEXT(MSR_IA32_PERFCTR0, "Architectural Performance Monitoring",
     "Counters of the processor's events, which the IA32_PERFEVTSELx choose."),
TEXT(MSR_PLATFORM_INFO, S_MODEL,
     "Ratios of the processor's clock, and whether it can make CPUID fault (bit 31)."),
TEXT(MSR_MTRRcap, "MTRR Feature Identification",
     "Which memory-type range registers there are: how many variable ones (bits 7:0), the fixed "
     "ones (8), write-combining (10), SMRR (11)."),
TEXT(MSR_IA32_ARCH_CAPABILITIES, S_ARCHITECTURAL,
     "Which side channels the processor is not open to, and which means against the others it "
     "has."),
TEXT(MSR_IA32_BBL_CR_CTL3, S_MODEL,
     "The level 2 cache: enabled by the hardware (bit 0), enabled (8), not there (23)."),
TEXT(MSR_IA32_TSX_CTRL, S_ARCHITECTURAL,
     "Bit 0: each transaction (XBEGIN) aborts at once. Bit 1: CPUID shows no TSX."),
TEXT(MSR_MISC_FEATURES_ENABLES, S_MODEL,
     "Bit 0: CPUID at CPL > 0 raises #GP(0). Bit 1, on some processors: MONITOR and MWAIT are "
     "allowed at CPL 3."),
TEXT(MSR_IA32_SYSENTER_CS, S_SYSENTER,
     "The selector of CS that SYSENTER loads; those of SS, and of SYSEXIT, follow from it."),
TEXT(MSR_IA32_SYSENTER_ESP, S_SYSENTER, "The stack pointer that SYSENTER loads."),
TEXT(MSR_IA32_SYSENTER_EIP, S_SYSENTER, "Where SYSENTER goes."),
TEXT(MSR_IA32_MCG_CAP, S_MCG,
     "How many banks of machine-check registers there are (bits 7:0), and which features the "
     "machine check has."),
TEXT(MSR_IA32_MCG_STATUS, S_MCG,
     "The state of the processor after a machine check: whether it can go on (RIPV), whether RIP "
     "has to do with the error (EIPV), whether one is in progress (MCIP)."),
TEXT(MSR_IA32_MCG_CTL, S_MCG,
     "Enables the reporting of machine-check features, all at once. It is there if bit 8 of "
     "IA32_MCG_CAP is 1."),
TEXT(MSR_P6_EVNTSEL0, "Architectural Performance Monitoring",
     "Which event each counter counts, and at which privilege."),
TEXT(MSR_IA32_PERF_STATUS, S_ARCHITECTURAL,
     "The performance state that the processor is in (bits 15:0); on many models also the highest "
     "ratio of its clock to that of the bus (44:40)."),
TEXT(MSR_IA32_PERF_CTL, S_ARCHITECTURAL,
     "The performance state that software wants (bits 15:0), where CPUID.01H:ECX.EIST[7] is 1."),
TEXT(MSR_IA32_MISC_ENABLE, S_ARCHITECTURAL,
     "Switches of the processor: fast string operations, thermal control, performance "
     "monitoring, SpeedStep, MONITOR/MWAIT, the limit of CPUID and others."),
TEXT(MSR_IA32_DEBUGCTLMSR, "IA32_DEBUGCTL MSR",
     "Switches for debugging: last-branch records (bit 0), single-stepping on branches (1), "
     "branch traces (6 to 10), freezing of counters, RTM."),
TEXT(MSR_IA32_LASTBRANCHFROMIP, "LBR Stack",
     "From where and to where the last branch went, and the last one before an exception or "
     "interrupt."),
TEXT(MSR_IA32_MTRR_PHYSBASE0, "Variable Range MTRRs",
     "Pairs of base and mask: each gives a range of physical memory its memory type."),
TEXT(MSR_MTRRfix64K_00000, S_FIXED,
     "The memory types of the eight pieces of 64 KBytes from 0 on."),
TEXT(MSR_MTRRfix16K_80000, S_FIXED,
     "The memory types of the pieces of 16 KBytes from 80000H and A0000H on, eight in each."),
TEXT(MSR_MTRRfix4K_C0000, S_FIXED,
     "The memory types of the pieces of 4 KBytes from C0000H to FFFFFH, eight in each."),
TEXT(MSR_IA32_CR_PAT, "IA32_PAT MSR",
     "The page attribute table: eight memory types, among which the PAT, PCD and PWT bits of a "
     "page-table entry choose."),
TEXT(MSR_MTRRdefType, "IA32_MTRR_DEF_TYPE MSR",
     "The memory type of what no range register covers, and the switches that enable the ranges "
     "(bit 11) and the fixed ones (10)."),
TEXT(MSR_IA32_MC0_CTL, "Error-Reporting Register Banks",
     "The registers of each bank of the machine check, four in each: which errors are reported, "
     "what happened, where, and more about it."),
TEXT(MSR_RAPL_POWER_UNIT, S_RAPL, "The units in which power, energy and time are told."),
TEXT(MSR_PKG_ENERGY_STATUS, S_RAPL, "The energy that the package has used."),
TEXT(MSR_DRAM_ENERGY_STATUS, S_RAPL, "The energy that the memory has used."),
TEXT(MSR_PP0_ENERGY_STATUS, S_RAPL, "The energy that the processor's cores have used."),
TEXT(MSR_PP1_ENERGY_STATUS, S_RAPL, "The energy that the graphics have used."),
TEXT(MSR_IA32_TSC_DEADLINE, "TSC-Deadline Mode",
     "The local APIC's timer, in TSC-deadline mode: it interrupts when the TSC reaches this "
     "value; 0 disarms it."),
TEXT(MSR_X2APIC_FIRST, "Extended XAPIC (x2APIC)",
     "The registers of the local APIC in x2APIC mode: MSR 800H + N is what offset 16 * N is in "
     "memory, and ICR is one MSR of 64 bits."),
TEXT(MSR_IA32_XSS, "Enabling the XSAVE Feature Set and XSAVE-Enabled Features",
     "Which supervisor state components XSAVES and XRSTORS handle."),
TEXT(MSR_KVM_WALL_CLOCK_NEW, S_KVM,
     "KVM_WALL_CLOCK at a number that no processor uses."),
TEXT(MSR_KVM_SYSTEM_TIME_NEW, S_KVM,
     "KVM_SYSTEM_TIME at a number that no processor uses."),
TEXT(MSR_KVM_PV_EOI_EN, S_KVM,
     "Where a bit tells the guest that it may end an interrupt by clearing it, without an exit."),
TEXT(MSR_EFER, "Extended Feature Enable Register",
     "SYSCALL (bit 0), IA-32e mode enabled (8) and active (10), execute-disable (11)."),
TEXT(MSR_STAR, S_SYSCALL,
     "The selectors of SYSCALL (bits 47:32) and SYSRET (bits 63:48)."),
TEXT(MSR_LSTAR, S_SYSCALL, "Where SYSCALL goes in 64-bit mode."),
TEXT(MSR_CSTAR, S_SYSCALL,
     "Where SYSCALL would go in compatibility mode; Intel's processors do not use it, since "
     "SYSCALL is not valid there."),
TEXT(MSR_SYSCALL_MASK, S_SYSCALL, "The bits of RFLAGS that SYSCALL clears."),
TEXT(MSR_FS_BASE, S_BASES, "The base address of FS, 64 bits."),
TEXT(MSR_GS_BASE, S_BASES, "The base address of GS, 64 bits."),
TEXT(MSR_KERNEL_GS_BASE, S_BASES,
     "What SWAPGS exchanges with the base of GS: the kernel's while a program runs."),
TEXT(MSR_TSC_AUX, "IA32_TSC_AUX Register and RDTSCP Support",
     "A number that RDTSCP gives with the TSC, and RDPID alone; kernels put the processor's "
     "number there."),
};
/* clang-format on */

const unsigned int msr_text_count = COUNT_OF(msr_texts);

const struct msr_text *msr_text_find(u32 first)
{
	for (unsigned int i = 0; i < COUNT_OF(msr_texts); i++)
		if (msr_texts[i].first == first)
			return &msr_texts[i];
	return NULL;
}
