/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMX controls: every bit the SDM names, and what Lintel asks of it.  The resolver, the report,
 * the descriptions and the VM-entry checks all read these rows.
 */
#ifndef LINTEL_FACTS_CONTROL_H
#define LINTEL_FACTS_CONTROL_H

#include "facts/capability_msr.h"

enum ctl_word {
#define CONTROL_WORD(word, ...) CTL_##word,
#include "facts/control_word_list.h"
	CTL_WORDS
};

/* A constant for each bit: CPU1_USE_MSR_BITMAPS is that bit of the primary processor-based word. */
enum {
#define CONTROL(word, bit, constant, ...) constant = BIT64(bit),
#include "facts/control_list.h"
};

enum ctl_ask {
	CTL_MUST1,  /* 1, or the processor is refused */
	CTL_MUST0,  /* 0, or refused: Lintel relies on what the 0-setting gives */
	CTL_LIKE1,  /* 1 where the processor and what it needs allow it */
	CTL_TOGGLE, /* changed at run time: both settings must be allowed; starts as 0 */
	CTL_OFF,    /* 0, or refused: Lintel does not do what the 1-setting asks of a VMM */
	CTL_EITHER, /* 0 where possible; a processor that forces 1 does no harm */
};

/* A bit of a control word; word CTL_WORDS means a bit of IA32_VMX_EPT_VPID_CAP. */
struct ctl_ref {
	u8 word;
	u8 bit;
};

#define CTL_NEEDS_MAX 3

struct ctl_bit {
	u8 word; /* enum ctl_word */
	u8 bit;
	u8 ask; /* enum ctl_ask */
	u8 needs_count;
	struct ctl_ref needs[CTL_NEEDS_MAX]; /* each must be 1 for this one to be 1 */
	bool has_pair;
	struct ctl_ref pair; /* the exit (entry) control that undoes this one */
	const char *name;    /* the SDM's words */
	const char *why;     /* why Lintel asks that */
};

extern const struct ctl_bit ctl_table[];
extern const size_t ctl_table_count;

/* What a word is called, where in the VMCS it is, and which MSRs say what it may be. */
struct ctl_word_info {
	const char *name;
	u64 default1;	/* the word's default1 class */
	u32 field;	/* encoding */
	u8 msr;		/* enum cap_msr that announces the settings */
	u8 true_msr;	/* the TRUE variant; the same where there is none */
	bool wide;	/* 64 control bits, allowed 1-settings only */
	bool activated; /* off as a whole unless `activator' is 1 */
	struct ctl_ref activator;
};

extern const struct ctl_word_info ctl_word_table[CTL_WORDS];

/* The row of a bit, or NULL if the SDM gives it no name. */
const struct ctl_bit *ctl_find(enum ctl_word word, unsigned int bit);

/*
 * The MSR that says what a control word may be: the TRUE one where bit 55 of IA32_VMX_BASIC says
 * so, or where nobody can say.
 */
enum cap_msr cap_word_msr(const struct vmx_cap_msrs *raw, enum ctl_word word);

#endif
