/* SPDX-License-Identifier: GPL-2.0 */
/* One call of each ioctl that succeeds, or more where it does different things: see rows.c. */
#ifndef LINTEL_TESTS_UNIT_API_ROWS_H
#define LINTEL_TESTS_UNIT_API_ROWS_H

#include "program.h"

#define ROW_ARGUMENT_MAX (64 * 4096) /* bytes */

struct api_row {
	const char *name; /* of the ioctl */
	u32 number;
	enum ioctl_scope scope;
	enum made made; /* what it needs */
	u64 value;	/* the argument, where it is none in memory */
	size_t more;	/* bytes of the argument beside those that its number says: entries */
	u32 get;	/* what it sets is what this one gave */
	/* Makes the argument, and what else it needs. */
	void (*fill)(struct program *program, void *argument);
	long result;
	bool makes_file; /* the result is a descriptor */
	bool runs;	 /* is KVM_RUN */
};

extern const struct api_row api_rows[]; /* the last has no name */

/* A program that has what the row needs, and the row's argument. */
struct program *row_start(const struct api_row *row, void *argument);
/* Bytes of its argument; 0: it has none in memory. */
size_t row_size(const struct api_row *row);
/* The file that it is called on. */
int row_file(const struct api_row *row, const struct program *program);
/* The call. */
long row_call(const struct api_row *row, struct program *program, void *argument);
/* The result must be the row's; a file that it made is closed. */
void row_expect(const struct api_row *row, long result);

#endif
