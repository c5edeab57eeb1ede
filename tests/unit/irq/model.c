// SPDX-License-Identifier: GPL-2.0
/* The models with a generator's choices. */
#include "lapic_guest.h"
#include "model.h"

#define STEPS 20000

TEST(pic_as_its_data_sheet)
{
	struct fixture *chips = chips_open();
	struct choices choices = choices_random(1);

	pic_against_model(chips, &choices, STEPS);
	fixture_destroy(chips);
}

TEST(pit_as_its_data_sheet)
{
	struct fixture *chips = chips_open();
	struct choices choices = choices_random(2);

	counter_against_model(chips, &choices, STEPS);
	fixture_destroy(chips);
}

TEST(ioapic_as_its_data_sheet)
{
	for (u64 seed = 1; seed <= 4; seed++) {
		struct fixture *chips = chips_open();
		struct choices choices = choices_random(seed);

		ioapic_against_model(chips, &choices, STEPS);
		fixture_destroy(chips);
	}
}

TEST(lapic_priorities_against_a_model)
{
	for (unsigned int x2apic = 0; x2apic < 2; x2apic++) {
		struct fixture *g = apic_guest_create(1);
		struct choices choices = choices_random(42 + x2apic);

		if (x2apic)
			apic_x2apic_on(g->vcpu);
		lapic_against_model(g->vcpu, &choices, STEPS);
		fixture_destroy(g);
	}
}
