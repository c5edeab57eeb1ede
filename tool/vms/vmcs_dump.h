/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMCSs in a text: dumps of Lintel (core/vmcs/image.h), from its debugfs or in a kernel log, and of
 * who prints that format (`lintel vmcs`); what dump_vmcs() of KVM, vmcs_dump_vcpu() of Xen and HAXM
 * leave in a log.  Lines of anything else are passed over.
 */
#ifndef TOOL_VMCS_DUMP_H
#define TOOL_VMCS_DUMP_H

#include "vmcs/image.h"

#define VMCS_DUMP_LOADS_MAX 512
#define VMCS_DUMP_LOST_MAX  8
/* Of one text.  A log with more is of a machine that fails again and again in the same way. */
#define VMCS_DUMPS_MAX 4096

struct vmcs_dump {
	struct vmcs_image image;
	char hypervisor[32];
	bool exact;	   /* in Lintel's format: what is wrong in it is an error */
	bool mixed;	   /* with another one's lines: its values are of two VMCSs */
	unsigned int line; /* where it begins, from 1 on */
	unsigned int lost; /* fields that are there without a value that could be read */
	u16 lost_field[VMCS_DUMP_LOST_MAX];
	struct vmcs_msr_entry *load; /* of VMCS_DUMP_LOADS_MAX; NULL: none yet */
};

struct vmcs_dump_error {
	unsigned int line, column; /* from 1 on */
	char words[600];
};

struct vmcs_dump_stream;

struct vmcs_dump_list {
	struct vmcs_dump **dump;
	unsigned int count;

	/* The reader's own: where it is. */
	unsigned int line;
	struct vmcs_dump *exact;	 /* that has no end yet */
	struct vmcs_dump *haxm;		 /* the last one */
	struct vmcs_dump_stream *stream; /* the one that had a line last; the others follow */
	char cut[256];			 /* a line that ends within the marker of a section */
	size_t cut_length;
	const char *hint; /* of a text without dumps: how to get one */
	unsigned int hint_line;
	u32 hint_reason; /* that a VMM has told of; 0: none */
	struct vmcs_dump_error *error;
};

/* One line after the other, without the newline, with its number from 1 on; a list begins as zeros.
 * gives: 0, or -1 with the error filled in. */
int vmcs_dump_line(struct vmcs_dump_list *list, unsigned int number, const char *line,
		   size_t length, struct vmcs_dump_error *error);
/* The text is at its end.  As above; a text without any dump is an error. */
int vmcs_dump_end(struct vmcs_dump_list *list, struct vmcs_dump_error *error);
void vmcs_dump_free(struct vmcs_dump_list *list);

#endif
