/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Lintel demands of a bit of a capability MSR: found by asking the core about a recorded
 * processor that it takes, with the bit as it is and the other way round.
 */
#ifndef TOOL_DEMAND_H
#define TOOL_DEMAND_H

#include "tool/processor/recorded.h"

struct demand {
	bool known;   /* false: of no processor of the list the core can tell */
	bool refused; /* with the bit at `bad' the processor is refused, because: */
	unsigned int bad;
	char why[160];
};

struct demand demand_of_bit(struct recorded_list list, enum cap_msr msr, unsigned int bit);

#endif
