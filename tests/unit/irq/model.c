// SPDX-License-Identifier: GPL-2.0
/* The models with a generator's choices. */
#include "model.h"

#define STEPS 20000

static u32 next_random(struct choices *choices)
{
	choices->state = choices->state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(choices->state >> 33);
}

struct choices choices_random(u64 seed)
{
	return (struct choices){.next = next_random, .state = seed};
}

u32 choose(struct choices *choices, u32 limit)
{
	return choices->next(choices) % limit;
}

TEST(pic_as_its_data_sheet)
{
	struct chips *chips = chips_open();
	struct choices choices = choices_random(1);

	pic_against_model(chips, &choices, STEPS);
	chips_close(chips);
}

TEST(pit_as_its_data_sheet)
{
	struct chips *chips = chips_open();
	struct choices choices = choices_random(2);

	counter_against_model(chips, &choices, STEPS);
	chips_close(chips);
}
