// SPDX-License-Identifier: GPL-2.0
#include "simulation.h"

SEED_TEST(simulation, 500, 750)
{
	simulation_make(seed);
	simulation_run(steps);
	simulation_end();
}

/* What the generator gives next depends on all that was drawn. */
static u64 run(u64 seed, u64 steps, struct sim_vmx_counts *counts)
{
	simulation_make(seed);
	simulation_run(steps);
	*counts = sim_vmx_counts;
	simulation_end();
	return sim_random();
}

TEST(simulation_of_a_seed_is_the_same_each_time)
{
	struct sim_vmx_counts one, other;
	u64 next;

	for (u64 seed = 1; seed <= 10; seed++) {
		test_context("seed %llu", seed);
		next = run(seed, 500, &one);
		EXPECT_EQ(run(seed, 500, &other), next);
		EXPECT_TRUE(!memcmp(&one, &other, sizeof(one)));
	}
}
