// SPDX-License-Identifier: GPL-2.0
/*
 * The capability MSRs: their numbers and names, which one announces which, and
 * the one place where they are read.
 *
 * A processor faults on a capability MSR that no other one announces (0x491 is
 * absent on some that have the TRUE control MSRs), so none is tried before.
 *
 * SDM: appendix "VMX Capability Reporting Facility".
 */
#include "cap/cap.h"
#include "host.h"

#define ALLOWED1(mask)	((u64)(mask) << 32)
#define BASIC_TRUE_CTLS BIT64(55)

#define ALWAYS	     CAP_MSRS, 0
#define TRUE_VARIANT CAP_BASIC, BASIC_TRUE_CTLS

/* clang-format off */
const struct cap_msr_info cap_msr_table[CAP_MSRS] = {
	[CAP_FEATURE_CONTROL] = { 0x03a, "IA32_FEATURE_CONTROL", ALWAYS,
		"whether the firmware allows VMX is unknown" },
	[CAP_BASIC]           = { 0x480, "IA32_VMX_BASIC", ALWAYS, NULL },
	[CAP_PINBASED_CTLS]   = { 0x481, "IA32_VMX_PINBASED_CTLS", ALWAYS, NULL },
	[CAP_PROCBASED_CTLS]  = { 0x482, "IA32_VMX_PROCBASED_CTLS", ALWAYS, NULL },
	[CAP_EXIT_CTLS]       = { 0x483, "IA32_VMX_EXIT_CTLS", ALWAYS, NULL },
	[CAP_ENTRY_CTLS]      = { 0x484, "IA32_VMX_ENTRY_CTLS", ALWAYS, NULL },
	[CAP_MISC]            = { 0x485, "IA32_VMX_MISC", ALWAYS, NULL },
	[CAP_CR0_FIXED0]      = { 0x486, "IA32_VMX_CR0_FIXED0", ALWAYS, NULL },
	[CAP_CR0_FIXED1]      = { 0x487, "IA32_VMX_CR0_FIXED1", ALWAYS, NULL },
	[CAP_CR4_FIXED0]      = { 0x488, "IA32_VMX_CR4_FIXED0", ALWAYS, NULL },
	[CAP_CR4_FIXED1]      = { 0x489, "IA32_VMX_CR4_FIXED1", ALWAYS, NULL },
	[CAP_VMCS_ENUM]       = { 0x48a, "IA32_VMX_VMCS_ENUM", ALWAYS,
		"Lintel does not need it" },
	[CAP_PROCBASED_CTLS2] = { 0x48b, "IA32_VMX_PROCBASED_CTLS2",
		CAP_PROCBASED_CTLS, ALLOWED1(CPU1_ACTIVATE_SECONDARY_CONTROLS), NULL },
	[CAP_EPT_VPID_CAP]    = { 0x48c, "IA32_VMX_EPT_VPID_CAP",
		CAP_PROCBASED_CTLS2, ALLOWED1(CPU2_ENABLE_EPT | CPU2_ENABLE_VPID), NULL },
	[CAP_TRUE_PINBASED_CTLS]  = { 0x48d, "IA32_VMX_TRUE_PINBASED_CTLS", TRUE_VARIANT, NULL },
	[CAP_TRUE_PROCBASED_CTLS] = { 0x48e, "IA32_VMX_TRUE_PROCBASED_CTLS", TRUE_VARIANT, NULL },
	[CAP_TRUE_EXIT_CTLS]      = { 0x48f, "IA32_VMX_TRUE_EXIT_CTLS", TRUE_VARIANT, NULL },
	[CAP_TRUE_ENTRY_CTLS]     = { 0x490, "IA32_VMX_TRUE_ENTRY_CTLS", TRUE_VARIANT, NULL },
	[CAP_VMFUNC]          = { 0x491, "IA32_VMX_VMFUNC",
		CAP_PROCBASED_CTLS2, ALLOWED1(CPU2_ENABLE_VM_FUNCTIONS),
		"Lintel uses no VM function" },
	[CAP_PROCBASED_CTLS3] = { 0x492, "IA32_VMX_PROCBASED_CTLS3",
		CAP_PROCBASED_CTLS, ALLOWED1(CPU1_ACTIVATE_TERTIARY_CONTROLS),
		"Lintel uses no tertiary control" },
	[CAP_EXIT_CTLS2]      = { 0x493, "IA32_VMX_EXIT_CTLS2",
		CAP_EXIT_CTLS, ALLOWED1(EXIT_ACTIVATE_SECONDARY_CONTROLS),
		"Lintel uses no secondary VM-exit control" },
};
/* clang-format on */

enum cap_msr cap_msr_find(u32 index)
{
	enum cap_msr msr = 0;

	while (msr < CAP_MSRS && cap_msr_table[msr].index != index)
		msr++;
	return msr;
}

bool cap_msr_announced(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];

	if (info->by == CAP_MSRS)
		return true;
	return cap_msr_present(raw, info->by) && (raw->value[info->by] & info->by_mask);
}

void cap_read_msrs_by(struct vmx_cap_msrs *raw, int (*read)(void *ctx, u32 index, u64 *value),
		      void *ctx)
{
	*raw = (struct vmx_cap_msrs){0};
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		u64 value;

		if (cap_msr_announced(raw, msr) && read(ctx, cap_msr_table[msr].index, &value) == 0)
			cap_msr_set(raw, msr, value);
	}
}

static int read_here(void *ctx, u32 index, u64 *value)
{
	(void)ctx;
	return host_rdmsr_safe(index, value);
}

void cap_read_msrs(struct vmx_cap_msrs *raw)
{
	cap_read_msrs_by(raw, read_here, NULL);
}
