/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generations of Intel's processors with VT-x: which family, model and stepping belongs to which,
 * and when its first one was sold.
 */
#ifndef TOOL_GENERATION_H
#define TOOL_GENERATION_H

#include <stdbool.h>

struct generation {
	const char *name; /* Intel's code name */
	unsigned int year;
	bool atom; /* of the line of small cores */
};

/* Ordered by year. */
extern const struct generation generation_table[];
extern const unsigned int generation_count;
#define GENERATIONS_MAX 64 /* at least generation_count */

/*
 * The generation of a processor: by family, model and stepping, as CPUID leaf 1 has them with the
 * extended fields added in; where family is 0, not known, by a code name in `cpu', the words that
 * name the processor.  NULL: no row tells.
 */
const struct generation *generation_find(unsigned int family, unsigned int model,
					 unsigned int stepping, const char *cpu);

#endif
