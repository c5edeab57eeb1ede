// SPDX-License-Identifier: GPL-2.0
/*
 * SDM: "CPUID - CPU Identification"; volume 4, "Architectural MSRs".
 */
#include <stdio.h>

#include "facts/cpuid_feature.h"
#include "facts/layout_text.h"
#include "feature_bits.h"

/* What CPUID says of XSAVE is state components, not features. */
static const struct {
	const char *name;
	u32 leaf, subleaf;
	enum cpuid_register reg;
} states[] = {
	{"CPUID.0DH:EAX (XCR0)", 0xd, 0, CPUID_REG_EAX},
	{"CPUID.(0DH,1):ECX (IA32_XSS)", 0xd, 1, CPUID_REG_ECX},
	{"CPUID.80000008H:EAX (address widths)", 0x80000008, 0, CPUID_REG_EAX},
};

#define FIRST_STATE ((unsigned int)CPUID_WORDS)
#define FIRST_MSR   (FIRST_STATE + (unsigned int)COUNT_OF(states))

unsigned int feature_word_count(void)
{
	return FIRST_MSR + RECORDING_MSRS;
}

struct feature_word feature_word_at(unsigned int index)
{
	if (index >= FIRST_MSR)
		return (struct feature_word){recording_msr_table[index - FIRST_MSR].name,
					     (int)recording_msr_table[index - FIRST_MSR].index, 64};
	if (index >= FIRST_STATE)
		return (struct feature_word){states[index - FIRST_STATE].name, -1, 32};
	return (struct feature_word){cpuid_word_text(index), -1, 32};
}

bool feature_word_value(const struct processor *p, unsigned int index, u64 *value)
{
	const struct recording_cpuid *row;
	enum cpuid_register reg;

	if (index >= FIRST_MSR) {
		*value = p->more.msr[index - FIRST_MSR];
		return p->more.present & BIT32(index - FIRST_MSR);
	}
	if (index >= FIRST_STATE) {
		row = recording_cpuid_find(&p->more, states[index - FIRST_STATE].leaf,
					   states[index - FIRST_STATE].subleaf);
		reg = states[index - FIRST_STATE].reg;
	} else {
		row = recording_cpuid_find(&p->more, cpuid_places[index].leaf,
					   cpuid_places[index].subleaf);
		reg = cpuid_places[index].reg;
	}
	*value = row ? row->out[reg] : 0;
	return row;
}

static const char *component_name(unsigned int bit)
{
	static const char *const names[] = {
		[0] = "x87",	[1] = "SSE",	  [2] = "AVX",	     [3] = "BNDREGS",
		[4] = "BNDCSR", [5] = "opmask",	  [6] = "ZMM_Hi256", [7] = "Hi16_ZMM",
		[8] = "PT",	[9] = "PKRU",	  [10] = "PASID",    [11] = "CET_U",
		[12] = "CET_S", [13] = "HDC",	  [14] = "UINTR",    [15] = "LBR",
		[16] = "HWP",	[17] = "TILECFG", [18] = "TILEDATA",
	};

	return bit < COUNT_OF(names) ? names[bit] : NULL;
}

const char *feature_bit_name(unsigned int index, unsigned int bit)
{
	const char *name;

	if (index >= FIRST_MSR)
		return layout_bit_name(
			layout_of(LAYOUT_USE_MSR, recording_msr_table[index - FIRST_MSR].index),
			bit);
	if (index == FIRST_MSR - 1)
		return NULL;
	if (index >= FIRST_STATE)
		return component_name(bit);
	name = cpuid_feature_text((enum cpuid_feature)(index * 32 + bit));
	return *name ? name : NULL;
}
