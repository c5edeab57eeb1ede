/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSRs that guests ask about, ordered by index: what each one is to a guest, who keeps the
 * host's value apart from the guest's, and why.  What is not here is #GP(0) to the guest and
 * refused to user space; the MSRs that are here only to be denied are those that people ask about.
 *
 *	#define MSR_name index
 *	MSR(name, how many MSRs from that index on, the SDM's name,
 *	    what RDMSR and WRMSR do, who keeps the host's value, when it is there, is it listed,
 *	    why, SDM section, what it is)
 *
 * What RDMSR and WRMSR do is an enum msr_access, who keeps the host's value an enum msr_owner, when
 * it is there an enum msr_condition; LISTED is in KVM_GET_MSR_INDEX_LIST.  How its value is kept
 * says its KEEPER() in core/msr/.
 *
 * A build into the kernel sees the kernel's <asm/msr-index.h> too.  Where it has the same name, the
 * number is written as it is there, character for character: then the compiler accepts the second
 * definition, and complains about a number that differs.
 *
 * Included where a table is made of it, with MSR() defined.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
/* clang-format off */
#define MSR_IA32_P5_MC_ADDR 0x00000000
MSR(IA32_P5_MC_ADDR, 2, "IA32_P5_MC_ADDR, IA32_P5_MC_TYPE",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"the Pentium's machine check: no error, ever",
	"Compatibility with Pentium Processor",
	"Address and type of a machine check of the Pentium. Later processors have the two "
	"only for compatibility.")
#define MSR_IA32_TSC 0x00000010
MSR(IA32_TSC, 1, "IA32_TIME_STAMP_COUNTER",
	PASS_THROUGH, EMULATE, NOBODY_NEEDS, NOTHING, LISTED,
	"RDMSR scales and adds the TSC offset as RDTSC does; a write moves the offset, not the host's "
	"counter",
	"Time-Stamp Counter",
	"The time-stamp counter, as RDTSC reads it; writing sets it.")
#define MSR_KVM_WALL_CLOCK 0x11
MSR(KVM_WALL_CLOCK, 1, "KVM_WALL_CLOCK",
	EMULATE, EMULATE, NONE, KVM_CLOCK, LISTED,
	"the host writes the time of day at boot where the guest says",
	S_KVM,
	"The guest writes the address of a structure, and the hypervisor writes the time of "
	"day at the guest's boot there. An old number: AMD's and Intel's processors may have "
	"MSRs of their own here.")
#define MSR_KVM_SYSTEM_TIME 0x12
MSR(KVM_SYSTEM_TIME, 1, "KVM_SYSTEM_TIME",
	EMULATE, EMULATE, NONE, KVM_CLOCK, LISTED,
	"the host keeps the page of kvmclock where the guest says",
	S_KVM,
	"The guest writes the address of a structure, in which the hypervisor keeps what turns "
	"the TSC into nanoseconds (kvmclock); bit 0 enables it. An old number.")
#define MSR_IA32_PLATFORM_ID 0x00000017
MSR(IA32_PLATFORM_ID, 1, "IA32_PLATFORM_ID",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"loaders of microcode read it; platform 0",
	S_ARCHITECTURAL,
	"Bits 52:50 tell the kind of platform, by which an update of the microcode is chosen.")
#define MSR_IA32_APICBASE 0x0000001b
MSR(IA32_APICBASE, 1, "IA32_APIC_BASE",
	EMULATE, EMULATE, NONE, NOTHING, UNLISTED,
	"address and mode of the guest's APIC, not of the host's",
	"Local APIC Status and Location",
	"The physical address of the local APIC's registers, its enable bit (11), x2APIC mode "
	"(10), and whether this is the bootstrap processor (8).")
#define MSR_EBL_CR_POWERON 0x0000002a
MSR(EBL_CR_POWERON, 1, "EBL_CR_POWERON",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"bus ratio of old processors: none",
	S_MODEL,
	"Straps of the processor's bus that were read at power-on; on old processors, the "
	"ratio of bus and core clock.")
#define MSR_EBC_FREQUENCY_ID 0x0000002c
MSR(EBC_FREQUENCY_ID, 1, "EBC_FREQUENCY_ID",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"bus ratio of a Pentium 4: one to one, as guests divide by it",
	S_MODEL,
	"On a Pentium 4, the clock of its bus, and the ratio of its own clock to it (bits "
	"31:24).")
#define MSR_SMI_COUNT 0x00000034
MSR(SMI_COUNT, 1, "SMI_COUNT",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"there is no SMM in a guest: none came",
	S_MODEL,
	"How many SMIs have come since the last reset.")
#define MSR_IA32_FEAT_CTL 0x0000003a
MSR(IA32_FEAT_CTL, 1, "IA32_FEATURE_CONTROL",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"none of what it allows is there; Linux reads it all the same, and locks it",
	"Enabling and Entering VMX Operation",
	"What the firmware allows: VMXON outside SMX (bit 2) and inside (1), SGX and others. "
	"Bit 0 locks it until the next reset; VMXON faults while it is not locked with VMX "
	"allowed.")
#define MSR_IA32_TSC_ADJUST 0x0000003b
MSR(IA32_TSC_ADJUST, 1, "IA32_TSC_ADJUST",
	EMULATE, EMULATE, NONE, TSC_ADJUST, LISTED,
	"moves the guest's TSC offset",
	"IA32_TSC_ADJUST MSR",
	"How much software has moved the TSC: adding to it adds to the TSC, writing the TSC "
	"changes it likewise.")
#define MSR_IA32_SPEC_CTRL 0x00000048
MSR(IA32_SPEC_CTRL, 1, "IA32_SPEC_CTRL",
	EMULATE, EMULATE, NONE, SPEC_CTRL, LISTED,
	"the world switch loads the guest's value; a write exits, so that no exit has to read "
	"it",
	S_ARCHITECTURAL,
	"Switches that restrict speculation: indirect branches (IBRS, bit 0; STIBP, 1), reads "
	"past older stores (SSBD, 2), and later ones.")
#define MSR_IA32_PRED_CMD 0x00000049
MSR(IA32_PRED_CMD, 1, "IA32_PRED_CMD",
	DENY, EMULATE, NONE, IBPB, UNLISTED,
	"a command without a value: it empties the branch predictor",
	S_ARCHITECTURAL,
	"Write-only. Bit 0 (IBPB): indirect branches before the write do not influence the "
	"prediction of those after it.")
#define MSR_IA32_UCODE_WRITE 0x00000079 /* IA32_BIOS_UPDT_TRIG */
MSR(IA32_UCODE_WRITE, 1, "IA32_BIOS_UPDT_TRIG",
	DENY, EMULATE, NONE, NOTHING, UNLISTED,
	"a guest cannot load microcode: nothing happens, and the revision stays",
	"Microcode Update Loader",
	"Writing the address of an update loads it; there is nothing to read.")
#define MSR_IA32_UCODE_REV 0x0000008b /* IA32_BIOS_SIGN_ID */
MSR(IA32_UCODE_REV, 1, "IA32_BIOS_SIGN_ID",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"the guest must not depend on this host's microcode; a write, always 0, only prepares "
	"the read",
	"Microcode Update Facilities",
	"The revision of the microcode, in bits 63:32, after a 0 was written and CPUID "
	"executed.")
#define MSR_IA32_PERFCTR0 0x000000c1
MSR(IA32_PERFCTR0, 2, "IA32_PMC0, IA32_PMC1",
	EMULATE, EMULATE, NONE, NOTHING, UNLISTED,
	"no counters: 0, and may be cleared",
	"Architectural Performance Monitoring",
	"Counters of the processor's events, which the IA32_PERFEVTSELx choose.")
#define MSR_PLATFORM_INFO 0x000000ce
MSR(PLATFORM_INFO, 1, "PLATFORM_INFO",
	EMULATE, DENY, NONE, PLATFORM_INFO, LISTED,
	"tells of CPUID faulting, which Lintel makes; nothing of the host's clock",
	S_MODEL,
	"Ratios of the processor's clock, and whether it can make CPUID fault (bit 31).")
#define MSR_MTRRcap 0x000000fe
MSR(MTRRcap, 1, "IA32_MTRRCAP",
	EMULATE, DENY, NONE, MTRR, UNLISTED,
	"fixed ranges, WC and eight variable ranges, on every host",
	"MTRR Feature Identification",
	"Which memory-type range registers there are: how many variable ones (bits 7:0), the "
	"fixed ones (8), write-combining (10), SMRR (11).")
#define MSR_IA32_ARCH_CAPABILITIES 0x0000010a
MSR(IA32_ARCH_CAPABILITIES, 1, "IA32_ARCH_CAPABILITIES",
	EMULATE, DENY, NONE, ARCH_CAPABILITIES, LISTED,
	"which weaknesses the processor has not, as far as that holds in a guest",
	S_ARCHITECTURAL,
	"Which side channels the processor is not open to, and which means against the others "
	"it has.")
#define MSR_IA32_BBL_CR_CTL3 0x0000011e
MSR(IA32_BBL_CR_CTL3, 1, "BBL_CR_CTL3",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"the level 2 cache is there, and on",
	S_MODEL,
	"The level 2 cache: enabled by the hardware (bit 0), enabled (8), not there (23).")
#define MSR_IA32_TSX_CTRL 0x00000122
MSR(IA32_TSX_CTRL, 1, "IA32_TSX_CTRL",
	DENY, DENY, SWITCH_BY_HAND, TSX_CTRL, UNLISTED,
	"guests see no TSX: while one runs its transactions abort at once, so that none "
	"samples what its kernel does not know that it has to clear",
	S_ARCHITECTURAL,
	"Bit 0: each transaction (XBEGIN) aborts at once. Bit 1: CPUID shows no TSX.")
#define MSR_MISC_FEATURES_ENABLES 0x00000140
MSR(MISC_FEATURES_ENABLES, 1, "MISC_FEATURES_ENABLES",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"CPUID exits in any case, and may as well fault",
	S_MODEL,
	"Bit 0: CPUID at CPL > 0 raises #GP(0). Bit 1, on some processors: MONITOR and MWAIT "
	"are allowed at CPL 3.")
#define MSR_IA32_SYSENTER_CS 0x00000174
MSR(IA32_SYSENTER_CS, 1, "IA32_SYSENTER_CS",
	PASS_THROUGH, PASS_THROUGH, VMCS, NOTHING, LISTED,
	W_VMCS,
	S_SYSENTER,
	"The selector of CS that SYSENTER loads; those of SS, and of SYSEXIT, follow from it.")
#define MSR_IA32_SYSENTER_ESP 0x00000175
MSR(IA32_SYSENTER_ESP, 1, "IA32_SYSENTER_ESP",
	PASS_THROUGH, PASS_THROUGH, VMCS, NOTHING, LISTED,
	W_VMCS,
	S_SYSENTER,
	"The stack pointer that SYSENTER loads.")
#define MSR_IA32_SYSENTER_EIP 0x00000176
MSR(IA32_SYSENTER_EIP, 1, "IA32_SYSENTER_EIP",
	PASS_THROUGH, PASS_THROUGH, VMCS, NOTHING, LISTED,
	W_VMCS,
	S_SYSENTER,
	"Where SYSENTER goes.")
#define MSR_IA32_MCG_CAP 0x00000179
MSR(IA32_MCG_CAP, 1, "IA32_MCG_CAP",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"32 banks and no IA32_MCG_CTL, unless user space says otherwise",
	S_MCG,
	"How many banks of machine-check registers there are (bits 7:0), and which features "
	"the machine check has.")
#define MSR_IA32_MCG_STATUS 0x0000017a
MSR(IA32_MCG_STATUS, 1, "IA32_MCG_STATUS",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	W_MCE,
	S_MCG,
	"The state of the processor after a machine check: whether it can go on (RIPV), "
	"whether RIP has to do with the error (EIPV), whether one is in progress (MCIP).")
#define MSR_IA32_MCG_CTL 0x0000017b
MSR(IA32_MCG_CTL, 1, "IA32_MCG_CTL",
	EMULATE, EMULATE, NONE, MCG_CTL, LISTED,
	"there if IA32_MCG_CAP says so",
	S_MCG,
	"Enables the reporting of machine-check features, all at once. It is there if bit 8 of "
	"IA32_MCG_CAP is 1.")
#define MSR_P6_EVNTSEL0 0x00000186
MSR(P6_EVNTSEL0, 2, "IA32_PERFEVTSEL0, IA32_PERFEVTSEL1",
	EMULATE, EMULATE, NONE, NOTHING, UNLISTED,
	"no counters: 0, and may be cleared",
	"Architectural Performance Monitoring",
	"Which event each counter counts, and at which privilege.")
#define MSR_IA32_PERF_STATUS 0x00000198
MSR(IA32_PERF_STATUS, 1, "IA32_PERF_STATUS",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"one speed, whatever the host's is",
	S_ARCHITECTURAL,
	"The performance state that the processor is in (bits 15:0); on many models also the "
	"highest ratio of its clock to that of the bus (44:40).")
#define MSR_IA32_PERF_CTL 0x00000199
MSR(IA32_PERF_CTL, 1, "IA32_PERF_CTL",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"CPUID has no SpeedStep: nothing to choose",
	S_ARCHITECTURAL,
	"The performance state that software wants (bits 15:0), where CPUID.01H:ECX.EIST[7] is "
	"1.")
#define MSR_IA32_MISC_ENABLE 0x000001a0
MSR(IA32_MISC_ENABLE, 1, "IA32_MISC_ENABLE",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"kept; its switches are the host's",
	S_ARCHITECTURAL,
	"Switches of the processor: fast string operations, thermal control, performance "
	"monitoring, SpeedStep, MONITOR/MWAIT, the limit of CPUID and others.")
#define MSR_IA32_DEBUGCTLMSR 0x000001d9
MSR(IA32_DEBUGCTLMSR, 1, "IA32_DEBUGCTL",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"single-stepping on branches works through the VMCS; of the rest, LBR is taken and "
	"does nothing",
	"IA32_DEBUGCTL MSR",
	"Switches for debugging: last-branch records (bit 0), single-stepping on branches (1), "
	"branch traces (6 to 10), freezing of counters, RTM.")
#define MSR_IA32_LASTBRANCHFROMIP 0x000001db
MSR(IA32_LASTBRANCHFROMIP, 4, "LASTBRANCHFROMIP, LASTBRANCHTOIP, LASTINTFROMIP, LASTINTTOIP",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	"no last branch record: none was made",
	"LBR Stack",
	"From where and to where the last branch went, and the last one before an exception or "
	"interrupt.")
#define MSR_IA32_POWER_CTL 0x000001fc
MSR(IA32_POWER_CTL, 1, "MSR_POWER_CTL",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"kept; its switches are the host's",
	S_MODEL,
	"Switches of power management: C1E (bit 1), and others of the model.")
/* Even: base, odd: mask. */
#define MSR_IA32_MTRR_PHYSBASE0 0x00000200
MSR(IA32_MTRR_PHYSBASE0, 16, "IA32_MTRR_PHYSBASEn, IA32_MTRR_PHYSMASKn",
	EMULATE, EMULATE, NONE, MTRR, LISTED,
	W_MTRR,
	"Variable Range MTRRs",
	"Pairs of base and mask: each gives a range of physical memory its memory type.")
#define MSR_MTRRfix64K_00000 0x00000250
MSR(MTRRfix64K_00000, 1, "IA32_MTRR_FIX64K",
	EMULATE, EMULATE, NONE, MTRR, LISTED,
	W_MTRR,
	S_FIXED,
	"The memory types of the eight pieces of 64 KBytes from 0 on.")
#define MSR_MTRRfix16K_80000 0x00000258
MSR(MTRRfix16K_80000, 2, "IA32_MTRR_FIX16K",
	EMULATE, EMULATE, NONE, MTRR, LISTED,
	W_MTRR,
	S_FIXED,
	"The memory types of the pieces of 16 KBytes from 80000H and A0000H on, eight in each.")
#define MSR_MTRRfix4K_C0000 0x00000268
MSR(MTRRfix4K_C0000, 8, "IA32_MTRR_FIX4K",
	EMULATE, EMULATE, NONE, MTRR, LISTED,
	W_MTRR,
	S_FIXED,
	"The memory types of the pieces of 4 KBytes from C0000H to FFFFFH, eight in each.")
#define MSR_IA32_CR_PAT 0x00000277
MSR(IA32_CR_PAT, 1, "IA32_PAT",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"VM entries and exits load it; a write is rare, and checked here",
	"IA32_PAT MSR",
	"The page attribute table: eight memory types, among which the PAT, PCD and PWT bits "
	"of a page-table entry choose.")
/* And so for each bank. */
#define MSR_IA32_MC0_CTL2 0x00000280
MSR(IA32_MC0_CTL2, 32, "IA32_MCi_CTL2",
	EMULATE, EMULATE, NONE, MCG_CMCI, LISTED,
	"kept; an error that user space reports looks at it",
	S_CMCI,
	"Whether corrected errors of the bank interrupt (bit 30, by the LVT CMCI register of the "
	"local APIC), and from how many on (14:0).")
#define MSR_MTRRdefType 0x000002ff
MSR(MTRRdefType, 1, "IA32_MTRR_DEF_TYPE",
	EMULATE, EMULATE, NONE, MTRR, LISTED,
	W_MTRR,
	"IA32_MTRR_DEF_TYPE MSR",
	"The memory type of what no range register covers, and the switches that enable the "
	"ranges (bit 11) and the fixed ones (10).")
#define MSR_IA32_PERF_CAPABILITIES 0x00000345
MSR(IA32_PERF_CAPABILITIES, 1, "IA32_PERF_CAPABILITIES",
	DENY, DENY, NONE, NOTHING, UNLISTED,
	"it exists where CPUID has PDCM; for user space it is 0, as there is no PMU",
	S_ARCHITECTURAL,
	"What performance monitoring has: the format of last-branch records and of PEBS, full-width "
	"writes of counters.")
/* Then STATUS, ADDR, MISC, and so for each bank. */
#define MSR_CORE_C3_RESIDENCY 0x000003fc
MSR(CORE_C3_RESIDENCY, 3, "MSR_CORE_C3_RESIDENCY, MSR_CORE_C6_RESIDENCY, MSR_CORE_C7_RESIDENCY",
	PASS_THROUGH, DENY, NOBODY_NEEDS, CSTATE, UNLISTED,
	"how long the core slept is of use to a guest that puts it to sleep",
	S_ARCHITECTURAL,
	"How long the core was in the C-states C3, C6 and C7, at the TSC's rate.")
#define MSR_IA32_MC0_CTL 0x00000400
MSR(IA32_MC0_CTL, 128, "IA32_MCi_CTL, _STATUS, _ADDR, _MISC",
	EMULATE, EMULATE, NONE, NOTHING, UNLISTED,
	W_MCE,
	"Error-Reporting Register Banks",
	"The registers of each bank of the machine check, four in each: which errors are "
	"reported, what happened, where, and more about it.")
#define MSR_RAPL_POWER_UNIT 0x00000606
MSR(RAPL_POWER_UNIT, 1, "RAPL_POWER_UNIT",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	W_RAPL,
	S_RAPL,
	"The units in which power, energy and time are told.")
#define MSR_PKG_ENERGY_STATUS 0x00000611
MSR(PKG_ENERGY_STATUS, 1, "PKG_ENERGY_STATUS",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	W_RAPL,
	S_RAPL,
	"The energy that the package has used.")
#define MSR_DRAM_ENERGY_STATUS 0x00000619
MSR(DRAM_ENERGY_STATUS, 1, "DRAM_ENERGY_STATUS",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	W_RAPL,
	S_RAPL,
	"The energy that the memory has used.")
#define MSR_PP0_ENERGY_STATUS 0x00000639
MSR(PP0_ENERGY_STATUS, 1, "PP0_ENERGY_STATUS",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	W_RAPL,
	S_RAPL,
	"The energy that the processor's cores have used.")
#define MSR_PP1_ENERGY_STATUS 0x00000641
MSR(PP1_ENERGY_STATUS, 1, "PP1_ENERGY_STATUS",
	EMULATE, DENY, NONE, NOTHING, UNLISTED,
	W_RAPL,
	S_RAPL,
	"The energy that the graphics have used.")
#define MSR_CORE_C1_RES 0x00000660
MSR(CORE_C1_RES, 1, "MSR_CORE_C1_RESIDENCY",
	PASS_THROUGH, DENY, NOBODY_NEEDS, CSTATE, UNLISTED,
	"as MSR_CORE_C3_RESIDENCY",
	S_ARCHITECTURAL,
	"How long the core was in the C-state C1, at the TSC's rate.")
#define MSR_IA32_TSC_DEADLINE 0x000006E0
MSR(IA32_TSC_DEADLINE, 1, "IA32_TSC_DEADLINE",
	EMULATE, EMULATE, NONE, LAPIC, LISTED,
	"arms a timer of the host",
	"TSC-Deadline Mode",
	"The local APIC's timer, in TSC-deadline mode: it interrupts when the TSC reaches this "
	"value; 0 disarms it.")
#define MSR_X2APIC_FIRST 0x00000800
#define MSR_X2APIC_TPR 0x00000808
#define MSR_X2APIC_EOI 0x0000080b
#define MSR_X2APIC_SELF_IPI 0x0000083f
MSR(X2APIC_FIRST, 256, "x2APIC registers",
	EMULATE, EMULATE, NONE, LAPIC, UNLISTED,
	"the guest's local APIC, in x2APIC mode; the host's is not its",
	"Extended XAPIC (x2APIC)",
	"The registers of the local APIC in x2APIC mode: MSR 800H + N is what offset 16 * N is "
	"in memory, and ICR is one MSR of 64 bits.")
#define MSR_IA32_XSS 0x00000da0
MSR(IA32_XSS, 1, "IA32_XSS",
	EMULATE, EMULATE, NONE, XSAVES, LISTED,
	"no supervisor state is offered: it is 0, also in the processor while the guest runs",
	"Enabling the XSAVE Feature Set and XSAVE-Enabled Features",
	"Which supervisor state components XSAVES and XRSTORS handle.")
#define MSR_KVM_WALL_CLOCK_NEW 0x4b564d00
MSR(KVM_WALL_CLOCK_NEW, 1, "KVM_WALL_CLOCK_NEW",
	EMULATE, EMULATE, NONE, KVM_CLOCK_2, LISTED,
	"KVM_WALL_CLOCK by its later number",
	S_KVM,
	"KVM_WALL_CLOCK at a number that no processor uses.")
#define MSR_KVM_SYSTEM_TIME_NEW 0x4b564d01
MSR(KVM_SYSTEM_TIME_NEW, 1, "KVM_SYSTEM_TIME_NEW",
	EMULATE, EMULATE, NONE, KVM_CLOCK_2, LISTED,
	"KVM_SYSTEM_TIME by its later number",
	S_KVM,
	"KVM_SYSTEM_TIME at a number that no processor uses.")
#define MSR_KVM_ASYNC_PF_EN 0x4b564d02
MSR(KVM_ASYNC_PF_EN, 1, "KVM_ASYNC_PF_EN",
	EMULATE, EMULATE, NONE, KVM_ASYNC_PF, LISTED,
	"the guest is told of pages that take long where it says, and does something else meanwhile",
	S_KVM,
	"Where the hypervisor says which page of the guest's memory is not there yet, and which came; "
	"bit 0 enables it, bit 1 for CPL 0 too, bit 3 lets an interrupt tell of what came.")
#define MSR_KVM_STEAL_TIME 0x4b564d03
MSR(KVM_STEAL_TIME, 1, "KVM_STEAL_TIME",
	EMULATE, EMULATE, NONE, KVM_STEAL_TIME, LISTED,
	"the host counts the time that the vCPU waited for a processor where the guest says",
	S_KVM,
	"Where the hypervisor keeps the time that the vCPU wanted to run and did not, and whether "
	"it runs now; bit 0 enables it.")
#define MSR_KVM_PV_EOI_EN 0x4b564d04
MSR(KVM_PV_EOI_EN, 1, "KVM_PV_EOI_EN",
	EMULATE, EMULATE, NONE, KVM_PV_EOI, LISTED,
	"where the guest may end an interrupt without an exit",
	S_KVM,
	"Where a bit tells the guest that it may end an interrupt by clearing it, without an "
	"exit.")
#define MSR_KVM_POLL_CONTROL 0x4b564d05
MSR(KVM_POLL_CONTROL, 1, "KVM_POLL_CONTROL",
	EMULATE, EMULATE, NONE, KVM_POLL_CONTROL, LISTED,
	"where the guest says whether the host may poll",
	S_KVM,
	"Bit 0: the host may poll for a while before it lets a vCPU sleep that executed HLT. A "
	"guest that polls by itself clears it.")
#define MSR_KVM_ASYNC_PF_INT 0x4b564d06
MSR(KVM_ASYNC_PF_INT, 1, "KVM_ASYNC_PF_INT",
	EMULATE, EMULATE, NONE, KVM_ASYNC_PF_INT, LISTED,
	"kept for the interrupt that tells of a page that came",
	S_KVM,
	"The vector of the interrupt by which the guest hears that a page of its memory came.")
#define MSR_KVM_ASYNC_PF_ACK 0x4b564d07
MSR(KVM_ASYNC_PF_ACK, 1, "KVM_ASYNC_PF_ACK",
	EMULATE, EMULATE, NONE, KVM_ASYNC_PF_INT, LISTED,
	"what came next is told",
	S_KVM,
	"By writing 1 the guest says that it has seen which page came, and takes the next.")
#define MSR_EFER 0xc0000080
MSR(EFER, 1, "IA32_EFER",
	EMULATE, EMULATE, NONE, NOTHING, UNLISTED,
	"LMA and the VM-entry control follow it; VM entries and exits load it",
	"Extended Feature Enable Register",
	"SYSCALL (bit 0), IA-32e mode enabled (8) and active (10), execute-disable (11).")
#define MSR_STAR 0xc0000081
MSR(STAR, 1, "IA32_STAR",
	EMULATE, EMULATE, SWITCH_BY_HAND, NOTHING, LISTED,
	"accessed once at boot; the processor holds the guest's value while the guest runs with "
	"SYSCALL enabled, and the host's otherwise",
	S_SYSCALL,
	"The selectors of SYSCALL (bits 47:32) and SYSRET (bits 63:48).")
#define MSR_LSTAR 0xc0000082
MSR(LSTAR, 1, "IA32_LSTAR",
	EMULATE, EMULATE, SWITCH_BY_HAND, NOTHING, LISTED,
	"as IA32_STAR",
	S_SYSCALL,
	"Where SYSCALL goes in 64-bit mode.")
#define MSR_CSTAR 0xc0000083
MSR(CSTAR, 1, "IA32_CSTAR",
	EMULATE, EMULATE, SWITCH_BY_HAND, NOTHING, LISTED,
	"as IA32_STAR",
	S_SYSCALL,
	"Where SYSCALL would go in compatibility mode; Intel's processors do not use it, since "
	"SYSCALL is not valid there.")
#define MSR_SYSCALL_MASK 0xc0000084
MSR(SYSCALL_MASK, 1, "IA32_FMASK",
	EMULATE, EMULATE, SWITCH_BY_HAND, NOTHING, LISTED,
	"as IA32_STAR",
	S_SYSCALL,
	"The bits of RFLAGS that SYSCALL clears.")
#define MSR_FS_BASE 0xc0000100
MSR(FS_BASE, 1, "IA32_FS_BASE",
	PASS_THROUGH, PASS_THROUGH, VMCS, NOTHING, UNLISTED,
	"the base of FS, in the VMCS; written at each task switch of the guest",
	S_BASES,
	"The base address of FS, 64 bits.")
#define MSR_GS_BASE 0xc0000101
MSR(GS_BASE, 1, "IA32_GS_BASE",
	PASS_THROUGH, PASS_THROUGH, VMCS, NOTHING, UNLISTED,
	"the base of GS, in the VMCS; written at each task switch of the guest",
	S_BASES,
	"The base address of GS, 64 bits.")
#define MSR_KERNEL_GS_BASE 0xc0000102
MSR(KERNEL_GS_BASE, 1, "IA32_KERNEL_GS_BASE",
	PASS_THROUGH, PASS_THROUGH, SWITCH_BY_HAND, NOTHING, LISTED,
	"SWAPGS changes it without an exit, so it is fetched back anyway",
	S_BASES,
	"What SWAPGS exchanges with the base of GS: the kernel's while a program runs.")
#define MSR_TSC_AUX 0xc0000103
MSR(TSC_AUX, 1, "IA32_TSC_AUX",
	PASS_THROUGH, EMULATE, SWITCH_BY_HAND, TSC_AUX, LISTED,
	"RDTSCP and RDPID read it; the host's has the number of the processor",
	"IA32_TSC_AUX Register and RDTSCP Support",
	"A number that RDTSCP gives with the TSC, and RDPID alone; kernels put the processor's "
	"number there.")
#define MSR_K7_HWCR 0xc0010015
MSR(K7_HWCR, 1, "HWCR",
	EMULATE, EMULATE, NONE, NOTHING, LISTED,
	"KVM has it on any processor; some bits are kept, and none does anything",
	S_AMD,
	"AMD's switches of the processor (hardware configuration): whether the flush filter is "
	"off, whether IA32_MCi_STATUS can be written, which rate the TSC has, and others.")
/* clang-format on */
#undef MSR
