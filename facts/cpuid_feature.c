// SPDX-License-Identifier: GPL-2.0
#include "facts/cpuid_feature.h"

const struct cpuid_place cpuid_places[CPUID_WORDS] = {
#define CPUID_WORD(name, leaf, subleaf, reg, words)                                                \
	[CPUID_WORD_##name] = {leaf, subleaf, CPUID_REG_##reg},
#include "facts/cpuid_word_list.h"
};
