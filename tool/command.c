// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "words/say.h"

#define WORDS_MAX (PATH_MAX + 512)

static void format(char words[WORDS_MAX], const char *what, va_list args)
{
	vsnprintf(words, WORDS_MAX, what, args);
}

_Noreturn void command_fail(const char *what, ...)
{
	char words[WORDS_MAX];
	va_list args;

	va_start(args, what);
	format(words, what, args);
	va_end(args);
	say("%s", words);
	exit(COMMAND_BAD);
}

_Noreturn void command_fail_usage(const struct command *command, const char *what, ...)
{
	char words[WORDS_MAX];
	va_list args;

	va_start(args, what);
	format(words, what, args);
	va_end(args);
	command_fail("%s: %s: see lintel %s --help", command->name, words, command->name);
}

_Noreturn void command_fail_at(const char *file, unsigned int line, unsigned int column,
			       const char *what, ...)
{
	char words[WORDS_MAX];
	va_list args;

	va_start(args, what);
	format(words, what, args);
	va_end(args);
	say_at(file, line, column, words);
	exit(COMMAND_BAD);
}

unsigned long long command_number(const struct command *command, const char *option,
				  const char *text, unsigned long long min, unsigned long long max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') || value < min || value > max)
		command_fail_usage(command, "%s %s: a number from %llu to %llu is needed", option,
				   text, min, max);
	return value;
}

void *command_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		command_fail("out of memory");
	return memory;
}

#define LETTERS_MAX 64

/* What getopt() wants to know about the short options; ":" tells a missing argument apart. */
static void collect_letters(const struct option *options, char letters[LETTERS_MAX])
{
	char *at = letters;

	*at++ = ':';
	for (; options->name && at < letters + LETTERS_MAX - 3; options++)
		if (options->val < 256) {
			*at++ = (char)options->val;
			if (options->has_arg)
				*at++ = ':';
		}
	*at = '\0';
}

int command_option(const struct command *command, int argc, char **argv, bool *json)
{
	char letters[LETTERS_MAX];
	int option;

	collect_letters(command->options, letters);
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, command->options, NULL)) ==
	       COMMAND_OPTION_JSON)
		*json = true;
	switch (option) {
	case COMMAND_OPTION_HELP:
		fputs(command->help, stdout);
		exit(COMMAND_FINE);
	case ':':
		command_fail_usage(command, "%s: something has to follow", argv[optind - 1]);
	case '?':
		command_fail_usage(command, "%s: there is no such option", argv[optind - 1]);
	}
	return option;
}
