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

const struct msr_row *msr_find(u32 msr)
{
	unsigned int low = 0, high = MSR_ROWS;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (msr < msr_table[middle].first)
			high = middle;
		else if (msr > msr_table[middle].last)
			low = middle + 1;
		else
			return &msr_table[middle];
	}
	return NULL;
}
