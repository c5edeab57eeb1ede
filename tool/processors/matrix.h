/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The matrix: what each of many recorded processors has, of the controls and of what else the
 * capability MSRs tell.  The user's own come first; real processors are in the order of their
 * generations; those of hypervisors and of emulators come last.  Only the real ones count.
 */
#ifndef TOOL_MATRIX_H
#define TOOL_MATRIX_H

#include <stdbool.h>
#include <stdio.h>

#include "facts/capability_field.h"
#include "facts/control.h"
#include "tool/processor/generation.h"
#include "tool/processor/processor_list.h"

struct matrix_cpu {
	const char *name;
	const struct processor *processor;
	const struct generation *generation; /* NULL: not known */
	enum recording_class class;	     /* never RECORDING_UNKNOWN */
	bool own;			     /* the user's, beside those of the command */
};

/* A run of processors of one generation, or of the user's own. */
struct matrix_group {
	const char *title;
	const struct generation *generation; /* NULL: not real, or not known */
	unsigned int first, count;
};

/* A control bit, a field of a capability MSR, or (neither) whether Lintel can use the processor. */
struct matrix_row {
	const char *group, *name;
	const struct ctl_bit *control;
	const struct cap_field *field;
};

struct matrix {
	struct matrix_cpu *cpu;
	unsigned int cpus, own; /* the user's own come first */
	struct matrix_group *group;
	unsigned int groups;
	struct matrix_row *row;
	unsigned int rows;
};

enum matrix_state {
	MATRIX_UNKNOWN, /* the recording does not tell */
	MATRIX_NO,	/* cannot be 1 */
	MATRIX_YES,	/* a control may be 0 or 1; a feature is there */
	MATRIX_FORCED,	/* a control that cannot be 0 */
	MATRIX_NUMBER,
};

struct matrix_cell {
	enum matrix_state state;
	u64 number;
};

struct matrix_cell matrix_cell(const struct matrix_cpu *cpu, const struct matrix_row *row);

/* Some processors' cells of one row. */
struct matrix_sum {
	unsigned int known; /* of how many it is known */
	unsigned int has;   /* how many have it; not for numbers */
	bool forced;	    /* all that have it cannot be without */
	bool same;	    /* all numbers are the same: `number' */
	u64 number;
};

struct matrix_sum matrix_sum(const struct matrix *matrix, const struct matrix_row *row,
			     unsigned int first, unsigned int count);

/* Is the row a number rather than a yes or no? */
bool matrix_row_is_number(const struct matrix_row *row);

/* How many of those that are not the user's are of that class.  The physical ones, which the sums
 * are of, come first among them. */
unsigned int matrix_count(const struct matrix *matrix, enum recording_class class);

/* Writes the page; errors stay in the stream. */
void matrix_page(const struct matrix *matrix, FILE *out);

#endif
