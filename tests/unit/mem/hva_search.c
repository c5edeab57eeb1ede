// SPDX-License-Identifier: GPL-2.0
/* Slots by user address: all that have it are found, and few others are looked at. */
#include "fixture.h"

#define SLOTS	   40
#define GUEST_UNIT 64 /* frames for each slot; more than any has */
#define USER_PAGES 200
#define HVA	   0x7f0000000000ull

struct model {
	bool there[SLOTS];
	u64 first[SLOTS], pages[SLOTS]; /* in pages from HVA on */
};

static bool model_has(const struct model *model, unsigned int id, u64 first, u64 end)
{
	return model->there[id] && model->first[id] < end &&
	       model->first[id] + model->pages[id] > first;
}

static void check_search(struct vm *vm, const struct model *model, u64 first, u64 end)
{
	struct hva_search search = {
		.slots = vm->slots, .start = HVA + first * PAGE, .end = HVA + end * PAGE};
	const struct memslot *slot;
	bool found[SLOTS] = {false};
	u64 before = 0;

	while ((slot = hva_search_next(&search))) {
		REQUIRE_EQ(slot->id < SLOTS, true);
		EXPECT_FALSE(found[slot->id]);
		EXPECT_TRUE(slot->hva >= before);
		found[slot->id] = true;
		before = slot->hva;
	}
	for (unsigned int id = 0; id < SLOTS; id++)
		EXPECT_EQ(found[id], model_has(model, id, first, end));
}

static void step_change(struct vm *vm, struct model *model, struct random *random)
{
	unsigned int id = (unsigned int)random_below(random, SLOTS);
	u64 gfn = random_below(random, SLOTS) * GUEST_UNIT;

	if (!model->there[id]) {
		model->first[id] = random_below(random, USER_PAGES);
		model->pages[id] = 1 + random_below(random, 1 + random_below(random, GUEST_UNIT));
		model->there[id] =
			!slot_set(vm, id, 0, gfn, model->pages[id], HVA + model->first[id] * PAGE);
	} else if (random_below(random, 2)) {
		EXPECT_EQ(slot_set(vm, id, 0, 0, 0, 0), 0);
		model->there[id] = false;
	} else {
		slot_set(vm, id, 0, gfn, model->pages[id], HVA + model->first[id] * PAGE);
	}
}

TEST(hva_search_agrees_with_a_model)
{
	struct vm *vm = vm_open(true);
	struct random random = {0x1dea};
	static struct model model;

	memset(&model, 0, sizeof(model));
	for (unsigned int step = 0; step < 4000; step++) {
		u64 first = random_below(&random, USER_PAGES + GUEST_UNIT);

		test_context("step %u", step);
		step_change(vm, &model, &random);
		check_search(vm, &model, first, first + 1);
		check_search(vm, &model, first, first + 1 + random_below(&random, 40));
		check_search(vm, &model, 0, USER_PAGES + GUEST_UNIT);
	}
	vm_close(vm);
}

static unsigned int looked_at(struct vm *vm, u64 hva, unsigned int found)
{
	struct hva_search search = {.slots = vm->slots, .start = hva, .end = hva + PAGE};
	unsigned int count = 0;

	while (hva_search_next(&search))
		count++;
	EXPECT_EQ(count, found);
	return search.looked_at;
}

/* A thousand slots, two of them over the same memory: ten times as deep as one, not a thousand. */
TEST(hva_search_looks_at_few_slots)
{
	struct vm *vm = vm_open(true);
	unsigned int most = 0;

	EXPECT_EQ(slot_set(vm, 0, 0, 0, 1, HVA), 0);
	EXPECT_TRUE(looked_at(vm, HVA, 1) <= 2);
	for (u32 i = 1; i < 1000; i++)
		EXPECT_EQ(slot_set(vm, i, 0, 2 * i, 1, HVA + 2 * ((i * 7) % 1000) * PAGE), 0);
	/* One that reaches over all of them. */
	EXPECT_EQ(slot_set(vm, 1000, 0, 0x10000, 2000, HVA), 0);
	for (u64 page = 0; page < 2000; page++) {
		unsigned int cost = looked_at(vm, HVA + page * PAGE, page % 2 ? 1 : 2);

		most = cost > most ? cost : most;
	}
	EXPECT_TRUE(most <= 60);
	EXPECT_TRUE(looked_at(vm, HVA - PAGE, 0) <= 11);
	EXPECT_TRUE(looked_at(vm, HVA + 2000 * PAGE, 0) <= 11);
	vm_close(vm);
}

/* What a notifier asks is asked of the index. */
TEST(ept_young_of_one_page_among_a_thousand_slots)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(2000 * PAGE);

	for (u32 i = 0; i < 1000; i++)
		EXPECT_EQ(slot_set(vm, i, 0, 2 * i, 1, hva + 2 * (u64)i * PAGE), 0);
	EXPECT_EQ(fault_write(vm, 2 * 77, NULL), EPT_MAPPED);
	for (u64 i = 0; i < 2000; i++)
		EXPECT_EQ(ept_test_young(vm, hva + i * PAGE, hva + (i + 1) * PAGE, false),
			  i == 2 * 77);
	vm_close(vm);
}
