// SPDX-License-Identifier: GPL-2.0
/*
 * lintel bitmap read MSR, lintel bitmap write MSR: what one access does.
 */
#include <stdio.h>

#include "bitmap.h"
#include "facts/msr_text.h"
#include "tool/colour.h"
#include "tool/json.h"
#include "tool/paragraph.h"

static const char *row_name(const struct msr_row *row)
{
	return row ? row->name : "not in Lintel's table";
}

/* What becomes of an access that exits. */
static const char *after_exit(const struct msr_row *row, enum msr_direction direction)
{
	if (!row)
		return "the guest gets #GP(0): what is not in the table is denied";
	switch (direction == MSR_READ ? row->read : row->write) {
	case MSR_DENY:
		return "the guest gets #GP(0)";
	case MSR_EMULATE:
		return "Lintel emulates it";
	default:
		return "Lintel does what the processor would have done";
	}
}

static void print_place(u32 msr, enum msr_direction direction, bool exits)
{
	unsigned int bit = msr_bitmap_bit(msr, direction);

	if (!msr_bitmap_covers(msr))
		paragraph_print("why",
				"no bit stands for it: the bitmap covers 0x0 to 0x1fff and "
				"0xc0000000 to 0xc0001fff, and accesses to other MSRs always "
				"exit");
	else
		paragraph_print("why", "bit %u of byte 0x%x of the page is %d (%s)", bit % 8,
				bit / 8, exits, bitmap_quarters[bit / BITMAP_QUARTER_MSRS].name);
}

static void print_row(const struct msr_row *row, bool exits)
{
	const char *condition = policy_condition(row);

	paragraph_print("policy", "%s", msr_text(row)->why);
	if (!exits && row->owner != OWNER_NONE)
		paragraph_print("the host's", "%s", policy_owner(row->owner));
	if (condition)
		paragraph_print("there if", "%s", condition);
}

/* A page that was read may open what the policy closes, or close what it opens. */
static void print_difference(const struct bitmap_page *page, u32 msr, enum msr_direction direction,
			     bool exits)
{
	bool passes = bitmap_policy_opens(msr, direction);

	if (!page->policy && passes == exits)
		paragraph_print(
			"note", "%s is not the policy, which %s", page->source,
			passes ? "lets it pass; a filter, or the guest's CPUID, may close it"
			       : "does not open it");
}

void bitmap_print_access(const struct bitmap_page *page, u32 msr, enum msr_direction direction)
{
	bool exits = msr_bitmap_test(page->bits, msr, direction);
	const struct msr_row *row = msr_find(msr);

	printf("%s of 0x%x (%s): %s%s%s%s\n", policy_instruction(direction), msr, row_name(row),
	       colour(exits ? COLOUR_WARNING : COLOUR_GOOD),
	       exits ? "exits; " : "passes through, without an exit", colour(COLOUR_NONE),
	       exits ? after_exit(row, direction) : "");
	print_place(msr, direction, exits);
	if (row)
		print_row(row, exits);
	print_difference(page, msr, direction, exits);
}

json_t *bitmap_json_access(const struct bitmap_page *page, u32 msr, enum msr_direction direction)
{
	bool exits = msr_bitmap_test(page->bits, msr, direction), covered = msr_bitmap_covers(msr);
	unsigned int bit = msr_bitmap_bit(msr, direction);
	const struct msr_row *row = msr_find(msr);

	return json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "msr",
			 json_hex(msr, 0), "access", direction == MSR_READ ? "read" : "write",
			 "name", row ? json_text(row->name) : json_null(), "exits", exits, "byte",
			 covered ? json_hex(bit / 8, 0) : json_null(), "bit",
			 covered ? json_integer(bit % 8) : json_null(), "quarter",
			 covered ? json_text(bitmap_quarters[bit / BITMAP_QUARTER_MSRS].name)
				 : json_null(),
			 "policy", policy_access_word(row, direction), "owner",
			 row ? json_text(policy_owner_word(row->owner)) : json_null(), "why",
			 row ? json_text(msr_text(row)->why) : json_null(), "condition",
			 row ? json_text(policy_condition(row)) : json_null());
}
