// SPDX-License-Identifier: GPL-2.0
#include "facts/msr_text.h"

/* Titles of the SDM's sections. */
#define S_ARCHITECTURAL "Architectural MSRs"
#define S_MODEL		"Model-Specific Registers (MSRs)"
#define S_KVM		"KVM-specific MSRs (documentation of the Linux kernel, not the SDM)"
#define S_SYSENTER                                                                                 \
	"Performing Fast Calls to System Procedures with the SYSENTER and SYSEXIT Instructions"
#define S_SYSCALL "Fast System Calls in 64-Bit Mode"
#define S_BASES	  "Segment Loading Instructions in IA-32e Mode"
#define S_MCG	  "Machine-Check Global Control MSRs"
#define S_FIXED	  "Fixed Range MTRRs"
#define S_RAPL	  "RAPL Interfaces"
#define S_CMCI	  "Corrected Machine Check Error Interrupt"
#define S_AMD	  "MSRC001_0015 Hardware Configuration (AMD's manuals, not the SDM)"

/* What several rows say. */
#define W_VMCS "VM entries and exits load it"
#define W_MTRR "kept; EPT gives the memory type"
#define W_MCE  "kept; user space reports errors"
#define W_RAPL "what the host's power is used for is not the guest's to know"

static const struct msr_text texts[MSR_ROWS] = {
#define MSR(name, count, words, read, write, owner, condition, listed, why, section, text)         \
	{"MSR_" #name, why, section, text},
#include "facts/msr_list.h"
};

const struct msr_text *msr_text(const struct msr_row *row)
{
	return &texts[row - msr_table];
}
