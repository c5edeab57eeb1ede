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

/* MSRs beside the capability MSRs that a processor's features are in. */
enum recording_msr {
	RECORDING_CORE_CAPABILITIES,
	RECORDING_ARCH_CAPABILITIES,
	RECORDING_MISC_ENABLE,
	RECORDING_MSRS
};

struct recording_msr_info {
	u32 index;
	const char *name;
};
extern const struct recording_msr_info recording_msr_table[RECORDING_MSRS];

#define RECORDING_CPUID_MAX 96

struct recording_cpuid {
	u32 leaf, subleaf;
	u32 out[4]; /* EAX, EBX, ECX, EDX */
};

/* What a recording may have beside the capability MSRs. */
struct recording_more {
	u32 present; /* bit n: enum recording_msr n was read */
	u64 msr[RECORDING_MSRS];
	unsigned int cpuids;
	struct recording_cpuid cpuid[RECORDING_CPUID_MAX];
};

struct recording_set {
	char label[64]; /* "" in a file without labels */
	struct vmx_cap_msrs msrs;
	struct recording_more more;
};

/* NULL: it was not recorded. */
const struct recording_cpuid *recording_cpuid_find(const struct recording_more *more, u32 leaf,
						   u32 subleaf);

/* The first answer of a leaf and subleaf counts; no more than there is room for. */
void recording_add_cpuid(struct recording_more *more, const struct recording_cpuid *row);

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

/* Name, signature and class, where the recording does not say them itself, from CPUID. */
void recording_take_cpuid(struct recording *recording);

/*
 * Where and why a recording cannot be read.  Line and column start at 1; line 0: the file itself,
 * not what is in it.
 */
struct recording_error {
	unsigned int line, column;
	char words[256];
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
 * Reads a recording, or what recording_foreign.h reads, from a file; "-" is the standard input.
 * Neither a directory nor a device is one; a FIFO is, if somebody has it open to write. gives: as
 * recording_parse(), or the errno of the file with the error's line 0.
 */
int recording_read(const char *path, struct recording *recording, struct recording_error *error);

#endif
