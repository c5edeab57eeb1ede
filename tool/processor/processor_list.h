/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processors to look at, recorded ones and those of this machine: the values of their capability
 * MSRs, and what Lintel makes of them.
 */
#ifndef TOOL_PROCESSOR_LIST_H
#define TOOL_PROCESSOR_LIST_H

#include "cap/cap.h"
#include "recording.h"

struct processor {
	const char *source; /* the file, as it was named, or what was read live */
	const char *name;   /* NULL: not said */
	const char *label;  /* which processor of that source; NULL: the only one */
	unsigned int family, model, stepping; /* family 0: not said */
	enum recording_class class;
	struct vmx_cap_msrs raw;
	struct recording_more more;
	bool live; /* the values are this machine's */
	bool usable;
	bool unknown;		   /* of a recording in part: what is known does not refuse it */
	struct vmcs_config config; /* what the MSRs say, and if usable Lintel's choice */
	struct vmx_capability capability;
	struct cap_report report;
};

struct processors {
	size_t count, room;
	struct processor *list;
};

/* Adds a processor; everything from `usable' on is worked out from its values. */
void processors_add(struct processors *processors, const struct processor *values);

/* Adds the processors of a recording, or ends the process with words on what is wrong with it. */
void processors_add_file(struct processors *processors, const char *path);

/* The same for several files; NULL ends them. */
void processors_add_files(struct processors *processors, char **paths);

/* The exit status: all are usable, or one is refused, or (else) of one it is not known. */
int processors_status(const struct processors *processors);

/* "usable", "refused" or "unknown". */
const char *processor_verdict(const struct processor *processor);

/* "NAME [LABEL]", or as much of it as there is; NULL: nothing.  Never freed, as processors are not.
 */
const char *processor_title(const struct processor *processor);

#endif
