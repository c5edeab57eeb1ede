/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core's tables do not say because the module does not need it: for each control bit,
 * VMCS field, MSR, field of a capability MSR, exit reason and VM-instruction error, a few sentences
 * on what it is, and the names of its constant in programs.  Everything else about them (the name,
 * what they depend on, what Lintel does with them) comes from the tables of the core.
 */
#ifndef WORDS_TEXT_H
#define WORDS_TEXT_H

#include "cap/control_table.h"

struct control_text {
	u8 word, bit;
	const char *constant; /* in core/cap/controls.h */
	const char *kvm;      /* in the kernel's <asm/vmx.h>; NULL: none that differs */
	const char *text;
};

struct field_text {
	u16 encoding;
	const char *constant; /* in core/vmcs/fields.h, as in the kernel */
	const char *section;  /* title of the SDM section that explains it */
	const char *text;
};

struct msr_text {
	u32 first; /* as the row of msr_table or cap_msr_table */
	const char *constant;
	const char *section;
	const char *text;
};

/* A field of a capability MSR, as cap_field_table has it. */
struct capability_text {
	u8 msr, bit; /* enum cap_msr; the lowest bit */
	const char *text;
};

struct exit_text {
	u16 reason;
	u8 control_count;	   /* 0: no control is needed */
	bool any;		   /* any of the controls is enough; otherwise all must be 1 */
	struct ctl_ref control[2]; /* without them it does not happen */
	const char *name;	   /* the SDM's words */
	const char *section;
	const char *text;
};

struct error_text {
	u8 number;
	const char *text;
};

extern const struct control_text control_texts[];
extern const struct field_text field_texts[];
extern const struct msr_text msr_texts[];
extern const struct capability_text capability_texts[];
extern const struct exit_text exit_texts[];
extern const struct error_text error_texts[];
extern const unsigned int control_text_count, field_text_count, msr_text_count,
	capability_text_count, exit_text_count, error_text_count;

/* NULL: no such row. */
const struct control_text *control_text_find(unsigned int word, unsigned int bit);
const struct field_text *field_text_find(u32 encoding);
const struct msr_text *msr_text_find(u32 first);
const struct capability_text *capability_text_find(unsigned int msr, unsigned int bit);
const struct exit_text *exit_text_find(u32 reason);
const struct error_text *error_text_find(u32 number);

#endif
