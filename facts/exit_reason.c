// SPDX-License-Identifier: GPL-2.0
#include "facts/exit_reason.h"

static const struct exit_row rows[] = {
#define EXIT_REASON(constant, number, name, captures, answer, ...)                                 \
	[number] = {name, captures, ANSWER_##answer},
#include "facts/exit_reason_list.h"
};

_Static_assert(COUNT_OF(rows) == EXIT_REASONS, "the last row has the highest number");

static const struct exit_row beyond = {"UNKNOWN", 0, ANSWER_UNEXPECTED};

const struct exit_row *exit_row(u32 reason)
{
	u32 basic = EXIT_REASON_BASIC(reason);

	return basic < EXIT_REASONS ? &rows[basic] : &beyond;
}

const char *exit_reason_name(u32 reason)
{
	const char *name = exit_row(reason)->name;

	return name ? name : "RESERVED";
}
