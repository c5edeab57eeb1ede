// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of control bits and capability MSRs against themselves, and against
 * what the SDM says of the default1 classes.
 */
#include <string.h>

#include "facts/capability_field.h"
#include "facts/control_text.h"
#include "fixture.h"

TEST(cap_table_rows_are_in_order_and_unique)
{
	for (size_t i = 1; i < ctl_table_count; i++) {
		unsigned int before = ctl_table[i - 1].word * 64u + ctl_table[i - 1].bit;

		test_context("%s", ctl_table[i].name);
		EXPECT_TRUE(before < ctl_table[i].word * 64u + ctl_table[i].bit);
	}
}

TEST(cap_table_rows_are_complete)
{
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		test_context("row %zu", i);
		EXPECT_TRUE(row->name && *row->name);
		EXPECT_TRUE(row->why && *row->why);
		EXPECT_TRUE(row->word < CTL_WORDS);
		EXPECT_TRUE(row->bit < (ctl_word_table[row->word].wide ? 64 : 32));
		EXPECT_TRUE(row->needs_count <= CTL_NEEDS_MAX);
		EXPECT_EQ(ctl_find(row->word, row->bit) == row, true);
	}
	EXPECT_EQ(ctl_find(CTL_PIN, 1) == NULL, true);
}

/* What a row needs is a bit with a name; what is required needs only what is required. */
TEST(cap_table_needs_are_named_and_no_weaker)
{
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		test_context("%s", row->name);
		for (unsigned int n = 0; n < row->needs_count; n++) {
			const struct ctl_bit *need;

			if (row->needs[n].word == CTL_WORDS) {
				EXPECT_TRUE(cap_field_find(CAP_EPT_VPID_CAP, row->needs[n].bit));
				EXPECT_TRUE(row->ask != CTL_MUST1);
				continue;
			}
			need = ctl_find(row->needs[n].word, row->needs[n].bit);
			REQUIRE_TRUE(need);
			if (row->ask == CTL_MUST1 || row->ask == CTL_TOGGLE)
				EXPECT_EQ(need->ask, CTL_MUST1);
		}
	}
}

/* A control of entry and its undoing at exit name each other, and are asked for together. */
TEST(cap_table_pairs_are_mutual)
{
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i], *pair;

		if (!row->has_pair)
			continue;
		test_context("%s", row->name);
		pair = ctl_find(row->pair.word, row->pair.bit);
		REQUIRE_TRUE(pair);
		EXPECT_EQ(pair->ask, row->ask);
		EXPECT_TRUE(pair->has_pair);
		if (row->word == CTL_SECONDARY)
			continue; /* Intel PT: the execution control leans on the pair */
		EXPECT_EQ(pair->pair.word, row->word);
		EXPECT_EQ(pair->pair.bit, row->bit);
	}
}

/* A constant says by its first part of which word it is a bit. */
TEST(cap_constants_are_named_after_their_word)
{
	static const char *const prefixes[CTL_WORDS] = {
		[CTL_PIN] = "PIN_",	  [CTL_PRIMARY] = "CPU1_", [CTL_SECONDARY] = "CPU2_",
		[CTL_TERTIARY] = "CPU3_", [CTL_EXIT] = "EXIT_",	   [CTL_EXIT2] = "EXIT2_",
		[CTL_ENTRY] = "ENTRY_",
	};

	for (size_t i = 0; i < ctl_table_count; i++) {
		const char *constant = control_text(&ctl_table[i])->constant;
		const char *prefix = prefixes[ctl_table[i].word];

		test_context("%s", constant);
		EXPECT_EQ(strncmp(constant, prefix, strlen(prefix)), 0);
	}
}

/*
 * "Pin-Based VM-Execution Controls" and its sisters list the bits of which the
 * first processors only had the 1-setting.
 */
TEST(cap_default1_classes_are_those_of_the_sdm)
{
	static const u8 pin[] = {1, 2, 4};
	static const u8 primary[] = {1, 4, 5, 6, 8, 13, 14, 15, 16, 26};
	static const u8 exit[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 16, 17};
	static const u8 entry[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12};
	u64 masks[CTL_WORDS] = {0};

	for (size_t i = 0; i < COUNT_OF(pin); i++)
		masks[CTL_PIN] |= BIT64(pin[i]);
	for (size_t i = 0; i < COUNT_OF(primary); i++)
		masks[CTL_PRIMARY] |= BIT64(primary[i]);
	for (size_t i = 0; i < COUNT_OF(exit); i++)
		masks[CTL_EXIT] |= BIT64(exit[i]);
	for (size_t i = 0; i < COUNT_OF(entry); i++)
		masks[CTL_ENTRY] |= BIT64(entry[i]);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		EXPECT_EQ(ctl_word_table[word].default1, masks[word]);
}

TEST(cap_fields_do_not_overlap)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		u64 seen = 0;

		test_context("%s", cap_msr_table[msr].name);
		for (size_t i = 0; i < cap_field_count; i++) {
			const struct cap_field *field = &cap_field_table[i];
			u64 mask = cap_bits(~(u64)0, field->hi_bit, field->lo_bit) << field->lo_bit;

			if (field->msr != msr)
				continue;
			EXPECT_EQ(seen & mask, 0);
			seen |= mask;
		}
		EXPECT_EQ(seen, cap_field_mask(msr));
	}
}

TEST(cap_msrs_are_found_by_index)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		EXPECT_EQ(cap_msr_find(cap_msr_table[msr].index), msr);
	EXPECT_EQ(cap_msr_find(0x47f), CAP_MSRS);
	EXPECT_EQ(cap_msr_find(0x494), CAP_MSRS);
	EXPECT_EQ(cap_msr_table[CAP_FEATURE_CONTROL].index, 0x3a);
	EXPECT_EQ(cap_msr_table[CAP_BASIC].index, 0x480);
	EXPECT_EQ(cap_msr_table[CAP_EXIT_CTLS2].index, 0x493);
}
