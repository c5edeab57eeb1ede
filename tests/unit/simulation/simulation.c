// SPDX-License-Identifier: GPL-2.0
#include "simulation.h"

SEED_TEST(simulation, 500, 1000)
{
	simulation_make(seed);
	simulation_run(steps);
	simulation_end();
}
