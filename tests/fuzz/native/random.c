// SPDX-License-Identifier: GPL-2.0
#include "native/instruction.h"

bool one_in(u64 n)
{
	return !sim_random_below(n);
}

u64 random_value(void)
{
	static const u64 edges[] = {0,		1,	    2,		0x7f,
				    0x80,	0xff,	    0x7fff,	0x8000,
				    0xffff,	0x7fffffff, 0x80000000, 0xffffffff,
				    1ull << 32, ~0ull >> 1, 1ull << 63, ~0ull};
	u64 value = sim_random();

	if (one_in(2))
		return value;
	if (one_in(2))
		return edges[sim_random_below(COUNT_OF(edges))];
	return value & 63;
}
