/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core's tables do not say because the module does not need it: for each control bit,
 * VMCS field, MSR and field of a capability MSR, a few sentences on what it is, and the names of its
 * constant in programs.  Everything else about them (the name, what they depend on, what Lintel does
 * with them) comes from the tables of the core.
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
	const char *condition; /* what has to be so for a guest to have the MSR; NULL: nothing */
};

/* A field of a capability MSR, as cap_field_table has it. */
struct capability_text {
	u8 msr, bit; /* enum cap_msr; the lowest bit */
	const char *text;
};

extern const struct control_text control_texts[];
extern const struct field_text field_texts[];
extern const struct msr_text msr_texts[];
extern const struct capability_text capability_texts[];
extern const unsigned int control_text_count, field_text_count, msr_text_count,
	capability_text_count;

/* NULL: no such row. */
const struct control_text *control_text_find(unsigned int word, unsigned int bit);
const struct field_text *field_text_find(u32 encoding);
const struct msr_text *msr_text_find(u32 first);
const struct capability_text *capability_text_find(unsigned int msr, unsigned int bit);

#endif
