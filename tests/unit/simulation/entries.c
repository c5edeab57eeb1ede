// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest that starts writes to the I/O APIC, an entry for each of its level-triggered lines.
 * The INIT has taken from its local APIC what was requested and in service, and nobody will send
 * the end of interrupt that the I/O APIC waits for: an entry that is made edge-triggered for a
 * moment waits no more.  One guest at a time, as the register that selects the entry is there once.
 *
 * 82093AA data sheet, "I/O Redirection Table Registers".
 */
#include "operations.h"

#define IOAPIC_SELECT 0xfec00000u
#define IOAPIC_WINDOW 0xfec00010u
#define FIRST_ENTRY   0x10 /* registers; two for each pin, the low half first */
#define ENTRY_LEVEL   BIT32(15)
#define ENTRY_MASKED  BIT32(16)

bool entries_left(struct guest *guest)
{
	struct start *start = &guest->start;

	if (simulation.split)
		start->line = LINES;
	while (start->line < LINES && line_target(start->line)->id != guest->id)
		start->line++;
	return start->line < LINES;
}

bool entries_are_free(struct guest *guest)
{
	if (!simulation.has_ioapic)
		simulation.has_ioapic = guest;
	return simulation.has_ioapic == guest;
}

void op_entry_begin(struct guest *guest, struct instruction *now)
{
	unsigned int line = guest->start.line;
	u32 vector = line_target(line)->vector;

	switch (guest->start.entry_step) {
	case ENTRY_SELECT:
		op_register_at(guest, now, IOAPIC_SELECT, FIRST_ENTRY + 2 * (GSI_LINES + line));
		break;
	case ENTRY_MASK:
		op_register_at(guest, now, IOAPIC_WINDOW, vector | ENTRY_MASKED);
		break;
	default:
		op_register_at(guest, now, IOAPIC_WINDOW, vector | ENTRY_LEVEL);
		line_unmask(line);
	}
}

void op_entry_end(struct guest *guest, struct instruction *now)
{
	struct start *start = &guest->start;

	if (++start->entry_step < ENTRY_STEPS)
		return;
	start->entry_step = ENTRY_SELECT;
	start->line++;
	if (!entries_left(guest))
		simulation.has_ioapic = NULL;
}
