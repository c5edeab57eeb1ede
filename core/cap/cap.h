/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the processor's VT-x can do, and what Lintel makes of it.
 *
 *	cap_read_msrs()      the raw capability MSRs, read once, into a struct
 *	setup_vmcs_config()  that struct -> vmcs_config and vmx_capability (pure)
 *	cap_compare()        does another processor agree (pure)
 *
 * The platform calls them when it is loaded and whenever a processor comes
 * online.  Nothing else in Lintel reads a capability MSR.
 *
 * SDM: appendix "VMX Capability Reporting Facility".
 */
#ifndef LINTEL_CAP_CAP_H
#define LINTEL_CAP_CAP_H

#include "cap/controls.h"
#include "cap/report.h"

/* The capability MSRs, in the order in which they are read. */
enum cap_msr {
	CAP_FEATURE_CONTROL,
	CAP_BASIC,
	CAP_PINBASED_CTLS,
	CAP_PROCBASED_CTLS,
	CAP_EXIT_CTLS,
	CAP_ENTRY_CTLS,
	CAP_MISC,
	CAP_CR0_FIXED0,
	CAP_CR0_FIXED1,
	CAP_CR4_FIXED0,
	CAP_CR4_FIXED1,
	CAP_VMCS_ENUM,
	CAP_PROCBASED_CTLS2,
	CAP_EPT_VPID_CAP,
	CAP_TRUE_PINBASED_CTLS,
	CAP_TRUE_PROCBASED_CTLS,
	CAP_TRUE_EXIT_CTLS,
	CAP_TRUE_ENTRY_CTLS,
	CAP_VMFUNC,
	CAP_PROCBASED_CTLS3,
	CAP_EXIT_CTLS2,
	CAP_MSRS
};

struct cap_msr_info {
	u32 index;
	const char *name;
	enum cap_msr by;     /* the MSR that announces this one; CAP_MSRS: always there */
	u64 by_mask;	     /* any of these bits of it */
	const char *without; /* what follows if it cannot be read; NULL: it must be readable */
};

/* Index, name and announcement of each capability MSR; the only place that says them. */
extern const struct cap_msr_info cap_msr_table[CAP_MSRS];

/* Raw values.  A value counts only if its bit in `present' is set. */
struct vmx_cap_msrs {
	u64 value[CAP_MSRS];
	u32 present; /* bit n: enum cap_msr n was read */
};

static inline bool cap_msr_present(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	return raw->present & BIT32(msr);
}

/* The value of an MSR; 0 if it is absent. */
static inline u64 cap_msr_value(const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	return cap_msr_present(raw, msr) ? raw->value[msr] : 0;
}

static inline void cap_msr_set(struct vmx_cap_msrs *raw, enum cap_msr msr, u64 value)
{
	raw->value[msr] = value;
	raw->present |= BIT32(msr);
}

/* gives: the enum cap_msr of an MSR index, or CAP_MSRS if it is none. */
enum cap_msr cap_msr_find(u32 index);

/* gives: whether the MSR is there as far as the values read so far tell. */
bool cap_msr_announced(const struct vmx_cap_msrs *raw, enum cap_msr msr);

/*
 * What Lintel chose.  ctl[] is what a new VMCS starts with; what a vCPU changes of
 * it, it keeps in its own control[].  allowed0[] has a 1 where the processor forces
 * a 1, allowed1[] a 0 where it forces a 0 (of the TRUE MSRs where there are any).
 */
struct vmcs_config {
	u32 size;	 /* bytes of a VMCS or VMXON region, 1..4096 */
	u32 order;	 /* size in pages, as a power of 2 */
	u32 basic_cap;	 /* high half of IA32_VMX_BASIC without the size */
	u32 revision_id; /* first dword of a VMCS or VMXON region; bit 31 is 0 */
	u64 ctl[CTL_WORDS];
	u64 allowed0[CTL_WORDS];
	u64 allowed1[CTL_WORDS];
	u64 cr0_fixed0, cr0_fixed1; /* bits that must be 1, bits that may be 1, in VMX operation */
	u64 cr4_fixed0, cr4_fixed1;
};

/* The capability MSRs that are not control words, decoded. */
struct vmx_capability {
	struct {
		bool addresses_32bit;  /* bit 48 */
		bool dual_monitor;     /* bit 49 */
		u8 memory_type;	       /* bits 53:50, 6 = write-back */
		bool ins_outs_info;    /* bit 54 */
		bool true_ctls;	       /* bit 55 */
		bool any_error_code;   /* bit 56: an error code may go with any vector */
		bool nested_exception; /* bit 58: FRED's nested-exception bit */
	} basic;
	struct {
		bool execute_only;
		bool walk_length_4;
		bool walk_length_5;
		bool memory_uc;
		bool memory_wb;
		bool page_2m;
		bool page_1g;
		bool invept;
		bool accessed_dirty;
		bool advanced_exit_info;
		bool supervisor_shadow_stack;
		bool invept_single;
		bool invept_all;
		u8 hlat_prefix_max;
	} ept;
	struct {
		bool invvpid;
		bool individual_address;
		bool single_context;
		bool all_contexts;
		bool single_retaining_globals;
	} vpid;
	struct {
		u8 preemption_timer_shift; /* the timer counts once in 2^n TSC ticks */
		bool stores_lma;	   /* a VM exit stores EFER.LMA in "IA-32e mode guest" */
		bool activity_hlt;
		bool activity_shutdown;
		bool activity_wait_for_sipi;
		bool pt_in_vmx;
		bool smbase_msr; /* RDMSR can read IA32_SMBASE in SMM */
		u16 cr3_targets;
		u16 msr_list_max; /* recommended maximum of an MSR list */
		bool smi_block_by_vmxoff;
		bool vmwrite_exit_info; /* VMWRITE can write read-only fields */
		bool inject_length_0;
		u32 mseg_revision;
	} misc;
	u64 vmfunc;		 /* VM functions 0..63 that are allowed */
	u16 vmcs_enum_max_index; /* highest index of a VMCS field's encoding */
};

/*
 * The choice in force.  Written once when the platform is loaded, by
 * setup_vmcs_config(); read-only afterwards.
 */
extern struct vmcs_config vmcs_config;
extern struct vmx_capability vmx_capability;

/* True if all bits of mask are 1 in the control word a new VMCS starts with. */
static inline bool vmcs_config_has(enum ctl_word word, u64 mask)
{
	return (vmcs_config.ctl[word] & mask) == mask;
}

/*
 * Reads the capability MSRs of this processor, each only if another one
 * announces it, through host_rdmsr_safe().  One that faults stays absent.
 */
void cap_read_msrs(struct vmx_cap_msrs *raw);

/* The same through `read', which gives 0, or an error for an MSR that stays absent. */
void cap_read_msrs_by(struct vmx_cap_msrs *raw, int (*read)(void *ctx, u32 index, u64 *value),
		      void *ctx);

/*
 * What the MSRs say, without a choice: the fields of both structs that come
 * from MSRs that were read, the region's order, basic_cap.  The rest stays as it is.
 */
void cap_decode(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		struct vmx_capability *capability);

/*
 * The MSR that says what a control word may be: the TRUE one where bit 55 of IA32_VMX_BASIC says
 * so, or where nobody can say.
 */
enum cap_msr cap_word_msr(const struct vmx_cap_msrs *raw, enum ctl_word word);

/* allowed0 and allowed1 of the word; nothing is allowed where the MSR is absent. */
void cap_word_decode(const struct vmx_cap_msrs *raw, enum ctl_word word,
		     struct vmcs_config *config);

/*
 * Resolves raw values into a configuration.  Pure: reads and writes only its
 * arguments; report is cleared first and then holds every problem and note.
 * gives: 0, or -EIO with both outputs zeroed and at least one problem reported.
 */
int setup_vmcs_config(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		      struct vmx_capability *capability, struct cap_report *report);

/*
 * Does processor b agree with processor a, to the bit, in everything Lintel
 * uses?  Each difference is added to the report (which is not cleared).
 * gives: 0, or -EIO.
 */
int cap_compare(const struct vmcs_config *a_config, const struct vmx_capability *a_capability,
		const struct vmcs_config *b_config, const struct vmx_capability *b_capability,
		struct cap_report *report);

#endif
