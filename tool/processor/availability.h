/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a processor have it: a control, a field of the VMCS, a bit of a capability MSR?  From the
 * raw values, also of a processor that Lintel refuses or whose recording is incomplete.  Pure.
 */
#ifndef TOOL_AVAILABILITY_H
#define TOOL_AVAILABILITY_H

#include "cap/cap.h"
#include "facts/control.h"

struct vmcs_field;

enum availability {
	AVAILABLE_NO,
	AVAILABLE_YES,
	AVAILABLE_UNKNOWN, /* the values that would tell are not there */
};

/* Is the MSR there? */
enum availability availability_msr(const struct vmx_cap_msrs *raw, enum cap_msr msr);

/* Is the bit of a capability MSR 1?  Of an MSR that the processor has not, it is not. */
enum availability availability_bit(const struct vmx_cap_msrs *raw, enum cap_msr msr,
				   unsigned int bit);

/* May the control be 1?  Also for what else struct ctl_ref and struct vmcs_field refer to. */
enum availability availability_control(const struct vmx_cap_msrs *raw, struct ctl_ref ref);

enum availability availability_field(const struct vmx_cap_msrs *raw,
				     const struct vmcs_field *field);

#endif
