// SPDX-License-Identifier: GPL-2.0
/*
 * A question is [SCOPE:]NAME or [SCOPE:]NUMBER, or "SCOPE NUMBER" as logs have it; the scope says
 * what kind of thing it is to be, which control word, or which MSR the bit is in.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/exit_reason.h"
#include "topic_query.h"

/* The words before the colon or number, in plain letters. */
static const struct scope {
	const char *plain;
	int kind, word;
} scopes[] = {
	{"control", TOPIC_CONTROL, -1},
	{"capability", TOPIC_CAPABILITY, -1},
	{"field", TOPIC_FIELD, -1},
	{"vmcsfield", TOPIC_FIELD, -1},
	{"msr", TOPIC_MSR, -1},
	{"exit", TOPIC_EXIT, -1},
	{"exitreason", TOPIC_EXIT, -1},
	{"basicexitreason", TOPIC_EXIT, -1},
	{"vmexit", TOPIC_EXIT, -1},
	{"kvmunknownexithardwarereason", TOPIC_EXIT, -1},
	{"hardwarereason", TOPIC_EXIT, -1},
	{"unexpectedexitreason", TOPIC_EXIT, -1},
	{"error", TOPIC_ERROR, -1},
	{"instructionerror", TOPIC_ERROR, -1},
	{"vminstructionerror", TOPIC_ERROR, -1},
	{"rule", TOPIC_RULE, -1},
	{"brokenrule", TOPIC_RULE, -1},
	{"kvmexit", TOPIC_KVM_EXIT, -1},
	{"suberror", TOPIC_SUBERROR, -1},
	{"kvminternalerrorsuberror", TOPIC_SUBERROR, -1},
	{"log", TOPIC_LOG, -1},
	{"pin", TOPIC_CONTROL, CTL_PIN},
	{"pinbased", TOPIC_CONTROL, CTL_PIN},
	{"primary", TOPIC_CONTROL, CTL_PRIMARY},
	{"cpu1", TOPIC_CONTROL, CTL_PRIMARY},
	{"procbased", TOPIC_CONTROL, CTL_PRIMARY},
	{"cpubased", TOPIC_CONTROL, CTL_PRIMARY},
	{"secondary", TOPIC_CONTROL, CTL_SECONDARY},
	{"cpu2", TOPIC_CONTROL, CTL_SECONDARY},
	{"procbased2", TOPIC_CONTROL, CTL_SECONDARY},
	{"secondaryexec", TOPIC_CONTROL, CTL_SECONDARY},
	{"tertiary", TOPIC_CONTROL, CTL_TERTIARY},
	{"cpu3", TOPIC_CONTROL, CTL_TERTIARY},
	{"tertiaryexec", TOPIC_CONTROL, CTL_TERTIARY},
	{"exitcontrol", TOPIC_CONTROL, CTL_EXIT},
	{"exitcontrols", TOPIC_CONTROL, CTL_EXIT},
	{"exitcontrol2", TOPIC_CONTROL, CTL_EXIT2},
	{"exit2", TOPIC_CONTROL, CTL_EXIT2},
	{"entry", TOPIC_CONTROL, CTL_ENTRY},
	{"entrycontrol", TOPIC_CONTROL, CTL_ENTRY},
	{"entrycontrols", TOPIC_CONTROL, CTL_ENTRY},
};

void query_plain(char plain[QUERY_MAX], const char *text)
{
	size_t used = 0;

	for (; *text && used < QUERY_MAX - 1; text++)
		if (isalnum((unsigned char)*text))
			plain[used++] = (char)tolower((unsigned char)*text);
	plain[used] = '\0';
}

bool query_number(const char *text, bool anything, unsigned long long *number)
{
	size_t length = strlen(text), digits = strspn(text, "0123456789abcdefABCDEF");
	bool sdm = length > 1 && (text[length - 1] == 'h' || text[length - 1] == 'H') &&
		   digits == length - 1;
	bool bare = digits == length &&
		    (length >= 8 || strspn(text, "0123456789") < length || anything);
	char *end;

	if (!isdigit((unsigned char)text[0]) && !(anything && (bare || sdm)))
		return false;
	errno = 0;
	*number = strtoull(text, &end, sdm || bare || !strncasecmp(text, "0x", 2) ? 16 : 10);
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

/* A capability MSR by number or name; CAP_MSRS: none. */
static enum cap_msr find_msr(const char *text)
{
	char plain[QUERY_MAX], wanted[QUERY_MAX];
	unsigned long long number;

	if (query_number(text, false, &number))
		return number <= UINT_MAX ? cap_msr_find((u32)number) : CAP_MSRS;
	query_plain(wanted, text);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		query_plain(plain, cap_msr_table[msr].name);
		if (!strcmp(plain, wanted) || !strcmp(plain + strlen("ia32"), wanted) ||
		    (!strncmp(wanted, "msr", 3) && !strcmp(plain, wanted + 3)))
			return msr;
	}
	return CAP_MSRS;
}

static bool set_scope(const char *text, struct query *query)
{
	char plain[QUERY_MAX];
	enum cap_msr msr;

	query_plain(plain, text);
	for (size_t i = 0; i < COUNT_OF(scopes); i++)
		if (!strcmp(scopes[i].plain, plain)) {
			query->kind = scopes[i].kind;
			query->word = scopes[i].word;
			return true;
		}
	msr = find_msr(text);
	if (msr < CAP_MSRS)
		scope_of_msr(msr, query);
	return msr < CAP_MSRS;
}

/* "NAME[21]" and "NAME bit 21" as "NAME:21". */
static void mark_bit(char *text)
{
	char *at = strstr(text, " bit "), *end;

	if (at) {
		*at = ':';
		memmove(at + 1, at + 5, strlen(at + 5) + 1);
		return;
	}
	at = strchr(text, '[');
	end = at ? strchr(at, ']') : NULL;
	if (!end || at == text || end[1])
		return;
	*at = ':';
	*end = '\0';
}

static void trim(char *text)
{
	size_t length;

	memmove(text, text + strspn(text, " \t\"'*"), strlen(text + strspn(text, " \t\"'*")) + 1);
	length = strlen(text);
	while (length && strchr(" \t\"'*.,;", text[length - 1]))
		text[--length] = '\0';
}

static const char *find_any_case(const char *text, const char *words)
{
	for (; *text; text++)
		if (!strncasecmp(text, words, strlen(words)))
			return text;
	return NULL;
}

/* QEMU: the exit reason of a VM-entry failure, or else a VM-instruction error; 0: neither. */
static bool parse_hardware_error(const char *text, struct query *query)
{
	static const char words[] = "hardware error";
	const char *at = find_any_case(text, words);

	if (!at)
		return false;
	at += strlen(words);
	at += strspn(at, " :=");
	if (!query_number(at, true, &query->number))
		return false;
	query->is_number = true;
	query->kind = query->number & EXIT_REASON_ENTRY_FAILURE ? TOPIC_EXIT : TOPIC_ERROR;
	if (!query->number) {
		query->kind = TOPIC_KVM_EXIT;
		query->number = 9; /* KVM_EXIT_FAIL_ENTRY */
	}
	return true;
}

/* A number that ends with its word, or with a point or bracket behind it. */
static bool parse_delimited(const char *text, unsigned long long *number)
{
	char digits[32];
	size_t length = strspn(text, "0123456789abcdefABCDEFxX");

	if (length >= sizeof(digits) || (text[length] && !strchr(",;:.)]", text[length])))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	return query_number(digits, false, number) || query_number(digits, true, number);
}

/*
 * What hypervisors say of an exit or a failed entry: "vmentry failure (reason 0x80000021): ...",
 * "vmexit reason:9", "exit_reason.raw 80000021", "vm entry failed with error 0x80000021".
 */
static bool parse_reason(const char *text, struct query *query)
{
	static const char *const words[] = {"reason.raw", "reason is", "reason",
					    "failed with error"};
	bool of_exit = find_any_case(text, "exit") || find_any_case(text, "entry") ||
		       find_any_case(text, "enter vm");

	for (size_t i = 0; of_exit && i < COUNT_OF(words); i++) {
		const char *at = find_any_case(text, words[i]);

		if (!at)
			continue;
		at += strlen(words[i]);
		at += strspn(at, " :=");
		if (!parse_delimited(at, &query->number))
			continue;
		/* Printed as a signed number of 64 bits. */
		if (query->number > 0xffffffff)
			query->number = EXIT_REASON_BASIC(query->number);
		query->is_number = true;
		query->kind = TOPIC_EXIT;
		return true;
	}
	return false;
}

/* "SCOPE NUMBER" at the end, as of "KVM: unknown exit, hardware reason 31". */
static bool parse_blank(char *text, struct query *query)
{
	char *blank = strrchr(text, ' ');
	unsigned long long number;
	bool found = false;

	if (!blank || !query_number(blank + 1, false, &number))
		return false;
	*blank = '\0';
	for (const char *at = text; at && !found; at = strchr(at, ' ')) {
		at += strspn(at, " ");
		found = set_scope(at, query);
	}
	*blank = ' ';
	if (found)
		strcpy(query->words, blank + 1);
	return found;
}

static bool parse_scope(char *text, struct query *query)
{
	char *colon = strrchr(text, ':');

	if (parse_blank(text, query)) {
		/* what stands before is of a log */
	} else if (colon) {
		*colon = '\0';
		if (!set_scope(text, query))
			return false;
		strcpy(query->words, colon + 1);
		trim(query->words);
	} else {
		strcpy(query->words, text);
	}
	query->is_number = query_number(query->words, false, &query->number);
	return true;
}

/* "broken rule NAME: ..." */
static bool parse_broken_rule(char *text, struct query *query)
{
	static const char words[] = "broken rule ";

	if (strncmp(text, words, sizeof(words) - 1))
		return false;
	text[strcspn(text, ":")] = '\0';
	query->kind = TOPIC_RULE;
	strcpy(query->words, text + sizeof(words) - 1);
	return true;
}

bool query_tells_reason(const char *words)
{
	struct query query;

	return parse_reason(words, &query);
}

bool query_parse(const char *words, struct query *query)
{
	char text[QUERY_MAX];

	*query = (struct query){.kind = -1, .word = -1};
	if (snprintf(text, sizeof(text), "%s", words) >= (int)sizeof(text))
		return false;
	trim(text);
	if (parse_hardware_error(text, query) || parse_broken_rule(text, query) ||
	    parse_reason(text, query))
		return true;
	mark_bit(text);
	return parse_scope(text, query);
}
