/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recordings of the VMX capability MSRs of processors: the files of data/cpus/,
 * whose README describes the format.
 */
#ifndef TOOL_RECORDING_H
#define TOOL_RECORDING_H

#include "cap/cap.h"

#define RECORDING_SETS_MAX  1024
#define RECORDING_BYTES_MAX (1024 * 1024)

struct recording_set {
	char label[64]; /* "" in a file without labels */
	struct vmx_cap_msrs msrs;
};

enum recording_class {
	RECORDING_UNKNOWN,
	RECORDING_PHYSICAL, /* a real processor: the only kind that is counted */
	RECORDING_VIRTUAL,  /* what a hypervisor shows its guest */
	RECORDING_EMULATED, /* a program that executes every instruction itself */
	RECORDING_CLASSES,
};

/* The word for it in a recording.  One that does not say is taken for physical. */
const char *recording_class_name(enum recording_class class);

struct recording {
	char cpu[160]; /* the processor's name, as the file says it */
	unsigned int family, model,
		stepping; /* as CPUID has them; family 0: the file does not say */
	enum recording_class class;
	unsigned int sets; /* at least 1 */
	struct recording_set set[RECORDING_SETS_MAX];
};

/*
 * Where and why a recording cannot be read.  Line and column start at 1; line 0: the file itself,
 * not what is in it.
 */
struct recording_error {
	unsigned int line, column;
	char words[160];
};

/*
 * Reads a recording from memory; the text need not end with a NUL.
 * gives: 0, or -EINVAL with the error filled in and the recording undefined.
 */
int recording_parse(const char *text, size_t length, struct recording *recording,
		    struct recording_error *error);

/*
 * The start of a text that is longer than RECORDING_BYTES_MAX.
 * gives: -EINVAL, and in the error the first thing that is wrong, or that it is too long.
 */
int recording_parse_start(const char *text, size_t length, struct recording *recording,
			  struct recording_error *error);

/*
 * Reads a recording from a file; "-" is the standard input.  Neither a directory nor a device is
 * one; a FIFO is, if somebody has it open to write.
 * gives: as recording_parse(), or the errno of the file with the error's line 0.
 */
int recording_read(const char *path, struct recording *recording, struct recording_error *error);

#endif
