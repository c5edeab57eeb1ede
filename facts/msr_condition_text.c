// SPDX-License-Identifier: GPL-2.0
#include "facts/msr_condition.h"

const char *msr_condition_text(enum msr_condition condition)
{
	static const char *const words[MSR_CONDITIONS] = {
#define IF_CPUID(name, ...)
#define IF_PV(name, feature)
#define IF_ELSE(name, words) [MSR_IF_##name] = words,
#include "facts/msr_condition_list.h"
	};

	return words[condition];
}
