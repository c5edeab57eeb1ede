/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The checks of VM entry as a table of rules.  A rule is a pure function of the VMCS's fields and
 * of the processor's capabilities; one that needs what is not known is not checked.
 *
 * The VMM is in IA-32e mode and not in SMM.  docs/vm-entry-checks.md lists the rules, and says what
 * is not among them.
 *
 * SDM: "VM Entries".
 */
#ifndef LINTEL_VMCS_CHECK_H
#define LINTEL_VMCS_CHECK_H

#include "facts/exit_reason.h"
#include "facts/instruction_error.h"
#include "vmcs/image.h"

/* The sections of the SDM, in the order in which the rules are. */
enum check_section {
	CHECK_EXECUTION_CONTROLS,
	CHECK_EXIT_CONTROLS,
	CHECK_ENTRY_CONTROLS,
	CHECK_HOST_REGISTERS,
	CHECK_HOST_SEGMENTS,
	CHECK_HOST_ADDRESS_SPACE,
	CHECK_GUEST_REGISTERS,
	CHECK_GUEST_SEGMENTS,
	CHECK_GUEST_TABLES,
	CHECK_GUEST_RIP,
	CHECK_GUEST_NON_REGISTER,
	CHECK_GUEST_PDPTES,
	CHECK_LOADING_MSRS,
	CHECK_SECTIONS
};

/* What a broken rule of a section leads to. */
enum check_consequence {
	CHECK_FAILS_CONTROLS = ERROR_ENTRY_CONTROLS, /* VM-instruction errors */
	CHECK_FAILS_HOST_STATE = ERROR_ENTRY_HOST_STATE,
	CHECK_FAILS_GUEST_STATE = EXIT_REASON_INVALID_GUEST_STATE, /* VM-entry failures */
	CHECK_FAILS_MSR_LOADING = EXIT_REASON_MSR_LOADING,
};

struct check_section_info {
	const char *title; /* of the SDM's section */
	enum check_consequence consequence;
};

extern const struct check_section_info check_sections[CHECK_SECTIONS];

/* The rule is about VMCSs where these bits are 1 (any of them), or where all are 0. */
struct check_when {
	u8 word; /* enum ctl_word */
	bool off;
	u64 mask; /* 0: no condition */
};

#define CHECK_WHEN_MAX 3

struct vmcs_check;

struct check_rule {
	const char *id;
	const char *need; /* what must be so */
	bool (*holds)(struct vmcs_check *check, const struct check_rule *rule);
	u64 operand;	  /* what `holds` takes it for */
	u16 field;	  /* that it is about in the first place */
	u8 section;	  /* enum check_section */
	u8 qualification; /* exit qualification of a VM-entry failure */
	struct check_when when[CHECK_WHEN_MAX];
};

unsigned int check_rule_count(void);
const struct check_rule *check_rule_at(unsigned int index);
/* NULL: no rule has that identifier. */
const struct check_rule *check_rule_find(const char *id);

enum check_result { CHECK_HOLDS, CHECK_BROKEN, CHECK_NOT_CHECKED };

#define CHECK_SEEN_MAX 12

/* One rule on one VMCS: what was looked at. */
struct vmcs_check {
	const struct vmcs_image *image;
	enum check_result result;
	u8 seen_count;
	u16 seen[CHECK_SEEN_MAX]; /* fields, in the order of the first look */
	bool unknown;		  /* something that was asked for is not known */
	u64 must_be_1, must_be_0; /* the wrong bits of the rule's field, where it is about bits */
	u32 entry;		  /* of an MSR area, from 1 */
};

enum check_result check_rule_run(struct vmcs_check *check, const struct vmcs_image *image,
				 const struct check_rule *rule);

/* The exit qualification that goes with a broken rule. */
u32 check_qualification(const struct vmcs_check *check, const struct check_rule *rule);

struct check_summary {
	unsigned int holds, broken, not_checked;
};

/*
 * All rules.  Of each broken one, the lines that say it, without a newline; the first begins with
 * "broken rule ID:".
 */
struct check_summary vmcs_check_report(const struct vmcs_image *image,
				       void (*put)(void *context, const char *line), void *context);

#endif
