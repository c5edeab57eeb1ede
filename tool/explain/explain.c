// SPDX-License-Identifier: GPL-2.0
/*
 * lintel explain: what a control, field, MSR, exit reason or VM-instruction error is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/msr_text.h"
#include "tool/colour.h"
#include "tool/command.h"
#include "explain.h"
#include "tool/json.h"
#include "tool/paragraph.h"
#include "policy.h"
#include "topic_links.h"

static struct recorded_list recordings;

/* --- text --- */

static void print_names(const struct topic *topic)
{
	if (topic->kind == TOPIC_EXIT)
		paragraph_print(NULL, "%s, in the kernel EXIT_REASON_%s", topic->id, topic->kvm);
	else if (topic->kvm)
		paragraph_print(NULL, "%s, %s, in the kernel %s", topic->id, topic->constant,
				topic->kvm);
	else if (topic->constant)
		paragraph_print(NULL, "%s, %s", topic->id, topic->constant);
	else
		paragraph_print(NULL, "%s", topic->id);
}

/* "A", "B" or "C"; names that are not plain by themselves with their id. */
static void print_links(const char *label, const struct topic_links *links)
{
	size_t size;
	char *words;
	FILE *text;

	if (!links->count)
		return;
	text = open_memstream(&words, &size);
	if (!text)
		command_fail("out of memory");
	for (unsigned int i = 0; i < links->count; i++) {
		bool last = i + 1 == links->count;

		fprintf(text, "%s%s (%s)",
			!i	     ? ""
			: !last	     ? ", "
			: links->any ? " or "
				     : " and ",
			links->topic[i]->name, links->topic[i]->id);
	}
	fclose(text);
	paragraph_print(label, "%s", words);
	free(words);
}

static void print_relations(const struct topic *topic)
{
	struct topic_links needs = topic_needs(topic), needed_by = topic_needed_by(topic);
	const struct topic *pair = topic_pair(topic);
	enum ctl_word word = topic_activates(topic);

	print_links("depends on", &needs);
	if (pair)
		paragraph_print("goes with", "%s (%s)", pair->name, pair->id);
	if (word != CTL_WORDS)
		paragraph_print("needed by", "all %s controls", ctl_word_table[word].name);
	print_links("needed by", &needed_by);
}

static void print_policy(const struct msr_row *row)
{
	const char *condition = policy_condition(row), *why = msr_text(row)->why;

	paragraph_print("in a guest", "RDMSR %s; WRMSR %s. %c%s", policy_access(row, MSR_READ),
			policy_access(row, MSR_WRITE), why[0] & ~0x20, why + 1);
	if (row->owner != OWNER_NONE)
		paragraph_print("the host's", "%s", policy_owner(row->owner));
	if (condition)
		paragraph_print("there if", "%s", condition);
}

static void print_lintel(const struct topic *topic)
{
	char words[200];
	struct explain_lintel lintel = explain_lintel(topic, recordings, words);

	if (topic->msr)
		print_policy(topic->msr);
	if (!lintel.asks)
		return;
	if (lintel.why)
		paragraph_print("Lintel", "%s: %s", lintel.asks, lintel.why);
	else
		paragraph_print("Lintel", "%s", lintel.asks);
}

static unsigned int sum(const struct recorded_tally *tally)
{
	return tally->yes + tally->no + tally->unknown;
}

/* ", first Haswell (2013; 1 of 12)" */
static void put_generation(FILE *text, const char *words, const struct recorded_count *count,
			   const struct generation *generation)
{
	const struct recorded_tally *tally = &count->of_generation[generation - generation_table];

	fprintf(text, "%s%s (%u", words, generation->name, generation->year);
	if (tally->yes != sum(tally))
		fprintf(text, "; %u of %u", tally->yes, sum(tally));
	fputc(')', text);
}

static void print_count(const struct recorded_count *count)
{
	unsigned int all = sum(&count->all);
	size_t size;
	char *words;
	FILE *text = open_memstream(&words, &size);

	if (!text)
		command_fail("out of memory");
	if (count->all.yes == all)
		fprintf(text, "all %u physical processors have it", all);
	else
		fprintf(text, "%u of %u physical processors have it", count->all.yes, all);
	if (count->all.unknown)
		fprintf(text, ", of %u it is not known", count->all.unknown);
	if (count->all.yes != all && count->first && count->first != count->all_since)
		put_generation(text, "; the first is of ", count, count->first);
	if (count->all.yes != all && count->all_since)
		put_generation(text, "; each since ", count, count->all_since);
	fclose(text);
	paragraph_print("recorded", "%s", words);
	free(words);
}

static void print_recorded(const struct topic *topic)
{
	if (explain_is_counted(topic)) {
		struct recorded_count count = explain_count(topic, recordings);

		print_count(&count);
	} else if (explain_is_number(topic)) {
		struct explain_range range = explain_range(topic, recordings);

		if (range.known)
			paragraph_print("recorded",
					"of %u physical processors, from 0x%llx to 0x%llx",
					range.known, range.smallest, range.largest);
	}
}

static void print_topic(const struct topic *topic)
{
	char where[160];

	explain_where(topic, where);
	printf("%s%s%s: %s\n", colour(COLOUR_BOLD), topic->name, colour(COLOUR_NONE), where);
	print_names(topic);
	paragraph_print(NULL, "%s", topic->text);
	paragraph_print("SDM", "\"%s\"", topic->section);
	print_relations(topic);
	print_lintel(topic);
	print_recorded(topic);
}

static void print_choice(const struct topic *topic)
{
	char where[160];

	explain_where(topic, where);
	printf("  %-16s %s (%s)\n", topic->id, topic->name, where);
}

/* --- JSON --- */

static json_t *json_reference(const struct topic *topic)
{
	return json_pack("{s:s, s:o}", "id", topic->id, "name", json_text(topic->name));
}

static json_t *json_links(const struct topic_links *links)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < links->count; i++)
		json_array_append_new(list, json_reference(links->topic[i]));
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

		if (sum(one))
			json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i}", "name",
							      generation_table[i].name, "year",
							      (int)generation_table[i].year, "yes",
							      (int)one->yes, "no", (int)one->no,
							      "unknown", (int)one->unknown));
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "physical", (int)sum(&count->all),
			 "yes", (int)count->all.yes, "no", (int)count->all.no, "unknown",
			 (int)count->all.unknown, "first", json_generation(count->first),
			 "all_since", json_generation(count->all_since), "generations", list);
}

static json_t *json_range(const struct topic *topic)
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

static json_t *json_recorded(const struct topic *topic)
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

static json_t *json_topic(const struct topic *topic)
{
	struct topic_links needs = topic_needs(topic), needed_by = topic_needed_by(topic);
	const struct topic *pair = topic_pair(topic);
	struct explain_lintel lintel;
	char words[200], where[160];

	lintel = explain_lintel(topic, recordings, words);
	explain_where(topic, where);
	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, "
			 "s:o, s:o, s:o}",
			 "id", topic->id, "kind", topic_kind_name(topic->kind), "name",
			 json_text(topic->name), "where", where, "constant",
			 json_text(topic->constant), "kernel", json_kernel_name(topic), "section",
			 json_text(topic->section), "text", json_text(topic->text), "needs",
			 json_links(&needs), "needed_by", json_links(&needed_by), "pair",
			 pair ? json_reference(pair) : json_null(), "lintel", "asks",
			 json_text(lintel.asks), "why", json_text(lintel.why), "guest",
			 json_policy(topic->msr), "recorded", json_recorded(topic), "range",
			 json_range(topic));
}

static json_t *json_answer(const char *word, enum topic_match match, const struct topic **found,
			   unsigned int count)
{
	static const char *const matches[] = {
		[TOPIC_NOTHING] = "nothing", [TOPIC_MEANT] = "meant", [TOPIC_CHOICE] = "choice"};
	json_t *list = json_array();

	for (unsigned int i = 0; i < count; i++)
		json_array_append_new(list, match == TOPIC_MEANT ? json_topic(found[i])
								 : json_reference(found[i]));
	return json_pack("{s:o, s:s, s:o}", "word", json_text(word), "match", matches[match],
			 "topics", list);
}

/* --- the command --- */

static void print_answer(const char *word, enum topic_match match, const struct topic **found,
			 unsigned int count)
{
	if (match == TOPIC_CHOICE)
		printf("%s: which of these?\n", word);
	else if (match == TOPIC_NOTHING)
		printf("%s: nothing is called so%s\n", word, count ? "; perhaps:" : "");
	for (unsigned int i = 0; i < count; i++)
		if (match == TOPIC_MEANT)
			print_topic(found[i]);
		else
			print_choice(found[i]);
}

/* Adds to *list if there is one, else prints.  gives: whether it is known what was meant. */
static bool answer(const char *word, json_t *list)
{
	static const struct topic *found[TOPIC_FOUND_MAX];
	unsigned int count;
	enum topic_match match = topic_search(word, found, &count);

	if (list)
		json_array_append_new(list, json_answer(word, match, found, count));
	else
		print_answer(word, match, found, count);
	return match == TOPIC_MEANT;
}

static void answer_all(json_t *list)
{
	unsigned int count;
	const struct topic *topics = topic_list(&count);

	for (unsigned int i = 0; i < count; i++)
		if (list)
			json_array_append_new(list, json_topic(&topics[i]));
		else
			print_topic(&topics[i]);
}

/* The words as one, if they are a name together: lintel explain use MSR bitmaps. */
static bool join(char joined[200], char **words, int count)
{
	static const struct topic *found[TOPIC_FOUND_MAX];
	unsigned int unused;

	*joined = '\0';
	for (int i = 0; i < count; i++) {
		if (strlen(joined) + strlen(words[i]) + 2 > 200)
			return false;
		sprintf(joined + strlen(joined), "%s%s", i ? " " : "", words[i]);
	}
	return count > 1 && topic_search(joined, found, &unused) == TOPIC_MEANT;
}

static int explain_main(const struct command *command, int argc, char **argv)
{
	bool json = false, all = false, fine = true;
	json_t *list = NULL;
	char joined[200];
	int option;

	recordings = recorded_built_in;
	while ((option = command_option(command, argc, argv, &json)) >= 0)
		if (option == 'd')
			recordings = recorded_read(optarg);
		else
			all = true;
	if (all != (optind == argc))
		command_fail_usage(command, all ? "--all takes no words" : "a word is needed");
	if (json)
		list = json_array();
	if (all)
		answer_all(list);
	else if (join(joined, argv + optind, argc - optind))
		fine = answer(joined, list);
	else
		for (int i = optind; i < argc; i++)
			fine = answer(argv[i], list) && fine;
	if (json)
		json_print(list);
	return fine ? COMMAND_FINE : COMMAND_NO;
}

static const struct option options[] = {
	{"all", no_argument, NULL, 'a'},
	{"data", required_argument, NULL, 'd'},
	COMMAND_OPTIONS,
	{0},
};

const struct command explain_command = {
	.name = "explain",
	.summary = "what a control, field, MSR, exit reason or error is",
	.main = explain_main,
	.options = options,
	.help = "usage: lintel explain [--json] [--data DIR] WORD...\n"
		"       lintel explain --all\n"
		"\n"
		"Says what a control bit, VMCS field, MSR, exit reason or VM-instruction error is: "
		"what it\n"
		"does, the title of the SDM's section, what it depends on and what depends on it, "
		"what\n"
		"Lintel asks of it and why, how many of the recorded processors have it and since "
		"when.\n"
		"\n"
		"A WORD is\n"
		"  a name, or a part of it that is in one name only: the SDM's, or the constant of "
		"Lintel\n"
		"  or of the kernel. Case, blanks, dashes and underscores do not matter.\n"
		"  a number, 0x681e, 681EH or 26654: every kind of thing that has it.\n"
		"  either with the kind before it: field:0x681e, msr:0x480, exit:48, error:7, "
		"control:NAME\n"
		"  WORD:BIT, a bit of a control word: pin, primary, secondary, tertiary, "
		"exit-control,\n"
		"  exit-control2, entry; or of a capability MSR: 0x48c:21, 0x48b:33\n"
		"\n"
		"  -a, --all       everything\n"
		"  -d, --data DIR  count the recordings in DIR, not those that were built in\n"
		"      --json      as JSON: an array with an object for each WORD\n"
		"\n"
		"examples:\n"
		"  lintel explain unrestricted guest\n"
		"  lintel explain primary:28 SECONDARY_EXEC_ENABLE_PML\n"
		"  lintel explain error:7\n"
		"  lintel explain 0x80000021\n"
		"\n"
		"Exit status: 0 found; 1 nothing or more than one thing is called so; 2 wrong "
		"usage.\n",
};
