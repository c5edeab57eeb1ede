// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "log_prefix.h"

struct span {
	const char *at, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_blanks(struct span *span)
{
	while (span->at < span->end && *span->at == ' ')
		span->at++;
}

/* The next word, or character of another kind; empty at the end. */
static struct span take(struct span *span)
{
	struct span token;

	skip_blanks(span);
	token.at = span->at;
	if (span->at < span->end && !is_word(*span->at))
		span->at++;
	else
		while (span->at < span->end && is_word(*span->at))
			span->at++;
	token.end = span->at;
	return token;
}

static bool is_of(const struct span *token, const char *words)
{
	size_t length = (size_t)(token->end - token->at);

	for (const char *at = words; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == length && !memcmp(at, token->at, length))
			return true;
	return false;
}

/* Words that change from line to line as figures do. */
static const char *const changing[] = {
	"Mon Tue Wed Thu Fri Sat Sun",
	"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
	"AM PM",
	"emerg panic alert crit err error warn warning notice info debug",
	": -", /* grep, before lines that match and their neighbours */
};

static bool is_like(const struct span *one, const struct span *other)
{
	size_t length = (size_t)(one->end - one->at);

	if ((size_t)(other->end - other->at) == length && !memcmp(one->at, other->at, length))
		return true;
	if (one->at == one->end || other->at == other->end)
		return false;
	if (is_digit(*one->at) && is_digit(*other->at))
		return true;
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		if (is_of(one, changing[i]) && is_of(other, changing[i]))
			return true;
	return false;
}

void log_prefix_take(struct log_prefix *prefix, const char *line, size_t length)
{
	prefix->length = length <= sizeof(prefix->text) ? length : 0;
	memcpy(prefix->text, line, prefix->length);
}

size_t log_prefix_match(const struct log_prefix *prefix, const char *line, size_t length,
			bool *whole)
{
	struct span wanted = {prefix->text, prefix->text + prefix->length};
	struct span there = {line, line + length};

	for (;;) {
		struct span want = take(&wanted), is, before;

		skip_blanks(&there);
		*whole = want.at == want.end;
		if (*whole)
			return (size_t)(there.at - line);
		before = there;
		is = take(&there);
		if (!is_like(&want, &is))
			return (size_t)(before.at - line);
	}
}
