// SPDX-License-Identifier: GPL-2.0
/*
 * What the fields of the capability MSRs say that are no control bits.  In the order of the core's
 * table.
 *
 * SDM: appendix "VMX Capability Reporting Facility".
 */
#include "cap/cap.h"
#include "facts/text.h"

#define TEXT(msr_, bit_, words)                                                                    \
	{                                                                                          \
		.msr = CAP_##msr_, .bit = bit_, .text = words                                      \
	}

/* clang-format off */
const struct capability_text capability_texts[] = {
TEXT(BASIC, 0,
     "Software writes it to the first 31 bits of each VMXON region and VMCS. Processors with the "
     "same number use the same format."),
TEXT(BASIC, 32,
     "How many bytes a VMXON region and a VMCS have: 1 to 4096."),
TEXT(BASIC, 48,
     "The addresses of the VMXON region, of VMCSs and of what they point to are limited to 32 "
     "bits. It is 0 on processors with Intel 64."),
TEXT(BASIC, 49,
     "The processor can treat SMIs and SMM with two monitors: the SMM-transfer monitor gets what "
     "happens in SMM."),
TEXT(BASIC, 50,
     "The memory type with which software should access VMCSs: 6 is write-back, 0 uncacheable; "
     "no other is in use."),
TEXT(BASIC, 54,
     "For exits of INS and OUTS the VM-exit instruction information says address size and "
     "segment."),
TEXT(BASIC, 55,
     "There are four more capability MSRs, which tell for bits of the default1 class too whether "
     "they may be 0."),
TEXT(BASIC, 56,
     "A hardware exception may be injected with or without an error code, whatever its vector. "
     "Without, VM entry checks that just those that have one get one."),
TEXT(BASIC, 58,
     "The processor tells of nested exceptions, as FRED event delivery needs it: in bit 13 of "
     "the interruption-information fields."),

TEXT(MISC, 0,
     "X: the VMX-preemption timer counts once each time bit X of the TSC changes."),
TEXT(MISC, 5,
     "VM exits store IA32_EFER.LMA in the VM-entry control \"IA-32e mode guest\". It is 1 on "
     "processors with unrestricted guest."),
TEXT(MISC, 6,
     "VM entry may put the guest into the activity state HLT."),
TEXT(MISC, 7,
     "VM entry may put the guest into the activity state shutdown."),
TEXT(MISC, 8,
     "VM entry may put the guest into the activity state wait-for-SIPI."),
TEXT(MISC, 14,
     "Intel PT can be used in VMX operation. If 0, VMXON turns it off."),
TEXT(MISC, 15,
     "In SMM, RDMSR can read IA32_SMBASE."),
TEXT(MISC, 16,
     "How many CR3-target values there are."),
TEXT(MISC, 25,
     "N: more than 512 * (N + 1) MSRs in a list of VM entry or exit are not recommended; the "
     "processor may fail in any way."),
TEXT(MISC, 28,
     "Bit 2 of IA32_SMM_MONITOR_CTL can be set: then VMXOFF leaves SMIs blocked."),
TEXT(MISC, 29,
     "VMWRITE can write every field of the VMCS, VM-exit information too. Nested VMX with VMCS "
     "shadowing needs it."),
TEXT(MISC, 30,
     "A software interrupt or software exception may be injected with an instruction length of 0."),
TEXT(MISC, 32,
     "What the MSEG header of an SMM-transfer monitor has to begin with."),

TEXT(CR0_FIXED0, 0,
     "The bits of CR0 that must be 1 in VMX operation: PE, NE and PG as a rule. Unrestricted "
     "guests may have PE and PG 0."),
TEXT(CR0_FIXED1, 0,
     "The bits of CR0 that may be 1 in VMX operation."),
TEXT(CR4_FIXED0, 0,
     "The bits of CR4 that must be 1 in VMX operation: VMXE as a rule."),
TEXT(CR4_FIXED1, 0,
     "The bits of CR4 that may be 1 in VMX operation."),

TEXT(VMCS_ENUM, 1,
     "The highest index that the encoding of a VMCS field has, bits 9:1 of it."),

TEXT(EPT_VPID_CAP, 0,
     "An EPT entry may allow the execution of a page without allowing to read it."),
TEXT(EPT_VPID_CAP, 6,
     "EPT may have four levels of tables."),
TEXT(EPT_VPID_CAP, 7,
     "EPT may have five levels of tables."),
TEXT(EPT_VPID_CAP, 8,
     "The EPT pointer may say that the tables are accessed as uncacheable memory."),
TEXT(EPT_VPID_CAP, 14,
     "The EPT pointer may say that the tables are accessed as write-back memory."),
TEXT(EPT_VPID_CAP, 16,
     "An entry of an EPT page directory may map 2 MBytes."),
TEXT(EPT_VPID_CAP, 17,
     "An entry of an EPT page-directory-pointer table may map 1 GByte."),
TEXT(EPT_VPID_CAP, 20,
     "The processor has INVEPT, which drops cached translations that came from EPT tables."),
TEXT(EPT_VPID_CAP, 21,
     "The processor can set accessed and dirty flags in EPT entries, if bit 6 of the EPT pointer "
     "says so."),
TEXT(EPT_VPID_CAP, 22,
     "The exit qualification of an EPT violation also tells of the guest's page tables: whether "
     "the linear address is a user-mode one, writable, executable."),
TEXT(EPT_VPID_CAP, 23,
     "EPT entries can tell which pages are supervisor shadow-stack pages, if bit 7 of the EPT "
     "pointer says so."),
TEXT(EPT_VPID_CAP, 25,
     "INVEPT type 1: translations of one EPT pointer."),
TEXT(EPT_VPID_CAP, 26,
     "INVEPT type 2: translations of all EPT pointers."),
TEXT(EPT_VPID_CAP, 32,
     "The processor has INVVPID, which drops cached translations by their VPID."),
TEXT(EPT_VPID_CAP, 40,
     "INVVPID type 0: one linear address of one VPID."),
TEXT(EPT_VPID_CAP, 41,
     "INVVPID type 1: all translations of one VPID."),
TEXT(EPT_VPID_CAP, 42,
     "INVVPID type 2: all translations of all VPIDs but 0."),
TEXT(EPT_VPID_CAP, 43,
     "INVVPID type 3: the translations of one VPID that are not global."),
TEXT(EPT_VPID_CAP, 48,
     "The largest value that the HLAT prefix size may have."),

TEXT(VMFUNC, 0,
     "A bit for each VM function that the VM-function controls may enable. Bit 0: EPTP switching."),
};
/* clang-format on */

const unsigned int capability_text_count = COUNT_OF(capability_texts);

const struct capability_text *capability_text_find(unsigned int msr, unsigned int bit)
{
	for (unsigned int i = 0; i < COUNT_OF(capability_texts); i++)
		if (capability_texts[i].msr == msr && capability_texts[i].bit == bit)
			return &capability_texts[i];
	return NULL;
}
