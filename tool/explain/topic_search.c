// SPDX-License-Identifier: GPL-2.0
/*
 * The search for a topic.  A name is found by itself, or by whole words of it; a part of a word is
 * no more than a guess.
 */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "facts/exit_reason.h"
#include "topic_query.h"

/* Shorter parts of words say nothing ("SVM" is in "unlesS VMxoff"), nor do words of a letter. */
#define PART_MIN 4
#define WORD_MIN 2

/* Constants of programs begin with the control word, and go on with the SDM's words. */
static const struct prefix {
	const char *plain;
	enum ctl_word word;
} prefixes[] = {
	{"pinbased", CTL_PIN},
	{"procbased2", CTL_SECONDARY},
	{"procbased", CTL_PRIMARY},
	{"cpubased", CTL_PRIMARY},
	{"secondaryexec", CTL_SECONDARY},
	{"tertiaryexec", CTL_TERTIARY},
	{"vmxpinctls", CTL_PIN},
	{"vmxprocctls2", CTL_SECONDARY},
	{"vmxprocctls3", CTL_TERTIARY},
	{"vmxprocctls", CTL_PRIMARY},
	{"vmxexitctls", CTL_EXIT},
	{"vmxentryctls", CTL_ENTRY},
	{"vmexit", CTL_EXIT},
	{"vmentry", CTL_ENTRY},
};

static bool in_scope(const struct topic *topic, const struct query *query)
{
	return (query->kind < 0 || topic->kind == (enum topic_kind)query->kind) &&
	       (query->word < 0 || topic->word == query->word);
}

/* Numbers of rules and messages are ours alone. */
static bool is_numbered(const struct topic *topic, const struct query *query)
{
	if (query->kind >= 0)
		return topic->kind != TOPIC_RULE;
	return topic->kind != TOPIC_RULE && topic->kind != TOPIC_LOG &&
	       topic->kind != TOPIC_KVM_EXIT && topic->kind != TOPIC_SUBERROR;
}

/* A bit of a control word or a capability MSR is meant only where the scope says which. */
static bool has_number(const struct topic *topic, const struct query *query)
{
	bool needs_word = topic->kind == TOPIC_CONTROL || topic->kind == TOPIC_CAPABILITY;
	unsigned long long number = query->number;

	if ((needs_word && query->word < 0) || !is_numbered(topic, query))
		return false;
	if (query->halves && number < 64)
		number %= 32;
	if (topic->kind == TOPIC_EXIT && number >> 31 == 1)
		number = EXIT_REASON_BASIC(number);
	if (topic->kind == TOPIC_FIELD && VMCS_FIELD_WIDTH(topic->number) == VMCS_WIDTH_64)
		number &= ~1ull;
	return topic->number <= number && number <= topic->last;
}

enum closeness { NOT_IN_IT, IN_A_WORD, BEGINS_WORDS, WORDS_OF_IT, IS_IT };

/* A name in plain letters, and where its words begin. */
struct letters {
	char plain[QUERY_MAX];
	bool begins[QUERY_MAX]; /* also where the last one ends */
};

static void take_letters(struct letters *letters, const char *name)
{
	size_t used = 0;
	bool begins = true;

	for (; *name && used < QUERY_MAX - 1; name++) {
		if (!isalnum((unsigned char)*name)) {
			begins = true;
			continue;
		}
		letters->begins[used] = begins;
		letters->plain[used++] = (char)tolower((unsigned char)*name);
		begins = false;
	}
	letters->plain[used] = '\0';
	letters->begins[used] = true;
}

#define NAMES 3

/* The names of a topic, taken apart once. */
static const struct letters *letters_of(const struct topic *topic)
{
	static struct letters all[TOPIC_FOUND_MAX][NAMES];
	const char *names[NAMES] = {topic->name, topic->constant, topic->kvm};
	unsigned int count;
	struct letters *letters = all[topic - topic_list(&count)];

	for (unsigned int i = 0; !letters[0].plain[0] && i < NAMES; i++)
		if (names[NAMES - 1 - i])
			take_letters(&letters[NAMES - 1 - i], names[NAMES - 1 - i]);
	return letters;
}

/* Do words end at a place, or behind an "s" that makes a plural of them? */
static bool ends_words(const struct letters *letters, size_t at)
{
	return letters->begins[at] || (letters->plain[at] == 's' && letters->begins[at + 1]);
}

static bool crosses_words(const struct letters *letters, size_t from, size_t length)
{
	for (size_t i = from + 1; i < from + length; i++)
		if (letters->begins[i])
			return true;
	return false;
}

/* An MSR is often called without what all of them begin with. */
static const char *skip_msr_prefix(const char *plain)
{
	if (!strncmp(plain, "msr", 3))
		plain += 3;
	if (!strncmp(plain, "ia32", 4))
		plain += 4;
	return plain;
}

static enum closeness closeness_of_name(const struct letters *letters, const char *wanted)
{
	enum closeness best = NOT_IN_IT, one;
	size_t length = strlen(wanted);

	if (!strcmp(letters->plain, wanted) || !strcmp(skip_msr_prefix(letters->plain), wanted))
		return IS_IT;
	if (length < WORD_MIN)
		return NOT_IN_IT;
	for (const char *at = strstr(letters->plain, wanted); at; at = strstr(at + 1, wanted)) {
		size_t from = (size_t)(at - letters->plain);

		if (letters->begins[from])
			one = ends_words(letters, from + length) ? WORDS_OF_IT : BEGINS_WORDS;
		else
			one = length >= PART_MIN && !crosses_words(letters, from, length)
				      ? IN_A_WORD
				      : NOT_IN_IT;
		if (one > best)
			best = one;
	}
	return best;
}

/* Rules are many, and are named after what all else is about: a part of their name finds none. */
static bool by_whole_name(const struct topic *topic, const struct query *query)
{
	return (topic->kind == TOPIC_RULE && query->kind != TOPIC_RULE &&
		!strchr(query->words, '.')) ||
	       topic->kind == TOPIC_LOG;
}

static enum closeness closeness_of(const struct topic *topic, const struct query *query,
				   const char *wanted)
{
	const struct letters *letters = letters_of(topic);
	enum closeness best = NOT_IN_IT;

	for (size_t i = 0; i < NAMES; i++) {
		enum closeness one = closeness_of_name(&letters[i], wanted);

		if (one > best)
			best = one;
	}
	return best < IS_IT && by_whole_name(topic, query) ? NOT_IN_IT : best;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters of `wanted' have to be changed, added or removed to make a part of `name'. */
static unsigned int distance(const char *name, const char *wanted)
{
	unsigned int column[QUERY_MAX], length = (unsigned int)strlen(wanted), best = length;

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
	const struct letters *letters = letters_of(topic);
	unsigned int best = UINT_MAX;

	for (size_t i = 0; i < NAMES; i++)
		if (letters[i].plain[0])
			best = least(best, distance(letters[i].plain, wanted));
	return best;
}

/* --- searches: each adds what it finds ------------------------------------------------------ */

struct search {
	const struct query *query;
	const char *wanted; /* the words in plain letters */
	const struct topic **found;
	unsigned int *count;
};

/* What is spelled most alike, as far as a quarter of it is wrong at most. */
static void find_near(const struct search *search)
{
	unsigned int topics, limit = (unsigned int)strlen(search->wanted) / 4;
	const struct topic *list = topic_list(&topics);

	for (unsigned int away = 1; away <= limit && *search->count < 5; away++)
		for (unsigned int i = 0; i < topics && *search->count < 5; i++)
			if (in_scope(&list[i], search->query) && list[i].kind != TOPIC_LOG &&
			    distance_of(&list[i], search->wanted) == away)
				search->found[(*search->count)++] = &list[i];
}

static void find_by_name(const struct search *search, enum closeness closeness)
{
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++)
		if (in_scope(&list[i], search->query) &&
		    closeness_of(&list[i], search->query, search->wanted) == closeness)
			search->found[(*search->count)++] = &list[i];
}

/* as_spelled: letter for letter, which tells QEMU's vmx-vmfunc from IA32_VMX_VMFUNC. */
static bool has_alias(const struct topic *topic, const struct search *search, bool as_spelled)
{
	char plain[QUERY_MAX];

	for (unsigned int i = 0; i < alias_count; i++) {
		if (!topic_has_alias(topic, &alias_table[i]))
			continue;
		query_plain(plain, alias_table[i].name);
		if (as_spelled ? !strcmp(alias_table[i].name, search->query->words)
			       : !strcmp(plain, search->wanted))
			return true;
	}
	return false;
}

static void find_by_alias(const struct search *search, bool as_spelled)
{
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++)
		if (in_scope(&list[i], search->query) && has_alias(&list[i], search, as_spelled))
			search->found[(*search->count)++] = &list[i];
}

/*
 * What a log says holds the message, or the SDM's words for an error, among other words.  The
 * message as it is written: "invalid guest state" is no title of KVM's, "Guest State" is.
 */
static void find_in_log(const struct search *search)
{
	char plain[QUERY_MAX];
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++) {
		query_plain(plain, list[i].name);
		if ((list[i].kind == TOPIC_LOG && strstr(search->query->words, list[i].name)) ||
		    (list[i].kind == TOPIC_ERROR && strstr(search->wanted, plain)))
			search->found[(*search->count)++] = &list[i];
	}
}

static void find_behind_prefix(const struct search *search)
{
	for (size_t i = 0; i < COUNT_OF(prefixes) && !*search->count; i++) {
		size_t length = strlen(prefixes[i].plain);
		struct query query = *search->query;
		struct search rest = *search;

		if (strncmp(search->wanted, prefixes[i].plain, length) || !search->wanted[length])
			continue;
		query.kind = TOPIC_CONTROL;
		query.word = prefixes[i].word;
		rest.query = &query;
		rest.wanted = search->wanted + length;
		find_by_name(&rest, IS_IT);
		if (!*search->count)
			find_by_alias(&rest, false);
	}
}

static enum topic_match search_name(const struct search *search)
{
	find_by_alias(search, true);
	if (!*search->count)
		find_by_name(search, IS_IT);
	if (!*search->count)
		find_by_alias(search, false);
	if (!*search->count)
		find_behind_prefix(search);
	if (!*search->count)
		find_in_log(search);
	if (*search->count)
		return TOPIC_MEANT;
	find_by_name(search, WORDS_OF_IT);
	if (*search->count)
		return *search->count == 1 ? TOPIC_MEANT : TOPIC_CHOICE;
	find_by_name(search, BEGINS_WORDS);
	find_by_name(search, IN_A_WORD);
	return *search->count ? TOPIC_GUESS : TOPIC_NOTHING;
}

static enum topic_match search_words(const struct query *query, const struct topic **found,
				     unsigned int *count)
{
	static const char tracepoint[] = "exitreason"; /* EXIT_REASON_HLT, in the kernel */
	char plain[QUERY_MAX];
	struct search search = {query, plain, found, count};

	query_plain(plain, query->words);
	if (!strncmp(plain, tracepoint, sizeof(tracepoint) - 1) && plain[sizeof(tracepoint) - 1])
		search.wanted += sizeof(tracepoint) - 1;
	return *search.wanted ? search_name(&search) : TOPIC_NOTHING;
}

static enum topic_match search_number(const struct query *query, const struct topic **found,
				      unsigned int *count)
{
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++)
		if (in_scope(&list[i], query) && has_number(&list[i], query))
			found[(*count)++] = &list[i];
	return *count ? TOPIC_MEANT : TOPIC_NOTHING;
}

void topic_near(const char *words, const struct topic *found[TOPIC_FOUND_MAX], unsigned int *count)
{
	char plain[QUERY_MAX];
	struct query query;
	struct search search = {&query, plain, found, count};

	*count = 0;
	if (!query_parse(words, &query) || query.is_number)
		return;
	query_plain(plain, query.words);
	find_near(&search);
}

enum topic_match topic_search(const char *words, const struct topic *found[TOPIC_FOUND_MAX],
			      unsigned int *count)
{
	struct query query;

	*count = 0;
	if (query_parse(words, &query))
		return query.is_number ? search_number(&query, found, count)
				       : search_words(&query, found, count);
	/* A line of a log has colons of its own. */
	query = (struct query){.kind = -1, .word = -1};
	if (strlen(words) >= QUERY_MAX)
		return TOPIC_NOTHING;
	strcpy(query.words, words);
	return search_words(&query, found, count);
}
