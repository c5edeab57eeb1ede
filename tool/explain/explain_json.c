// SPDX-License-Identifier: GPL-2.0
/*
 * JSON of `lintel explain'.
 */
#include "explain.h"
#include "facts/msr_text.h"
#include "policy.h"
#include "tool/json.h"
#include "topic_links.h"

json_t *explain_json_reference(const struct topic *topic)
{
	return json_pack("{s:s, s:o}", "id", topic->id, "name", json_text(topic->name));
}

static json_t *json_links(const struct topic_links *links)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < links->count; i++)
		json_array_append_new(list, explain_json_reference(links->topic[i]));
	return json_pack("{s:b, s:o}", "any", links->any, "topics", list);
}

static json_t *json_generation(const struct generation *generation)
{
	if (!generation)
		return json_null();
	return json_pack("{s:s, s:i}", "name", generation->name, "year", (int)generation->year);
}

static json_t *json_count(const struct recorded_count *count)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < generation_count; i++) {
		const struct recorded_tally *one = &count->of_generation[i];

		if (recorded_tally_sum(one))
			json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i}", "name",
							      generation_table[i].name, "year",
							      (int)generation_table[i].year, "yes",
							      (int)one->yes, "no", (int)one->no,
							      "unknown", (int)one->unknown));
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "physical",
			 (int)recorded_tally_sum(&count->all), "yes", (int)count->all.yes, "no",
			 (int)count->all.no, "unknown", (int)count->all.unknown, "first",
			 json_generation(count->first), "all_since",
			 json_generation(count->all_since), "generations", list);
}

static json_t *json_range(const struct topic *topic, struct recorded_list recordings)
{
	struct explain_range range;

	if (!explain_is_number(topic))
		return json_null();
	range = explain_range(topic, recordings);
	if (!range.known)
		return json_null();
	return json_pack("{s:i, s:o, s:o}", "known", (int)range.known, "smallest",
			 json_hex(range.smallest, 0), "largest", json_hex(range.largest, 0));
}

static json_t *json_recorded(const struct topic *topic, struct recorded_list recordings)
{
	struct recorded_count count;

	if (!explain_is_counted(topic))
		return json_null();
	count = explain_count(topic, recordings);
	return json_count(&count);
}

static json_t *json_policy(const struct msr_row *row)
{
	if (!row)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "read", policy_access_word(row, MSR_READ),
			 "write", policy_access_word(row, MSR_WRITE), "owner",
			 policy_owner_word(row->owner), "why", msr_text(row)->why, "condition",
			 json_text(policy_condition(row)));
}

static json_t *json_kernel_name(const struct topic *topic)
{
	if (topic->kind == TOPIC_EXIT)
		return json_sprintf("EXIT_REASON_%s", topic->kvm);
	return json_text(topic->kvm);
}

/* Whose names it has: lists by program. */
static json_t *json_names(const struct topic *topic)
{
	json_t *names = json_object();

	for (unsigned int i = 0; i < alias_count; i++) {
		const struct alias *alias = &alias_table[i];
		const char *who = alias_who_names[alias->who];

		if (!topic_has_alias(topic, alias))
			continue;
		if (!json_object_get(names, who))
			json_object_set_new(names, who, json_array());
		json_array_append_new(json_object_get(names, who), json_text(alias->name));
	}
	return names;
}

json_t *explain_json(const struct topic *topic, struct recorded_list recordings)
{
	struct topic_links needs = topic_needs(topic), needed_by = topic_needed_by(topic);
	const struct topic *pair = topic_pair(topic);
	struct explain_lintel lintel;
	char words[200], where[160];

	lintel = explain_lintel(topic, recordings, words);
	explain_where(topic, where);
	return json_pack(
		"{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, "
		"s:o, s:o, s:o}",
		"id", topic->id, "kind", topic_kind_name(topic->kind), "name",
		json_text(topic->name), "where", where, "constant", json_text(topic->constant),
		"kernel", json_kernel_name(topic), "names", json_names(topic), "section",
		json_text(topic->section), "text", json_text(topic->text), "needs",
		json_links(&needs), "needed_by", json_links(&needed_by), "pair",
		pair ? explain_json_reference(pair) : json_null(), "lintel", "asks",
		json_text(lintel.asks), "why", json_text(lintel.why), "guest",
		json_policy(topic->msr), "recorded", json_recorded(topic, recordings), "range",
		json_range(topic, recordings));
}
