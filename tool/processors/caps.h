/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two forms of the answer of `lintel caps`.
 */
#ifndef TOOL_CAPS_H
#define TOOL_CAPS_H

#include "tool/json.h"
#include "tool/processor/processor_list.h"

/* One processor as an object; docs/tool.md describes it. */
json_t *caps_json(const struct processor *processor);

/* One processor as text: every MSR, field and control, and the verdict. */
void caps_print(const struct processor *processor);

/* The verdict alone, in a line, and the problems below it. */
void caps_print_verdict(const struct processor *processor);

#endif
