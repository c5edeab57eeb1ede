// SPDX-License-Identifier: GPL-2.0
#include "facts/alias_text.h"

const struct alias alias_table[] = {
#define CONTROL_ALIAS(who_, name_, word_, constant, setting_)                                      \
	{.name = name_,                                                                            \
	 .who = ALIAS_##who_,                                                                      \
	 .of = ALIAS_OF_CONTROL,                                                                   \
	 .word = CTL_##word_,                                                                      \
	 .setting = setting_,                                                                      \
	 .number = __builtin_ctzll(constant)},
#define CAPABILITY_ALIAS(who_, name_, msr, bit)                                                    \
	{.name = name_,                                                                            \
	 .who = ALIAS_##who_,                                                                      \
	 .of = ALIAS_OF_CAPABILITY,                                                                \
	 .word = CAP_##msr,                                                                        \
	 .setting = 1,                                                                             \
	 .number = bit},
#define FIELD_ALIAS(who_, name_, field)                                                            \
	{.name = name_, .who = ALIAS_##who_, .of = ALIAS_OF_FIELD, .setting = 1, .number = field},
#include "facts/alias_list.h"
};

const unsigned int alias_count = COUNT_OF(alias_table);

const char *const alias_who_names[ALIAS_WHO] = {
	[ALIAS_QEMU] = "QEMU",
	[ALIAS_CPUINFO] = "/proc/cpuinfo",
	[ALIAS_XEN] = "Xen",
	[ALIAS_FREEBSD] = "FreeBSD",
	[ALIAS_VIRTUALBOX] = "VirtualBox",
	[ALIAS_KVM_DUMP] = "KVM's dump",
	[ALIAS_VMXCAP] = "vmxcap",
};

/* Of several control words together? */
static bool is_joint(const struct alias *alias)
{
	for (unsigned int i = 0; i < alias_count; i++) {
		const struct alias *other = &alias_table[i];

		if (other != alias && other->who == alias->who && other->word != alias->word &&
		    !__builtin_strcmp(other->name, alias->name))
			return true;
	}
	return false;
}

const struct alias *alias_find(enum alias_who who, enum alias_of of, unsigned int word,
			       unsigned int bit)
{
	for (unsigned int i = 0; i < alias_count; i++) {
		const struct alias *alias = &alias_table[i];

		if (alias->who == who && alias->of == of && alias->word == word &&
		    alias->number == bit && !is_joint(alias))
			return alias;
	}
	return NULL;
}
