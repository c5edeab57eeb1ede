/* SPDX-License-Identifier: GPL-2.0 */
/* What programs call things that the SDM names otherwise. */
#ifndef LINTEL_FACTS_ALIAS_TEXT_H
#define LINTEL_FACTS_ALIAS_TEXT_H

#include "facts/vmcs_field.h"

enum alias_who {
	ALIAS_QEMU,
	ALIAS_CPUINFO,
	ALIAS_XEN,
	ALIAS_FREEBSD,
	ALIAS_VIRTUALBOX,
	ALIAS_KVM_DUMP,
	ALIAS_VMXCAP,
	ALIAS_WHO
};

enum alias_of { ALIAS_OF_CONTROL, ALIAS_OF_CAPABILITY, ALIAS_OF_FIELD };

struct alias {
	const char *name;
	u8 who;
	u8 of;
	u8 word;    /* enum ctl_word of a control, enum cap_msr of a capability */
	u8 setting; /* which setting of a control the name stands for; 1 of what is none */
	u16 number; /* bit, or encoding of a field */
};

extern const struct alias alias_table[];
extern const unsigned int alias_count;

/* Whose name it is, in words. */
extern const char *const alias_who_names[ALIAS_WHO];

/* That program's name of a bit of a control word or a capability MSR; NULL: it has none.  A name
 * that stands for several bits together is not one of this. */
const struct alias *alias_find(enum alias_who who, enum alias_of of, unsigned int word,
			       unsigned int bit);

#endif
