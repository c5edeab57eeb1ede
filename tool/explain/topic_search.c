// SPDX-License-Identifier: GPL-2.0
/*
 * The search for a topic.  What is asked for is [SCOPE:]NAME or [SCOPE:]NUMBER; the scope says what
 * kind of thing it is to be, which control word, or which MSR the bit is in.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/exit_reason.h"
#include "topic.h"

#define PLAIN_MAX 200

/* What the scope leaves: of a kind, of a word. */
struct query {
	int kind;	   /* enum topic_kind; -1: any */
	int word;	   /* enum ctl_word or cap_msr; -1: any */
	bool halves;	   /* the bit is one of the MSR, which has each control in both halves */
	const char *words; /* the rest */
};

/* The words before the colon, in plain letters. */
static const struct scope {
	const char *plain;
	int kind, word;
} scopes[] = {
	{"control", TOPIC_CONTROL, -1},
	{"capability", TOPIC_CAPABILITY, -1},
	{"field", TOPIC_FIELD, -1},
	{"msr", TOPIC_MSR, -1},
	{"exit", TOPIC_EXIT, -1},
	{"error", TOPIC_ERROR, -1},
	{"pin", TOPIC_CONTROL, CTL_PIN},
	{"primary", TOPIC_CONTROL, CTL_PRIMARY},
	{"cpu1", TOPIC_CONTROL, CTL_PRIMARY},
	{"secondary", TOPIC_CONTROL, CTL_SECONDARY},
	{"cpu2", TOPIC_CONTROL, CTL_SECONDARY},
	{"tertiary", TOPIC_CONTROL, CTL_TERTIARY},
	{"cpu3", TOPIC_CONTROL, CTL_TERTIARY},
	{"exitcontrol", TOPIC_CONTROL, CTL_EXIT},
	{"exitcontrol2", TOPIC_CONTROL, CTL_EXIT2},
	{"exit2", TOPIC_CONTROL, CTL_EXIT2},
	{"entry", TOPIC_CONTROL, CTL_ENTRY},
	{"entrycontrol", TOPIC_CONTROL, CTL_ENTRY},
};

/* Small letters and digits alone: "IA32_PAT", "ia32-pat" and "IA32 PAT" are the same. */
static void plain_letters(char plain[PLAIN_MAX], const char *text, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used < PLAIN_MAX - 1; i++)
		if (isalnum((unsigned char)text[i]))
			plain[used++] = (char)tolower((unsigned char)text[i]);
	plain[used] = '\0';
}

/* All of the text is a number: 0x1f, 1FH or 31. */
static bool parse_number(const char *text, unsigned long long *number)
{
	size_t length = strlen(text);
	bool sdm = length > 1 && (text[length - 1] == 'h' || text[length - 1] == 'H') &&
		   strspn(text, "0123456789abcdefABCDEF") == length - 1;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number = strtoull(text, &end, sdm || !strncasecmp(text, "0x", 2) ? 16 : 10);
	return !errno && (sdm ? end[1] == '\0' : *end == '\0');
}

static void scope_of_msr(enum cap_msr msr, struct query *query)
{
	query->kind = TOPIC_CAPABILITY;
	query->word = msr;
	for (enum ctl_word word = 0; word < CTL_WORDS; word++) {
		if (ctl_word_table[word].msr != msr && ctl_word_table[word].true_msr != msr)
			continue;
		query->kind = TOPIC_CONTROL;
		query->word = word;
		query->halves = !ctl_word_table[word].wide;
	}
}

/* gives: false when the words before the colon are no scope. */
static bool parse_scope(const char *text, struct query *query)
{
	const char *colon = strchr(text, ':');
	unsigned long long msr;
	char plain[PLAIN_MAX], before[PLAIN_MAX];

	*query = (struct query){.kind = -1, .word = -1, .words = text};
	if (!colon || colon - text >= PLAIN_MAX)
		return !colon;
	query->words = colon + 1;
	plain_letters(plain, text, (size_t)(colon - text));
	for (size_t i = 0; i < COUNT_OF(scopes); i++)
		if (!strcmp(scopes[i].plain, plain)) {
			query->kind = scopes[i].kind;
			query->word = scopes[i].word;
			return true;
		}
	memcpy(before, text, (size_t)(colon - text));
	before[colon - text] = '\0';
	if (!parse_number(before, &msr) || msr > UINT_MAX || cap_msr_find((u32)msr) == CAP_MSRS)
		return false;
	scope_of_msr(cap_msr_find((u32)msr), query);
	return true;
}

static bool in_scope(const struct topic *topic, const struct query *query)
{
	return (query->kind < 0 || topic->kind == (enum topic_kind)query->kind) &&
	       (query->word < 0 || topic->word == query->word);
}

/* A bit of a control word or a capability MSR is meant only where the scope says which. */
static bool has_number(const struct topic *topic, const struct query *query,
		       unsigned long long number)
{
	bool needs_word = topic->kind == TOPIC_CONTROL || topic->kind == TOPIC_CAPABILITY;

	if (needs_word && query->word < 0)
		return false;
	if (query->halves && number < 64)
		number %= 32;
	if (topic->kind == TOPIC_EXIT && number >> 31 == 1)
		number = EXIT_REASON_BASIC(number);
	if (topic->kind == TOPIC_FIELD && VMCS_FIELD_WIDTH(topic->number) == VMCS_WIDTH_64)
		number &= ~1ull;
	return topic->number <= number && number <= topic->last;
}

enum closeness { NOT_IN_IT, IN_IT, BEGINS_IT, IS_IT };

/* An MSR is often called without what all of them begin with. */
static const char *skip_msr_prefix(const char *plain)
{
	if (!strncmp(plain, "msr", 3))
		plain += 3;
	if (!strncmp(plain, "ia32", 4))
		plain += 4;
	return plain;
}

static enum closeness closeness_of_name(const char *name, const char *wanted)
{
	char plain[PLAIN_MAX];
	const char *at;

	if (!name)
		return NOT_IN_IT;
	plain_letters(plain, name, strlen(name));
	if (!strcmp(skip_msr_prefix(plain), wanted))
		return IS_IT;
	at = strstr(plain, wanted);
	if (!at)
		return NOT_IN_IT;
	if (at != plain)
		return IN_IT;
	return plain[strlen(wanted)] ? BEGINS_IT : IS_IT;
}

static enum closeness closeness_of(const struct topic *topic, const char *wanted)
{
	const char *names[] = {topic->name, topic->constant, topic->kvm};
	enum closeness best = NOT_IN_IT;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		enum closeness one = closeness_of_name(names[i], wanted);

		if (one > best)
			best = one;
	}
	return best;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters of `wanted' have to be changed, added or removed to make a part of `name'. */
static unsigned int distance(const char *name, const char *wanted)
{
	unsigned int column[PLAIN_MAX], length = (unsigned int)strlen(wanted), best = length;

	for (unsigned int i = 0; i <= length; i++)
		column[i] = i;
	for (; *name; name++) {
		unsigned int diagonal = column[0]; /* a part may begin anywhere: always 0 */

		for (unsigned int i = 0; i < length; i++) {
			unsigned int change = diagonal + (wanted[i] != *name);

			diagonal = column[i + 1];
			column[i + 1] = least(change, least(diagonal, column[i]) + 1);
		}
		best = least(best, column[length]);
	}
	return best;
}

static unsigned int distance_of(const struct topic *topic, const char *wanted)
{
	const char *names[] = {topic->name, topic->constant, topic->kvm};
	unsigned int best = UINT_MAX;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char plain[PLAIN_MAX];

		if (!names[i])
			continue;
		plain_letters(plain, names[i], strlen(names[i]));
		best = least(best, distance(plain, wanted));
	}
	return best;
}

/* What is spelled most alike, as far as a quarter of it is wrong at most. */
static void find_near(const char *wanted, const struct query *query, const struct topic **found,
		      unsigned int *count)
{
	unsigned int topics, limit = (unsigned int)strlen(wanted) / 4;
	const struct topic *list = topic_list(&topics);

	for (unsigned int away = 1; away <= limit && *count < 5; away++)
		for (unsigned int i = 0; i < topics && *count < 5; i++)
			if (in_scope(&list[i], query) && distance_of(&list[i], wanted) == away)
				found[(*count)++] = &list[i];
}

static void find_by_name(const char *wanted, const struct query *query, enum closeness closeness,
			 const struct topic **found, unsigned int *count)
{
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++)
		if (in_scope(&list[i], query) && closeness_of(&list[i], wanted) == closeness)
			found[(*count)++] = &list[i];
}

static enum topic_match search_name(const struct query *query, const struct topic **found,
				    unsigned int *count)
{
	static const char tracepoint[] = "exitreason"; /* EXIT_REASON_HLT, in the kernel */
	char plain[PLAIN_MAX];
	const char *wanted = plain;

	plain_letters(plain, query->words, strlen(query->words));
	if (!strncmp(wanted, tracepoint, sizeof(tracepoint) - 1) && wanted[sizeof(tracepoint) - 1])
		wanted += sizeof(tracepoint) - 1;
	if (!*wanted)
		return TOPIC_NOTHING;
	find_by_name(wanted, query, IS_IT, found, count);
	if (*count)
		return TOPIC_MEANT;
	find_by_name(wanted, query, BEGINS_IT, found, count);
	if (*count != 1)
		find_by_name(wanted, query, IN_IT, found, count);
	if (*count)
		return *count == 1 ? TOPIC_MEANT : TOPIC_CHOICE;
	find_near(wanted, query, found, count);
	return TOPIC_NOTHING;
}

static enum topic_match search_number(const struct query *query, unsigned long long number,
				      const struct topic **found, unsigned int *count)
{
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++)
		if (in_scope(&list[i], query) && has_number(&list[i], query, number))
			found[(*count)++] = &list[i];
	return *count ? TOPIC_MEANT : TOPIC_NOTHING;
}

enum topic_match topic_search(const char *words, const struct topic *found[TOPIC_FOUND_MAX],
			      unsigned int *count)
{
	unsigned long long number;
	struct query query;

	*count = 0;
	if (!parse_scope(words, &query))
		return TOPIC_NOTHING;
	if (parse_number(query.words, &number))
		return search_number(&query, number, found, count);
	return search_name(&query, found, count);
}
