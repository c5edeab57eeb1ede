/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of KVM's dump_vmcs(), of Linux 4.5 to 6.18, and of the one it was made after, Xen's
 * vmcs_dump_vcpu(): sections, and in them items KEY=VALUE, some behind the head of their line.
 */
#ifndef TOOL_KVM_LINE_H
#define TOOL_KVM_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/vmcs_field.h"

/* In the order in which they are printed. */
enum kvm_section { KVM_NOWHERE, KVM_GUEST, KVM_HOST, KVM_CONTROL };

struct kvm_key {
	u8 section;	    /* enum kvm_section */
	u8 digits, digits2; /* of the value, and of the second of a pair, as they are printed */
	bool alone;	    /* says by itself that this is a dump */
	bool bare;	    /* Xen prints the values of such a line without keys */
	const char *head;   /* of its line; "" */
	const char *key;
	u16 field, second; /* of a pair like 0010:ffff; the same twice: SVI and RVI */
};

enum kvm_found {
	KVM_NOTHING,  /* no item begins here */
	KVM_CUT,      /* one may begin here, but the text ends within it */
	KVM_HEAD,     /* of a line: items follow */
	KVM_ITEM,     /* with values */
	KVM_NO_VALUE, /* its key, and nothing that can be read for a value */
	KVM_LOAD,     /* an entry of an MSR area */
};

#define KVM_BARE_MAX 4

struct kvm_item {
	const struct kvm_key *key;
	const char *head, *end;
	u64 value[2];
	u8 digits[2];
	bool pair, no_field; /* what KVM has worked out, and is in no field */
	u8 bare_count;
	u64 bare[KVM_BARE_MAX]; /* of the rows from `key` on */
	u32 number, msr;	/* of KVM_LOAD; the value is value[0] */
};

/*
 * What begins at `at`, which is no blank; `head` is that of the line.  Unless `last`, a text that
 * ends right behind a value may go on.
 */
enum kvm_found kvm_item_read(enum kvm_section section, const char *head, const char *at,
			     const char *end, bool last, struct kvm_item *item);

/* The section's marker, anywhere in the text: where it begins, and its end in *after.  NULL: none.
 */
const char *kvm_marker_find(const char *at, const char *end, enum kvm_section *section,
			    const char **after);
/* Does the text end within a marker?  gives: where that begins, or NULL. */
const char *kvm_marker_cut(const char *at, const char *end);

/* Where in the text an item begins that nothing but a dump has, or NULL. */
const char *kvm_alone_find(const char *at, const char *end, enum kvm_section *section);

#endif
