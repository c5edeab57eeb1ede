/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts that name what a processor has, read as recordings in part: QEMU's vmxcap and
 * /proc/cpuinfo.  What they leave open is unknown in struct vmx_cap_msrs.
 */
#ifndef TOOL_RECORDING_NAMED_H
#define TOOL_RECORDING_NAMED_H

#include "recording.h"

typedef int recording_parse_fn(const char *text, size_t length, struct recording *recording,
			       struct recording_error *error);

/*
 * vmxcap: IA32_VMX_BASIC, _MISC, _EPT_VPID_CAP and _VMFUNC whole ("Hex:"), and of the control words
 * the bits that it names.  What it cannot read it prints as 0.
 */
recording_parse_fn recording_parse_vmxcap;

/*
 * /proc/cpuinfo: the names in "vmx flags" and "flags" say what may be 1; a name that is missing
 * says nothing, as an older kernel does not know it.
 */
recording_parse_fn recording_parse_cpuinfo;

#endif
