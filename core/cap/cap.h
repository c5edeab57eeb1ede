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

#include "cap/report.h"
#include "facts/control.h"

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

/* The capability MSRs that are not control words, decoded: a member for each field. */
struct vmx_capability {
	struct {
#define BASIC_FIELD(hi, lo, type, member, name, text) type member;
#include "facts/capability_field_list.h"
	} basic;
	struct {
#define EPT_FIELD(hi, lo, type, member, name, text) type member;
#include "facts/capability_field_list.h"
	} ept;
	struct {
#define VPID_FIELD(hi, lo, type, member, name, text) type member;
#include "facts/capability_field_list.h"
	} vpid;
	struct {
#define MISC_FIELD(hi, lo, type, member, name, text) type member;
#include "facts/capability_field_list.h"
	} misc;
#define OTHER_FIELD(msr, hi, lo, type, member, name, text) type member;
#include "facts/capability_field_list.h"
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
