// SPDX-License-Identifier: GPL-2.0
#include "facts/control_text.h"

/* Titles of the SDM's sections. */
#define S_CONDITIONAL "Instructions That Cause VM Exits Conditionally"
#define S_CAUSES      "Other Causes of VM Exits"
#define S_CHANGES     "Changes to Instruction Behavior in VMX Non-Root Operation"
#define S_TIMER	      "VMX-Preemption Timer"
#define S_POSTED      "Posted-Interrupt Processing"
#define S_PROC	      "Processor-Based VM-Execution Controls"
#define S_TSC	      "Time-Stamp Counter Offset and Multiplier"
#define S_IO_BITMAP   "I/O-Bitmap Addresses"
#define S_MSR_BITMAP  "MSR-Bitmap Address"
#define S_MTF	      "Monitor Trap Flag"
#define S_APIC	      "Controls for APIC Virtualization"
#define S_EPT	      "The Extended Page Table Mechanism (EPT)"
#define S_VPID	      "Virtual Processor Identifiers (VPIDs)"
#define S_UNREST      "Unrestricted Guests"
#define S_VMFUNC      "VM Functions"
#define S_SHADOW      "VMCS Types: Ordinary and Shadow"
#define S_PML	      "Page-Modification Logging"
#define S_VE	      "Virtualization Exceptions"
#define S_PASID	      "PASID Translation"
#define S_IPI	      "IPI Virtualization"
#define S_EXIT	      "VM-Exit Controls"
#define S_EXIT_SAVE   "Saving Control Registers, Debug Registers, and MSRs"
#define S_EXIT_LOAD   "Loading Host Control Registers, Debug Registers, MSRs"
#define S_ENTRY	      "VM-Entry Controls"
#define S_ENTRY_LOAD  "Loading Guest Control Registers, Debug Registers, and MSRs"

static const struct control_text texts[] = {
#define CONTROL(word, bit, constant, kvm, ask, name, section, why, text, ...)                      \
	{#constant, kvm, section, text},
#include "facts/control_list.h"
};

const struct control_text *control_text(const struct ctl_bit *row)
{
	return &texts[row - ctl_table];
}

const char *const control_word_short_names[CTL_WORDS] = {
#define CONTROL_WORD(word, name, short_name, ...) short_name,
#include "facts/control_word_list.h"
};
