/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The capability MSRs: in the order in which they are read, which is that of their indices.
 *
 *	CAPABILITY_MSR(enum cap_msr without CAP_, index, name, what announces it,
 *		what follows if it cannot be read; NULL: it must be readable,
 *		SDM section, what it says)
 *
 * A processor faults on a capability MSR that no other one announces (0x491 is absent on some that
 * have the TRUE control MSRs): ALWAYS, TRUE_VARIANT, or ANNOUNCED(MSR, bits of it).
 *
 * Included where something is made of it, with CAPABILITY_MSR() defined.
 *
 * SDM: appendix "VMX Capability Reporting Facility".
 */
/* clang-format off */
CAPABILITY_MSR(FEATURE_CONTROL, 0x03a, "IA32_FEATURE_CONTROL", ALWAYS,
	"whether the firmware allows VMX is unknown",
	NULL, NULL) /* guests ask for it too: the MSRs of guests have its words */
CAPABILITY_MSR(BASIC, 0x480, "IA32_VMX_BASIC", ALWAYS,
	NULL,
	"Basic VMX Information",
	"The revision identifier and size of the VMCS, the memory type for it, and whether there "
	"are TRUE control MSRs.")
CAPABILITY_MSR(PINBASED_CTLS, 0x481, "IA32_VMX_PINBASED_CTLS", ALWAYS,
	NULL,
	"Pin-Based VM-Execution Controls",
	"Which pin-based controls may be 0 (low half: a 1 there must be 1) and 1 (high half: a 0 "
	"there must be 0). Bits of the default1 class read as if they had to be 1.")
CAPABILITY_MSR(PROCBASED_CTLS, 0x482, "IA32_VMX_PROCBASED_CTLS", ALWAYS,
	NULL,
	"Primary Processor-Based VM-Execution Controls",
	"Which primary processor-based controls may be 0 (low half: a 1 there must be 1) and 1 "
	"(high half: a 0 there must be 0). Bits of the default1 class read as if they had to be "
	"1.")
CAPABILITY_MSR(EXIT_CTLS, 0x483, "IA32_VMX_EXIT_CTLS", ALWAYS,
	NULL,
	"VM-Exit Controls",
	"Which VM-exit controls may be 0 (low half: a 1 there must be 1) and 1 (high half: a 0 "
	"there must be 0). Bits of the default1 class read as if they had to be 1.")
CAPABILITY_MSR(ENTRY_CTLS, 0x484, "IA32_VMX_ENTRY_CTLS", ALWAYS,
	NULL,
	"VM-Entry Controls",
	"Which VM-entry controls may be 0 (low half: a 1 there must be 1) and 1 (high half: a 0 "
	"there must be 0). Bits of the default1 class read as if they had to be 1.")
CAPABILITY_MSR(MISC, 0x485, "IA32_VMX_MISC", ALWAYS,
	NULL,
	"Miscellaneous Data",
	"The rate of the VMX-preemption timer, the activity states, the number of CR3-target "
	"values, the length of MSR lists, and single features.")
CAPABILITY_MSR(CR0_FIXED0, 0x486, "IA32_VMX_CR0_FIXED0", ALWAYS,
	NULL,
	"VMX-Fixed Bits in CR0",
	"A 1 is a bit of CR0 that must be 1 in VMX operation; unrestricted guests are exempt from "
	"PE and PG.")
CAPABILITY_MSR(CR0_FIXED1, 0x487, "IA32_VMX_CR0_FIXED1", ALWAYS,
	NULL,
	"VMX-Fixed Bits in CR0",
	"A 0 is a bit of CR0 that must be 0 in VMX operation.")
CAPABILITY_MSR(CR4_FIXED0, 0x488, "IA32_VMX_CR4_FIXED0", ALWAYS,
	NULL,
	"VMX-Fixed Bits in CR4",
	"A 1 is a bit of CR4 that must be 1 in VMX operation.")
CAPABILITY_MSR(CR4_FIXED1, 0x489, "IA32_VMX_CR4_FIXED1", ALWAYS,
	NULL,
	"VMX-Fixed Bits in CR4",
	"A 0 is a bit of CR4 that must be 0 in VMX operation.")
CAPABILITY_MSR(VMCS_ENUM, 0x48a, "IA32_VMX_VMCS_ENUM", ALWAYS,
	"Lintel does not need it",
	"VMCS Enumeration",
	"The highest index (bits 9:1) that the encoding of a VMCS field has on this processor.")
CAPABILITY_MSR(PROCBASED_CTLS2, 0x48b, "IA32_VMX_PROCBASED_CTLS2",
	ANNOUNCED(PROCBASED_CTLS, ALLOWED1(CPU1_ACTIVATE_SECONDARY_CONTROLS)),
	NULL,
	"Secondary Processor-Based VM-Execution Controls",
	"Which secondary processor-based controls may be 1 (high half). All may be 0.")
CAPABILITY_MSR(EPT_VPID_CAP, 0x48c, "IA32_VMX_EPT_VPID_CAP",
	ANNOUNCED(PROCBASED_CTLS2, ALLOWED1(CPU2_ENABLE_EPT | CPU2_ENABLE_VPID)),
	NULL,
	"VPID and EPT Capabilities",
	"What EPT can do (page sizes, memory types, accessed and dirty flags, walk length), and "
	"which kinds of INVEPT and INVVPID there are.")
CAPABILITY_MSR(TRUE_PINBASED_CTLS, 0x48d, "IA32_VMX_TRUE_PINBASED_CTLS", TRUE_VARIANT,
	NULL,
	"Pin-Based VM-Execution Controls",
	"As IA32_VMX_PINBASED_CTLS, without the pretence about the default1 class: what may "
	"really be 0.")
CAPABILITY_MSR(TRUE_PROCBASED_CTLS, 0x48e, "IA32_VMX_TRUE_PROCBASED_CTLS", TRUE_VARIANT,
	NULL,
	"Primary Processor-Based VM-Execution Controls",
	"As IA32_VMX_PROCBASED_CTLS, without the pretence about the default1 class: what may "
	"really be 0.")
CAPABILITY_MSR(TRUE_EXIT_CTLS, 0x48f, "IA32_VMX_TRUE_EXIT_CTLS", TRUE_VARIANT,
	NULL,
	"VM-Exit Controls",
	"As IA32_VMX_EXIT_CTLS, without the pretence about the default1 class: what may really be "
	"0.")
CAPABILITY_MSR(TRUE_ENTRY_CTLS, 0x490, "IA32_VMX_TRUE_ENTRY_CTLS", TRUE_VARIANT,
	NULL,
	"VM-Entry Controls",
	"As IA32_VMX_ENTRY_CTLS, without the pretence about the default1 class: what may really "
	"be 0.")
CAPABILITY_MSR(VMFUNC, 0x491, "IA32_VMX_VMFUNC",
	ANNOUNCED(PROCBASED_CTLS2, ALLOWED1(CPU2_ENABLE_VM_FUNCTIONS)),
	"Lintel uses no VM function",
	"VM Functions",
	"Which VM functions may be enabled. Bit 0: EPTP switching.")
CAPABILITY_MSR(PROCBASED_CTLS3, 0x492, "IA32_VMX_PROCBASED_CTLS3",
	ANNOUNCED(PROCBASED_CTLS, ALLOWED1(CPU1_ACTIVATE_TERTIARY_CONTROLS)),
	"Lintel uses no tertiary control",
	"Tertiary Processor-Based VM-Execution Controls",
	"Which tertiary processor-based controls may be 1, 64 of them. All may be 0.")
CAPABILITY_MSR(EXIT_CTLS2, 0x493, "IA32_VMX_EXIT_CTLS2",
	ANNOUNCED(EXIT_CTLS, ALLOWED1(EXIT_ACTIVATE_SECONDARY_CONTROLS)),
	"Lintel uses no secondary VM-exit control",
	"Secondary VM-Exit Controls",
	"Which secondary VM-exit controls may be 1, 64 of them. All may be 0.")
/* clang-format on */
#undef CAPABILITY_MSR
