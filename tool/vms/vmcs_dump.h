/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMCSs in a text: dumps of Lintel (core/vmcs/image.h), from its debugfs or in a kernel log, and
 * what KVM's dump_vmcs() leaves in one.  Lines of anything else are passed over.
 */
#ifndef TOOL_VMCS_DUMP_H
#define TOOL_VMCS_DUMP_H

#include "vmcs/image.h"

#define VMCS_DUMP_LOADS_MAX 512

struct vmcs_dump {
	struct vmcs_image image;
	bool of_kvm;
	unsigned int line; /* where it begins, from 1 on */
	struct vmcs_msr_entry load[VMCS_DUMP_LOADS_MAX];
};

struct vmcs_dump_error {
	unsigned int line, column; /* from 1 on */
	char words[120];
};

struct vmcs_dump_list {
	struct vmcs_dump **dump;
	unsigned int count;

	/* The reader's own: where it is. */
	unsigned int line, section;
	bool open, loads, named;
	struct vmcs_dump_error *error;
};

/* One line after the other, without the newline; a list begins as zeros.  gives: 0, or -1 with the
 * error filled in. */
int vmcs_dump_line(struct vmcs_dump_list *list, const char *line, size_t length,
		   struct vmcs_dump_error *error);
/* The text is at its end.  As above; a text without any dump is an error. */
int vmcs_dump_end(struct vmcs_dump_list *list, struct vmcs_dump_error *error);
void vmcs_dump_free(struct vmcs_dump_list *list);

#endif
