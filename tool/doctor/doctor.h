/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `lintel doctor` finds, and who finds it.
 */
#ifndef TOOL_DOCTOR_H
#define TOOL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum finding_state {
	FINDING_FINE,
	FINDING_WARNING, /* virtual machines run, but worse or less safely than they could */
	FINDING_BAD,	 /* they do not run for this */
	FINDING_UNKNOWN,
};

struct finding {
	const char *section;
	char *what;
	enum finding_state state;
	char *text;
	const char *advice; /* NULL: none */
};

struct doctor {
	const char *root;   /* before /proc and /sys; "" for this machine */
	const char *device; /* the KVM device */
	bool vm_runs;
	struct finding *list;
	size_t count;
};

/* The states' names, in JSON. */
const char *finding_state_name(enum finding_state state);

/* Adds what was found; findings of a section come one after the other. */
void doctor_tell(struct doctor *doctor, const char *section, const char *what,
		 enum finding_state state, const char *advice, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* The beginning of a small file below the root, without the newline at its end, to be freed; NULL
 * where it cannot be read. */
char *doctor_read(const struct doctor *doctor, const char *path);
/* The name of the group of this number, to be freed; NULL if it has none. */
char *doctor_group_name(const struct doctor *doctor, unsigned int number);
bool doctor_has(const struct doctor *doctor, const char *path);

void doctor_free(struct doctor *doctor);

/* Processor, firmware, kernel, modules, weaknesses: from files. */
void doctor_look_at_processor(struct doctor *doctor);
void doctor_look_at_firmware(struct doctor *doctor);
void doctor_look_at_system(struct doctor *doctor);
void doctor_look_at_weaknesses(struct doctor *doctor);

#endif
