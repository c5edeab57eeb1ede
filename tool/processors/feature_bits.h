/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Features that are not VMX's: bits of CPUID and of feature MSRs, as recordings may have them.
 */
#ifndef TOOL_FEATURE_BITS_H
#define TOOL_FEATURE_BITS_H

#include "tool/processor/processor_list.h"

/* A word of such bits. */
struct feature_word {
	const char *name; /* "CPUID.07H:EBX", "IA32_ARCH_CAPABILITIES" */
	int msr;	  /* the MSR's index; -1: it is CPUID's */
	u8 width;
};

unsigned int feature_word_count(void);
struct feature_word feature_word_at(unsigned int index);

/* The word of a processor.  gives: false where it was not recorded. */
bool feature_word_value(const struct processor *processor, unsigned int index, u64 *value);

/* The name of a bit; NULL: it has none. */
const char *feature_bit_name(unsigned int index, unsigned int bit);

#endif
