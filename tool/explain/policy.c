// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "policy.h"

const char *policy_instruction(enum msr_direction direction)
{
	return direction == MSR_READ ? "RDMSR" : "WRMSR";
}

static enum msr_access access_of(const struct msr_row *row, enum msr_direction direction)
{
	if (!row)
		return MSR_DENY;
	return direction == MSR_READ ? row->read : row->write;
}

const char *policy_access(const struct msr_row *row, enum msr_direction direction)
{
	static const char *const words[] = {
		[MSR_DENY] = "exits, and the guest gets #GP(0)",
		[MSR_EMULATE] = "exits, and Lintel emulates it",
		[MSR_PASS_THROUGH] = "passes through: no exit",
	};

	return words[access_of(row, direction)];
}

const char *policy_access_word(const struct msr_row *row, enum msr_direction direction)
{
	static const char *const words[] = {
		[MSR_DENY] = "deny",
		[MSR_EMULATE] = "exit",
		[MSR_PASS_THROUGH] = "pass",
	};

	return words[access_of(row, direction)];
}

const char *policy_owner(enum msr_owner owner)
{
	static const char *const words[] = {
		[OWNER_NONE] = "nobody has to keep it: the guest never changes it",
		[OWNER_VMCS] = "the VMCS keeps it: VM entries and exits load it",
		[OWNER_SWITCH_BY_HAND] =
			"Lintel, by hand, when the thread begins and ends to run it",
		[OWNER_NOBODY_NEEDS] = "nobody has to keep it: the guest only reads it",
	};

	return words[owner];
}

const char *policy_owner_word(enum msr_owner owner)
{
	static const char *const words[] = {
		[OWNER_NONE] = "-",
		[OWNER_VMCS] = "VMCS",
		[OWNER_SWITCH_BY_HAND] = "by hand",
		[OWNER_NOBODY_NEEDS] = "no need",
	};

	return words[owner];
}

/* "CPUID.07H:EDX[26], [27] or [31] is 1" */
static void features_in_words(const struct msr_condition_row *row, char *words, size_t room)
{
	size_t used = 0;

	for (unsigned int i = 0; i < row->count; i++) {
		enum cpuid_feature feature = row->feature[i];
		enum cpuid_word word = cpuid_feature_word(feature);
		bool new_word = !i || word != cpuid_feature_word(row->feature[i - 1]);
		const char *name = cpuid_feature_text(feature);

		used += (size_t)snprintf(words + used, room - used, "%s%s%s%s[%u]",
					 !i		      ? ""
					 : i + 1 < row->count ? ", "
							      : " or ",
					 new_word ? cpuid_word_text(word) : "", *name ? "." : "",
					 name, feature % 32);
	}
	snprintf(words + used, room - used, " is 1%s",
		 row->pv ? ", or KVM_CAP_ENFORCE_PV_FEATURE_CPUID is off" : "");
}

const char *policy_condition(const struct msr_row *row)
{
	static char words[MSR_CONDITIONS][100];
	enum msr_condition condition = row->condition;

	if (!msr_conditions[condition].count)
		return msr_condition_text(condition);
	features_in_words(&msr_conditions[condition], words[condition], sizeof(words[0]));
	return words[condition];
}
