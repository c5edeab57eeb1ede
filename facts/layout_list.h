/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bits of registers, of fields of the VMCS, and of other values mean:
 *
 *	LAYOUT(constant, width in bits, name, SDM section)    begins one; the rows after it are its
 *	BITS(hi, lo, name, text)                              a field, or a bit; text may be ""
 *	BITS_IF(mask, value, hi, lo, name, text)              where the value has this in the mask
 *	ADDRESS(hi, lo, name)                                 a field that is an address
 *	VALUE(number, text)                                   what a number in it means
 *
 * The first row that applies to a bit counts.  A single bit that is 0 goes without saying, unless
 * a VALUE(0) has words for it.
 *
 * Included where something is made of it, with all five defined.
 *
 * SDM: "Control Registers", "Extended Feature Enable Register", "EFLAGS Register", "Debug
 * Registers", "Information for VM Exits Due to Vectored Events", "Exit Qualification", "Guest
 * Register State", "Guest Non-Register State", "EPT Translation Mechanism"; "IA32_ARCH_CAPABILITIES
 * MSR".
 */
/* clang-format off */
LAYOUT(CR0, 64, "CR0", "Control Registers")
BITS(0, 0, "PE", "protected mode")
BITS(1, 1, "MP", "WAIT heeds TS")
BITS(2, 2, "EM", "no x87: #UD")
BITS(3, 3, "TS", "x87 and SSE instructions raise #NM")
BITS(4, 4, "ET", "always 1")
BITS(5, 5, "NE", "x87 errors raise #MF")
BITS(16, 16, "WP", "supervisor mode may not write to read-only pages")
BITS(18, 18, "AM", "alignment may be checked")
BITS(29, 29, "NW", "not write-through")
BITS(30, 30, "CD", "caches are disabled")
BITS(31, 31, "PG", "paging")

LAYOUT(CR4, 64, "CR4", "Control Registers")
BITS(0, 0, "VME", "virtual-8086 mode extensions")
BITS(1, 1, "PVI", "protected-mode virtual interrupts")
BITS(2, 2, "TSD", "RDTSC at CPL 0 only")
BITS(3, 3, "DE", "breakpoints on I/O ports")
BITS(4, 4, "PSE", "pages of 4 MBytes with 32-bit paging")
BITS(5, 5, "PAE", "PAE, 4-level or 5-level paging")
BITS(6, 6, "MCE", "machine checks raise #MC")
BITS(7, 7, "PGE", "global pages")
BITS(8, 8, "PCE", "RDPMC at any CPL")
BITS(9, 9, "OSFXSR", "SSE")
BITS(10, 10, "OSXMMEXCPT", "SSE errors raise #XM")
BITS(11, 11, "UMIP", "SGDT, SIDT, SLDT, SMSW and STR at CPL 0 only")
BITS(12, 12, "LA57", "5-level paging")
BITS(13, 13, "VMXE", "VMX")
BITS(14, 14, "SMXE", "SMX")
BITS(16, 16, "FSGSBASE", "RDFSBASE and its like")
BITS(17, 17, "PCIDE", "process-context identifiers")
BITS(18, 18, "OSXSAVE", "XSAVE")
BITS(19, 19, "KL", "Key Locker")
BITS(20, 20, "SMEP", "supervisor mode may not execute user pages")
BITS(21, 21, "SMAP", "supervisor mode may not access user pages")
BITS(22, 22, "PKE", "protection keys of user pages")
BITS(23, 23, "CET", "control-flow enforcement")
BITS(24, 24, "PKS", "protection keys of supervisor pages")
BITS(25, 25, "UINTR", "user interrupts")
BITS(27, 27, "LASS", "linear-address-space separation")
BITS(28, 28, "LAM_SUP", "linear-address masking of supervisor addresses")
BITS(32, 32, "FRED", "FRED")

LAYOUT(EFER, 64, "IA32_EFER", "Extended Feature Enable Register")
BITS(0, 0, "SCE", "SYSCALL")
BITS(8, 8, "LME", "IA-32e mode with the next paging")
BITS(10, 10, "LMA", "IA-32e mode is active")
BITS(11, 11, "NXE", "execute-disable")

LAYOUT(RFLAGS, 64, "RFLAGS", "EFLAGS Register")
BITS(0, 0, "CF", "")
BITS(1, 1, "(always 1)", "")
BITS(2, 2, "PF", "")
BITS(4, 4, "AF", "")
BITS(6, 6, "ZF", "")
BITS(7, 7, "SF", "")
BITS(8, 8, "TF", "single step")
BITS(9, 9, "IF", "interrupts are on")
VALUE(0, "interrupts are off")
BITS(10, 10, "DF", "")
BITS(11, 11, "OF", "")
BITS(13, 12, "IOPL", "")
BITS(14, 14, "NT", "nested task")
BITS(16, 16, "RF", "no instruction breakpoint at this one")
BITS(17, 17, "VM", "virtual-8086 mode")
BITS(18, 18, "AC", "")
BITS(19, 19, "VIF", "")
BITS(20, 20, "VIP", "")
BITS(21, 21, "ID", "")

LAYOUT(DEBUGCTL, 64, "IA32_DEBUGCTL", "IA32_DEBUGCTL MSR")
BITS(0, 0, "LBR", "last branches are recorded")
BITS(1, 1, "BTF", "TF steps to the next branch")
BITS(2, 2, "BLD", "bus locks raise #DB")
BITS(6, 6, "TR", "trace messages")
BITS(7, 7, "BTS", "branch-trace store")
BITS(8, 8, "BTINT", "an interrupt when its buffer is full")
BITS(9, 9, "BTS_OFF_OS", "not at CPL 0")
BITS(10, 10, "BTS_OFF_USR", "not above CPL 0")
BITS(11, 11, "FREEZE_LBRS_ON_PMI", "")
BITS(12, 12, "FREEZE_PERFMON_ON_PMI", "")
BITS(13, 13, "ENABLE_UNCORE_PMI", "")
BITS(14, 14, "FREEZE_WHILE_SMM", "")
BITS(15, 15, "RTM_DEBUG", "")

LAYOUT(DR6, 64, "DR6", "Debug Status Register (DR6)")
BITS(0, 0, "B0", "the condition of DR0 was met")
BITS(1, 1, "B1", "the condition of DR1 was met")
BITS(2, 2, "B2", "the condition of DR2 was met")
BITS(3, 3, "B3", "the condition of DR3 was met")
BITS(10, 4, "(always 1 in DR6)", "")
BITS(11, 11, "BLD", "in DR6: 0 tells of a bus lock; in an exit qualification: 1")
BITS(12, 12, "enabled breakpoint", "of pending debug exceptions: one that DR7 enables")
BITS(13, 13, "BD", "a debug register was accessed")
BITS(14, 14, "BS", "single step")
BITS(15, 15, "BT", "task switch")
BITS(16, 16, "RTM", "in DR6: 0 tells of transactional execution; pending debug exceptions: 1")
BITS(31, 17, "(always 1 in DR6)", "")

LAYOUT(FEATURE_CONTROL, 64, "IA32_FEATURE_CONTROL", "Enabling and Entering VMX Operation")
BITS(0, 0, "lock", "nothing can change the MSR until the next reset")
VALUE(0, "not locked: VMXON would fault; the firmware or the kernel has to set it")
BITS(1, 1, "VMX in SMX operation", "")
BITS(2, 2, "VMX outside SMX operation", "VMXON works")
VALUE(0, "VMXON raises #GP(0): the firmware has VMX off")
BITS(17, 17, "SGX launch control", "")
BITS(18, 18, "SGX", "")
BITS(20, 20, "LMCE", "")

LAYOUT(VM_FUNCTIONS, 64, "VM functions", "VM-Function Controls")
BITS(0, 0, "EPTP switching", "VMFUNC 0 takes another EPT pointer of the list")

/* The three that hold an event. */
LAYOUT(INTERRUPTION, 32, "interruption information",
	"Information for VM Exits Due to Vectored Events")
BITS(31, 31, "valid", "")
VALUE(0, "there is no event, and the other bits mean nothing")
VALUE(1, "there is an event")
BITS(10, 8, "type", "")
VALUE(0, "external interrupt")
VALUE(1, "reserved")
VALUE(2, "NMI")
VALUE(3, "hardware exception")
VALUE(4, "software interrupt (INT n)")
VALUE(5, "privileged software exception (INT1)")
VALUE(6, "software exception (INT3 or INTO)")
VALUE(7, "other event")
BITS_IF(0x700, 0x700, 7, 0, "vector", "")
VALUE(0, "pending MTF VM exit")
VALUE(1, "SYSCALL, with FRED")
VALUE(2, "SYSENTER, with FRED")
BITS_IF(0x700, 0x200, 7, 0, "vector", "")
VALUE(2, "NMI")
BITS_IF(0x300, 0, 7, 0, "vector", "")
BITS(7, 0, "vector", "")
#define VECTORS                                                                                    \
	VALUE(0, "#DE, divide error")                                                              \
	VALUE(1, "#DB, debug exception")                                                           \
	VALUE(3, "#BP, breakpoint")                                                                \
	VALUE(4, "#OF, overflow")                                                                  \
	VALUE(5, "#BR, BOUND range exceeded")                                                      \
	VALUE(6, "#UD, undefined opcode")                                                          \
	VALUE(7, "#NM, no x87 unit")                                                               \
	VALUE(8, "#DF, double fault")                                                              \
	VALUE(10, "#TS, invalid TSS")                                                              \
	VALUE(11, "#NP, segment not present")                                                      \
	VALUE(12, "#SS, stack-segment fault")                                                      \
	VALUE(13, "#GP, general protection")                                                       \
	VALUE(14, "#PF, page fault")                                                               \
	VALUE(16, "#MF, x87 error")                                                                \
	VALUE(17, "#AC, alignment check")                                                          \
	VALUE(18, "#MC, machine check")                                                            \
	VALUE(19, "#XM, SIMD error")                                                               \
	VALUE(20, "#VE, virtualization exception")                                                 \
	VALUE(21, "#CP, control protection")
VECTORS
BITS(11, 11, "error code", "an error code goes with it, in a field of its own")
BITS(12, 12, "NMI unblocking due to IRET", "of an exit; undefined of a vectoring event")
BITS(13, 13, "nested exception", "with FRED: it arose while another event was delivered")

LAYOUT(EXCEPTION_BITMAP, 32, "exception bitmap", "Exception Bitmap")
BITS(0, 0, "#DE", "exits")
BITS(1, 1, "#DB", "exits")
BITS(3, 3, "#BP", "exits")
BITS(4, 4, "#OF", "exits")
BITS(5, 5, "#BR", "exits")
BITS(6, 6, "#UD", "exits")
BITS(7, 7, "#NM", "exits")
BITS(8, 8, "#DF", "exits")
BITS(10, 10, "#TS", "exits")
BITS(11, 11, "#NP", "exits")
BITS(12, 12, "#SS", "exits")
BITS(13, 13, "#GP", "exits")
BITS(14, 14, "#PF", "exits where the error code, masked, is the match; else the others exit")
BITS(16, 16, "#MF", "exits")
BITS(17, 17, "#AC", "exits")
BITS(18, 18, "#MC", "exits")
BITS(19, 19, "#XM", "exits")
BITS(20, 20, "#VE", "exits")
BITS(21, 21, "#CP", "exits")

LAYOUT(PAGE_FAULT_ERROR, 32, "page-fault error code", "Page-Fault Exceptions")
BITS(0, 0, "P", "the page is there: a right is missing")
VALUE(0, "a page-table entry is not present")
BITS(1, 1, "W/R", "it was a write")
VALUE(0, "it was a read")
BITS(2, 2, "U/S", "in user mode")
VALUE(0, "in supervisor mode")
BITS(3, 3, "RSVD", "a reserved bit of a page-table entry is 1")
BITS(4, 4, "I/D", "it was an instruction fetch")
BITS(5, 5, "PK", "the page's protection key")
BITS(6, 6, "SS", "it was a shadow-stack access")
BITS(7, 7, "HLAT", "it was met in HLAT paging")
BITS(15, 15, "SGX", "")

LAYOUT(ACCESS_RIGHTS, 32, "access rights", "Guest Register State")
BITS(16, 16, "unusable", "the segment is as one whose selector is null; the other bits mean little")
BITS_IF(0x10, 0x10, 3, 0, "type", "")
VALUE(0, "data, read-only")
VALUE(1, "data, read-only, accessed")
VALUE(2, "data, read/write")
VALUE(3, "data, read/write, accessed")
VALUE(4, "data, read-only, expand-down")
VALUE(5, "data, read-only, expand-down, accessed")
VALUE(6, "data, read/write, expand-down")
VALUE(7, "data, read/write, expand-down, accessed")
VALUE(8, "code, execute-only")
VALUE(9, "code, execute-only, accessed")
VALUE(10, "code, execute/read")
VALUE(11, "code, execute/read, accessed")
VALUE(12, "code, execute-only, conforming")
VALUE(13, "code, execute-only, conforming, accessed")
VALUE(14, "code, execute/read, conforming")
VALUE(15, "code, execute/read, conforming, accessed")
BITS(3, 0, "type", "")
VALUE(1, "16-bit TSS, available")
VALUE(2, "LDT")
VALUE(3, "16-bit TSS, busy")
VALUE(4, "16-bit call gate")
VALUE(5, "task gate")
VALUE(6, "16-bit interrupt gate")
VALUE(7, "16-bit trap gate")
VALUE(9, "32-bit or 64-bit TSS, available")
VALUE(11, "32-bit or 64-bit TSS, busy")
VALUE(12, "32-bit or 64-bit call gate")
VALUE(14, "32-bit or 64-bit interrupt gate")
VALUE(15, "32-bit or 64-bit trap gate")
BITS(4, 4, "S", "code or data")
VALUE(0, "system segment")
BITS(6, 5, "DPL", "")
BITS(7, 7, "P", "present")
VALUE(0, "not present")
BITS(12, 12, "AVL", "")
BITS(13, 13, "L", "64-bit code")
BITS(14, 14, "D/B", "32-bit operands, or stack")
BITS(15, 15, "G", "the limit counts pages of 4 KBytes")

LAYOUT(INTERRUPTIBILITY, 32, "interruptibility state", "Guest Non-Register State")
BITS(0, 0, "blocking by STI", "")
BITS(1, 1, "blocking by MOV SS", "")
BITS(2, 2, "blocking by SMI", "")
BITS(3, 3, "blocking by NMI", "with \"virtual NMIs\": virtual NMIs are blocked")
BITS(4, 4, "enclave interruption", "")

LAYOUT(ACTIVITY, 32, "activity state", "Guest Non-Register State")
BITS(31, 0, "state", "")
VALUE(0, "active")
VALUE(1, "HLT")
VALUE(2, "shutdown")
VALUE(3, "wait-for-SIPI")

LAYOUT(EXIT_REASON, 32, "exit reason", "Basic VM-Exit Information")
BITS(15, 0, "basic exit reason", "")
#define EXIT_REASON(constant, number, kvm, captures, answer, controls, words, section, text)       \
	VALUE(number, words)
#include "facts/exit_reason_list.h"
BITS(25, 25, "prematurely busy shadow stack", "")
BITS(26, 26, "bus lock", "the guest also made a bus lock")
BITS(27, 27, "enclave mode", "the guest was in an enclave")
BITS(28, 28, "pending MTF VM exit", "")
BITS(29, 29, "from VMX root operation", "")
BITS(31, 31, "VM-entry failure", "the guest has not run")

LAYOUT(INSTRUCTION_ERROR, 32, "VM-instruction error", "VM-Instruction Error Numbers")
BITS(31, 0, "error", "")
#define INSTRUCTION_ERROR(constant, number, words, text) VALUE(number, words)
#include "facts/instruction_error_list.h"

/* KVM_EXIT_FAIL_ENTRY, and "KVM: entry failed, hardware error" of QEMU. */
LAYOUT(ENTRY_FAILURE, 64, "hardware entry failure reason", "VM-Entry Failures During or After Loading Guest State")
BITS_IF(0x80000000, 0x80000000, 15, 0, "basic exit reason", "")
VALUE(33, "invalid guest state")
VALUE(34, "MSR loading")
VALUE(41, "machine-check event")
BITS_IF(0x80000000, 0x80000000, 31, 31, "VM-entry failure", "the guest has not run")
BITS(31, 0, "VM-instruction error", "")
VALUE(0, "none: VMLAUNCH or VMRESUME failed without a current VMCS, or a hypervisor below failed it "
	"without a word, as some clouds do where a control is cleared that they force to 1")
#define INSTRUCTION_ERROR(constant, number, words, text) VALUE(number, words)
#include "facts/instruction_error_list.h"

LAYOUT(SUBERROR, 32, "KVM internal error, suberror", "The kvm_run structure (Documentation/virt/kvm/api.rst)")
BITS(31, 0, "suberror", "")
VALUE(1, "an instruction that cannot be emulated")
VALUE(2, "several exceptions met")
VALUE(3, "an exit while an event was delivered")
VALUE(4, "an exit reason that is not expected")

/* Exit qualifications. */
LAYOUT(OF_EXCEPTION, 64, "exit qualification of an exception", "Basic VM-Exit Information")
BITS(63, 0, "qualification", "of #PF the linear address; of #DB bits 3:0 (B0 to B3), 11 (bus lock), 13 "
	"(BD) and 14 (BS); of others nothing")

LAYOUT(OF_SIPI, 64, "exit qualification of a start-up IPI", "Basic VM-Exit Information")
BITS(7, 0, "vector", "the guest starts at this times 4 KBytes")

LAYOUT(OF_TASK_SWITCH, 64, "exit qualification of a task switch", "Exit Qualification for Task Switches")
BITS(15, 0, "selector of the new TSS", "")
BITS(31, 30, "source", "")
VALUE(0, "CALL")
VALUE(1, "IRET")
VALUE(2, "JMP")
VALUE(3, "task gate in the IDT")

LAYOUT(OF_INVLPG, 64, "exit qualification of INVLPG", "Basic VM-Exit Information")
ADDRESS(63, 0, "linear address")

LAYOUT(OF_MEMORY_OPERAND, 64, "exit qualification of an instruction with a memory operand",
	"Basic VM-Exit Information")
BITS(63, 0, "displacement", "of the memory operand")

#define REGISTERS                                                                                  \
	VALUE(0, "RAX")                                                                            \
	VALUE(1, "RCX")                                                                            \
	VALUE(2, "RDX")                                                                            \
	VALUE(3, "RBX")                                                                            \
	VALUE(4, "RSP")                                                                            \
	VALUE(5, "RBP")                                                                            \
	VALUE(6, "RSI")                                                                            \
	VALUE(7, "RDI")                                                                            \
	VALUE(8, "R8")                                                                             \
	VALUE(9, "R9")                                                                             \
	VALUE(10, "R10")                                                                           \
	VALUE(11, "R11")                                                                           \
	VALUE(12, "R12")                                                                           \
	VALUE(13, "R13")                                                                           \
	VALUE(14, "R14")                                                                           \
	VALUE(15, "R15")

LAYOUT(OF_CR_ACCESS, 64, "exit qualification of a control-register access",
	"Exit Qualification for Control-Register Accesses")
BITS(5, 4, "access", "")
VALUE(0, "MOV to the register")
VALUE(1, "MOV from the register")
VALUE(2, "CLTS")
VALUE(3, "LMSW")
BITS(3, 0, "control register", "")
VALUE(0, "CR0")
VALUE(3, "CR3")
VALUE(4, "CR4")
VALUE(8, "CR8")
BITS_IF(0x30, 0x30, 6, 6, "operand", "memory")
VALUE(0, "register")
BITS_IF(0x20, 0, 11, 8, "general-purpose register", "")
REGISTERS
BITS_IF(0x30, 0x30, 31, 16, "source data", "of LMSW")

LAYOUT(OF_MOV_DR, 64, "exit qualification of MOV DR", "Exit Qualification for MOV DR")
BITS(2, 0, "debug register", "")
BITS(4, 4, "direction", "MOV from the register")
VALUE(0, "MOV to the register")
BITS(11, 8, "general-purpose register", "")
REGISTERS

LAYOUT(OF_IO, 64, "exit qualification of an I/O instruction", "Exit Qualification for I/O Instructions")
BITS(31, 16, "port", "")
BITS(2, 0, "size", "")
VALUE(0, "1 byte")
VALUE(1, "2 bytes")
VALUE(3, "4 bytes")
BITS(3, 3, "direction", "IN")
VALUE(0, "OUT")
BITS(4, 4, "string", "INS or OUTS")
BITS(5, 5, "REP", "")
BITS(6, 6, "operand", "the port is in the instruction")
VALUE(0, "the port is in DX")

LAYOUT(OF_GUEST_STATE, 64, "exit qualification of invalid guest state",
	"VM-Entry Failures During or After Loading Guest State")
BITS(63, 0, "kind", "")
VALUE(0, "not told: any of the checks but those of the other numbers")
VALUE(2, "the PDPTEs cannot be loaded")
VALUE(3, "an NMI is injected while STI blocks events")
VALUE(4, "the VMCS link pointer")

LAYOUT(OF_MSR_LOADING, 64, "exit qualification of a failure to load MSRs",
	"VM-Entry Failures During or After Loading Guest State")
BITS(63, 0, "entry", "of the VM-entry MSR-load area, from 1 on")

LAYOUT(OF_APIC_ACCESS, 64, "exit qualification of an APIC access", "Exit Qualification for APIC Accesses")
BITS(11, 0, "offset in the page", "")
BITS(15, 12, "access", "")
VALUE(0, "data read")
VALUE(1, "data write")
VALUE(2, "instruction fetch")
VALUE(3, "event delivery, by linear address")
VALUE(4, "monitoring")
VALUE(10, "event delivery, by guest-physical address")
VALUE(15, "data access or fetch, by guest-physical address")
BITS(16, 16, "asynchronous", "not the access of an instruction, nor of an event's delivery")

LAYOUT(OF_EOI, 64, "exit qualification of a virtualized EOI", "Basic VM-Exit Information")
BITS(7, 0, "vector", "")

LAYOUT(OF_APIC_WRITE, 64, "exit qualification of an APIC write", "Basic VM-Exit Information")
BITS(11, 0, "offset in the page", "")

LAYOUT(OF_EPT_VIOLATION, 64, "exit qualification of an EPT violation",
	"Exit Qualification for EPT Violations")
BITS(0, 0, "data read", "the access was, or also was, a read")
BITS(1, 1, "data write", "the access was, or also was, a write")
BITS(2, 2, "instruction fetch", "the access was a fetch")
BITS(5, 3, "rights of the address", "by all entries of its EPT walk together")
VALUE(0, "none: EPT does not map it")
VALUE(1, "read")
VALUE(2, "write")
VALUE(3, "read, write")
VALUE(4, "execute")
VALUE(5, "read, execute")
VALUE(6, "write, execute")
VALUE(7, "read, write, execute")
BITS(6, 6, "user-mode executable", "with mode-based execute control")
BITS(7, 7, "linear address valid", "the guest-linear address is in a field of its own")
VALUE(0, "no linear address: as of the PDPTEs that MOV to CR loads")
BITS_IF(0x80, 0x80, 8, 8, "what was accessed", "the page that the linear address translates to")
VALUE(0, "an entry of the guest's page tables, during the walk")
BITS_IF(0x180, 0x180, 9, 9, "user-mode address", "as the guest's page tables say (advanced information)")
BITS_IF(0x180, 0x180, 10, 10, "writable", "as the guest's page tables say (advanced information)")
BITS_IF(0x180, 0x180, 11, 11, "execute-disable", "as the guest's page tables say (advanced information)")
BITS(12, 12, "NMI unblocking due to IRET", "")
BITS(13, 13, "shadow-stack access", "")
BITS(14, 14, "supervisor shadow stack", "bit 60 of the EPT entry")
BITS(15, 15, "guest-paging verification", "")
BITS(16, 16, "asynchronous", "not the access of an instruction, nor of an event's delivery: a trace, "
	"or user interrupts")

LAYOUT(OF_PML_FULL, 64, "exit qualification of a full page-modification log",
	"Basic VM-Exit Information")
BITS(12, 12, "NMI unblocking due to IRET", "")

LAYOUT(OF_SPP, 64, "exit qualification of an SPP-related event", "Basic VM-Exit Information")
BITS(11, 11, "kind", "SPP miss")
VALUE(0, "SPP misconfiguration")
BITS(12, 12, "NMI unblocking due to IRET", "")
BITS(16, 16, "asynchronous", "")

LAYOUT(OF_TIMEOUT, 64, "exit qualification of an instruction timeout", "Basic VM-Exit Information")
BITS(0, 0, "VM context invalid", "the guest cannot be resumed")
BITS(12, 12, "NMI unblocking due to IRET", "")

LAYOUT(OF_MSR, 64, "exit qualification of an access to an MSR", "Basic VM-Exit Information")
BITS(63, 0, "MSR", "")

LAYOUT(EPTP, 64, "EPT pointer", "Extended-Page-Table Pointer (EPTP)")
BITS(2, 0, "memory type of the tables", "")
VALUE(0, "uncacheable")
VALUE(6, "write-back")
BITS(5, 3, "levels less 1", "")
VALUE(3, "4 levels")
VALUE(4, "5 levels")
BITS(6, 6, "accessed and dirty flags", "the processor sets them")
BITS(7, 7, "supervisor shadow-stack control", "")
ADDRESS(51, 12, "address of the first table")

LAYOUT(EPT_ENTRY, 64, "EPT entry", "EPT Translation Mechanism")
BITS(2, 0, "rights", "")
VALUE(0, "none: not present, unless bit 10 counts")
VALUE(1, "read")
VALUE(2, "write without read: an EPT misconfiguration")
VALUE(3, "read, write")
VALUE(4, "execute only: an EPT misconfiguration but where bit 0 of IA32_VMX_EPT_VPID_CAP is 1")
VALUE(5, "read, execute")
VALUE(6, "write without read: an EPT misconfiguration")
VALUE(7, "read, write, execute")
BITS(5, 3, "memory type", "of an entry that maps a page; else reserved")
VALUE(0, "uncacheable, or an entry that refers to a table")
VALUE(1, "write-combining")
VALUE(2, "an EPT misconfiguration")
VALUE(3, "an EPT misconfiguration")
VALUE(4, "write-through")
VALUE(5, "write-protected")
VALUE(6, "write-back")
VALUE(7, "an EPT misconfiguration")
BITS(6, 6, "ignore PAT", "the memory type is that of EPT alone")
BITS(7, 7, "maps a page", "of 1 GByte or 2 MBytes; ignored in the last level")
BITS(8, 8, "accessed", "")
BITS(9, 9, "dirty", "")
BITS(10, 10, "execute in user mode", "with mode-based execute control")
ADDRESS(51, 12, "address")
BITS(57, 57, "verify guest paging", "")
BITS(58, 58, "paging-write access", "")
BITS(60, 60, "supervisor shadow stack", "")
BITS(61, 61, "sub-page write permissions", "")
BITS(63, 63, "suppress #VE", "")

LAYOUT(ARCH_CAPABILITIES, 64, "IA32_ARCH_CAPABILITIES", "IA32_ARCH_CAPABILITIES MSR")
BITS(0, 0, "RDCL_NO", "not affected by Meltdown")
BITS(1, 1, "IBRS_ALL", "enhanced IBRS")
BITS(2, 2, "RSBA", "RET may use other predictions when the RSB is empty")
BITS(3, 3, "SKIP_L1DFL_VMENTRY", "no flush of the L1D cache is needed at VM entry")
BITS(4, 4, "SSB_NO", "not affected by speculative store bypass")
BITS(5, 5, "MDS_NO", "not affected by MDS")
BITS(6, 6, "IF_PSCHANGE_MC_NO", "no machine check by a change of page size (iTLB multihit)")
BITS(7, 7, "TSX_CTRL", "IA32_TSX_CTRL is there")
BITS(8, 8, "TAA_NO", "not affected by TAA")
BITS(9, 9, "MCU_CONTROL", "IA32_MCU_CONTROL is there")
BITS(10, 10, "MISC_PACKAGE_CTLS", "IA32_MISC_PACKAGE_CTLS is there")
BITS(11, 11, "ENERGY_FILTERING_CTL", "")
BITS(12, 12, "DOITM", "data-operand-independent timing mode")
BITS(13, 13, "SBDR_SSDP_NO", "not affected by SBDR and SSDP")
BITS(14, 14, "FBSDP_NO", "not affected by FBSDP")
BITS(15, 15, "PSDP_NO", "not affected by PSDP")
BITS(17, 17, "FB_CLEAR", "VERW clears fill buffers")
BITS(18, 18, "FB_CLEAR_CTRL", "IA32_MCU_OPT_CTRL can turn that off")
BITS(19, 19, "RRSBA", "RET may use other predictions in a restricted way")
BITS(20, 20, "BHI_NO", "not affected by branch history injection")
BITS(21, 21, "XAPIC_DISABLE_STATUS", "")
BITS(23, 23, "OVERCLOCKING_STATUS", "")
BITS(24, 24, "PBRSB_NO", "not affected by post-barrier RSB predictions")
BITS(25, 25, "GDS_CTRL", "the mitigation of GDS can be turned off")
BITS(26, 26, "GDS_NO", "not affected by gather data sampling")
BITS(27, 27, "RFDS_NO", "not affected by register-file data sampling")
BITS(28, 28, "RFDS_CLEAR", "VERW clears register files")
BITS(62, 62, "ITS_NO", "not affected by indirect target selection")

LAYOUT(CORE_CAPABILITIES, 64, "IA32_CORE_CAPABILITIES", "Architectural MSRs")
BITS(0, 0, "STLB_QOS", "")
BITS(2, 2, "FUSA", "")
BITS(3, 3, "RSM in CPL0 only", "")
BITS(4, 4, "UC_LOCK_DISABLE", "a lock of uncacheable memory can raise #GP(0)")
BITS(5, 5, "SPLIT_LOCK_DISABLE", "a split lock can raise #AC(0)")
BITS(6, 6, "SNOOP_FILTER_QOS", "")

LAYOUT(MISC_ENABLE, 64, "IA32_MISC_ENABLE", "Architectural MSRs")
BITS(0, 0, "fast strings", "")
BITS(3, 3, "automatic thermal control", "")
BITS(7, 7, "performance monitoring available", "")
BITS(11, 11, "branch-trace storage unavailable", "")
BITS(12, 12, "PEBS unavailable", "")
BITS(16, 16, "enhanced SpeedStep", "")
BITS(18, 18, "MONITOR and MWAIT", "")
BITS(22, 22, "limit CPUID to leaf 3", "")
BITS(23, 23, "xTPR messages disabled", "")
BITS(34, 34, "execute-disable disabled", "")
BITS(38, 38, "turbo disabled", "")
/* clang-format on */
#undef VECTORS
#undef REGISTERS
#undef LAYOUT
#undef BITS
#undef BITS_IF
#undef ADDRESS
#undef VALUE
