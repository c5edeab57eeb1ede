// SPDX-License-Identifier: GPL-2.0
/*
 * What the fast VMREAD and VMWRITE of vmcs.h do not do: an access that failed is tried once more
 * and put into words.
 *
 * SDM: "VMREAD", "VMWRITE".
 */
#include "vmcs/vmcs.h"
#include "facts/instruction_error.h"

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
