// SPDX-License-Identifier: GPL-2.0
/*
 * The table of control bits.
 *
 * A row: the bit, what Lintel asks of it, the SDM's name, the title of the SDM
 * section that explains it, why Lintel asks that, and which other bits have to
 * be 1 for it to be 1.  The order is that of the words and bits; a unit test
 * checks it, and that every constant of controls.h has its row.
 */
#include "cap/control_table.h"
#include "cap/cap.h"
#include "vmcs/fields.h"

/* Titles of the SDM's sections. */
#define S_CONDITIONAL "Instructions That Cause VM Exits Conditionally"
#define S_CAUSES      "Other Causes of VM Exits"
#define S_CHANGES     "Changes to Instruction Behavior in VMX Non-Root Operation"
#define S_TIMER	      "VMX-Preemption Timer"
#define S_POSTED      "Posted-Interrupt Processing"
#define S_PROC	      "Processor-Based VM-Execution Controls"
#define S_TSC	      "Time-Stamp Counter Offset and Multiplier"
#define S_IO_BITMAP   "I/O-Bitmap Addresses"
#define S_MSR_BITMAP  "MSR-Bitmap Address"
#define S_MTF	      "Monitor Trap Flag"
#define S_APIC	      "Controls for APIC Virtualization"
#define S_EPT	      "The Extended Page Table Mechanism (EPT)"
#define S_VPID	      "Virtual Processor Identifiers (VPIDs)"
#define S_UNREST      "Unrestricted Guests"
#define S_VMFUNC      "VM Functions"
#define S_SHADOW      "VMCS Types: Ordinary and Shadow"
#define S_PML	      "Page-Modification Logging"
#define S_VE	      "Virtualization Exceptions"
#define S_PASID	      "PASID Translation"
#define S_IPI	      "IPI Virtualization"
#define S_EXIT	      "VM-Exit Controls"
#define S_EXIT_SAVE   "Saving Control Registers, Debug Registers, and MSRs"
#define S_EXIT_LOAD   "Loading Host Control Registers, Debug Registers, MSRs"
#define S_ENTRY	      "VM-Entry Controls"
#define S_ENTRY_LOAD  "Loading Guest Control Registers, Debug Registers, and MSRs"

#define REF(word_, mask)                                                                           \
	{                                                                                          \
		CTL_##word_, __builtin_ctzll(mask)                                                 \
	}
#define VPID_CAP(bit_)                                                                             \
	{                                                                                          \
		CTL_WORDS, bit_                                                                    \
	}
#define NEED1(a)    .needs_count = 1, .needs = {a}
#define NEED2(a, b) .needs_count = 2, .needs = {a, b}
#define PAIR(ref)   .has_pair = true, .pair = ref

#define ROW(word_, mask, ask_, name_, section_, why_, ...)                                         \
	{                                                                                          \
		.word = CTL_##word_, .bit = __builtin_ctzll(mask), .ask = CTL_##ask_,              \
		.name = name_, .section = section_, .why = why_, ##__VA_ARGS__                     \
	}

#define EPT	   REF(SECONDARY, CPU2_ENABLE_EPT)
#define TPR_SHADOW REF(PRIMARY, CPU1_USE_TPR_SHADOW)
#define VID	   REF(SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY)

/* clang-format off */
const struct ctl_bit ctl_table[] = {
/* Pin-based VM-execution controls */
ROW(PIN, PIN_EXTERNAL_INTERRUPT_EXITING, MUST1, "external-interrupt exiting", S_CAUSES,
    "the host's interrupts must reach the host"),
ROW(PIN, PIN_NMI_EXITING, MUST1, "NMI exiting", S_CAUSES,
    "the host's NMIs must reach the host"),
ROW(PIN, PIN_VIRTUAL_NMIS, MUST1, "virtual NMIs", S_CHANGES,
    "the processor must track whether the guest blocks NMIs",
    NEED1(REF(PIN, PIN_NMI_EXITING))),
ROW(PIN, PIN_ACTIVATE_PREEMPTION_TIMER, OFF, "activate VMX-preemption timer", S_TIMER,
    "guest timers are the host's timers"),
ROW(PIN, PIN_PROCESS_POSTED_INTERRUPTS, OFF, "process posted interrupts", S_POSTED,
    "interrupts are injected at VM entry",
    NEED2(VID, REF(EXIT, EXIT_ACKNOWLEDGE_INTERRUPT))),

/* Primary processor-based VM-execution controls */
ROW(PRIMARY, CPU1_INTERRUPT_WINDOW_EXITING, TOGGLE, "interrupt-window exiting", S_CAUSES,
    "set while an interrupt waits for the guest to accept it"),
ROW(PRIMARY, CPU1_USE_TSC_OFFSETTING, MUST1, "use TSC offsetting", S_TSC,
    "each guest has a TSC of its own"),
ROW(PRIMARY, CPU1_HLT_EXITING, MUST1, "HLT exiting", S_CONDITIONAL,
    "a guest that waits must not hold the processor"),
ROW(PRIMARY, CPU1_INVLPG_EXITING, MUST0, "INVLPG exiting", S_CONDITIONAL,
    "with EPT the guest owns its paging"),
ROW(PRIMARY, CPU1_MWAIT_EXITING, MUST1, "MWAIT exiting", S_CONDITIONAL,
    "a guest must not put the processor to sleep"),
ROW(PRIMARY, CPU1_RDPMC_EXITING, MUST1, "RDPMC exiting", S_CONDITIONAL,
    "the performance counters are the host's"),
ROW(PRIMARY, CPU1_RDTSC_EXITING, OFF, "RDTSC exiting", S_CONDITIONAL,
    "the TSC offset makes an exit needless"),
ROW(PRIMARY, CPU1_CR3_LOAD_EXITING, MUST0, "CR3-load exiting", S_CONDITIONAL,
    "with EPT the guest owns CR3"),
ROW(PRIMARY, CPU1_CR3_STORE_EXITING, MUST0, "CR3-store exiting", S_CONDITIONAL,
    "with EPT the guest owns CR3"),
ROW(PRIMARY, CPU1_ACTIVATE_TERTIARY_CONTROLS, OFF, "activate tertiary controls", S_PROC,
    "Lintel uses no tertiary control"),
ROW(PRIMARY, CPU1_CR8_LOAD_EXITING, MUST1, "CR8-load exiting", S_CONDITIONAL,
    "without a TPR shadow MOV to CR8 would write the host's TPR; with one it is turned off"),
ROW(PRIMARY, CPU1_CR8_STORE_EXITING, MUST1, "CR8-store exiting", S_CONDITIONAL,
    "without a TPR shadow MOV from CR8 would read the host's TPR; with one it is turned off"),
ROW(PRIMARY, CPU1_USE_TPR_SHADOW, LIKE1, "use TPR shadow", S_APIC,
    "a guest with a local APIC in the kernel reads and writes its TPR without an exit"),
ROW(PRIMARY, CPU1_NMI_WINDOW_EXITING, TOGGLE, "NMI-window exiting", S_CAUSES,
    "set while an NMI waits for the guest to unblock NMIs",
    NEED1(REF(PIN, PIN_VIRTUAL_NMIS))),
ROW(PRIMARY, CPU1_MOV_DR_EXITING, TOGGLE, "MOV-DR exiting", S_CONDITIONAL,
    "set but from a MOV DR to the next exit: there the debug registers are the guest's own"),
ROW(PRIMARY, CPU1_UNCONDITIONAL_IO_EXITING, MUST1, "unconditional I/O exiting", S_CONDITIONAL,
    "a guest must not reach the host's I/O ports"),
ROW(PRIMARY, CPU1_USE_IO_BITMAPS, OFF, "use I/O bitmaps", S_IO_BITMAP,
    "every port is emulated"),
ROW(PRIMARY, CPU1_MONITOR_TRAP_FLAG, OFF, "monitor trap flag", S_MTF,
    "single-stepping uses RFLAGS.TF"),
ROW(PRIMARY, CPU1_USE_MSR_BITMAPS, LIKE1, "use MSR bitmaps", S_MSR_BITMAP,
    "a few MSRs of the guest need no exit; without, every access exits"),
ROW(PRIMARY, CPU1_MONITOR_EXITING, MUST1, "MONITOR exiting", S_CONDITIONAL,
    "goes with MWAIT exiting"),
ROW(PRIMARY, CPU1_PAUSE_EXITING, OFF, "PAUSE exiting", S_CONDITIONAL,
    "a spinning guest may spin"),
ROW(PRIMARY, CPU1_ACTIVATE_SECONDARY_CONTROLS, MUST1, "activate secondary controls", S_PROC,
    "EPT and unrestricted guest are secondary controls"),

/* Secondary processor-based VM-execution controls */
ROW(SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES, OFF, "virtualize APIC accesses", S_APIC,
    "the local APIC page is emulated by EPT violations"),
ROW(SECONDARY, CPU2_ENABLE_EPT, MUST1, "enable EPT", S_EPT,
    "Lintel has no shadow paging"),
ROW(SECONDARY, CPU2_DESCRIPTOR_TABLE_EXITING, OFF, "descriptor-table exiting", S_CONDITIONAL,
    "the guest owns its descriptor tables"),
ROW(SECONDARY, CPU2_ENABLE_RDTSCP, LIKE1, "enable RDTSCP", S_CHANGES,
    "the guest can have RDTSCP and RDPID"),
ROW(SECONDARY, CPU2_VIRTUALIZE_X2APIC_MODE, LIKE1, "virtualize x2APIC mode", S_APIC,
    "on while the guest's local APIC is in x2APIC mode: the TPR is an MSR then",
    NEED1(TPR_SHADOW)),
ROW(SECONDARY, CPU2_ENABLE_VPID, LIKE1, "enable VPID", S_VPID,
    "translations survive VM entries and exits",
    NEED2(VPID_CAP(32), VPID_CAP(41))),
ROW(SECONDARY, CPU2_WBINVD_EXITING, LIKE1, "WBINVD exiting", S_CONDITIONAL,
    "a guest must not empty the host's caches at will"),
ROW(SECONDARY, CPU2_UNRESTRICTED_GUEST, MUST1, "unrestricted guest", S_UNREST,
    "real mode and unpaged guests run on the processor; Lintel does not emulate them",
    NEED1(EPT)),
ROW(SECONDARY, CPU2_APIC_REGISTER_VIRTUALIZATION, OFF, "APIC-register virtualization", S_APIC,
    "the local APIC is emulated",
    NEED1(TPR_SHADOW)),
ROW(SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY, OFF, "virtual-interrupt delivery", S_APIC,
    "interrupts are injected at VM entry",
    NEED2(TPR_SHADOW, REF(PIN, PIN_EXTERNAL_INTERRUPT_EXITING))),
ROW(SECONDARY, CPU2_PAUSE_LOOP_EXITING, LIKE1, "PAUSE-loop exiting", S_CONDITIONAL,
    "a guest that spins lets other tasks of the host run"),
ROW(SECONDARY, CPU2_RDRAND_EXITING, OFF, "RDRAND exiting", S_CONDITIONAL,
    "the guest may draw random numbers"),
ROW(SECONDARY, CPU2_ENABLE_INVPCID, LIKE1, "enable INVPCID", S_CHANGES,
    "the guest can have INVPCID"),
ROW(SECONDARY, CPU2_ENABLE_VM_FUNCTIONS, OFF, "enable VM functions", S_VMFUNC,
    "VMFUNC is not for guests"),
ROW(SECONDARY, CPU2_VMCS_SHADOWING, OFF, "VMCS shadowing", S_SHADOW,
    "there is no nested VMX"),
ROW(SECONDARY, CPU2_ENABLE_ENCLS_EXITING, OFF, "enable ENCLS exiting", S_CONDITIONAL,
    "guests see no SGX"),
ROW(SECONDARY, CPU2_RDSEED_EXITING, OFF, "RDSEED exiting", S_CONDITIONAL,
    "the guest may draw random numbers"),
ROW(SECONDARY, CPU2_ENABLE_PML, LIKE1, "enable PML", S_PML,
    "the processor lists the pages that a guest writes while they are logged",
    NEED2(EPT, VPID_CAP(21))),
ROW(SECONDARY, CPU2_EPT_VIOLATION_VE, OFF, "EPT-violation #VE", S_VE,
    "EPT violations are Lintel's"),
ROW(SECONDARY, CPU2_CONCEAL_VMX_FROM_PT, EITHER, "conceal VMX from PT", S_PROC,
    "changes only what a trace of the host shows"),
ROW(SECONDARY, CPU2_ENABLE_XSAVES, LIKE1, "enable XSAVES/XRSTORS", S_CHANGES,
    "the guest can have XSAVES"),
ROW(SECONDARY, CPU2_PASID_TRANSLATION, OFF, "PASID translation", S_PASID,
    "guests see no ENQCMD"),
ROW(SECONDARY, CPU2_MODE_BASED_EXECUTE_EPT, OFF, "mode-based execute control for EPT", S_EPT,
    "guest memory has one execute right for all modes",
    NEED1(EPT)),
ROW(SECONDARY, CPU2_SUB_PAGE_WRITE_EPT, OFF, "sub-page write permissions for EPT", S_EPT,
    "guest memory is protected by whole pages",
    NEED1(EPT)),
ROW(SECONDARY, CPU2_PT_USES_GUEST_PHYSICAL, OFF, "Intel PT uses guest physical addresses", S_PROC,
    "guests see no Intel PT",
    NEED1(EPT), PAIR(REF(ENTRY, ENTRY_LOAD_IA32_RTIT_CTL))),
ROW(SECONDARY, CPU2_USE_TSC_SCALING, OFF, "use TSC scaling", S_TSC,
    "the guest's TSC runs at the host's rate",
    NEED1(REF(PRIMARY, CPU1_USE_TSC_OFFSETTING))),
ROW(SECONDARY, CPU2_ENABLE_USER_WAIT_AND_PAUSE, OFF, "enable user wait and pause", S_CHANGES,
    "guests see no WAITPKG"),
ROW(SECONDARY, CPU2_ENABLE_PCONFIG, OFF, "enable PCONFIG", S_CHANGES,
    "guests see no PCONFIG"),
ROW(SECONDARY, CPU2_ENABLE_ENCLV_EXITING, OFF, "enable ENCLV exiting", S_CONDITIONAL,
    "guests see no SGX"),
ROW(SECONDARY, CPU2_VMM_BUS_LOCK_DETECTION, OFF, "VMM bus-lock detection", S_CAUSES,
    "bus locks are not limited"),
ROW(SECONDARY, CPU2_INSTRUCTION_TIMEOUT, OFF, "instruction timeout", S_CAUSES,
    "no window is set"),

/* Tertiary processor-based VM-execution controls */
ROW(TERTIARY, CPU3_LOADIWKEY_EXITING, OFF, "LOADIWKEY exiting", S_CONDITIONAL,
    "guests see no Key Locker"),
ROW(TERTIARY, CPU3_ENABLE_HLAT, OFF, "enable HLAT", S_PROC,
    "the guest owns its paging",
    NEED1(EPT)),
ROW(TERTIARY, CPU3_EPT_PAGING_WRITE_CONTROL, OFF, "EPT paging-write control", S_EPT,
    "goes with HLAT",
    NEED1(EPT)),
ROW(TERTIARY, CPU3_GUEST_PAGING_VERIFICATION, OFF, "guest-paging verification", S_EPT,
    "goes with HLAT",
    NEED1(EPT)),
ROW(TERTIARY, CPU3_IPI_VIRTUALIZATION, OFF, "IPI virtualization", S_IPI,
    "the local APIC is emulated",
    NEED1(TPR_SHADOW)),
ROW(TERTIARY, CPU3_SEAM_GUEST_PHYSICAL_WIDTH, OFF, "SEAM guest-physical address width", S_PROC,
    "Lintel is no SEAM module"),
ROW(TERTIARY, CPU3_ENABLE_MSR_LIST_INSTRUCTIONS, OFF, "enable MSR-list instructions", S_CHANGES,
    "guests see no RDMSRLIST"),
ROW(TERTIARY, CPU3_VIRTUALIZE_IA32_SPEC_CTRL, OFF, "virtualize IA32_SPEC_CTRL", S_CHANGES,
    "guests write IA32_SPEC_CTRL by an exit, and have all of it"),
ROW(TERTIARY, CPU3_APIC_TIMER_VIRTUALIZATION, OFF, "APIC-timer virtualization", S_PROC,
    "guest timers are the host's timers",
    NEED1(VID)),
ROW(TERTIARY, CPU3_ENABLE_PBNDKB, OFF, "enable PBNDKB", S_CHANGES,
    "guests see no PBNDKB"),
ROW(TERTIARY, CPU3_PEBS_USES_GUEST_PHYSICAL, OFF, "PEBS uses guest physical addresses", S_PROC,
    "the performance counters are the host's",
    NEED1(EPT)),

/* Primary VM-exit controls */
ROW(EXIT, EXIT_SAVE_DEBUG_CONTROLS, MUST1, "save debug controls", S_EXIT_SAVE,
    "DR7 and IA32_DEBUGCTL of the guest outlive the exit",
    PAIR(REF(ENTRY, ENTRY_LOAD_DEBUG_CONTROLS))),
ROW(EXIT, EXIT_HOST_ADDRESS_SPACE_SIZE, MUST1, "host address-space size", S_EXIT,
    "the host runs in 64-bit mode"),
ROW(EXIT, EXIT_LOAD_IA32_PERF_GLOBAL_CTRL, LIKE1, "load IA32_PERF_GLOBAL_CTRL", S_EXIT_LOAD,
    "on while counters of the host stand still in the guest: they go on with the exit",
    PAIR(REF(ENTRY, ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL))),
ROW(EXIT, EXIT_ACKNOWLEDGE_INTERRUPT, OFF, "acknowledge interrupt on exit", S_EXIT,
    "the interrupt stays pending, and the host takes it when it enables interrupts"),
ROW(EXIT, EXIT_SAVE_IA32_PAT, MUST1, "save IA32_PAT", S_EXIT_SAVE,
    "the guest has a PAT of its own"),
ROW(EXIT, EXIT_LOAD_IA32_PAT, MUST1, "load IA32_PAT", S_EXIT_LOAD,
    "the host's mappings need the host's PAT",
    PAIR(REF(ENTRY, ENTRY_LOAD_IA32_PAT))),
ROW(EXIT, EXIT_SAVE_IA32_EFER, MUST1, "save IA32_EFER", S_EXIT_SAVE,
    "the guest has an EFER of its own"),
ROW(EXIT, EXIT_LOAD_IA32_EFER, MUST1, "load IA32_EFER", S_EXIT_LOAD,
    "the host needs its own EFER from its first instruction",
    PAIR(REF(ENTRY, ENTRY_LOAD_IA32_EFER))),
ROW(EXIT, EXIT_SAVE_PREEMPTION_TIMER, OFF, "save VMX-preemption timer value", S_EXIT_SAVE,
    "the timer is not used",
    NEED1(REF(PIN, PIN_ACTIVATE_PREEMPTION_TIMER))),
ROW(EXIT, EXIT_CLEAR_IA32_BNDCFGS, OFF, "clear IA32_BNDCFGS", S_EXIT_LOAD,
    "guests see no MPX",
    PAIR(REF(ENTRY, ENTRY_LOAD_IA32_BNDCFGS))),
ROW(EXIT, EXIT_CONCEAL_VMX_FROM_PT, EITHER, "conceal VMX from PT", S_EXIT,
    "changes only what a trace of the host shows"),
ROW(EXIT, EXIT_CLEAR_IA32_RTIT_CTL, OFF, "clear IA32_RTIT_CTL", S_EXIT_LOAD,
    "a trace of the host goes on",
    PAIR(REF(ENTRY, ENTRY_LOAD_IA32_RTIT_CTL))),
ROW(EXIT, EXIT_CLEAR_IA32_LBR_CTL, OFF, "clear IA32_LBR_CTL", S_EXIT_LOAD,
    "last-branch records are the host's",
    PAIR(REF(ENTRY, ENTRY_LOAD_GUEST_IA32_LBR_CTL))),
ROW(EXIT, EXIT_CLEAR_UINV, OFF, "clear UINV", S_EXIT_LOAD,
    "guests see no user interrupts",
    PAIR(REF(ENTRY, ENTRY_LOAD_UINV))),
ROW(EXIT, EXIT_LOAD_CET_STATE, OFF, "load CET state", S_EXIT_LOAD,
    "guests see no CET, so the host's state stays",
    PAIR(REF(ENTRY, ENTRY_LOAD_CET_STATE))),
ROW(EXIT, EXIT_LOAD_PKRS, OFF, "load PKRS", S_EXIT_LOAD,
    "guests see no supervisor protection keys",
    PAIR(REF(ENTRY, ENTRY_LOAD_PKRS))),
ROW(EXIT, EXIT_SAVE_IA32_PERF_GLOBAL_CTL, OFF, "save IA32_PERF_GLOBAL_CTL", S_EXIT_SAVE,
    "the performance counters are the host's"),
ROW(EXIT, EXIT_ACTIVATE_SECONDARY_CONTROLS, OFF, "activate secondary controls", S_EXIT,
    "Lintel uses no secondary VM-exit control"),

/* Secondary VM-exit controls */
ROW(EXIT2, EXIT2_SAVE_FRED, OFF, "save FRED", S_EXIT_SAVE,
    "guests see no FRED"),
ROW(EXIT2, EXIT2_LOAD_FRED, OFF, "load FRED", S_EXIT_LOAD,
    "guests see no FRED, so the host's state stays",
    PAIR(REF(ENTRY, ENTRY_LOAD_FRED))),
ROW(EXIT2, EXIT2_LOAD_IA32_SPEC_CTRL, OFF, "load IA32_SPEC_CTRL", S_EXIT_LOAD,
    "the world switch loads IA32_SPEC_CTRL, as not every processor has the control",
    PAIR(REF(ENTRY, ENTRY_LOAD_IA32_SPEC_CTRL))),
ROW(EXIT2, EXIT2_PREMATURELY_BUSY_SHADOW_STACK, OFF, "prematurely busy shadow stack", S_EXIT,
    "guests see no CET"),

/* VM-entry controls */
ROW(ENTRY, ENTRY_LOAD_DEBUG_CONTROLS, MUST1, "load debug controls", S_ENTRY_LOAD,
    "the guest has a DR7 and an IA32_DEBUGCTL of its own",
    PAIR(REF(EXIT, EXIT_SAVE_DEBUG_CONTROLS))),
ROW(ENTRY, ENTRY_IA32E_MODE_GUEST, TOGGLE, "IA-32e mode guest", S_ENTRY,
    "follows the guest's EFER.LMA"),
ROW(ENTRY, ENTRY_ENTRY_TO_SMM, OFF, "entry to SMM", S_ENTRY,
    "has to be 0 outside SMM"),
ROW(ENTRY, ENTRY_DEACTIVATE_DUAL_MONITOR, OFF, "deactivate dual-monitor treatment", S_ENTRY,
    "has to be 0 outside SMM"),
ROW(ENTRY, ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL, LIKE1, "load IA32_PERF_GLOBAL_CTRL", S_ENTRY_LOAD,
    "on while counters of the host stand still in the guest: without, an NMI starts them again",
    PAIR(REF(EXIT, EXIT_LOAD_IA32_PERF_GLOBAL_CTRL))),
ROW(ENTRY, ENTRY_LOAD_IA32_PAT, MUST1, "load IA32_PAT", S_ENTRY_LOAD,
    "the guest has a PAT of its own",
    PAIR(REF(EXIT, EXIT_LOAD_IA32_PAT))),
ROW(ENTRY, ENTRY_LOAD_IA32_EFER, MUST1, "load IA32_EFER", S_ENTRY_LOAD,
    "the guest has an EFER of its own",
    PAIR(REF(EXIT, EXIT_LOAD_IA32_EFER))),
ROW(ENTRY, ENTRY_LOAD_IA32_BNDCFGS, OFF, "load IA32_BNDCFGS", S_ENTRY_LOAD,
    "guests see no MPX",
    PAIR(REF(EXIT, EXIT_CLEAR_IA32_BNDCFGS))),
ROW(ENTRY, ENTRY_CONCEAL_VMX_FROM_PT, EITHER, "conceal VMX from PT", S_ENTRY,
    "changes only what a trace of the host shows"),
ROW(ENTRY, ENTRY_LOAD_IA32_RTIT_CTL, OFF, "load IA32_RTIT_CTL", S_ENTRY_LOAD,
    "has to be 0 while the host traces itself",
    PAIR(REF(EXIT, EXIT_CLEAR_IA32_RTIT_CTL))),
ROW(ENTRY, ENTRY_LOAD_UINV, OFF, "load UINV", S_ENTRY_LOAD,
    "guests see no user interrupts",
    PAIR(REF(EXIT, EXIT_CLEAR_UINV))),
ROW(ENTRY, ENTRY_LOAD_CET_STATE, OFF, "load CET state", S_ENTRY_LOAD,
    "guests see no CET",
    PAIR(REF(EXIT, EXIT_LOAD_CET_STATE))),
ROW(ENTRY, ENTRY_LOAD_GUEST_IA32_LBR_CTL, OFF, "load guest IA32_LBR_CTL", S_ENTRY_LOAD,
    "last-branch records are the host's",
    PAIR(REF(EXIT, EXIT_CLEAR_IA32_LBR_CTL))),
ROW(ENTRY, ENTRY_LOAD_PKRS, OFF, "load PKRS", S_ENTRY_LOAD,
    "guests see no supervisor protection keys",
    PAIR(REF(EXIT, EXIT_LOAD_PKRS))),
ROW(ENTRY, ENTRY_LOAD_FRED, OFF, "load FRED", S_ENTRY_LOAD,
    "guests see no FRED",
    PAIR(REF(EXIT2, EXIT2_LOAD_FRED))),
ROW(ENTRY, ENTRY_LOAD_IA32_SPEC_CTRL, OFF, "load IA32_SPEC_CTRL", S_ENTRY_LOAD,
    "the world switch loads IA32_SPEC_CTRL, as not every processor has the control",
    PAIR(REF(EXIT2, EXIT2_LOAD_IA32_SPEC_CTRL))),
ROW(ENTRY, ENTRY_ALLOW_SEAM_GUEST_TELEMETRY, OFF, "allow SEAM-guest telemetry", S_ENTRY,
    "Lintel is no SEAM module"),
};
/* clang-format on */

const size_t ctl_table_count = COUNT_OF(ctl_table);

const struct ctl_word_info ctl_word_table[CTL_WORDS] = {
	[CTL_PIN] =
		{
			.name = "pin-based",
			.field = PIN_BASED_VM_EXEC_CONTROL,
			.msr = CAP_PINBASED_CTLS,
			.true_msr = CAP_TRUE_PINBASED_CTLS,
			.default1 = PIN_DEFAULT1,
		},
	[CTL_PRIMARY] =
		{
			.name = "primary processor-based",
			.field = CPU_BASED_VM_EXEC_CONTROL,
			.msr = CAP_PROCBASED_CTLS,
			.true_msr = CAP_TRUE_PROCBASED_CTLS,
			.default1 = CPU1_DEFAULT1,
		},
	[CTL_SECONDARY] =
		{
			.name = "secondary processor-based",
			.field = SECONDARY_VM_EXEC_CONTROL,
			.msr = CAP_PROCBASED_CTLS2,
			.true_msr = CAP_PROCBASED_CTLS2,
			.activated = true,
			.activator = REF(PRIMARY, CPU1_ACTIVATE_SECONDARY_CONTROLS),
		},
	[CTL_TERTIARY] =
		{
			.name = "tertiary processor-based",
			.field = TERTIARY_VM_EXEC_CONTROL,
			.msr = CAP_PROCBASED_CTLS3,
			.true_msr = CAP_PROCBASED_CTLS3,
			.wide = true,
			.activated = true,
			.activator = REF(PRIMARY, CPU1_ACTIVATE_TERTIARY_CONTROLS),
		},
	[CTL_EXIT] =
		{
			.name = "VM-exit",
			.field = VM_EXIT_CONTROLS,
			.msr = CAP_EXIT_CTLS,
			.true_msr = CAP_TRUE_EXIT_CTLS,
			.default1 = EXIT_DEFAULT1,
		},
	[CTL_EXIT2] =
		{
			.name = "secondary VM-exit",
			.field = SECONDARY_VM_EXIT_CONTROLS,
			.msr = CAP_EXIT_CTLS2,
			.true_msr = CAP_EXIT_CTLS2,
			.wide = true,
			.activated = true,
			.activator = REF(EXIT, EXIT_ACTIVATE_SECONDARY_CONTROLS),
		},
	[CTL_ENTRY] =
		{
			.name = "VM-entry",
			.field = VM_ENTRY_CONTROLS,
			.msr = CAP_ENTRY_CTLS,
			.true_msr = CAP_TRUE_ENTRY_CTLS,
			.default1 = ENTRY_DEFAULT1,
		},
};

const struct ctl_bit *ctl_find(enum ctl_word word, unsigned int bit)
{
	for (size_t i = 0; i < ctl_table_count; i++)
		if (ctl_table[i].word == word && ctl_table[i].bit == bit)
			return &ctl_table[i];
	return NULL;
}
