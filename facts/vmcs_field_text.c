// SPDX-License-Identifier: GPL-2.0
/*
 * What each field of the VMCS holds.  In the order of the core's table.
 *
 * SDM: "Virtual Machine Control Structures".
 */
#include "facts/text.h"
#include "vmcs/fields.h"

#define TEXT(field, section_, words)                                                               \
	{                                                                                          \
		.encoding = field, .constant = #field, .section = section_, .text = words          \
	}

#define S_REGISTERS  "Guest Register State"
#define S_NON_REG    "Guest Non-Register State"
#define S_HOST	     "Host-State Area"
#define S_PROC	     "Processor-Based VM-Execution Controls"
#define S_APIC	     "Controls for APIC Virtualization"
#define S_MASKS	     "Guest/Host Masks and Read Shadows for CR0 and CR4"
#define S_CR3	     "CR3-Target Controls"
#define S_SHADOW     "VMCS Shadowing Bitmap Addresses"
#define S_VE	     "Controls for Virtualization Exceptions"
#define S_PML	     "Control Field for Page-Modification Logging"
#define S_HLAT	     "Fields Controlling HLAT Paging"
#define S_PASID	     "Fields Controlling PASID Translation"
#define S_SPEC_CTRL  "Fields Controlling Virtualization of the IA32_SPEC_CTRL MSR"
#define S_EXIT_MSRS  "VM-Exit Controls for MSRs"
#define S_ENTRY_MSRS "VM-Entry Controls for MSRs"
#define S_INJECT     "VM-Entry Controls for Event Injection"
#define S_BASIC	     "Basic VM-Exit Information"
#define S_VECTORED   "Information for VM Exits Due to Vectored Events"
#define S_DELIVERY   "Information for VM Exits That Occur During Event Delivery"
#define S_EXECUTE    "Information for VM Exits Due to Instruction Execution"
#define S_SEAM	     "Fields Controlling SEAM Non-Root Operation"

/* The four parts of a segment register. */
#define SELECTOR(name)                                                                             \
	TEXT(GUEST_##name##_SELECTOR, S_REGISTERS,                                                 \
	     "The selector in the guest's " #name                                                  \
	     ": VM entries load it, VM exits save it. Base, limit and access rights come from "    \
	     "fields of their own, not from a descriptor.")
#define BASE(name)                                                                                 \
	TEXT(GUEST_##name##_BASE, S_REGISTERS,                                                     \
	     "The base address of the guest's " #name ": VM entries load it, VM exits save it.")
#define LIMIT(name)                                                                                \
	TEXT(GUEST_##name##_LIMIT, S_REGISTERS,                                                    \
	     "The limit of the guest's " #name                                                     \
	     ", always in bytes: VM entries load it, VM exits save it.")
#define RIGHTS(name)                                                                               \
	TEXT(GUEST_##name##_AR_BYTES, S_REGISTERS,                                                 \
	     "The access rights of the guest's " #name                                             \
	     ": type, S, DPL, P, AVL, L, D/B and G as in a descriptor's bytes 5 and 6, and bit "   \
	     "16, which says that the register is unusable.")
#define HOST_SELECTOR(name)                                                                        \
	TEXT(HOST_##name##_SELECTOR, S_HOST,                                                       \
	     "The selector that VM exits load into " #name ". Its RPL and TI must be 0.")
#define GUEST_MSR(field, name, when)                                                               \
	TEXT(field, S_REGISTERS, "The guest's " name ", loaded and saved " when)
#define HOST_MSR(field, name, control)                                                             \
	TEXT(field, S_HOST,                                                                        \
	     "The value that VM exits load into " name " if the VM-exit control \"" control        \
	     "\" is 1.")

/* clang-format off */
const struct field_text field_texts[] = {
TEXT(VIRTUAL_PROCESSOR_ID, "Virtual-Processor Identifier (VPID)",
     "The tag of the translations that the processor caches for this guest, 1 to 65,535. The "
     "host's own have tag 0."),
TEXT(POSTED_INTR_NV, S_APIC,
     "The vector, 0 to 255, of the external interrupt that tells the processor that the "
     "posted-interrupt descriptor has interrupts."),
TEXT(EPTP_INDEX, S_VE,
     "The index in the EPTP list that a virtualization exception reports. EPTP switching by "
     "VMFUNC changes it."),
TEXT(HLAT_PREFIX_SIZE, S_HLAT,
     "How many of the uppermost bits of a linear address have to be 1 for HLAT paging to "
     "translate it. 0: every address is translated so."),
TEXT(LAST_PID_POINTER_INDEX, S_APIC,
     "The index of the last entry of the PID-pointer table: IPIs to higher APIC IDs make the "
     "guest exit."),

SELECTOR(ES), SELECTOR(CS), SELECTOR(SS), SELECTOR(DS), SELECTOR(FS), SELECTOR(GS),
SELECTOR(LDTR), SELECTOR(TR),
TEXT(GUEST_INTR_STATUS, S_NON_REG,
     "The virtual APIC's requesting virtual interrupt (RVI, low byte: the highest vector that "
     "waits) and servicing virtual interrupt (SVI, high byte: the highest that is in service)."),
TEXT(GUEST_PML_INDEX, S_NON_REG,
     "The index of the next entry of the page-modification log: it begins at 511 and counts "
     "down, and the log is full when it is beyond 511."),
TEXT(GUEST_UINV, S_REGISTERS,
     "The guest's user-interrupt notification vector: VM entries load it if \"load UINV\" is 1, "
     "VM exits save it."),

HOST_SELECTOR(ES), HOST_SELECTOR(CS), HOST_SELECTOR(SS), HOST_SELECTOR(DS), HOST_SELECTOR(FS),
HOST_SELECTOR(GS), HOST_SELECTOR(TR),

TEXT(IO_BITMAP_A, "I/O-Bitmap Addresses",
     "The physical address of the page with a bit for each of the I/O ports 0 to 7FFFH. Used if "
     "the control \"use I/O bitmaps\" is 1."),
TEXT(IO_BITMAP_B, "I/O-Bitmap Addresses",
     "The physical address of the page with a bit for each of the I/O ports 8000H to FFFFH. Used "
     "if the control \"use I/O bitmaps\" is 1."),
TEXT(MSR_BITMAP, "MSR-Bitmap Address",
     "The physical address of the page of four bitmaps, reads and writes of the low and high "
     "MSRs: a bit that is 1 makes the access exit. The page is ordinary memory: it is changed "
     "without VMWRITE, while no processor runs the guest."),
TEXT(VM_EXIT_MSR_STORE_ADDR, S_EXIT_MSRS,
     "The physical address of the list of MSRs that VM exits store, 16 bytes each. A multiple of "
     "16."),
TEXT(VM_EXIT_MSR_LOAD_ADDR, S_EXIT_MSRS,
     "The physical address of the list of MSRs, with values, that VM exits load, 16 bytes each. "
     "A multiple of 16."),
TEXT(VM_ENTRY_MSR_LOAD_ADDR, S_ENTRY_MSRS,
     "The physical address of the list of MSRs, with values, that VM entries load, 16 bytes "
     "each. A multiple of 16."),
TEXT(EXECUTIVE_VMCS_POINTER, "Executive-VMCS Pointer",
     "Used by VM exits to SMM and VM entries that return from it under dual-monitor treatment: "
     "the VMCS (or VMXON region) of the software that SMM interrupted."),
TEXT(PML_ADDRESS, S_PML,
     "The physical address of the page-modification log, a page of 512 entries of 64 bits."),
TEXT(TSC_OFFSET, "Time-Stamp Counter Offset and Multiplier",
     "What is added to the TSC (after scaling) that the guest reads, modulo 2^64. Used if the "
     "control \"use TSC offsetting\" is 1."),
TEXT(VIRTUAL_APIC_PAGE_ADDR, S_APIC,
     "The physical address of the virtual-APIC page, which holds the registers of the guest's "
     "local APIC that the processor virtualizes; TPR is at offset 80H."),
TEXT(APIC_ACCESS_ADDR, S_APIC,
     "The physical address of the page at which the processor recognises accesses to the guest's "
     "local APIC."),
TEXT(POSTED_INTR_DESC_ADDR, S_APIC,
     "The physical address of the posted-interrupt descriptor, 64 bytes: a bit for each vector, "
     "and the flag that a notification is outstanding."),
TEXT(VM_FUNCTION_CONTROL, "VM-Function Controls",
     "A bit for each VM function that VMFUNC may invoke in the guest. Bit 0: EPTP switching."),
TEXT(EPT_POINTER, "Extended-Page-Table Pointer (EPTP)",
     "The physical address of the topmost EPT table, the memory type for EPT accesses (bits "
     "2:0), the page-walk length less 1 (bits 5:3), and whether accessed and dirty flags are "
     "used (bit 6)."),
TEXT(EOI_EXIT_BITMAP0, S_APIC,
     "Vectors 0 to 63: a bit that is 1 makes the guest's EOI of it exit."),
TEXT(EOI_EXIT_BITMAP1, S_APIC,
     "Vectors 64 to 127: a bit that is 1 makes the guest's EOI of it exit."),
TEXT(EOI_EXIT_BITMAP2, S_APIC,
     "Vectors 128 to 191: a bit that is 1 makes the guest's EOI of it exit."),
TEXT(EOI_EXIT_BITMAP3, S_APIC,
     "Vectors 192 to 255: a bit that is 1 makes the guest's EOI of it exit."),
TEXT(EPTP_LIST_ADDRESS, "VM-Function Controls",
     "The physical address of a page of 512 EPT pointers, among which VMFUNC 0 chooses."),
TEXT(VMREAD_BITMAP, S_SHADOW,
     "The physical address of the page whose bits say for which fields a VMREAD of the guest "
     "exits (1) or reads the shadow VMCS (0)."),
TEXT(VMWRITE_BITMAP, S_SHADOW,
     "The physical address of the page whose bits say for which fields a VMWRITE of the guest "
     "exits (1) or writes the shadow VMCS (0)."),
TEXT(VE_INFORMATION_ADDRESS, S_VE,
     "The physical address of the page in which a virtualization exception says what happened."),
TEXT(XSS_EXIT_BITMAP, "XSS-Exiting Bitmap",
     "XSAVES and XRSTORS in the guest exit if they touch a component of IA32_XSS whose bit is 1 "
     "here."),
TEXT(ENCLS_EXITING_BITMAP, "ENCLS-Exiting Bitmap",
     "A bit for each leaf function of ENCLS (bit 63 for all above 62): 1 makes it exit."),
TEXT(SPP_TABLE_POINTER, "Sub-Page-Permission-Table Pointer (SPPTP)",
     "The physical address of the topmost of the tables that hold write rights for parts of 128 "
     "bytes."),
TEXT(TSC_MULTIPLIER, "Time-Stamp Counter Offset and Multiplier",
     "What the TSC is multiplied by before the offset is added, with 48 fractional bits. Used if "
     "TSC offsetting and TSC scaling are both on."),
TEXT(TERTIARY_VM_EXEC_CONTROL, S_PROC,
     "The tertiary processor-based VM-execution controls, 64 bits. Used if the primary control "
     "\"activate tertiary controls\" is 1."),
TEXT(ENCLV_EXITING_BITMAP, "ENCLV-Exiting Bitmap",
     "A bit for each leaf function of ENCLV (bit 63 for all above 62): 1 makes it exit."),
TEXT(LOW_PASID_DIRECTORY_ADDR, S_PASID,
     "The physical address of the directory for PASIDs of the guest whose bit 19 is 0."),
TEXT(HIGH_PASID_DIRECTORY_ADDR, S_PASID,
     "The physical address of the directory for PASIDs of the guest whose bit 19 is 1."),
TEXT(SHARED_EPT_POINTER, S_SEAM,
     "For guests of a SEAM module: the EPT tables that translate the addresses of shared memory."),
TEXT(PCONFIG_EXITING_BITMAP, "PCONFIG-Exiting Bitmap",
     "A bit for each leaf function of PCONFIG (bit 63 for all above 62): 1 makes it exit."),
TEXT(HLAT_POINTER, S_HLAT,
     "The guest-physical address of the first page table of HLAT paging, with the attributes of "
     "an address in CR3."),
TEXT(PID_POINTER_TABLE, S_APIC,
     "The physical address of the table that gives, for each virtual APIC ID, the address of the "
     "vCPU's posted-interrupt descriptor."),
TEXT(SECONDARY_VM_EXIT_CONTROLS, "VM-Exit Controls",
     "The secondary VM-exit controls, 64 bits. Used if the VM-exit control \"activate secondary "
     "controls\" is 1."),
TEXT(IA32_SPEC_CTRL_MASK, S_SPEC_CTRL,
     "The bits of IA32_SPEC_CTRL that a WRMSR of the guest cannot change."),
TEXT(IA32_SPEC_CTRL_SHADOW, S_SPEC_CTRL,
     "The value that a RDMSR of IA32_SPEC_CTRL gives the guest: what it wrote last."),
TEXT(INJECTED_EVENT_DATA, S_INJECT,
     "The event data that FRED event delivery gives the guest with an injected event."),

TEXT(GUEST_PHYSICAL_ADDRESS, S_BASIC,
     "After an EPT violation or an EPT misconfiguration: the guest-physical address of the "
     "access. Undefined after most other exits."),
TEXT(VM_EXIT_MSR_DATA, S_EXECUTE,
     "After an exit of WRMSRLIST: the value that was to be written to the MSR."),
TEXT(ORIGINAL_EVENT_DATA, S_DELIVERY,
     "The event data of the event whose delivery by FRED the exit cut short."),

TEXT(VMCS_LINK_POINTER, S_NON_REG,
     "All ones; with VMCS shadowing, the physical address of the shadow VMCS that the guest's "
     "VMREAD and VMWRITE access."),
TEXT(GUEST_IA32_DEBUGCTL, S_REGISTERS,
     "The guest's IA32_DEBUGCTL: loaded and saved if the controls \"load debug controls\" and "
     "\"save debug controls\" are 1."),
GUEST_MSR(GUEST_IA32_PAT, "IA32_PAT",
     "if the controls \"load IA32_PAT\" (VM entry) and \"save IA32_PAT\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_EFER, "IA32_EFER",
     "if the controls \"load IA32_EFER\" (VM entry) and \"save IA32_EFER\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_PERF_GLOBAL_CTRL, "IA32_PERF_GLOBAL_CTRL",
     "if the controls \"load IA32_PERF_GLOBAL_CTRL\" (VM entry) and \"save "
     "IA32_PERF_GLOBAL_CTL\" (VM exit) are 1."),
TEXT(GUEST_PDPTE0, S_NON_REG,
     "With EPT and PAE paging: the guest's page-directory-pointer-table entry 0. VM entries load "
     "it, VM exits save it."),
TEXT(GUEST_PDPTE1, S_NON_REG,
     "With EPT and PAE paging: the guest's page-directory-pointer-table entry 1. VM entries load "
     "it, VM exits save it."),
TEXT(GUEST_PDPTE2, S_NON_REG,
     "With EPT and PAE paging: the guest's page-directory-pointer-table entry 2. VM entries load "
     "it, VM exits save it."),
TEXT(GUEST_PDPTE3, S_NON_REG,
     "With EPT and PAE paging: the guest's page-directory-pointer-table entry 3. VM entries load "
     "it, VM exits save it."),
GUEST_MSR(GUEST_BNDCFGS, "IA32_BNDCFGS",
     "where the processor has a control for it: by VM entries if \"load IA32_BNDCFGS\" is 1, by "
     "VM exits always."),
GUEST_MSR(GUEST_IA32_RTIT_CTL, "IA32_RTIT_CTL",
     "where the processor has a control for it: by VM entries if \"load IA32_RTIT_CTL\" is 1, by "
     "VM exits always."),
GUEST_MSR(GUEST_IA32_LBR_CTL, "IA32_LBR_CTL",
     "where the processor has a control for it: by VM entries if \"load guest IA32_LBR_CTL\" is "
     "1, by VM exits always."),
GUEST_MSR(GUEST_IA32_PKRS, "IA32_PKRS",
     "where the processor has a control for it: by VM entries if \"load PKRS\" is 1, by VM exits "
     "always."),
GUEST_MSR(GUEST_IA32_FRED_CONFIG, "IA32_FRED_CONFIG",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_RSP1, "IA32_FRED_RSP1",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_RSP2, "IA32_FRED_RSP2",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_RSP3, "IA32_FRED_RSP3",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_STKLVLS, "IA32_FRED_STKLVLS",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_SSP1, "IA32_FRED_SSP1",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_SSP2, "IA32_FRED_SSP2",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),
GUEST_MSR(GUEST_IA32_FRED_SSP3, "IA32_FRED_SSP3",
     "if the controls \"load FRED\" (VM entry) and \"save FRED\" (VM exit) are 1."),

HOST_MSR(HOST_IA32_PAT, "IA32_PAT", "load IA32_PAT"),
HOST_MSR(HOST_IA32_EFER, "IA32_EFER", "load IA32_EFER"),
HOST_MSR(HOST_IA32_PERF_GLOBAL_CTRL, "IA32_PERF_GLOBAL_CTRL", "load IA32_PERF_GLOBAL_CTRL"),
HOST_MSR(HOST_IA32_PKRS, "IA32_PKRS", "load PKRS"),
HOST_MSR(HOST_IA32_FRED_CONFIG, "IA32_FRED_CONFIG", "load FRED"),
HOST_MSR(HOST_IA32_FRED_RSP1, "IA32_FRED_RSP1", "load FRED"),
HOST_MSR(HOST_IA32_FRED_RSP2, "IA32_FRED_RSP2", "load FRED"),
HOST_MSR(HOST_IA32_FRED_RSP3, "IA32_FRED_RSP3", "load FRED"),
HOST_MSR(HOST_IA32_FRED_STKLVLS, "IA32_FRED_STKLVLS", "load FRED"),
HOST_MSR(HOST_IA32_FRED_SSP1, "IA32_FRED_SSP1", "load FRED"),
HOST_MSR(HOST_IA32_FRED_SSP2, "IA32_FRED_SSP2", "load FRED"),
HOST_MSR(HOST_IA32_FRED_SSP3, "IA32_FRED_SSP3", "load FRED"),

TEXT(PIN_BASED_VM_EXEC_CONTROL, "Pin-Based VM-Execution Controls",
     "The control word for interrupts and other asynchronous events. IA32_VMX_PINBASED_CTLS and "
     "its TRUE variant say what it may be."),
TEXT(CPU_BASED_VM_EXEC_CONTROL, S_PROC,
     "The control word for what instructions of the guest do. IA32_VMX_PROCBASED_CTLS and its "
     "TRUE variant say what it may be."),
TEXT(EXCEPTION_BITMAP, "Exception Bitmap",
     "A bit for each exception vector, 0 to 31: 1 makes the exception exit. For page faults, "
     "vector 14, the error code counts too."),
TEXT(PAGE_FAULT_ERROR_CODE_MASK, "Exception Bitmap",
     "A page fault exits if bit 14 of the exception bitmap is 1 and its error code, masked by "
     "this, equals the page-fault error-code match; or if neither is so."),
TEXT(PAGE_FAULT_ERROR_CODE_MATCH, "Exception Bitmap",
     "What the masked error code of a page fault is compared with, to decide whether bit 14 of "
     "the exception bitmap holds for it or its opposite."),
TEXT(CR3_TARGET_COUNT, S_CR3,
     "How many of the CR3-target values count: MOV to CR3 with one of these values does not exit."),
TEXT(VM_EXIT_CONTROLS, "VM-Exit Controls",
     "The control word for what VM exits do. IA32_VMX_EXIT_CTLS and its TRUE variant say what it "
     "may be."),
TEXT(VM_EXIT_MSR_STORE_COUNT, S_EXIT_MSRS,
     "How many MSRs VM exits store. IA32_VMX_MISC recommends a maximum."),
TEXT(VM_EXIT_MSR_LOAD_COUNT, S_EXIT_MSRS,
     "How many MSRs VM exits load. IA32_VMX_MISC recommends a maximum; a load that fails is a "
     "VMX abort."),
TEXT(VM_ENTRY_CONTROLS, "VM-Entry Controls",
     "The control word for what VM entries do. IA32_VMX_ENTRY_CTLS and its TRUE variant say what "
     "it may be."),
TEXT(VM_ENTRY_MSR_LOAD_COUNT, S_ENTRY_MSRS,
     "How many MSRs VM entries load. IA32_VMX_MISC recommends a maximum; a load that fails ends "
     "the VM entry with exit reason 34."),
TEXT(VM_ENTRY_INTR_INFO_FIELD, S_INJECT,
     "The event that the VM entry injects: vector (bits 7:0), type (10:8), whether an error code "
     "is delivered (11), and whether there is one at all (31). VM exits clear bit 31."),
TEXT(VM_ENTRY_EXCEPTION_ERROR_CODE, S_INJECT,
     "The error code of the injected exception, if bit 11 of the interruption-information field "
     "says that it has one."),
TEXT(VM_ENTRY_INSTRUCTION_LEN, S_INJECT,
     "The length of the instruction that the injected software interrupt or software exception "
     "stands for: RIP is moved past it."),
TEXT(TPR_THRESHOLD, S_APIC,
     "Bits 3:0: the guest exits when its TPR's priority class, bits 7:4, falls below it. Not "
     "used with virtual-interrupt delivery."),
TEXT(SECONDARY_VM_EXEC_CONTROL, S_PROC,
     "The secondary processor-based VM-execution controls. Used if the primary control "
     "\"activate secondary controls\" is 1; IA32_VMX_PROCBASED_CTLS2 says what it may be."),
TEXT(PLE_GAP, "Controls for PAUSE-Loop Exiting",
     "The longest time between two PAUSEs of one loop, in TSC ticks."),
TEXT(PLE_WINDOW, "Controls for PAUSE-Loop Exiting",
     "The longest time that a loop of PAUSEs may last before the guest exits, in TSC ticks."),
TEXT(INSTRUCTION_TIMEOUT, "Instruction-Timeout Control",
     "How long an operation may keep the processor from an instruction boundary, in "
     "crystal-clock ticks, before the guest exits."),
TEXT(SEAM_GUEST_KEYID, S_SEAM,
     "For guests of a SEAM module: the key with which their private memory is encrypted."),

TEXT(VM_INSTRUCTION_ERROR, "VM-Instruction Error Field",
     "Why the last VMX instruction failed, if it failed with a current VMCS (VMfailValid: "
     "RFLAGS.ZF is 1)."),
TEXT(VM_EXIT_REASON, S_BASIC,
     "Why the guest exited: the basic reason in bits 15:0, and flags; bit 31 says that the VM "
     "entry failed after it had begun."),
TEXT(VM_EXIT_INTR_INFO, S_VECTORED,
     "The event that caused the exit: vector, type, whether it has an error code, and whether "
     "the field is valid (bit 31)."),
TEXT(VM_EXIT_INTR_ERROR_CODE, S_VECTORED,
     "The error code of the exception that caused the exit, if bit 11 of the VM-exit "
     "interruption information is 1."),
TEXT(IDT_VECTORING_INFO_FIELD, S_DELIVERY,
     "The event whose delivery to the guest the exit cut short, in the format of the VM-exit "
     "interruption information. The hypervisor has to inject it again."),
TEXT(IDT_VECTORING_ERROR_CODE, S_DELIVERY,
     "The error code of the event whose delivery was cut short, if it has one."),
TEXT(VM_EXIT_INSTRUCTION_LEN, S_EXECUTE,
     "The length in bytes of the instruction that caused the exit, where an instruction did; "
     "also of a software interrupt or exception whose delivery was cut short."),
TEXT(VMX_INSTRUCTION_INFO, S_EXECUTE,
     "The operands of the instruction that caused the exit: registers, addressing, sizes. The "
     "format depends on the instruction."),

LIMIT(ES), LIMIT(CS), LIMIT(SS), LIMIT(DS), LIMIT(FS), LIMIT(GS), LIMIT(LDTR), LIMIT(TR),
LIMIT(GDTR), LIMIT(IDTR),
RIGHTS(ES), RIGHTS(CS), RIGHTS(SS), RIGHTS(DS), RIGHTS(FS), RIGHTS(GS), RIGHTS(LDTR), RIGHTS(TR),
TEXT(GUEST_INTERRUPTIBILITY_INFO, S_NON_REG,
     "What blocks events in the guest: STI (bit 0), MOV SS (1), SMI (2), NMI (3), and whether "
     "the exit came from inside an enclave (4)."),
TEXT(GUEST_ACTIVITY_STATE, S_NON_REG,
     "0: the guest executes; 1: it is halted; 2: shut down; 3: it waits for a SIPI."),
TEXT(GUEST_SMBASE, S_REGISTERS,
     "The guest's SMBASE. VM exits outside SMM leave it undefined; the SMM-transfer monitor uses "
     "it."),
TEXT(GUEST_SYSENTER_CS, S_REGISTERS,
     "The guest's IA32_SYSENTER_CS: VM entries load it, VM exits save it."),
TEXT(VMX_PREEMPTION_TIMER_VALUE, S_NON_REG,
     "What the VMX-preemption timer starts with at the next VM entry."),

TEXT(HOST_IA32_SYSENTER_CS, S_HOST, "The value that VM exits load into IA32_SYSENTER_CS."),

TEXT(CR0_GUEST_HOST_MASK, S_MASKS,
     "A 1 makes a bit of CR0 the host's: the guest reads it from the read shadow, and exits when "
     "it tries to give it another value than there. A 0 leaves the bit to the guest."),
TEXT(CR4_GUEST_HOST_MASK, S_MASKS,
     "A 1 makes a bit of CR4 the host's: the guest reads it from the read shadow, and exits when "
     "it tries to give it another value than there. A 0 leaves the bit to the guest."),
TEXT(CR0_READ_SHADOW, S_MASKS,
     "What the guest reads in those bits of CR0 that the guest/host mask makes the host's."),
TEXT(CR4_READ_SHADOW, S_MASKS,
     "What the guest reads in those bits of CR4 that the guest/host mask makes the host's."),
TEXT(CR3_TARGET_VALUE0, S_CR3, "The first value that MOV to CR3 may load without an exit."),
TEXT(CR3_TARGET_VALUE1, S_CR3, "The second value that MOV to CR3 may load without an exit."),
TEXT(CR3_TARGET_VALUE2, S_CR3, "The third value that MOV to CR3 may load without an exit."),
TEXT(CR3_TARGET_VALUE3, S_CR3, "The fourth value that MOV to CR3 may load without an exit."),

TEXT(EXIT_QUALIFICATION, S_BASIC,
     "More about the cause of the exit; its format depends on the exit reason: the port of an "
     "I/O instruction, the kind of access of an EPT violation, the register of a MOV to CR."),
TEXT(EXIT_IO_RCX, S_EXECUTE,
     "For an SMM VM exit after an I/O instruction: RCX before the instruction."),
TEXT(EXIT_IO_RSI, S_EXECUTE,
     "For an SMM VM exit after an I/O instruction: RSI before the instruction."),
TEXT(EXIT_IO_RDI, S_EXECUTE,
     "For an SMM VM exit after an I/O instruction: RDI before the instruction."),
TEXT(EXIT_IO_RIP, S_EXECUTE,
     "For an SMM VM exit after an I/O instruction: RIP of the instruction."),
TEXT(GUEST_LINEAR_ADDRESS, S_BASIC,
     "The linear address of the access for an EPT violation (if its qualification says so), INS "
     "and OUTS, and a few others."),

TEXT(GUEST_CR0, S_REGISTERS,
     "The CR0 that the processor has while the guest runs: VM entries load it, VM exits save it. "
     "What the guest sees follows from mask and read shadow."),
TEXT(GUEST_CR3, S_REGISTERS, "The guest's CR3: VM entries load it, VM exits save it."),
TEXT(GUEST_CR4, S_REGISTERS,
     "The CR4 that the processor has while the guest runs: VM entries load it, VM exits save it. "
     "What the guest sees follows from mask and read shadow."),
BASE(ES), BASE(CS), BASE(SS), BASE(DS), BASE(FS), BASE(GS), BASE(LDTR), BASE(TR), BASE(GDTR),
BASE(IDTR),
TEXT(GUEST_DR7, S_REGISTERS,
     "The guest's DR7: loaded and saved if the controls \"load debug controls\" and \"save debug "
     "controls\" are 1."),
TEXT(GUEST_RSP, S_REGISTERS, "The guest's RSP: VM entries load it, VM exits save it."),
TEXT(GUEST_RIP, S_REGISTERS,
     "The guest's RIP: VM entries load it, VM exits save it. After an exit by an instruction it "
     "points to that instruction."),
TEXT(GUEST_RFLAGS, S_REGISTERS, "The guest's RFLAGS: VM entries load it, VM exits save it."),
TEXT(GUEST_PENDING_DBG_EXCEPTIONS, S_NON_REG,
     "Debug exceptions that were recognised but not yet delivered: breakpoints met (bits 3:0), "
     "BS (14), and others. The next VM entry delivers them, if nothing is injected."),
TEXT(GUEST_SYSENTER_ESP, S_REGISTERS,
     "The guest's IA32_SYSENTER_ESP: VM entries load it, VM exits save it."),
TEXT(GUEST_SYSENTER_EIP, S_REGISTERS,
     "The guest's IA32_SYSENTER_EIP: VM entries load it, VM exits save it."),
TEXT(GUEST_S_CET, S_REGISTERS,
     "The guest's IA32_S_CET: VM entries load it if \"load CET state\" is 1, VM exits save it."),
TEXT(GUEST_SSP, S_REGISTERS,
     "The guest's shadow-stack pointer: VM entries load it if \"load CET state\" is 1, VM exits "
     "save it."),
TEXT(GUEST_INTR_SSP_TABLE, S_REGISTERS,
     "The guest's IA32_INTERRUPT_SSP_TABLE_ADDR: VM entries load it if \"load CET state\" is 1, "
     "VM exits save it."),

TEXT(HOST_CR0, S_HOST, "The value that VM exits load into CR0."),
TEXT(HOST_CR3, S_HOST, "The value that VM exits load into CR3."),
TEXT(HOST_CR4, S_HOST, "The value that VM exits load into CR4."),
TEXT(HOST_FS_BASE, S_HOST, "The value that VM exits load into the base of FS. Canonical."),
TEXT(HOST_GS_BASE, S_HOST, "The value that VM exits load into the base of GS. Canonical."),
TEXT(HOST_TR_BASE, S_HOST, "The value that VM exits load into the base of TR. Canonical."),
TEXT(HOST_GDTR_BASE, S_HOST,
     "The value that VM exits load into the base of GDTR; the limit becomes FFFFH. Canonical."),
TEXT(HOST_IDTR_BASE, S_HOST,
     "The value that VM exits load into the base of IDTR; the limit becomes FFFFH. Canonical."),
TEXT(HOST_IA32_SYSENTER_ESP, S_HOST,
     "The value that VM exits load into IA32_SYSENTER_ESP. Canonical."),
TEXT(HOST_IA32_SYSENTER_EIP, S_HOST,
     "The value that VM exits load into IA32_SYSENTER_EIP. Canonical."),
TEXT(HOST_RSP, S_HOST, "The value that VM exits load into RSP."),
TEXT(HOST_RIP, S_HOST, "Where the hypervisor goes on after a VM exit."),
HOST_MSR(HOST_S_CET, "IA32_S_CET", "load CET state"),
HOST_MSR(HOST_SSP, "SSP", "load CET state"),
HOST_MSR(HOST_INTR_SSP_TABLE, "IA32_INTERRUPT_SSP_TABLE_ADDR", "load CET state"),
};
/* clang-format on */

const unsigned int field_text_count = COUNT_OF(field_texts);

const struct field_text *field_text_find(u32 encoding)
{
	for (unsigned int i = 0; i < COUNT_OF(field_texts); i++)
		if (field_texts[i].encoding == encoding)
			return &field_texts[i];
	return NULL;
}
