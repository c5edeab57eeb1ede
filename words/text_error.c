// SPDX-License-Identifier: GPL-2.0
/*
 * What each VM-instruction error means; core/vmcs/access.c has the SDM's words for it.
 *
 * SDM: "VM-Instruction Error Numbers".
 */
#include "text.h"
#include "vmcs/vmcs.h"

/* clang-format off */
const struct error_text error_texts[] = {
{1,
 "The hypervisor itself executed VMCALL. There it serves only to activate an SMM-transfer "
 "monitor, and none is set up."},
{2,
 "The address given to VMCLEAR is not a multiple of 4096, or has bits beyond the processor's "
 "physical-address width."},
{3,
 "The address given to VMCLEAR is that of the VMXON region, which must not be used as a VMCS."},
{4,
 "The current VMCS was already launched since its last VMCLEAR: VMRESUME has to be used, or "
 "VMCLEAR before."},
{5,
 "The current VMCS was not launched since its last VMCLEAR: VMLAUNCH has to be used."},
{6,
 "After the VMCS was launched the processor left VMX operation and entered it again, and "
 "VMRESUME was used on it."},
{7,
 "A check of the VM-execution, VM-exit or VM-entry control fields failed: a bit that the "
 "capability MSRs do not allow, controls that contradict each other, or an address that is not "
 "aligned or too large. The guest has not run, and the VMCS does not say which field it was."},
{8,
 "A check of the host-state area failed: control registers, selectors, MSRs or addresses that "
 "the processor could not load at the next exit. The guest has not run, and the VMCS does not "
 "say which field it was."},
{9,
 "The address given to VMPTRLD is not a multiple of 4096, or has bits beyond the processor's "
 "physical-address width."},
{10,
 "The address given to VMPTRLD is that of the VMXON region, which must not be used as a VMCS."},
{11,
 "The first 31 bits of the region are not the revision identifier that IA32_VMX_BASIC tells, or "
 "bit 31 (shadow VMCS) is 1 and the processor has no VMCS shadowing."},
{12,
 "No field of this processor's VMCS has the encoding that VMREAD or VMWRITE was given. `lintel "
 "explain field:ENCODING' says which control a field goes with."},
{13,
 "VMWRITE was given a field of VM-exit information, and the processor cannot write those: bit 29 "
 "of IA32_VMX_MISC is 0."},
{15,
 "The processor is in VMX operation already."},
{16,
 "At a VM entry that returns from SMM, the executive-VMCS pointer is not aligned or too large, "
 "or the region has another revision identifier."},
{17,
 "At a VM entry that returns from SMM to a guest, the VMCS that the executive-VMCS pointer names "
 "was not launched."},
{18,
 "At a VM entry that ends the dual-monitor treatment, the executive-VMCS pointer does not hold "
 "the address of the VMXON region."},
{19,
 "VMCALL was to activate the SMM-transfer monitor, and the launch state of the current VMCS is "
 "not clear."},
{20,
 "VMCALL was to activate the SMM-transfer monitor, and the VM-exit controls of the current VMCS "
 "have values that are not allowed."},
{22,
 "VMCALL was to activate the SMM-transfer monitor, and the MSEG header has another revision "
 "identifier than IA32_VMX_MISC tells."},
{23,
 "VMXOFF was executed while the dual-monitor treatment of SMIs was active. The SMM-transfer "
 "monitor has to end it first."},
{24,
 "VMCALL was to activate the SMM-transfer monitor, and the MSEG header asks for features that "
 "the processor does not have."},
{25,
 "At a VM entry that returns from SMM to a guest, the VM-execution controls of the executive "
 "VMCS have values that are not allowed."},
{26,
 "VMLAUNCH or VMRESUME directly followed a MOV to SS or POP SS of the hypervisor, which blocks "
 "events for one instruction."},
{28,
 "The type in INVEPT's or INVVPID's register operand is not supported (IA32_VMX_EPT_VPID_CAP "
 "tells which are), or its descriptor has reserved bits, VPID 0 or an address that is not "
 "canonical."},
};
/* clang-format on */

const unsigned int error_text_count = COUNT_OF(error_texts);

const struct error_text *error_text_find(u32 number)
{
	for (unsigned int i = 0; i < COUNT_OF(error_texts); i++)
		if (error_texts[i].number == number)
			return &error_texts[i];
	return NULL;
}

const char *error_text_name(u32 number)
{
	return vmcs_instruction_error(number);
}
