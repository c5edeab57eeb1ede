/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Basic exit reasons: their numbers and names, what is read at the exit, and what Lintel does.
 *
 * SDM: appendix "VMX Basic Exit Reasons".
 */
#ifndef LINTEL_FACTS_EXIT_REASON_H
#define LINTEL_FACTS_EXIT_REASON_H

#include "types.h"

enum exit_reason {
#define EXIT_REASON(constant, number, ...) EXIT_REASON_##constant = number,
#include "facts/exit_reason_list.h"
	EXIT_REASONS /* room for each */
};

#define EXIT_REASON_BASIC(reason) ((reason)&0xffff)
#define EXIT_REASON_ENTRY_FAILURE (1u << 31)

/* Beside the reason; what has no meaning for a reason is not read, and 0. */
enum exit_capture {
	CAPTURE_LENGTH = 1 << 0, /* of the instruction */
	CAPTURE_QUALIFICATION = 1 << 1,
	CAPTURE_DELIVERY = 1 << 2, /* IDT-vectoring information: an event was being delivered */
	CAPTURE_GPA = 1 << 3,
	CAPTURE_GLA = 1 << 4,
	CAPTURE_INSTRUCTION = 1 << 5, /* VM-exit instruction information */
	CAPTURE_INTERRUPTION = 1 << 6,
	CAPTURE_USUAL = CAPTURE_LENGTH | CAPTURE_QUALIFICATION | CAPTURE_DELIVERY,
};

/* What an exit is for the guest and its VMM. */
enum exit_answer {
	ANSWER_UNEXPECTED, /* KVM_EXIT_INTERNAL_ERROR with its data */
	ANSWER_NEXT_INSN,  /* nothing is to be done: the guest goes on behind the instruction */
	ANSWER_SAME_INSN,  /* it was, or will be: the guest goes on where it is */
	ANSWER_UD,	   /* VMX, SMX, SGX ...: the guest's CPUID does not offer the instruction */
	ANSWER_GP,	   /* #GP(0) */
	ANSWER_SHUTDOWN,   /* KVM_EXIT_SHUTDOWN */
	ANSWER_FAIL_ENTRY, /* the guest was not entered: KVM_EXIT_FAIL_ENTRY */
	ANSWER_HANDLER,	   /* it depends: a function of the core's */
};

struct exit_row {
	const char *name; /* see exit_reason_name() */
	u8 captures;	  /* enum exit_capture */
	u8 answer;	  /* enum exit_answer */
};

/* By reason; behind them the row of all reasons beyond. */
extern const struct exit_row exit_rows[EXIT_REASONS + 1];

/* The row of the basic reason in `reason`; never NULL, nobody expects what the SDM does not name.
 */
static inline const struct exit_row *exit_row(u32 reason)
{
	u32 basic = EXIT_REASON_BASIC(reason);

	return &exit_rows[basic < EXIT_REASONS ? basic : EXIT_REASONS];
}

/* The SDM's words, shortened as KVM's tracepoints and perf know them.  Never NULL. */
const char *exit_reason_name(u32 reason);

#endif
