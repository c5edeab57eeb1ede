/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything that `lintel explain' knows, as one list that is made from the tables and the
 * texts; and the search in it.
 */
#ifndef TOOL_TOPIC_H
#define TOOL_TOPIC_H

#include "facts/alias_text.h"
#include "facts/capability_field.h"
#include "facts/control.h"
#include "facts/exit_reason_text.h"
#include "facts/instruction_error_text.h"
#include "facts/vmcs_field_text.h"

struct msr_row;

enum topic_kind {
	TOPIC_CONTROL,	  /* a bit of a control word */
	TOPIC_CAPABILITY, /* a field of a capability MSR that is no control */
	TOPIC_FIELD,	  /* of the VMCS */
	TOPIC_MSR,
	TOPIC_EXIT,  /* a basic exit reason */
	TOPIC_ERROR, /* a VM-instruction error */
	TOPIC_RULE,  /* of VM entry */
	TOPIC_KVM_EXIT,
	TOPIC_SUBERROR, /* of KVM_EXIT_INTERNAL_ERROR */
	TOPIC_LOG,	/* what KVM writes into the kernel's log */
	TOPIC_KINDS
};

#define TOPIC_ID_MAX 48

struct topic {
	enum topic_kind kind;
	u8 word;	       /* a control's enum ctl_word, a capability's enum cap_msr */
	u32 number, last;      /* bit, encoding, MSR, reason or number; a range of bits or MSRs */
	char id[TOPIC_ID_MAX]; /* what finds just this one: "primary:28", "exit:48" */
	const char *name;      /* the SDM's words */
	const char *section;   /* title of the SDM section */
	const char *text;
	const char *constant; /* Lintel's, and the kernel's if that is another; NULL: none */
	const char *kvm;

	/* The rows of the tables; those of other kinds are NULL. */
	const struct ctl_bit *control;
	const struct cap_field *capability;
	const struct vmcs_field *field;
	const struct msr_row *msr; /* an MSR may be in one table or the other, or in both */
	const struct cap_msr_info *cap_msr;
	const struct exit_text *exit;
};

/* All topics, ordered by kind, and in a kind by number. */
const struct topic *topic_list(unsigned int *count);

/* What kind of thing it is, in words: "VMCS field". */
const char *topic_kind_name(enum topic_kind kind);

/* Is this a name that somebody else has for the topic? */
bool topic_has_alias(const struct topic *topic, const struct alias *alias);

/* The topic of a control; of a bit of a capability MSR that struct ctl_ref refers to too. */
const struct topic *topic_of_control(struct ctl_ref ref);

enum topic_match {
	TOPIC_NOTHING,
	TOPIC_MEANT,  /* each of those found is meant: the name, whole words of one, the number */
	TOPIC_CHOICE, /* several have the words, and which one is meant is not known */
	TOPIC_GUESS,  /* found has the words as the beginning or a part of other words */
};

#define TOPIC_FOUND_MAX 1024 /* room for every topic */

/*
 * Searches for a name or number, with or without what it is to be (see the help of explain), or for
 * what a log says.  The best come first.
 */
enum topic_match topic_search(const char *words, const struct topic *found[TOPIC_FOUND_MAX],
			      unsigned int *count);

/* What is spelled most alike. */
void topic_near(const char *words, const struct topic *found[TOPIC_FOUND_MAX], unsigned int *count);

#endif
