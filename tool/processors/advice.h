/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be done where a processor, or this machine, does not offer what a hypervisor needs.
 */
#ifndef TOOL_ADVICE_H
#define TOOL_ADVICE_H

#include <jansson.h>

#include "tool/processor/processor_list.h"

/* Sentences, as a list of strings; this_machine: its values are live, and its devices count. */
json_t *advice_on(const struct processor *processor, bool this_machine);

#endif
