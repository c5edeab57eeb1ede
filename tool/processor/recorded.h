/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The recorded processors of data/cpus/ as a table: the one that was built into the command, so
 * that it answers anywhere, or that of a directory.
 */
#ifndef TOOL_RECORDED_H
#define TOOL_RECORDED_H

#include "availability.h"
#include "generation.h"
#include "recording.h"

struct recorded {
	const char *file; /* without its directory */
	const char *cpu, *label;
	enum recording_class class;
	unsigned int family, model, stepping; /* family 0: the file does not say */
	struct vmx_cap_msrs msrs;
};

struct recorded_list {
	const struct recorded *row; /* ordered by file */
	unsigned int count;
};

/* data/cpus as it was when the command was built; in a file that the build makes. */
extern const struct recorded_list recorded_built_in;

/* The *.msr files of a directory; command_fail() for one that cannot be read.  Never freed. */
struct recorded_list recorded_read(const char *directory);

/* How many of the physical ones have something, and since when. */
struct recorded_tally {
	unsigned int yes, no, unknown;
};

static inline unsigned int recorded_tally_sum(const struct recorded_tally *tally)
{
	return tally->yes + tally->no + tally->unknown;
}

struct recorded_count {
	struct recorded_tally all;			      /* its sum: the physical ones */
	struct recorded_tally of_generation[GENERATIONS_MAX]; /* as generation_table */
	const struct generation *first;	    /* the oldest that has it; NULL: not known */
	const struct generation *all_since; /* from this on each has it; NULL: no such */
};

typedef enum availability (*recorded_ask_fn)(const struct vmx_cap_msrs *raw, const void *what);

struct recorded_count recorded_count(struct recorded_list list, recorded_ask_fn ask,
				     const void *what);

#endif
