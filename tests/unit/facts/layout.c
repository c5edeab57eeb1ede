// SPDX-License-Identifier: GPL-2.0
/* The layouts of values: that their rows can be what they say. */
#include "facts/exit_reason.h"
#include "facts/layout_text.h"
#include "test.h"

/* No field beyond the width, none of single bits twice, no value that does not fit. */
TEST(layout_rows_fit)
{
	for (enum layout_id id = 0; id < LAYOUTS; id++) {
		struct layout layout = layout_at(id);
		const struct layout_row *bits = NULL;
		u64 always = 0;

		test_context("%s", layout.name);
		EXPECT_TRUE(layout.count > 0 && layout.width <= 64 && layout.section[0]);
		for (unsigned int i = 0; i < layout.count; i++) {
			const struct layout_row *row = &layout_rows[layout.first + i];
			u64 mask;

			if (row->kind == LAYOUT_VALUE) {
				EXPECT_TRUE(bits && row->text[0]);
				EXPECT_TRUE(bits->hi - bits->lo >= 15 ||
					    row->number >> (bits->hi - bits->lo + 1) == 0);
				continue;
			}
			bits = row;
			mask = (~(u64)0 >> (63 - (row->hi - row->lo))) << row->lo;
			EXPECT_TRUE(row->hi >= row->lo && row->hi < layout.width && row->name[0]);
			EXPECT_EQ(row->value & ~row->mask, 0);
			EXPECT_EQ(always & mask, 0);
			always |= row->mask ? 0 : mask;
		}
	}
}

TEST(layouts_are_found)
{
	enum layout_id id;
	unsigned int names = 0;

	while (layout_name_at(names, &id)) {
		EXPECT_TRUE(id < LAYOUTS);
		names++;
	}
	EXPECT_TRUE(names > 30);
	EXPECT_EQ(layout_of(LAYOUT_USE_EXIT, EXIT_REASON_EPT_VIOLATION), LAYOUT_OF_EPT_VIOLATION);
	EXPECT_EQ(layout_of(LAYOUT_USE_FIELD, GUEST_CR0), LAYOUT_CR0);
	EXPECT_EQ(layout_of(LAYOUT_USE_MSR, 0x3a), LAYOUT_FEATURE_CONTROL);
	EXPECT_EQ(layout_of(LAYOUT_USE_EXIT, EXIT_REASON_HLT), LAYOUTS);
	EXPECT_STR_EQ(layout_bit_name(LAYOUT_CR4, 13), "VMXE");
	EXPECT_TRUE(!layout_bit_name(LAYOUT_CR4, 15));
}
