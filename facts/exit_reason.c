// SPDX-License-Identifier: GPL-2.0
#include "facts/exit_reason.h"

const struct exit_row exit_rows[EXIT_REASONS + 1] = {
#define EXIT_REASON(constant, number, name, captures, answer, ...)                                 \
	[number] = {name, captures, ANSWER_##answer},
#include "facts/exit_reason_list.h"
	[EXIT_REASONS] = {"UNKNOWN", CAPTURE_USUAL, ANSWER_UNEXPECTED},
};

const char *exit_reason_name(u32 reason)
{
	const char *name = exit_row(reason)->name;

	return name ? name : "RESERVED";
}
