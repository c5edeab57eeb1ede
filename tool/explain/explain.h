/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `lintel explain': what there is to say about a topic, gathered for text and JSON alike.
 */
#ifndef TOOL_EXPLAIN_H
#define TOOL_EXPLAIN_H

#include <jansson.h>

#include "tool/processor/recorded.h"
#include "topic.h"

/* What Lintel does with it; NULL where it has nothing to do with it. */
struct explain_lintel {
	const char *asks;
	const char *why;
};

/* For controls, capabilities and exit reasons; words has room for words that are put together. */
struct explain_lintel explain_lintel(const struct topic *topic, struct recorded_list list,
				     char words[200]);

/* Can recordings tell who has it?  Then: how many. */
bool explain_is_counted(const struct topic *topic);
struct recorded_count explain_count(const struct topic *topic, struct recorded_list list);

/* The smallest and largest value that recordings have of a field that is a number. */
struct explain_range {
	unsigned int known; /* how many tell */
	u64 smallest, largest;
};
bool explain_is_number(const struct topic *topic);
struct explain_range explain_range(const struct topic *topic, struct recorded_list list);

/* Where a control, capability or field is: "bit 28 of the primary processor-based controls". */
void explain_where(const struct topic *topic, char words[160]);

/* A topic as text, and what there is to choose from; the same in JSON. */
void explain_print(const struct topic *topic, struct recorded_list recordings);
void explain_print_choice(const struct topic *topic);
json_t *explain_json(const struct topic *topic, struct recorded_list recordings);
json_t *explain_json_reference(const struct topic *topic);

#endif
