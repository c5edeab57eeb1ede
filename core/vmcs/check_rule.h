/* SPDX-License-Identifier: GPL-2.0 */
/* What the tables of rules are made of, for check*.c only. */
#ifndef LINTEL_VMCS_CHECK_RULE_H
#define LINTEL_VMCS_CHECK_RULE_H

#include "vcpu/state.h"
#include "vmcs/check.h"

struct check_table {
	const struct check_rule *rules;
	unsigned int count;
};

extern const struct check_table check_controls, check_events, check_host, check_guest,
	check_segments, check_state;

/* The rule itself, where the function has no need of it. */
#define ANY_RULE const struct check_rule *rule __attribute__((unused))

/* A field; 0, and the rule is not checked, when it is not known. */
u64 check_field(struct vmcs_check *check, u32 field);
/* A word of controls; 0 where it is not activated. */
u64 check_control(struct vmcs_check *check, enum ctl_word word);

static inline bool check_has(struct vmcs_check *check, enum ctl_word word, u64 mask)
{
	return check_control(check, word) & mask;
}

/* The rule is checked only if that capability MSR is known. */
const struct vmcs_processor *check_capability(struct vmcs_check *check, enum cap_msr msr);
/* Bits of an address that are beyond the processor's physical-address width.  Where that is not
 * known: those beyond the width of any; if others may be, the rule is not checked. */
u64 check_beyond_width(struct vmcs_check *check, u64 address);
/* As above where the linear-address width is not known: false is true of any width. */
bool check_is_canonical(struct vmcs_check *check, u64 address);
/* Are all bits of `must` in value, and none outside `may`?  Notes those that are wrong. */
bool check_bits(struct vmcs_check *check, u64 value, u64 must, u64 may);
bool check_is_ia32e(struct vmcs_check *check);
/* Does the processor let these bits of CR4 be 1? */
bool check_cr4_may(struct vmcs_check *check, u64 bits);
/* As check_bits(), with bits that CRn's two capability MSRs fix, but for those in `free`.  Where
 * one of the MSRs is not known: by what is so on each processor with VMX. */
bool check_fixed_bits(struct vmcs_check *check, u64 value, enum cap_msr fixed0, u64 free);
/* The event that the entry injects, as its type; -1: none. */
int check_event_type(struct vmcs_check *check);

/* --- rules of one field --- */

bool check_canonical(struct vmcs_check *check, const struct check_rule *rule);
bool check_width(struct vmcs_check *check, const struct check_rule *rule);
bool check_zero_bits(struct vmcs_check *check, const struct check_rule *rule); /* operand: which */
bool check_one_bits(struct vmcs_check *check, const struct check_rule *rule);  /* operand: which */
bool check_not_zero(struct vmcs_check *check, const struct check_rule *rule);
bool check_cr3(struct vmcs_check *check, const struct check_rule *rule);
bool check_cr4_fixed(struct vmcs_check *check, const struct check_rule *rule);
bool check_cet(struct vmcs_check *check, const struct check_rule *rule); /* operand: CR0's field */
bool check_pat(struct vmcs_check *check, const struct check_rule *rule);
bool check_tracker(struct vmcs_check *check, const struct check_rule *rule);
bool check_never(struct vmcs_check *check, const struct check_rule *rule); /* `when` must not be */

#define NEED_CANONICAL	 "a canonical address"
#define NEED_WIDTH	 "no bit beyond the physical-address width"
#define NEED_CR3	 NEED_WIDTH "; 62 and 61 only where there is LAM"
#define NEED_PAGE	 "bits 11:0 are 0"
#define NEED_PAT	 "each byte 0, 1, 4, 5, 6 or 7"
#define NEED_EFER	 "only SCE, LME, LMA and NXE"
#define NEED_S_CET	 "bits 9:6 are 0"
#define NEED_TRACKER	 "SUPPRESS (bit 10) and TRACKER (bit 11) are not both 1"
#define NEED_PERF_GLOBAL "bits 63:49 are 0"

#define S_CET_RESERVED 0x3c0ull
/* What no processor has.  Which counters this one has is CPUID's to say. */
#define PERF_GLOBAL_RESERVED (~(u64)0 << 49)

#define WHEN(word_, mask_)                                                                         \
	{                                                                                          \
		.word = (word_), .mask = (mask_)                                                   \
	}
#define WHEN_OFF(word_, mask_)                                                                     \
	{                                                                                          \
		.word = (word_), .mask = (mask_), .off = true                                      \
	}

#define EFER_DEFINED (IA32_EFER_SCE | IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_NXE)

#endif
