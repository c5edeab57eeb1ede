// SPDX-License-Identifier: GPL-2.0
#include "facts/cpuid_feature.h"
#include "test.h"

/* cpuid_offered_word() relies on it. */
TEST(cpuid_features_of_a_word_stand_together)
{
	static const enum cpuid_feature list[] = {
#define FEATURE(name, word, bit, need) FEATURE_##name,
#include "facts/cpuid_feature_list.h"
	};
	bool seen[CPUID_WORDS] = {false};

	for (unsigned int i = 0; i < COUNT_OF(list); i++) {
		enum cpuid_word word = cpuid_feature_word(list[i]);

		test_context("feature %u, %s", i, cpuid_feature_text(list[i]));
		EXPECT_TRUE(!seen[word] || cpuid_feature_word(list[i - 1]) == word);
		seen[word] = true;
	}
}
