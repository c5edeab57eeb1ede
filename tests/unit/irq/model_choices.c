// SPDX-License-Identifier: GPL-2.0
#include "model.h"

static u32 choose_random(struct choices *choices, u32 limit)
{
	choices->state = choices->state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(choices->state >> 33) % limit;
}

struct choices choices_random(u64 seed)
{
	return (struct choices){.choose = choose_random, .state = seed};
}
