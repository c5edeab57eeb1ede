// SPDX-License-Identifier: GPL-2.0
#include "native/instruction.h"

static u64 random_state;

void random_seed(u64 seed)
{
	random_state = seed;
}

/* A counter, well stirred: seeds that follow each other give nothing alike. */
u64 random_bits(void)
{
	u64 x = random_state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

u64 random_below(u64 limit)
{
	return random_bits() % limit;
}

bool one_in(u64 n)
{
	return !random_below(n);
}

u64 random_value(void)
{
	static const u64 edges[] = {0,		1,	    2,		0x7f,
				    0x80,	0xff,	    0x7fff,	0x8000,
				    0xffff,	0x7fffffff, 0x80000000, 0xffffffff,
				    1ull << 32, ~0ull >> 1, 1ull << 63, ~0ull};
	u64 value = random_bits();

	if (one_in(2))
		return value;
	if (one_in(2))
		return edges[random_below(COUNT_OF(edges))];
	return value & 63;
}
