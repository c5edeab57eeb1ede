/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The features that CPUID tells of, by name.
 *
 * SDM: "CPUID - CPU Identification".
 */
#ifndef LINTEL_FACTS_CPUID_FEATURE_H
#define LINTEL_FACTS_CPUID_FEATURE_H

#include "types.h"

/* What CPUID answers, in the order of host_cpuid(). */
enum cpuid_register { CPUID_REG_EAX, CPUID_REG_EBX, CPUID_REG_ECX, CPUID_REG_EDX };

enum cpuid_word {
#define CPUID_WORD(name, leaf, subleaf, reg, words) CPUID_WORD_##name,
#include "facts/cpuid_word_list.h"
	CPUID_WORDS
};

/* Where the bits of a word are. */
struct cpuid_place {
	u32 leaf, subleaf;
	enum cpuid_register reg;
};
extern const struct cpuid_place cpuid_places[CPUID_WORDS];

/* FEATURE_SMEP and so on: the word and the bit in one number. */
enum cpuid_feature {
#define FEATURE(name, word, bit, need) FEATURE_##name = CPUID_WORD_##word * 32 + (bit),
#include "facts/cpuid_feature_list.h"
};

static inline enum cpuid_word cpuid_feature_word(enum cpuid_feature feature)
{
	return (enum cpuid_word)(feature / 32);
}

/* The mask of its bit in the word. */
static inline u32 cpuid_feature_mask(enum cpuid_feature feature)
{
	return BIT32(feature % 32);
}

/* Is it in what CPUID answered for the leaf of its word? */
static inline bool cpuid_feature_in(const u32 out[4], enum cpuid_feature feature)
{
	return out[cpuid_places[cpuid_feature_word(feature)].reg] & cpuid_feature_mask(feature);
}

/* cpuid_feature_text.c: the SDM's notation of a word, as "CPUID.07H:EBX"; the SDM's name of a bit,
 * "" where it has none. */
const char *cpuid_word_text(enum cpuid_word word);
const char *cpuid_feature_text(enum cpuid_feature feature);

#endif
