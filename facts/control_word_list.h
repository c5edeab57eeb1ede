/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that controls are bits of.
 *
 *	CONTROL_WORD(enum ctl_word without CTL_, name, short name, VMCS field,
 *		MSR that says what it may be, its TRUE variant (the same where there is none),
 *		default1 class, ONE_HALF or WIDE, what activates it)
 *
 * A word is ONE_HALF if a half of the MSR is the allowed 0-settings of its 32 bits and the other
 * the 1-settings, WIDE if the MSR is the 1-settings of 64.  It is in use ALWAYS, or off as a whole
 * unless a bit of another is 1: ACTIVATED_BY(word, bit).
 *
 * The default1 class: what the first processors with VMX only had as 1.  Bits of it without a name
 * keep the value 1 that the SDM asks of software that does not know them.
 *
 * Included where something is made of it, with CONTROL_WORD() defined.
 *
 * SDM: "VM-Execution Control Fields", "VM-Exit Control Fields", "VM-Entry Control Fields";
 * "Determining the Default Settings of VMX Controls".
 */
/* clang-format off */
CONTROL_WORD(PIN, "pin-based", "pin", PIN_BASED_VM_EXEC_CONTROL,
	PINBASED_CTLS, TRUE_PINBASED_CTLS, 0x00000016, ONE_HALF, ALWAYS)
CONTROL_WORD(PRIMARY, "primary processor-based", "primary", CPU_BASED_VM_EXEC_CONTROL,
	PROCBASED_CTLS, TRUE_PROCBASED_CTLS, 0x0401e172, ONE_HALF, ALWAYS)
CONTROL_WORD(SECONDARY, "secondary processor-based", "secondary", SECONDARY_VM_EXEC_CONTROL,
	PROCBASED_CTLS2, PROCBASED_CTLS2, 0, ONE_HALF,
	ACTIVATED_BY(PRIMARY, CPU1_ACTIVATE_SECONDARY_CONTROLS))
CONTROL_WORD(TERTIARY, "tertiary processor-based", "tertiary", TERTIARY_VM_EXEC_CONTROL,
	PROCBASED_CTLS3, PROCBASED_CTLS3, 0, WIDE,
	ACTIVATED_BY(PRIMARY, CPU1_ACTIVATE_TERTIARY_CONTROLS))
CONTROL_WORD(EXIT, "VM-exit", "exit-control", VM_EXIT_CONTROLS,
	EXIT_CTLS, TRUE_EXIT_CTLS, 0x00036dff, ONE_HALF, ALWAYS)
CONTROL_WORD(EXIT2, "secondary VM-exit", "exit-control2", SECONDARY_VM_EXIT_CONTROLS,
	EXIT_CTLS2, EXIT_CTLS2, 0, WIDE,
	ACTIVATED_BY(EXIT, EXIT_ACTIVATE_SECONDARY_CONTROLS))
CONTROL_WORD(ENTRY, "VM-entry", "entry", VM_ENTRY_CONTROLS,
	ENTRY_CTLS, TRUE_ENTRY_CTLS, 0x000011ff, ONE_HALF, ALWAYS)
/* clang-format on */
#undef CONTROL_WORD
