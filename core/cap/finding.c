// SPDX-License-Identifier: GPL-2.0
/* What a step of the capability set-up has found goes to the report, with the value that it is
 * about. */
#include "cap/internal.h"
#include "facts/capability_field.h"

static void fill_value(const struct cap_setup *setup, struct cap_problem *entry)
{
	enum cap_msr msr = cap_msr_find(entry->msr);

	if (!entry->absent && cap_msr_present(setup->raw, msr))
		entry->value = cap_bits(setup->raw->value[msr], entry->hi_bit, entry->lo_bit);
}

void cap_setup_problem(struct cap_setup *setup, struct cap_problem entry)
{
	fill_value(setup, &entry);
	cap_report_problem(setup->report, &entry);
}

void cap_setup_note(struct cap_setup *setup, struct cap_problem entry)
{
	fill_value(setup, &entry);
	cap_report_note(setup->report, &entry);
}
