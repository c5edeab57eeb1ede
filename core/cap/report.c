// SPDX-License-Identifier: GPL-2.0
/*
 * The report of the capability set-up, and its words.
 */
#include "cap/report.h"
#include "cap/cap.h"
#include "host.h"

void cap_report_clear(struct cap_report *report)
{
	report->problems = 0;
	report->notes = 0;
	report->dropped_problems = 0;
	report->dropped_notes = 0;
}

void cap_report_problem(struct cap_report *report, const struct cap_problem *entry)
{
	if (report->problems < CAP_REPORT_PROBLEMS)
		report->problem[report->problems++] = *entry;
	else
		report->dropped_problems++;
}

void cap_report_note(struct cap_report *report, const struct cap_problem *entry)
{
	if (report->notes < CAP_REPORT_NOTES)
		report->note[report->notes++] = *entry;
	else
		report->dropped_notes++;
}

/* What has become of the thing that an entry names. */
static const char *const kind_words[] = {
	[CAP_MISSING] = " cannot be read",
	[CAP_BAD_VALUE] = " cannot be used",
	[CAP_CANNOT_1] = " cannot be 1, which Lintel needs",
	[CAP_CANNOT_0] = " cannot be 0, which Lintel needs",
	[CAP_NEEDS] = " stays 0",
	[CAP_FORCED] = " is forced to 1",
	[CAP_ABSENT] = " is not available, which Lintel would use",
	[CAP_MALFORMED] = " is malformed",
	[CAP_DIFFERS] = " differs",
	[CAP_INFO] = "",
};

/* Which control word an MSR announces, or CTL_WORDS. */
static enum ctl_word word_of_msr(u32 index)
{
	enum cap_msr msr = cap_msr_find(index);
	enum ctl_word word = 0;

	while (word < CTL_WORDS && ctl_word_table[word].msr != msr &&
	       ctl_word_table[word].true_msr != msr)
		word++;
	return word;
}

/* The place: MSR and bits, the control they stand for, the value. */
static void format_place(char *buf, size_t size, const struct cap_problem *entry)
{
	enum cap_msr msr = cap_msr_find(entry->msr);
	const char *name = msr < CAP_MSRS ? cap_msr_table[msr].name : "MSR";

	if (entry->kind == CAP_MISSING)
		host_snprintf(buf, size, "%s (0x%x)", name, entry->msr);
	else if (entry->hi_bit == 63 && entry->lo_bit == 0)
		host_snprintf(buf, size, "%s (0x%x) = 0x%llx:", name, entry->msr, entry->value);
	else if (entry->hi_bit != entry->lo_bit)
		host_snprintf(buf, size, "%s (0x%x) bits %u:%u = 0x%llx:", name, entry->msr,
			      entry->hi_bit, entry->lo_bit, entry->value);
	else if (entry->absent)
		host_snprintf(buf, size, "%s (0x%x) is not there:", name, entry->msr);
	else
		host_snprintf(buf, size, "%s (0x%x) bit %u = %llu:", name, entry->msr,
			      entry->lo_bit, entry->value);
}

/* The thing: the name, and for a control its word and bit there. */
static void format_thing(char *buf, size_t size, const struct cap_problem *entry)
{
	enum ctl_word word = word_of_msr(entry->msr);
	bool whole = entry->hi_bit != entry->lo_bit;

	if (entry->kind == CAP_MISSING)
		buf[0] = '\0';
	else if (word == CTL_WORDS || whole)
		host_snprintf(buf, size, " \"%s\"", entry->name);
	else
		host_snprintf(buf, size, " \"%s\" (%s control, bit %u)", entry->name,
			      ctl_word_table[word].name,
			      ctl_word_table[word].wide ? entry->lo_bit : entry->lo_bit % 32);
}

int cap_problem_format(char *buf, size_t size, const struct cap_problem *entry)
{
	char place[96], thing[128], other[96] = "";

	format_place(place, sizeof(place), entry);
	format_thing(thing, sizeof(thing), entry);
	if (entry->kind == CAP_DIFFERS)
		host_snprintf(other, sizeof(other), ", where the first processor has 0x%llx",
			      entry->want);
	else if (entry->other)
		host_snprintf(other, sizeof(other), " \"%s\"", entry->other);
	return host_snprintf(buf, size, "%s%s%s: %s%s", place, thing, kind_words[entry->kind],
			     entry->need, other);
}
