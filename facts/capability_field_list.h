/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the capability MSRs that are no control bits: highest and lowest bit, the type and
 * name of the member that holds it decoded, the SDM's name, what it says.  In the order of the MSRs
 * and bits.
 *
 * A row is CONFIG_FIELD() if it is a member of struct vmcs_config, else a member of struct
 * vmx_capability: BASIC_, MISC_, EPT_ and VPID_FIELD() of the part of that name, OTHER_FIELD() of
 * none.  Included with
 *
 *	CAPABILITY_FIELD(msr, hi, lo, home, member, name, text)
 *
 * defined, which is every row alike (home is CONFIG or CAPABILITY), or with one of the others for
 * its rows alone.
 *
 * SDM: appendix "VMX Capability Reporting Facility": "Basic VMX Information", "Miscellaneous Data",
 * "VMX-Fixed Bits in CR0", "VMX-Fixed Bits in CR4", "VMCS Enumeration", "VPID and EPT
 * Capabilities", "VM Functions".
 */
/* clang-format off */
#ifdef CAPABILITY_FIELD
#define CONFIG_FIELD(msr, hi, lo, member, name, text) \
	CAPABILITY_FIELD(msr, hi, lo, CONFIG, member, name, text)
#define BASIC_FIELD(hi, lo, type, member, name, text) \
	CAPABILITY_FIELD(BASIC, hi, lo, CAPABILITY, basic.member, name, text)
#define MISC_FIELD(hi, lo, type, member, name, text) \
	CAPABILITY_FIELD(MISC, hi, lo, CAPABILITY, misc.member, name, text)
#define EPT_FIELD(hi, lo, type, member, name, text) \
	CAPABILITY_FIELD(EPT_VPID_CAP, hi, lo, CAPABILITY, ept.member, name, text)
#define VPID_FIELD(hi, lo, type, member, name, text) \
	CAPABILITY_FIELD(EPT_VPID_CAP, hi, lo, CAPABILITY, vpid.member, name, text)
#define OTHER_FIELD(msr, hi, lo, type, member, name, text) \
	CAPABILITY_FIELD(msr, hi, lo, CAPABILITY, member, name, text)
#endif

#ifndef CONFIG_FIELD
#define CONFIG_FIELD(...)
#endif
#ifndef BASIC_FIELD
#define BASIC_FIELD(...)
#endif
#ifndef MISC_FIELD
#define MISC_FIELD(...)
#endif
#ifndef EPT_FIELD
#define EPT_FIELD(...)
#endif
#ifndef VPID_FIELD
#define VPID_FIELD(...)
#endif
#ifndef OTHER_FIELD
#define OTHER_FIELD(...)
#endif

CONFIG_FIELD(BASIC, 30, 0, revision_id, "VMCS revision identifier",
	"Software writes it to the first 31 bits of each VMXON region and VMCS. Processors with "
	"the same number use the same format.")
CONFIG_FIELD(BASIC, 44, 32, size, "size of the VMCS region",
	"How many bytes a VMXON region and a VMCS have: 1 to 4096.")
BASIC_FIELD(48, 48, bool, addresses_32bit, "physical addresses limited to 32 bits",
	"The addresses of the VMXON region, of VMCSs and of what they point to are limited to 32 "
	"bits. It is 0 on processors with Intel 64.")
BASIC_FIELD(49, 49, bool, dual_monitor, "dual-monitor treatment of SMM",
	"The processor can treat SMIs and SMM with two monitors: the SMM-transfer monitor gets "
	"what happens in SMM.")
BASIC_FIELD(53, 50, u8, memory_type, "memory type for the VMCS",
	"The memory type with which software should access VMCSs: 6 is write-back, 0 uncacheable; "
	"no other is in use.")
BASIC_FIELD(54, 54, bool, ins_outs_info, "information on INS and OUTS exits",
	"For exits of INS and OUTS the VM-exit instruction information says address size and "
	"segment.")
BASIC_FIELD(55, 55, bool, true_ctls, "TRUE control MSRs",
	"There are four more capability MSRs, which tell for bits of the default1 class too "
	"whether they may be 0.")
BASIC_FIELD(56, 56, bool, any_error_code, "error code with any exception vector",
	"A hardware exception may be injected with or without an error code, whatever its vector. "
	"Without, VM entry checks that just those that have one get one.")
BASIC_FIELD(58, 58, bool, nested_exception, "nested-exception indication",
	"The processor tells of nested exceptions, as FRED event delivery needs it: in bit 13 of "
	"the interruption-information fields.")

MISC_FIELD(4, 0, u8, preemption_timer_shift, "VMX-preemption timer shift",
	"X: the VMX-preemption timer counts once each time bit X of the TSC changes.")
MISC_FIELD(5, 5, bool, stores_lma, "EFER.LMA stored at VM exit",
	"VM exits store IA32_EFER.LMA in the VM-entry control \"IA-32e mode guest\". It is 1 on "
	"processors with unrestricted guest.")
MISC_FIELD(6, 6, bool, activity_hlt, "activity state HLT",
	"VM entry may put the guest into the activity state HLT.")
MISC_FIELD(7, 7, bool, activity_shutdown, "activity state shutdown",
	"VM entry may put the guest into the activity state shutdown.")
MISC_FIELD(8, 8, bool, activity_wait_for_sipi, "activity state wait-for-SIPI",
	"VM entry may put the guest into the activity state wait-for-SIPI.")
MISC_FIELD(14, 14, bool, pt_in_vmx, "Intel PT in VMX operation",
	"Intel PT can be used in VMX operation. If 0, VMXON turns it off.")
MISC_FIELD(15, 15, bool, smbase_msr, "IA32_SMBASE readable in SMM",
	"In SMM, RDMSR can read IA32_SMBASE.")
MISC_FIELD(24, 16, u16, cr3_targets, "number of CR3-target values",
	"How many CR3-target values there are.")
MISC_FIELD(27, 25, u16, msr_list_max, "recommended maximum of MSR lists (512 * (N + 1))",
	"N: more than 512 * (N + 1) MSRs in a list of VM entry or exit are not recommended; the "
	"processor may fail in any way.")
MISC_FIELD(28, 28, bool, smi_block_by_vmxoff, "SMIs blocked unless VMXOFF unblocks them",
	"Bit 2 of IA32_SMM_MONITOR_CTL can be set: then VMXOFF leaves SMIs blocked.")
MISC_FIELD(29, 29, bool, vmwrite_exit_info, "VMWRITE to VM-exit information fields",
	"VMWRITE can write every field of the VMCS, VM-exit information too. Nested VMX with VMCS "
	"shadowing needs it.")
MISC_FIELD(30, 30, bool, inject_length_0, "injection with instruction length 0",
	"A software interrupt or software exception may be injected with an instruction length of "
	"0.")
MISC_FIELD(63, 32, u32, mseg_revision, "MSEG revision identifier",
	"What the MSEG header of an SMM-transfer monitor has to begin with.")

CONFIG_FIELD(CR0_FIXED0, 63, 0, cr0_fixed0, "CR0 bits fixed to 1",
	"The bits of CR0 that must be 1 in VMX operation: PE, NE and PG as a rule. Unrestricted "
	"guests may have PE and PG 0.")

CONFIG_FIELD(CR0_FIXED1, 63, 0, cr0_fixed1, "CR0 bits not fixed to 0",
	"The bits of CR0 that may be 1 in VMX operation.")

CONFIG_FIELD(CR4_FIXED0, 63, 0, cr4_fixed0, "CR4 bits fixed to 1",
	"The bits of CR4 that must be 1 in VMX operation: VMXE as a rule.")

CONFIG_FIELD(CR4_FIXED1, 63, 0, cr4_fixed1, "CR4 bits not fixed to 0",
	"The bits of CR4 that may be 1 in VMX operation.")

OTHER_FIELD(VMCS_ENUM, 9, 1, u16, vmcs_enum_max_index, "highest index of a VMCS field",
	"The highest index that the encoding of a VMCS field has, bits 9:1 of it.")

EPT_FIELD(0, 0, bool, execute_only, "execute-only EPT translations",
	"An EPT entry may allow the execution of a page without allowing to read it.")
EPT_FIELD(6, 6, bool, walk_length_4, "EPT page-walk length 4",
	"EPT may have four levels of tables.")
EPT_FIELD(7, 7, bool, walk_length_5, "EPT page-walk length 5",
	"EPT may have five levels of tables.")
EPT_FIELD(8, 8, bool, memory_uc, "EPT structures in uncacheable memory",
	"The EPT pointer may say that the tables are accessed as uncacheable memory.")
EPT_FIELD(14, 14, bool, memory_wb, "EPT structures in write-back memory",
	"The EPT pointer may say that the tables are accessed as write-back memory.")
EPT_FIELD(16, 16, bool, page_2m, "EPT 2-MByte pages",
	"An entry of an EPT page directory may map 2 MBytes.")
EPT_FIELD(17, 17, bool, page_1g, "EPT 1-GByte pages",
	"An entry of an EPT page-directory-pointer table may map 1 GByte.")
EPT_FIELD(20, 20, bool, invept, "INVEPT",
	"The processor has INVEPT, which drops cached translations that came from EPT tables.")
EPT_FIELD(21, 21, bool, accessed_dirty, "EPT accessed and dirty flags",
	"The processor can set accessed and dirty flags in EPT entries, if bit 6 of the EPT "
	"pointer says so.")
EPT_FIELD(22, 22, bool, advanced_exit_info, "advanced VM-exit information for EPT violations",
	"The exit qualification of an EPT violation also tells of the guest's page tables: "
	"whether the linear address is a user-mode one, writable, executable.")
EPT_FIELD(23, 23, bool, supervisor_shadow_stack, "EPT supervisor shadow-stack control",
	"EPT entries can tell which pages are supervisor shadow-stack pages, if bit 7 of the EPT "
	"pointer says so.")
EPT_FIELD(25, 25, bool, invept_single, "single-context INVEPT",
	"INVEPT type 1: translations of one EPT pointer.")
EPT_FIELD(26, 26, bool, invept_all, "all-context INVEPT",
	"INVEPT type 2: translations of all EPT pointers.")
VPID_FIELD(32, 32, bool, invvpid, "INVVPID",
	"The processor has INVVPID, which drops cached translations by their VPID.")
VPID_FIELD(40, 40, bool, individual_address, "individual-address INVVPID",
	"INVVPID type 0: one linear address of one VPID.")
VPID_FIELD(41, 41, bool, single_context, "single-context INVVPID",
	"INVVPID type 1: all translations of one VPID.")
VPID_FIELD(42, 42, bool, all_contexts, "all-context INVVPID",
	"INVVPID type 2: all translations of all VPIDs but 0.")
VPID_FIELD(43, 43, bool, single_retaining_globals, "single-context-retaining-globals INVVPID",
	"INVVPID type 3: the translations of one VPID that are not global.")
EPT_FIELD(53, 48, u8, hlat_prefix_max, "maximum HLAT prefix size",
	"The largest value that the HLAT prefix size may have.")

OTHER_FIELD(VMFUNC, 63, 0, u64, vmfunc, "allowed VM functions",
	"A bit for each VM function that the VM-function controls may enable. Bit 0: EPTP "
	"switching.")

#undef CAPABILITY_FIELD
#undef CONFIG_FIELD
#undef BASIC_FIELD
#undef MISC_FIELD
#undef EPT_FIELD
#undef VPID_FIELD
#undef OTHER_FIELD
/* clang-format on */
