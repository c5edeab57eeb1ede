// SPDX-License-Identifier: GPL-2.0
#include "facts/control_text.h"
#include "facts/section.h"

static const struct control_text texts[] = {
#define CONTROL(word, bit, constant, kvm, ask, name, section, why, text, ...)                      \
	{#constant, kvm, section, text},
#include "facts/control_list.h"
};

const struct control_text *control_text(const struct ctl_bit *row)
{
	return &texts[row - ctl_table];
}

const char *const control_word_short_names[CTL_WORDS] = {
#define CONTROL_WORD(word, name, short_name, ...) short_name,
#include "facts/control_word_list.h"
};
