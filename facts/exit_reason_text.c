// SPDX-License-Identifier: GPL-2.0
#include "facts/exit_reason_text.h"
#include "facts/control_ref.h"
#include "facts/section.h"

#define ALWAYS	   .control_count = 0
#define BY(a)	   .control_count = 1, .control = {a}
#define BOTH(a, b) .control_count = 2, .control = {a, b}
#define ANY(a, b)  .control_count = 2, .any = true, .control = {a, b}

const struct exit_text exit_texts[] = {
#define EXIT_REASON(constant, number, kvm, captures, answer, controls, words, section_, text_)     \
	{.reason = number, .name = words, .section = section_, .text = text_, controls},
#include "facts/exit_reason_list.h"
};
const unsigned int exit_text_count = COUNT_OF(exit_texts);

const struct exit_text *exit_text_find(u32 reason)
{
	for (unsigned int i = 0; i < COUNT_OF(exit_texts); i++)
		if (exit_texts[i].reason == reason)
			return &exit_texts[i];
	return NULL;
}
