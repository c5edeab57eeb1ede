// SPDX-License-Identifier: GPL-2.0
/*
 * Text of `lintel caps`: the MSRs that are not control words field by field, then each word bit by
 * bit, then the verdict.
 */
#include <stdio.h>

#include "cap/describe.h"
#include "facts/capability_field.h"
#include "tool/processor/availability.h"
#include "advice.h"
#include "caps.h"
#include "tool/colour.h"
#include "tool/paragraph.h"
#include "tool/processor/feature.h"
#include "tool/processor/register_bits.h"

static void print_line(void *colour_name, const char *line)
{
	const enum colour *which = colour_name;

	printf("  %s%s%s\n", colour(*which), line, colour(COLOUR_NONE));
}

/* Why an MSR is not among the values. */
static const char *absence(const struct processor *p, enum cap_msr msr)
{
	return availability_msr(&p->raw, msr) == AVAILABLE_NO ? "the processor has none"
							      : "not among the values";
}

/* "53:50" or "28". */
static void print_bits(unsigned int hi_bit, unsigned int lo_bit)
{
	char bits[16];

	snprintf(bits, sizeof(bits), hi_bit == lo_bit ? "%u" : "%u:%u", hi_bit, lo_bit);
	printf("  %5s  ", bits);
}

static bool is_control(enum cap_msr msr)
{
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		if (ctl_word_table[word].msr == msr || ctl_word_table[word].true_msr == msr)
			return true;
	return false;
}

static bool print_msr(const struct processor *p, enum cap_msr msr)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];
	bool present = cap_msr_present(&p->raw, msr);

	printf("%s0x%03x %s%s ", colour(COLOUR_BOLD), info->index, info->name, colour(COLOUR_NONE));
	if (present && p->raw.unknown[msr])
		puts("in part");
	else if (present)
		printf("0x%016llx\n", p->raw.value[msr]);
	else
		puts(absence(p, msr));
	return present;
}

static void print_field(const struct cap_field *field, u64 value)
{
	print_bits(field->hi_bit, field->lo_bit);
	printf(value > 9 ? "%s = %llu (0x%llx)\n" : "%s = %llu\n", field->name, value, value);
}

static void print_fields(const struct processor *p, enum cap_msr msr)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr &&
		    !cap_bits(p->raw.unknown[msr], field->hi_bit, field->lo_bit))
			print_field(field,
				    cap_bits(p->raw.value[msr], field->hi_bit, field->lo_bit));
	}
}

/* An MSR that has a bit for each bit of a register, or for each VM function. */
static void print_register_bits(enum cap_msr msr, u64 value)
{
	bool may_be = msr == CAP_CR0_FIXED1 || msr == CAP_CR4_FIXED1;
	const struct cap_field *field = cap_field_find(msr, 0);

	printf("         %s:", field ? field->name : "bits that are 1");
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = register_bit_name(msr, bit);

		if (!(value >> bit & 1))
			continue;
		if (name)
			printf(" %s", name);
		else if (!may_be)
			printf(" (bit %u)", bit);
	}
	putchar('\n');
	if (!may_be)
		return;
	fputs("         fixed to 0:", stdout);
	for (unsigned int bit = 0; bit < 64; bit++)
		if (!(value >> bit & 1) && register_bit_name(msr, bit))
			printf(" %s", register_bit_name(msr, bit));
	putchar('\n');
}

static void print_plain_msr(const struct processor *p, enum cap_msr msr)
{
	u64 value = cap_msr_value(&p->raw, msr);

	if (!print_msr(p, msr))
		return;
	if (msr == CAP_BASIC) {
		print_fields(p, msr);
		printf("         region of 2^%u pages, basic_cap 0x%08x\n", p->config.order,
		       p->config.basic_cap);
	} else if (register_bit_name(msr, 0)) {
		print_register_bits(msr, value);
	} else {
		print_fields(p, msr);
	}
}

/* --- control words -------------------------------------------------------- */

struct word {
	const struct processor *p;
	enum ctl_word number;
	enum cap_msr msr;
	u64 allowed0, allowed1, unknown0, unknown1;
};

static const char *state_of(const struct word *word, unsigned int bit)
{
	if (word->unknown1 >> bit & 1)
		return "not known";
	if (!(word->allowed1 >> bit & 1))
		return "fixed 0";
	if (word->unknown0 >> bit & 1)
		return "may be 1";
	if (word->allowed0 >> bit & 1)
		return "fixed 1";
	if (ctl_find(word->number, bit))
		return "free";
	return ctl_word_table[word->number].default1 >> bit & 1 ? "default 1" : "default 0";
}

static const char *const ask_words[] = {
	[CTL_MUST1] = "must be 1", [CTL_MUST0] = "must be 0", [CTL_LIKE1] = "1 if possible",
	[CTL_TOGGLE] = "both",	   [CTL_OFF] = "must be 0",   [CTL_EITHER] = "0 if possible",
};

/* Did this bit, in either half of the MSR, refuse the processor? */
static bool is_refused(const struct word *word, unsigned int bit)
{
	const struct cap_report *report = &word->p->report;
	bool wide = ctl_word_table[word->number].wide;

	for (u32 i = 0; i < report->problems; i++) {
		const struct cap_problem *entry = &report->problem[i];

		if (entry->msr == cap_msr_table[word->msr].index &&
		    entry->hi_bit == entry->lo_bit &&
		    (entry->lo_bit == bit || (!wide && entry->lo_bit == bit + 32)))
			return true;
	}
	return false;
}

static void print_got(const struct word *word, const struct ctl_bit *row)
{
	bool on = word->p->config.ctl[row->word] >> row->bit & 1;

	if (is_refused(word, row->bit))
		printf("%srefused%s\n", colour(COLOUR_BAD), colour(COLOUR_NONE));
	else if (!word->p->usable)
		puts("-");
	else if (on == (row->ask == CTL_MUST1 || row->ask == CTL_LIKE1))
		printf("%d\n", on);
	else
		printf("%s%d%s\n", colour(COLOUR_WARNING), on, colour(COLOUR_NONE));
}

static void print_control(const struct word *word, const struct ctl_bit *row)
{
	print_bits(row->bit, row->bit);
	printf("%-40s %-10s %-14s ", row->name, state_of(word, row->bit), ask_words[row->ask]);
	print_got(word, row);
}

/* Bits without a name, as far as they are alike.  gives: the first bit after them. */
static unsigned int print_unnamed(const struct word *word, unsigned int first, unsigned int width)
{
	const char *state = state_of(word, first);
	unsigned int bit = first + 1;

	while (bit < width && !ctl_find(word->number, bit) && state_of(word, bit) == state)
		bit++;
	print_bits(bit - 1, first);
	printf("%s%-40s %s%s\n", colour(COLOUR_DIM), "(no name)", state, colour(COLOUR_NONE));
	return bit;
}

static void print_word_values(const struct word *word)
{
	int digits = ctl_word_table[word->number].wide ? 16 : 8;

	if (word->unknown0 | word->unknown1) {
		printf("%s%s controls%s: 0x%03x %s, in part\n", colour(COLOUR_BOLD),
		       ctl_word_table[word->number].name, colour(COLOUR_NONE),
		       cap_msr_table[word->msr].index, cap_msr_table[word->msr].name);
		return;
	}
	printf("%s%s controls%s: 0x%03x %s: fixed to 1 0x%0*llx, may be 1 0x%0*llx",
	       colour(COLOUR_BOLD), ctl_word_table[word->number].name, colour(COLOUR_NONE),
	       cap_msr_table[word->msr].index, cap_msr_table[word->msr].name, digits,
	       word->allowed0, digits, word->allowed1);
	if (word->p->usable)
		printf("; Lintel: 0x%0*llx", digits, word->p->config.ctl[word->number]);
	putchar('\n');
}

static void print_word(const struct processor *p, enum ctl_word number)
{
	struct word word = {.p = p, .number = number, .msr = feature_control_msr(&p->raw, number)};
	unsigned int width = ctl_word_table[number].wide ? 64 : 32;

	if (word.msr == CAP_MSRS) {
		printf("%s%s controls%s: %s\n", colour(COLOUR_BOLD), ctl_word_table[number].name,
		       colour(COLOUR_NONE), absence(p, ctl_word_table[number].msr));
		return;
	}
	word.allowed0 = feature_allowed0(&p->raw, number, word.msr);
	word.allowed1 = feature_allowed1(&p->raw, number, word.msr);
	word.unknown0 = feature_unknown0(&p->raw, number, word.msr);
	word.unknown1 = feature_unknown1(&p->raw, number, word.msr);
	print_word_values(&word);
	printf("    bit  %-40s %-10s %-14s got\n", "control", "processor", "Lintel asks");
	for (unsigned int bit = 0; bit < width;) {
		const struct ctl_bit *row = ctl_find(number, bit);

		if (!row) {
			bit = print_unnamed(&word, bit, width);
			continue;
		}
		print_control(&word, row);
		bit++;
	}
}

/* --- the whole ------------------------------------------------------------- */

static void print_advice(const struct processor *p)
{
	json_t *list = advice_on(p, p->live);

	if (json_array_size(list))
		puts("what can be done:");
	for (size_t i = 0; i < json_array_size(list); i++)
		paragraph_print(NULL, "%s", json_string_value(json_array_get(list, i)));
	json_decref(list);
}

void caps_print_verdict(const struct processor *p)
{
	const char *title = processor_title(p);
	enum colour bad = COLOUR_BAD;

	printf("%s%-7s%s  %s%s%s\n",
	       colour(p->usable	   ? COLOUR_GOOD
		      : p->unknown ? COLOUR_WARNING
				   : COLOUR_BAD),
	       processor_verdict(p), colour(COLOUR_NONE), p->source, title ? "  " : "",
	       title ? title : "");
	if (p->unknown)
		puts("  the text names what the processor has, and has not all that decides: "
		     "lintel "
		     "record writes the values");
	cap_describe_problems(&p->report, print_line, &bad);
}

void caps_print(const struct processor *p)
{
	enum colour plain = COLOUR_NONE;
	const char *title = processor_title(p);

	printf("%s%s%s%s%s\n", colour(COLOUR_BOLD), p->source, title ? ": " : "",
	       title ? title : "", colour(COLOUR_NONE));
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (is_control(msr))
			print_msr(p, msr);
		else
			print_plain_msr(p, msr);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		print_word(p, word);
	if (p->report.notes || p->report.dropped_notes)
		puts("notes:");
	cap_describe_notes(&p->report, print_line, &plain);
	caps_print_verdict(p);
	print_advice(p);
}
