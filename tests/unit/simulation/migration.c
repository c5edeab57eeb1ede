// SPDX-License-Identifier: GPL-2.0
/*
 * The machine is saved and restored: all that a VMM can get of the VM and its vCPUs goes into
 * another VM, which goes on as if nothing had been.
 */
#include "simulation.h"

#define DOWN_NS 200000 /* at most, each time */

static void save(void)
{
	state_save_vm();
	for (unsigned int id = 0; id < simulation.guests; id++)
		state_save(&simulation.guest[id]);
	memory_save();
}

static void expect_nothing_left(void)
{
	struct sim_memory now = sim_memory_now();

	if (now.objects || now.pages)
		broken("of the VM %llu objects and %llu pages are left", now.objects, now.pages);
	if (sim_event_references())
		broken("the VM is gone, and knows of events");
}

static void restore(void)
{
	machine_create_vm();
	memory_restore();
	for (unsigned int id = 0; id < simulation.guests; id++)
		machine_create_vcpu(&simulation.guest[id]);
	state_restore_vm();
	for (unsigned int id = 0; id < simulation.guests; id++)
		state_restore(&simulation.guest[id]);
	devices_restore();
	doorbells_restore();
}

/* Timers that are due before it ends send to a machine that is saved already. */
void migrate(void)
{
	stop_all();
	save();
	sim_advance_time(sim_random_below(DOWN_NS));
	machine_close();
	expect_nothing_left();
	sim_advance_time(sim_random_below(DOWN_NS));
	restore();
	stop_end();
}
