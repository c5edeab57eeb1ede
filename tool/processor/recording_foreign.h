/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What other programs say of a processor, read as a recording: the output of rdmsr and of cpuid -r,
 * lists of AIDA64 and InstLatx64, VirtualBox's logs, lists by name as of Simics.
 */
#ifndef TOOL_RECORDING_FOREIGN_H
#define TOOL_RECORDING_FOREIGN_H

#include <stdbool.h>

#include "recording.h"

/* Is there output of cpuid -r in it? */
bool recording_has_cpuid(const char *text, size_t length);

/*
 * As recording_parse(), for what that does not understand.  Of a program's log, known by words that
 * no other text has, lines of other things are passed over; of a list every line has to be
 * understood.
 */
int recording_parse_foreign(const char *text, size_t length, struct recording *recording,
			    struct recording_error *error);

#endif
