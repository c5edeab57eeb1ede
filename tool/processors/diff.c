// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel diff`: what two processors do not have in common, MSR by MSR, by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/capability_field.h"
#include "tool/colour.h"
#include "tool/command.h"
#include "feature_bits.h"
#include "names.h"
#include "tool/processor/feature.h"
#include "tool/json.h"
#include "tool/processor/processor_list.h"
#include "tool/processor/register_bits.h"

enum { OPTION_NAMES = 256 };

static const struct option options[] = {
	{"names", required_argument, NULL, OPTION_NAMES},
	COMMAND_OPTIONS,
	{0},
};

#define VALUE_MAX 24

struct difference {
	int msr;		   /* its index; -1: it is CPUID's */
	const char *register_name; /* of the MSR, or where in CPUID */
	unsigned int hi_bit, lo_bit;
	const char *name;		 /* NULL: it has none */
	char a[VALUE_MAX], b[VALUE_MAX]; /* "": it is not there */
};

struct differences {
	const struct vmx_cap_msrs *a, *b;
	enum name_set names;
	unsigned int open[CAP_MSRS]; /* bits that one does not tell, and so were not compared */
	size_t count, room;
	struct difference *list;
};

static struct difference *add(struct differences *d, enum cap_msr msr, unsigned int hi_bit,
			      unsigned int lo_bit, const char *name)
{
	struct difference *entry;

	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 32;
		d->list = realloc(d->list, d->room * sizeof(*d->list));
		if (!d->list)
			command_fail("out of memory");
	}
	entry = &d->list[d->count++];
	*entry = (struct difference){.msr = (int)cap_msr_table[msr].index,
				     .register_name = cap_msr_table[msr].name,
				     .hi_bit = hi_bit,
				     .lo_bit = lo_bit,
				     .name = name};
	return entry;
}

/* Is any of these bits one that one of them does not tell?  Then they are counted as such. */
static bool is_open(struct differences *d, enum cap_msr msr, unsigned int hi_bit,
		    unsigned int lo_bit)
{
	u64 unknown = cap_bits(d->a->unknown[msr] | d->b->unknown[msr], hi_bit, lo_bit);

	d->open[msr] += unknown ? hi_bit - lo_bit + 1 : 0;
	return unknown;
}

static void format_whole(char text[VALUE_MAX], const struct vmx_cap_msrs *raw, enum cap_msr msr)
{
	if (cap_msr_present(raw, msr))
		snprintf(text, VALUE_MAX, "0x%016llx", raw->value[msr]);
}

static void compare_presence(struct differences *d, enum cap_msr msr)
{
	struct difference *entry;

	if (is_open(d, msr, 63, 0))
		return;
	entry = add(d, msr, 63, 0, cap_msr_table[msr].name);
	format_whole(entry->a, d->a, msr);
	format_whole(entry->b, d->b, msr);
}

static void compare_bits(struct differences *d, enum cap_msr msr, unsigned int hi_bit,
			 unsigned int lo_bit, const char *name)
{
	u64 a = cap_bits(d->a->value[msr], hi_bit, lo_bit);
	u64 b = cap_bits(d->b->value[msr], hi_bit, lo_bit);
	const char *format = hi_bit - lo_bit > 7 ? "0x%llx" : "%llu";
	struct difference *entry;

	if (is_open(d, msr, hi_bit, lo_bit) || a == b)
		return;
	if (hi_bit == lo_bit)
		name = names_capability(d->names, msr, lo_bit, name);
	entry = add(d, msr, hi_bit, lo_bit, name);
	snprintf(entry->a, VALUE_MAX, format, a);
	snprintf(entry->b, VALUE_MAX, format, b);
}

static bool is_bit_list(enum cap_msr msr)
{
	return register_bit_name(msr, 0) != NULL;
}

/* The fields that have a name, then the bits that are in none of them. */
static void compare_fields(struct differences *d, enum cap_msr msr)
{
	u64 named = is_bit_list(msr) ? 0 : cap_field_mask(msr);

	for (size_t i = 0; named && i < cap_field_count; i++)
		if (cap_field_table[i].msr == msr)
			compare_bits(d, msr, cap_field_table[i].hi_bit, cap_field_table[i].lo_bit,
				     cap_field_table[i].name);
	for (unsigned int bit = 0; bit < 64; bit++)
		if (!(named >> bit & 1))
			compare_bits(d, msr, bit, bit, register_bit_name(msr, bit));
}

/* The word that this MSR says the settings of, or CTL_WORDS. */
static enum ctl_word word_of(enum cap_msr msr)
{
	enum ctl_word word = 0;

	while (word < CTL_WORDS && ctl_word_table[word].msr != msr &&
	       ctl_word_table[word].true_msr != msr)
		word++;
	return word;
}

static const char free_[] = "free", fixed_0[] = "fixed 0", fixed_1[] = "fixed 1",
		  neither[] = "neither", may_be_1[] = "may be 1", not_known[] = "";

static const char *setting(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr,
			   unsigned int bit)
{
	bool can_be_1 = feature_allowed1(raw, word, msr) >> bit & 1;
	bool can_be_0 = !(feature_allowed0(raw, word, msr) >> bit & 1);

	if (feature_unknown1(raw, word, msr) >> bit & 1)
		return not_known;
	if (feature_unknown0(raw, word, msr) >> bit & 1)
		return can_be_1 ? may_be_1 : fixed_0;
	if (can_be_0 == can_be_1)
		return can_be_0 ? free_ : neither;
	return can_be_0 ? fixed_0 : fixed_1;
}

/* Where there are TRUE MSRs, of the plain ones only that which those do not say too. */
static bool said_by_true(const struct differences *d, enum ctl_word word, enum cap_msr msr,
			 unsigned int bit)
{
	enum cap_msr exact = ctl_word_table[word].true_msr;

	return exact != msr && cap_msr_present(d->a, exact) && cap_msr_present(d->b, exact) &&
	       setting(d->a, word, msr, bit) == setting(d->a, word, exact, bit) &&
	       setting(d->b, word, msr, bit) == setting(d->b, word, exact, bit);
}

/* What is known of two settings leaves it open whether they are the same. */
static bool is_setting_open(const char *a, const char *b)
{
	return a == not_known || b == not_known || (a == may_be_1 && b != fixed_0) ||
	       (b == may_be_1 && a != fixed_0);
}

static void compare_controls(struct differences *d, enum cap_msr msr, enum ctl_word word)
{
	for (unsigned int bit = 0; bit < (ctl_word_table[word].wide ? 64 : 32); bit++) {
		const struct ctl_bit *row = ctl_find(word, bit);
		const char *a = setting(d->a, word, msr, bit), *b = setting(d->b, word, msr, bit);
		struct difference *entry;

		if (is_setting_open(a, b)) {
			d->open[msr]++;
			continue;
		}
		if (a == b || said_by_true(d, word, msr, bit))
			continue;
		entry = add(d, msr, bit, bit,
			    names_control(d->names, word, bit, row ? row->name : NULL));
		strcpy(entry->a, a);
		strcpy(entry->b, b);
	}
}

static void compare(struct differences *d)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		bool a = cap_msr_present(d->a, msr), b = cap_msr_present(d->b, msr);

		if (a != b)
			compare_presence(d, msr);
		else if (a && word_of(msr) < CTL_WORDS)
			compare_controls(d, msr, word_of(msr));
		else if (a)
			compare_fields(d, msr);
		else
			is_open(d, msr, 63, 0);
	}
}

/* Bits of CPUID and of feature MSRs, where both have them. */
static void compare_features(struct differences *d, const struct processor *pair)
{
	for (unsigned int i = 0; i < feature_word_count(); i++) {
		struct feature_word word = feature_word_at(i);
		u64 a, b;

		if (!feature_word_value(&pair[0], i, &a) || !feature_word_value(&pair[1], i, &b))
			continue;
		for (unsigned int bit = 0; bit < word.width; bit++) {
			struct difference *entry;

			if (!((a ^ b) >> bit & 1))
				continue;
			entry = add(d, 0, bit, bit, feature_bit_name(i, bit));
			entry->msr = word.msr;
			entry->register_name = word.name;
			snprintf(entry->a, VALUE_MAX, "%llu", a >> bit & 1);
			snprintf(entry->b, VALUE_MAX, "%llu", b >> bit & 1);
		}
	}
}

static bool has_features(const struct processor *p)
{
	return p->more.cpuids || p->more.present;
}

static void print_side(const char *letter, const struct processor *p)
{
	const char *title = processor_title(p);

	printf("%s: %s%s%s (%s)\n", letter, p->source, title ? "  " : "", title ? title : "",
	       processor_verdict(p));
}

static const char *or_absent(const char *value)
{
	return *value ? value : "not there";
}

static void print_register(const struct difference *entry)
{
	fputs(colour(COLOUR_BOLD), stdout);
	if (entry->msr >= 0)
		printf("0x%03x ", (unsigned int)entry->msr);
	printf("%s%s\n", entry->register_name, colour(COLOUR_NONE));
}

static bool is_any_open(const struct differences *d)
{
	unsigned int open = 0;

	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		open += d->open[msr];
	return open;
}

static void print_text(const struct differences *d)
{
	char bits[16];

	for (size_t i = 0; i < d->count; i++) {
		const struct difference *entry = &d->list[i];

		if (i == 0 || entry[-1].register_name != entry->register_name)
			print_register(entry);
		snprintf(bits, sizeof(bits), entry->hi_bit == entry->lo_bit ? "%u" : "%u:%u",
			 entry->hi_bit, entry->lo_bit);
		printf("  %5s  %-44s A: %-18s  B: %s\n", bits,
		       entry->name ? entry->name : "(no name)", or_absent(entry->a),
		       or_absent(entry->b));
	}
	if (!d->count)
		puts("no difference");
	if (is_any_open(d))
		fputs("not compared, as one of them does not tell (how many bits of which MSR):",
		      stdout);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (d->open[msr])
			printf(" %u of 0x%x", d->open[msr], cap_msr_table[msr].index);
	if (is_any_open(d))
		putchar('\n');
}

static json_t *side_json(const struct processor *p)
{
	return json_pack("{so,so,ss}", "source", json_text(p->source), "cpu",
			 json_text(processor_title(p)), "verdict", processor_verdict(p));
}

static json_t *difference_json(const struct difference *entry)
{
	char bits[16];

	snprintf(bits, sizeof(bits), entry->hi_bit == entry->lo_bit ? "%u" : "%u:%u", entry->hi_bit,
		 entry->lo_bit);
	return json_pack("{so,ss,ss,so,so,so}", "msr",
			 entry->msr < 0 ? json_null() : json_hex((unsigned int)entry->msr, 0),
			 "register", entry->register_name, "bits", bits, "name",
			 json_text(entry->name), "a", json_text(*entry->a ? entry->a : NULL), "b",
			 json_text(*entry->b ? entry->b : NULL));
}

static void print_json(const struct differences *d, const struct processor *pair)
{
	json_t *list = json_array(), *open = json_array();

	for (size_t i = 0; i < d->count; i++)
		json_array_append_new(list, difference_json(&d->list[i]));
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (d->open[msr])
			json_array_append_new(open, json_pack("{so,si}", "msr",
							      json_hex(cap_msr_table[msr].index, 0),
							      "bits", (int)d->open[msr]));
	json_print(json_pack("{so,so,so,so}", "a", side_json(&pair[0]), "b", side_json(&pair[1]),
			     "differences", list, "not_compared", open));
}

static int diff_main(const struct command *command, int argc, char **argv)
{
	struct processors processors = {0};
	struct differences d = {0};
	bool json = false;

	while (command_option(command, argc, argv, &json) != -1)
		d.names = names_parse(command, optarg);
	if (argc - optind < 1 || argc - optind > 2)
		command_fail_usage(command, "two recordings are needed, or one of two processors");
	processors_add_files(&processors, argv + optind);
	if (processors.count != 2)
		command_fail("diff: two processors are needed, and here are %zu", processors.count);
	d.a = &processors.list[0].raw;
	d.b = &processors.list[1].raw;
	compare(&d);
	compare_features(&d, processors.list);
	if (json) {
		print_json(&d, processors.list);
	} else {
		print_side("A", &processors.list[0]);
		print_side("B", &processors.list[1]);
		print_text(&d);
		if (has_features(&processors.list[0]) != has_features(&processors.list[1]))
			puts("CPUID and feature MSRs: recorded of one of them only, not compared");
	}
	return d.count ? COMMAND_NO : is_any_open(&d) ? COMMAND_OPEN : COMMAND_FINE;
}

const struct command diff_command = {
	.name = "diff",
	.summary = "what differs in the VT-x of two processors",
	.main = diff_main,
	.options = options,
	.help = "usage: lintel diff [OPTIONS] A B\n"
		"\n"
		"Shows what differs between the VMX capabilities of two recorded processors, and "
		"only\n"
		"that: controls and fields by name, bits of CR0 and CR4, and the value of a bit "
		"that\n"
		"has no name.  A and B are recordings of one processor; one file of two will do "
		"too.\n"
		"- is the standard input.\n"
		"\n"
		"A control is \"free\", \"fixed 0\" or \"fixed 1\".  An MSR that one of them lacks "
		"is\n"
		"\"not there\".\n"
		"\n"
		"CPUID, IA32_CORE_CAPABILITIES, IA32_ARCH_CAPABILITIES and IA32_MISC_ENABLE are "
		"compared\n"
		"where both recordings have them.\n"
		"\n"
		"Options:\n" NAMES_HELP "  --json         as JSON (docs/tool.md)\n"
		"  --help         this text\n"
		"\n"
		"Exit status: 0 they do not differ; 1 they differ; 2 bad input or usage; 3 they do "
		"not\n"
		"differ in what both tell.\n"
		"\n"
		"Examples:\n"
		"  lintel diff old.msr new.msr\n"
		"  lintel record | lintel diff data/cpus/Skylake_00506E3.msr -\n",
};
