// SPDX-License-Identifier: GPL-2.0
/* Other names: that what they stand for is there. */
#include "facts/alias_text.h"
#include "facts/capability_field.h"
#include "test.h"

static bool is_there(const struct alias *alias)
{
	switch (alias->of) {
	case ALIAS_OF_CONTROL:
		return ctl_find(alias->word, alias->number);
	case ALIAS_OF_CAPABILITY:
		return cap_field_find(alias->word, alias->number);
	default:
		return vmcs_field_find(alias->number);
	}
}

TEST(aliases_stand_for_something)
{
	unsigned int of[ALIAS_WHO] = {0};

	for (unsigned int i = 0; i < alias_count; i++) {
		test_context("%s", alias_table[i].name);
		EXPECT_TRUE(is_there(&alias_table[i]));
		of[alias_table[i].who]++;
	}
	for (enum alias_who who = 0; who < ALIAS_WHO; who++) {
		test_context("%s", alias_who_names[who]);
		EXPECT_TRUE(of[who] > 0);
	}
}

TEST(alias_of_a_bit)
{
	EXPECT_STR_EQ(alias_find(ALIAS_QEMU, ALIAS_OF_CONTROL, CTL_PRIMARY, 15)->name,
		      "vmx-cr3-load-noexit");
	EXPECT_EQ(alias_find(ALIAS_QEMU, ALIAS_OF_CONTROL, CTL_PRIMARY, 15)->setting, 0);
	/* flexpriority is two controls together, vtpr this one alone. */
	EXPECT_STR_EQ(alias_find(ALIAS_CPUINFO, ALIAS_OF_CONTROL, CTL_PRIMARY, 21)->name, "vtpr");
	EXPECT_TRUE(!alias_find(ALIAS_CPUINFO, ALIAS_OF_CONTROL, CTL_PRIMARY, 7));
}
