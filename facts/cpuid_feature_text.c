// SPDX-License-Identifier: GPL-2.0
#include "facts/cpuid_feature.h"

const char *cpuid_word_text(enum cpuid_word word)
{
	static const char *const words[] = {
#define CPUID_WORD(name, leaf, subleaf, reg, words) [CPUID_WORD_##name] = words,
#include "facts/cpuid_word_list.h"
	};

	return words[word];
}

/* Two features in one bit would not compile here. */
const char *cpuid_feature_text(enum cpuid_feature feature)
{
	switch (feature) {
#define FEATURE(name, word, bit, need)                                                             \
	case FEATURE_##name:                                                                       \
		return #name;
#define UNNAMED(name, word, bit, need)                                                             \
	case FEATURE_##name:                                                                       \
		return "";
#include "facts/cpuid_feature_list.h"
	}
	return "";
}
