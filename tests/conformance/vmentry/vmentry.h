/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMCSs that the rules of VM entry are tested with: one that breaks no rule, of several kinds; and
 * for each rule how to break it alone.  The unit tests give them to the rules and to the processor
 * in software, the module beside this file to the processor that it runs on.
 */
#ifndef LINTEL_TESTS_VMENTRY_H
#define LINTEL_TESTS_VMENTRY_H

#include "host.h"
#include "vmcs/check.h"

/* What differs between the host of a test and another's. */
struct vmentry_host {
	struct host_state state;
	u64 rip, rsp;
	u64 page; /* physical address of a page that structures of any kind may be in; zeros */
	u64 ept;  /* of an EPT PML4 table that maps nothing: the guest exits at its first step */
	u64 msr_area; /* of the VM-entry MSR-load area */
};

enum vmentry_guest { REAL, PROTECTED, V8086, PAE, LONG };

struct vmentry_control {
	u8 word;
	u64 mask;
};

struct vmentry_change {
	u16 field;
	u64 clear, set;
};

#define VMENTRY_CHANGES 4

struct vmentry_break {
	const char *rule;
	u8 guest;				      /* enum vmentry_guest */
	struct vmentry_control with[VMENTRY_CHANGES]; /* controls that are on besides */
	struct vmentry_change change[VMENTRY_CHANGES];
	struct vmcs_msr_entry load; /* the first entry of the MSR-load area */
};

extern const struct vmentry_break vmentry_breaks[];
extern const unsigned int vmentry_break_count;

/*
 * The VMCS that the row breaks, still whole, for the processor that the image has.
 * gives: false when the processor lacks a control that it takes.
 */
bool vmentry_build(struct vmcs_image *image, const struct vmentry_host *host,
		   const struct vmentry_break *row);

/* gives: false when the processor lacks a field. */
bool vmentry_break(struct vmcs_image *image, const struct vmentry_break *row);

#endif
