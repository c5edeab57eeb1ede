// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "names.h"

static const char *const words[] = {
	[NAMES_SDM] = "sdm",
	[NAMES_QEMU] = "qemu",
	[NAMES_KERNEL] = "kernel",
};

enum name_set names_parse(const struct command *command, const char *text)
{
	for (enum name_set set = 0; set < COUNT_OF(words); set++)
		if (!strcmp(words[set], text))
			return set;
	command_fail_usage(command, "--names %s: sdm, qemu or kernel is needed", text);
}

static const char *find(enum name_set set, enum alias_of of, unsigned int word, unsigned int bit,
			const char *name)
{
	enum alias_who who = set == NAMES_QEMU ? ALIAS_QEMU : ALIAS_CPUINFO;
	const struct alias *alias = set == NAMES_SDM ? NULL : alias_find(who, of, word, bit);

	return alias ? alias->name : name;
}

const char *names_control(enum name_set set, enum ctl_word word, unsigned int bit, const char *name)
{
	return find(set, ALIAS_OF_CONTROL, word, bit, name);
}

const char *names_capability(enum name_set set, enum cap_msr msr, unsigned int bit,
			     const char *name)
{
	return find(set, ALIAS_OF_CAPABILITY, msr, bit, name);
}
