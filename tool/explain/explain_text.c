// SPDX-License-Identifier: GPL-2.0
/*
 * Text of `lintel explain'.
 */
#include <stdio.h>
#include <stdlib.h>

#include "explain.h"
#include "facts/msr_text.h"
#include "policy.h"
#include "tool/colour.h"
#include "tool/command.h"
#include "tool/paragraph.h"
#include "topic_links.h"

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

/* "QEMU vmx-ept; /proc/cpuinfo ept" */
static void print_aliases(const struct topic *topic)
{
	const char *separator = "";
	size_t size;
	char *words;
	FILE *text = open_memstream(&words, &size);

	if (!text)
		command_fail("out of memory");
	for (unsigned int i = 0; i < alias_count; i++) {
		const struct alias *alias = &alias_table[i];

		if (!topic_has_alias(topic, alias))
			continue;
		fprintf(text, "%s%s %s%s", separator, alias_who_names[alias->who], alias->name,
			alias->setting ? "" : " (that it may be 0)");
		separator = "; ";
	}
	fclose(text);
	if (*words)
		paragraph_print("also called", "%s", words);
	free(words);
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

static void print_lintel(const struct topic *topic, struct recorded_list recordings)
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

/* ", first Haswell (2013; 1 of 12)" */
static void put_generation(FILE *text, const char *words, const struct recorded_count *count,
			   const struct generation *generation)
{
	const struct recorded_tally *tally = &count->of_generation[generation - generation_table];

	fprintf(text, "%s%s (%u", words, generation->name, generation->year);
	if (tally->yes != recorded_tally_sum(tally))
		fprintf(text, "; %u of %u", tally->yes, recorded_tally_sum(tally));
	fputc(')', text);
}

static void print_count(const struct recorded_count *count)
{
	unsigned int all = recorded_tally_sum(&count->all);
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

static void print_recorded(const struct topic *topic, struct recorded_list recordings)
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

void explain_print(const struct topic *topic, struct recorded_list recordings)
{
	char where[160];

	explain_where(topic, where);
	printf("%s%s%s: %s\n", colour(COLOUR_BOLD), topic->name, colour(COLOUR_NONE), where);
	print_names(topic);
	print_aliases(topic);
	paragraph_print(NULL, "%s", topic->text);
	if (topic->kind < TOPIC_KVM_EXIT)
		paragraph_print("SDM", "\"%s\"", topic->section);
	print_relations(topic);
	print_lintel(topic, recordings);
	print_recorded(topic, recordings);
}

void explain_print_choice(const struct topic *topic)
{
	char where[160];

	explain_where(topic, where);
	printf("  %-16s %s (%s)\n", topic->id, topic->name, where);
}
