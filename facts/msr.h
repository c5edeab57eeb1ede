/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSRs of guests: their numbers (MSR_), and what each one is to Lintel.  An MSR that no row
 * allows is refused.
 */
#ifndef LINTEL_FACTS_MSR_H
#define LINTEL_FACTS_MSR_H

#include "facts/msr_condition.h"

/* IA32_FEATURE_CONTROL. "Enabling and Entering VMX Operation". */
#define FEATURE_CONTROL_LOCK (1u << 0)
#define FEATURE_CONTROL_VMX  (1u << 2) /* outside SMX */

enum msr_access {
	MSR_DENY,	 /* #GP(0) */
	MSR_EMULATE,	 /* exits; the core's functions */
	MSR_PASS_THROUGH /* no exit; the row needs an owner when written */
};

/* Who saves and restores the host's value of an MSR that the guest may write without an exit. */
enum msr_owner {
	OWNER_NONE,	      /* nobody: the guest's writes exit */
	OWNER_VMCS,	      /* guest-state and host-state areas */
	OWNER_SWITCH_BY_HAND, /* the core, when the thread begins and ends to run the guest */
	OWNER_NOBODY_NEEDS,   /* reading only, or the value is the guest's alone */
};

enum msr_direction { MSR_READ, MSR_WRITE };

/* Where the rows are in msr_table. */
enum msr_row_number {
#define MSR(name, ...) MSR_ROW_##name,
#include "facts/msr_list.h"
	MSR_ROWS
};

/* How many MSRs a row stands for. */
enum msr_row_count {
#define MSR(name, count, ...) MSR_COUNT_##name = count,
#include "facts/msr_list.h"
};

struct msr_row {
	u32 first, last;
	const char *name;
	u8 read, write; /* enum msr_access */
	u8 owner;	/* enum msr_owner */
	u8 condition;	/* enum msr_condition */
	bool listed;	/* KVM_GET_MSR_INDEX_LIST */
};

/* Ordered by index. */
extern const struct msr_row msr_table[MSR_ROWS];

/* Is there an access that passes through? */
static inline bool msr_row_passes(const struct msr_row *row)
{
	return row->read == MSR_PASS_THROUGH || row->write == MSR_PASS_THROUGH;
}

/* NULL: none. */
const struct msr_row *msr_find(u32 msr);

#endif
