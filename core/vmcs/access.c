// SPDX-License-Identifier: GPL-2.0
/*
 * What the fast VMREAD and VMWRITE of vmcs.h do not do: an access that failed is tried once more
 * and put into words.
 *
 * SDM: "VMREAD", "VMWRITE", "VM-Instruction Error Numbers".
 */
#include "vmcs/field_table.h"

static const char *const instruction_errors[] = {
	[1] = "VMCALL executed in VMX root operation",
	[2] = "VMCLEAR with invalid physical address",
	[3] = "VMCLEAR with VMXON pointer",
	[4] = "VMLAUNCH with non-clear VMCS",
	[5] = "VMRESUME with non-launched VMCS",
	[6] = "VMRESUME after VMXOFF (VMXOFF and VMXON between VMLAUNCH and VMRESUME)",
	[7] = "VM entry with invalid control field(s)",
	[8] = "VM entry with invalid host-state field(s)",
	[9] = "VMPTRLD with invalid physical address",
	[10] = "VMPTRLD with VMXON pointer",
	[11] = "VMPTRLD with incorrect VMCS revision identifier",
	[12] = "VMREAD/VMWRITE from/to unsupported VMCS component",
	[13] = "VMWRITE to read-only VMCS component",
	[15] = "VMXON executed in VMX root operation",
	[16] = "VM entry with invalid executive-VMCS pointer",
	[17] = "VM entry with non-launched executive VMCS",
	[18] = "VM entry with executive-VMCS pointer not VMXON pointer (when attempting to "
	       "deactivate the dual-monitor treatment of SMIs and SMM)",
	[19] = "VMCALL with non-clear VMCS (when attempting to activate the dual-monitor treatment "
	       "of SMIs and SMM)",
	[20] = "VMCALL with invalid VM-exit control fields",
	[22] = "VMCALL with incorrect MSEG revision identifier (when attempting to activate the "
	       "dual-monitor treatment of SMIs and SMM)",
	[23] = "VMXOFF under dual-monitor treatment of SMIs and SMM",
	[24] = "VMCALL with invalid SMM-monitor features (when attempting to activate the "
	       "dual-monitor treatment of SMIs and SMM)",
	[25] = "VM entry with invalid VM-execution control fields in executive VMCS (when "
	       "attempting to return from SMM)",
	[26] = "VM entry with events blocked by MOV SS",
	[28] = "Invalid operand to INVEPT/INVVPID",
};

const char *vmcs_instruction_error(u32 number)
{
	const char *words = NULL;

	if (number < COUNT_OF(instruction_errors))
		words = instruction_errors[number];
	return words ? words : "an error the SDM does not name";
}

/* Why the last access failed, for the log. */
static const char *reason(enum vmx_status status, u64 *number)
{
	*number = 0;
	if (status == VMX_FAIL_INVALID)
		return "no VMCS is current";
	if (host_vmread(VM_INSTRUCTION_ERROR, number) != VMX_SUCCEED)
		return "and the error number cannot be read";
	return vmcs_instruction_error((u32)*number);
}

static const char *field_name(u32 field)
{
	const struct vmcs_field *row = vmcs_field_find(field);

	return row ? row->name : "a field the SDM does not name";
}

u64 vmcs_read_any(u32 field)
{
	enum vmx_status status;
	u64 value = 0, number;
	const char *why;

	status = host_vmread(field, &value);
	if (status == VMX_SUCCEED || host_vmx_ended())
		return value;
	why = reason(status, &number);
	host_log(HOST_LOG_ERROR, "VMREAD of 0x%x (%s) failed: error %llu, %s", field,
		 field_name(field), number, why);
	return 0;
}

void vmcs_write_any(u32 field, u64 value)
{
	enum vmx_status status;
	const char *why;
	u64 number;

	status = host_vmwrite(field, value);
	if (status == VMX_SUCCEED || host_vmx_ended())
		return;
	why = reason(status, &number);
	host_log(HOST_LOG_ERROR, "VMWRITE of 0x%llx to 0x%x (%s) failed: error %llu, %s", value,
		 field, field_name(field), number, why);
}
