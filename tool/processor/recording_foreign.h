/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What other programs say of a processor, read as a recording: the output of rdmsr and of cpuid -r,
 * lists of AIDA64 and InstLatx64, VirtualBox's logs, lists by name as of Simics.
 */
#ifndef TOOL_RECORDING_FOREIGN_H
#define TOOL_RECORDING_FOREIGN_H

#include <stdbool.h>

#include "recording.h"

/* Is this a log of another program, of which a part is of interest, or one without values? */
bool recording_is_foreign(const char *text, size_t length);

/* Is there output of cpuid -r in it? */
bool recording_has_cpuid(const char *text, size_t length);

/*
 * As recording_parse().  Of a log, lines of other things are passed over; of a list, which is what
 * recording_is_foreign() does not know, every line has to be understood.
 */
int recording_parse_foreign(const char *text, size_t length, struct recording *recording,
			    struct recording_error *error);

#endif
