// SPDX-License-Identifier: GPL-2.0
#include "policy.h"
#include "facts/text.h"

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

const char *policy_condition(const struct msr_row *row)
{
	const struct msr_text *text = msr_text_find(row->first);

	return text ? text->condition : NULL;
}
