/* SPDX-License-Identifier: GPL-2.0 */
/* Something that fails once, when its turn has come: an allocation, a copy. */
#ifndef LINTEL_SIM_FAILURE_H
#define LINTEL_SIM_FAILURE_H

#include "types.h"

struct failure {
	bool waits, happened;
	unsigned int after; /* how many go well before */
};

static inline void failure_after(struct failure *failure, unsigned int n)
{
	*failure = (struct failure){.waits = true, .after = n};
}

/* Is it this one's turn to fail? */
static inline bool failure_comes(struct failure *failure)
{
	if (!failure->waits || failure->after--)
		return false;
	failure->waits = false;
	failure->happened = true;
	return true;
}

#endif
