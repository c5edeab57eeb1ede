/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was found wrong, or worth saying, while the capabilities of a processor
 * were looked at: a bounded list that needs no memory of its own.
 *
 * Problems refuse the processor; notes do not.  Entries that do not fit are
 * counted.  struct cap_report is several KiB: keep it off the kernel's stack.
 */
#ifndef LINTEL_CAP_REPORT_H
#define LINTEL_CAP_REPORT_H

#include "types.h"

#define CAP_REPORT_PROBLEMS 64
#define CAP_REPORT_NOTES    96
#define CAP_LINE_MAX	    320 /* room that any one formatted line needs, with its NUL */

enum cap_kind {
	CAP_MISSING,   /* the MSR is announced, or always there, and cannot be read */
	CAP_BAD_VALUE, /* a field has a value that Lintel cannot work with */
	CAP_CANNOT_1,  /* a control that has to be 1 cannot be */
	CAP_CANNOT_0,  /* a control that has to be 0 cannot be */
	CAP_NEEDS,     /* a control is off because something it depends on is */
	CAP_FORCED,    /* the processor forces a control on that Lintel did not ask for */
	CAP_ABSENT,    /* a control Lintel would like to use is not there */
	CAP_MALFORMED, /* MSRs contradict each other or the SDM */
	CAP_DIFFERS,   /* two processors that have to agree do not */
	CAP_INFO,      /* good to know */
};

struct cap_problem {
	enum cap_kind kind;
	u32 msr;	   /* index of the MSR */
	u8 hi_bit, lo_bit; /* the field of the MSR: 63, 0 for all of it */
	bool absent;	   /* the MSR is not there, so there is no value */
	const char *name;  /* name of the field or control, in the SDM's words */
	const char *need;  /* what is needed or was done, and why, in words */
	const char *other; /* what else `need' speaks of (a control's name), or NULL */
	u64 value;	   /* the field's value (CAP_DIFFERS: on the processor at fault) */
	u64 want;	   /* CAP_DIFFERS: the value of the first processor */
};

struct cap_report {
	u32 problems, notes; /* entries used */
	u32 dropped_problems, dropped_notes;
	struct cap_problem problem[CAP_REPORT_PROBLEMS];
	struct cap_problem note[CAP_REPORT_NOTES];
};

/* Empties the report. */
void cap_report_clear(struct cap_report *report);

/* Adds an entry (copied).  One that does not fit is counted as dropped. */
void cap_report_problem(struct cap_report *report, const struct cap_problem *entry);
void cap_report_note(struct cap_report *report, const struct cap_problem *entry);

/* True if there was any problem, also one that did not fit. */
static inline bool cap_report_failed(const struct cap_report *report)
{
	return report->problems || report->dropped_problems;
}

/*
 * Puts one entry into words: MSR, bit, name, value, need.  No newline.
 * gives: the length the text needs without its NUL, as snprintf does.
 */
int cap_problem_format(char *buf, size_t size, const struct cap_problem *entry);

#endif
