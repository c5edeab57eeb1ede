/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VM-instruction errors, a row each: constant, number, the SDM's words, what it means.
 *
 * Included where a table is made of it, with INSTRUCTION_ERROR() defined.
 *
 * SDM: "VM-Instruction Error Numbers".
 */
/* clang-format off */
INSTRUCTION_ERROR(VMCALL_IN_ROOT, 1,
	"VMCALL executed in VMX root operation",
	"The hypervisor itself executed VMCALL. There it serves only to activate an SMM-transfer "
	"monitor, and none is set up.")
INSTRUCTION_ERROR(VMCLEAR_ADDRESS, 2,
	"VMCLEAR with invalid physical address",
	"The address given to VMCLEAR is not a multiple of 4096, or has bits beyond the processor's "
	"physical-address width.")
INSTRUCTION_ERROR(VMCLEAR_VMXON_POINTER, 3,
	"VMCLEAR with VMXON pointer",
	"The address given to VMCLEAR is that of the VMXON region, which must not be used as a VMCS.")
INSTRUCTION_ERROR(VMLAUNCH_NOT_CLEAR, 4,
	"VMLAUNCH with non-clear VMCS",
	"The current VMCS was already launched since its last VMCLEAR: VMRESUME has to be used, or "
	"VMCLEAR before.")
INSTRUCTION_ERROR(VMRESUME_NOT_LAUNCHED, 5,
	"VMRESUME with non-launched VMCS",
	"The current VMCS was not launched since its last VMCLEAR: VMLAUNCH has to be used.")
INSTRUCTION_ERROR(VMRESUME_AFTER_VMXOFF, 6,
	"VMRESUME after VMXOFF (VMXOFF and VMXON between VMLAUNCH and VMRESUME)",
	"After the VMCS was launched the processor left VMX operation and entered it again, and "
	"VMRESUME was used on it.")
INSTRUCTION_ERROR(ENTRY_CONTROLS, 7,
	"VM entry with invalid control field(s)",
	"A check of the VM-execution, VM-exit or VM-entry control fields failed: a bit that the "
	"capability MSRs do not allow, controls that contradict each other, or an address that is not "
	"aligned or too large. The guest has not run, and the VMCS does not say which field it was.")
INSTRUCTION_ERROR(ENTRY_HOST_STATE, 8,
	"VM entry with invalid host-state field(s)",
	"A check of the host-state area failed: control registers, selectors, MSRs or addresses that "
	"the processor could not load at the next exit. The guest has not run, and the VMCS does not "
	"say which field it was.")
INSTRUCTION_ERROR(VMPTRLD_ADDRESS, 9,
	"VMPTRLD with invalid physical address",
	"The address given to VMPTRLD is not a multiple of 4096, or has bits beyond the processor's "
	"physical-address width.")
INSTRUCTION_ERROR(VMPTRLD_VMXON_POINTER, 10,
	"VMPTRLD with VMXON pointer",
	"The address given to VMPTRLD is that of the VMXON region, which must not be used as a VMCS.")
INSTRUCTION_ERROR(VMPTRLD_REVISION, 11,
	"VMPTRLD with incorrect VMCS revision identifier",
	"The first 31 bits of the region are not the revision identifier that IA32_VMX_BASIC tells, "
	"or bit 31 (shadow VMCS) is 1 and the processor has no VMCS shadowing.")
INSTRUCTION_ERROR(UNSUPPORTED_FIELD, 12,
	"VMREAD/VMWRITE from/to unsupported VMCS component",
	"No field of this processor's VMCS has the encoding that VMREAD or VMWRITE was given. `lintel "
	"explain field:ENCODING' says which control a field goes with.")
INSTRUCTION_ERROR(READ_ONLY_FIELD, 13,
	"VMWRITE to read-only VMCS component",
	"VMWRITE was given a field of VM-exit information, and the processor cannot write those: bit "
	"29 of IA32_VMX_MISC is 0.")
INSTRUCTION_ERROR(VMXON_IN_ROOT, 15,
	"VMXON executed in VMX root operation",
	"The processor is in VMX operation already.")
INSTRUCTION_ERROR(ENTRY_EXECUTIVE_POINTER, 16,
	"VM entry with invalid executive-VMCS pointer",
	"At a VM entry that returns from SMM, the executive-VMCS pointer is not aligned or too large, "
	"or the region has another revision identifier.")
INSTRUCTION_ERROR(ENTRY_EXECUTIVE_NOT_LAUNCHED, 17,
	"VM entry with non-launched executive VMCS",
	"At a VM entry that returns from SMM to a guest, the VMCS that the executive-VMCS pointer "
	"names was not launched.")
INSTRUCTION_ERROR(ENTRY_EXECUTIVE_NOT_VMXON_POINTER, 18,
	"VM entry with executive-VMCS pointer not VMXON pointer (when attempting to deactivate the "
	"dual-monitor treatment of SMIs and SMM)",
	"At a VM entry that ends the dual-monitor treatment, the executive-VMCS pointer does not hold "
	"the address of the VMXON region.")
INSTRUCTION_ERROR(VMCALL_NOT_CLEAR, 19,
	"VMCALL with non-clear VMCS (when attempting to activate the dual-monitor treatment of SMIs "
	"and SMM)",
	"VMCALL was to activate the SMM-transfer monitor, and the launch state of the current VMCS is "
	"not clear.")
INSTRUCTION_ERROR(VMCALL_EXIT_CONTROLS, 20,
	"VMCALL with invalid VM-exit control fields",
	"VMCALL was to activate the SMM-transfer monitor, and the VM-exit controls of the current "
	"VMCS have values that are not allowed.")
INSTRUCTION_ERROR(VMCALL_MSEG_REVISION, 22,
	"VMCALL with incorrect MSEG revision identifier (when attempting to activate the dual-monitor "
	"treatment of SMIs and SMM)",
	"VMCALL was to activate the SMM-transfer monitor, and the MSEG header has another revision "
	"identifier than IA32_VMX_MISC tells.")
INSTRUCTION_ERROR(VMXOFF_DUAL_MONITOR, 23,
	"VMXOFF under dual-monitor treatment of SMIs and SMM",
	"VMXOFF was executed while the dual-monitor treatment of SMIs was active. The SMM-transfer "
	"monitor has to end it first.")
INSTRUCTION_ERROR(VMCALL_MONITOR_FEATURES, 24,
	"VMCALL with invalid SMM-monitor features (when attempting to activate the dual-monitor "
	"treatment of SMIs and SMM)",
	"VMCALL was to activate the SMM-transfer monitor, and the MSEG header asks for features that "
	"the processor does not have.")
INSTRUCTION_ERROR(ENTRY_EXECUTIVE_CONTROLS, 25,
	"VM entry with invalid VM-execution control fields in executive VMCS (when attempting to "
	"return from SMM)",
	"At a VM entry that returns from SMM to a guest, the VM-execution controls of the executive "
	"VMCS have values that are not allowed.")
INSTRUCTION_ERROR(ENTRY_BLOCKED_BY_MOV_SS, 26,
	"VM entry with events blocked by MOV SS",
	"VMLAUNCH or VMRESUME directly followed a MOV to SS or POP SS of the hypervisor, which blocks "
	"events for one instruction.")
INSTRUCTION_ERROR(INVALIDATION_OPERAND, 28,
	"Invalid operand to INVEPT/INVVPID",
	"The type in INVEPT's or INVVPID's register operand is not supported (IA32_VMX_EPT_VPID_CAP "
	"tells which are), or its descriptor has reserved bits, VPID 0 or an address that is not "
	"canonical.")
/* clang-format on */

#undef INSTRUCTION_ERROR
