/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The capability MSRs of this machine's processors.
 */
#ifndef TOOL_LIVE_H
#define TOOL_LIVE_H

#include "processor_list.h"

#define LIVE_ALL     (-1)
#define LIVE_CPU_MAX 8191

/*
 * Adds the logical CPU of this number, or LIVE_ALL: all that are online, those with the same values
 * and the same name as one.  From the msr device, else from the module; where neither can be read
 * it ends the process with words on what to do.
 */
void processors_add_live(struct processors *processors, int cpu);

/* Adds what CPUID answers on a logical CPU; nothing, where this process may not run there. */
void live_read_cpuid(struct recording_more *more, unsigned int cpu);

#endif
