// SPDX-License-Identifier: GPL-2.0
#include "facts/msr.h"

#define LISTED	 true
#define UNLISTED false

/* A row whose write passes through, and whose host value nobody keeps, does not compile. */
const struct msr_row msr_table[MSR_ROWS] = {
#define MSR(constant, count, words, read_, write_, owner_, condition_, listed_, ...)               \
	{                                                                                          \
		.first = MSR_##constant,                                                           \
		.last = MSR_##constant + (count)-1,                                                \
		.name = words,                                                                     \
		.read = MSR_##read_,                                                               \
		.write = MSR_##write_,                                                             \
		.owner = OWNER_##owner_ + ZERO_IF(MSR_##write_ != MSR_PASS_THROUGH ||              \
						  OWNER_##owner_ != OWNER_NONE),                   \
		.condition = MSR_IF_##condition_,                                                  \
		.listed = listed_,                                                                 \
	},
#include "facts/msr_list.h"
};

/*
 * Where the row of an MSR is, plus 1: an MSR's number, with its upper bits folded into twelve, has
 * a place of its own.  Two rows that claim one place do not compile.
 */
#define PLACES	   0x1000u
#define PLACE(msr) (((msr) ^ (msr) >> 20) % PLACES)

static const u8 row_at[PLACES] = {
#define MSR(name, count, ...)                                                                      \
	[PLACE(MSR_##name)... PLACE(MSR_##name + (count)-1)] = MSR_ROW_##name + 1,
#include "facts/msr_list.h"
};
_Static_assert(MSR_ROWS < 256, "a row's number fits into the places");

const struct msr_row *msr_find(u32 msr)
{
	u8 at = row_at[PLACE(msr)];
	const struct msr_row *row;

	if (!at)
		return NULL;
	row = &msr_table[at - 1];
	return msr >= row->first && msr <= row->last ? row : NULL;
}
