// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel compat`: what several processors share, and which of them holds a feature back.
 */
#include <stdio.h>
#include <string.h>

#include "cap/describe.h"
#include "facts/capability_field.h"
#include "caps.h"
#include "feature_bits.h"
#include "names.h"
#include "tool/colour.h"
#include "tool/command.h"
#include "tool/processor/feature.h"
#include "tool/processor/register_bits.h"
#include "shared.h"

enum { OPTION_NAMES = 256, OPTION_QEMU, OPTION_LIBVIRT, OPTION_VERSION };

static const struct option options[] = {
	{"names", required_argument, NULL, OPTION_NAMES},
	{"qemu", no_argument, NULL, OPTION_QEMU},
	{"libvirt", no_argument, NULL, OPTION_LIBVIRT},
	{"qemu-version", required_argument, NULL, OPTION_VERSION},
	COMMAND_OPTIONS,
	{0},
};

/* In text no more names than this stand in a line; in JSON there are all. */
#define NAMES_MAX 6

/* Something that a processor has, as a bit of an MSR, or has not. */
struct asset {
	enum ctl_word word; /* CTL_WORDS: not a control */
	bool setting;	    /* of a control: the setting in question */
	enum cap_msr msr;   /* of what is no control */
	unsigned int bit;   /* of the word, or of the MSR */
	bool is_feature;    /* of CPUID or of a feature MSR: `feature' is its word */
	unsigned int feature;
	const char *group; /* what the name is one of */
	const char *name;  /* the SDM's */
};

static enum name_set names;

/* In the words that were asked for. */
static const char *asset_name(const struct asset *asset)
{
	if (asset->is_feature)
		return asset->name;
	if (asset->word < CTL_WORDS)
		return names_control(names, asset->word, asset->bit, asset->name);
	return names_capability(names, asset->msr, asset->bit, asset->name);
}

static enum answer has_asset(const struct processor *p, const struct asset *asset)
{
	enum cap_msr msr = asset->msr;
	u64 has, unknown;

	if (asset->is_feature) {
		if (!feature_word_value(p, asset->feature, &has))
			return ANSWER_UNKNOWN;
		return has >> asset->bit & 1 ? ANSWER_YES : ANSWER_NO;
	}
	if (asset->word < CTL_WORDS)
		msr = feature_control_msr(&p->raw, asset->word);
	if (msr == CAP_MSRS || !cap_msr_present(&p->raw, msr))
		return ANSWER_UNKNOWN;
	if (asset->word == CTL_WORDS) {
		has = p->raw.value[msr];
		unknown = p->raw.unknown[msr];
	} else if (asset->setting) {
		has = feature_allowed1(&p->raw, asset->word, msr);
		unknown = feature_unknown1(&p->raw, asset->word, msr);
	} else {
		has = ~feature_allowed0(&p->raw, asset->word, msr);
		unknown = feature_unknown0(&p->raw, asset->word, msr);
	}
	if (unknown >> asset->bit & 1)
		return ANSWER_UNKNOWN;
	return has >> asset->bit & 1 ? ANSWER_YES : ANSWER_NO;
}

/* Some have it, others not. */
static bool is_held_back(const struct processors *processors, const struct asset *asset)
{
	size_t have = 0;

	for (size_t i = 0; i < processors->count; i++)
		have += has_asset(&processors->list[i], asset) == ANSWER_YES;
	return have && have < processors->count;
}

typedef void (*asset_fn)(void *ctx, const struct asset *asset);

static void visit_controls(asset_fn visit, void *ctx)
{
	struct asset asset = {0};

	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		asset.word = row->word;
		asset.bit = row->bit;
		asset.group = ctl_word_table[row->word].name;
		asset.name = row->name;
		asset.setting = true;
		visit(ctx, &asset);
		asset.setting = false;
		visit(ctx, &asset);
	}
}

/* Flags of the MSRs; one that is a limit is no asset, nor is a number. */
static void visit_flags(asset_fn visit, void *ctx)
{
	struct asset asset = {.word = CTL_WORDS};

	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->hi_bit != field->lo_bit ||
		    (field->msr == CAP_BASIC && field->lo_bit == 48))
			continue;
		asset.msr = field->msr;
		asset.bit = field->lo_bit;
		asset.group = cap_msr_table[field->msr].name;
		asset.name = field->name;
		visit(ctx, &asset);
	}
}

static void visit_register_bits(asset_fn visit, void *ctx)
{
	static const enum cap_msr msrs[] = {CAP_CR0_FIXED1, CAP_CR4_FIXED1, CAP_VMFUNC};
	struct asset asset = {.word = CTL_WORDS};

	for (size_t i = 0; i < COUNT_OF(msrs); i++)
		for (asset.bit = 0; asset.bit < 64; asset.bit++) {
			asset.msr = msrs[i];
			asset.name = register_bit_name(msrs[i], asset.bit);
			asset.group = cap_msr_table[msrs[i]].name;
			if (asset.name)
				visit(ctx, &asset);
		}
}

static void visit_features(asset_fn visit, void *ctx)
{
	struct asset asset = {.word = CTL_WORDS, .is_feature = true};

	for (asset.feature = 0; asset.feature < feature_word_count(); asset.feature++) {
		struct feature_word word = feature_word_at(asset.feature);

		asset.group = word.name;
		for (asset.bit = 0; asset.bit < word.width; asset.bit++) {
			asset.name = feature_bit_name(asset.feature, asset.bit);
			if (asset.name)
				visit(ctx, &asset);
		}
	}
}

static void visit_vmx_assets(asset_fn visit, void *ctx)
{
	visit_controls(visit, ctx);
	visit_flags(visit, ctx);
	visit_register_bits(visit, ctx);
}

static void visit_assets(asset_fn visit, void *ctx)
{
	visit_vmx_assets(visit, ctx);
	visit_features(visit, ctx);
}

/* --- what QEMU and libvirt have to turn off --------------------------------------------------- */

/* A version is major * 1000 + minor; 0: the newest. */
static unsigned int qemu_version;

static const struct {
	const char *name;
	unsigned int lacks; /* the newest version that was seen without it */
} newer_names[] = {
#define QEMU_NAME(name, major, minor) {name, (major)*1000 + (minor)},
#include "facts/qemu_name_list.h"
};

/* "7.2", and what may follow: "7.2.22". */
static unsigned int parse_version(const struct command *command, const char *text)
{
	unsigned int major, minor;

	if (sscanf(text, "%3u.%3u", &major, &minor) != 2)
		command_fail_usage(command, "--qemu-version %s: as 7.2 is needed", text);
	return major * 1000 + minor;
}

/* Such a QEMU offers no guest what it has no name for. */
static bool is_unknown_to_qemu(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(newer_names); i++)
		if (!strcmp(newer_names[i].name, name))
			return qemu_version && qemu_version <= newer_names[i].lacks;
	return false;
}

struct flags_walk {
	const struct processors *processors;
	json_t *list;
	const struct processor *silent; /* one that is told of in part, and not of all names */
	const char *missing;		/* of which */
};

static bool has_text(json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), text))
			return true;
	return false;
}

/* QEMU's name, where it stands for this setting; one may stand for two bits. */
static void add_flag(void *ctx, const struct asset *asset)
{
	struct flags_walk *walk = ctx;
	bool control = asset->word < CTL_WORDS;
	const struct alias *alias = alias_find(
		ALIAS_QEMU, control ? ALIAS_OF_CONTROL : ALIAS_OF_CAPABILITY,
		control ? (unsigned int)asset->word : (unsigned int)asset->msr, asset->bit);

	if (!alias || !is_held_back(walk->processors, asset) ||
	    (control && alias->setting != asset->setting) || has_text(walk->list, alias->name) ||
	    is_unknown_to_qemu(alias->name))
		return;
	for (size_t i = 0; i < walk->processors->count && !walk->silent; i++) {
		const struct processor *p = &walk->processors->list[i];

		if (p->unknown && has_asset(p, asset) == ANSWER_UNKNOWN) {
			walk->silent = p;
			walk->missing = alias->name;
		}
	}
	json_array_append_new(walk->list, json_string(alias->name));
}

static struct flags_walk find_flags(const struct processors *processors)
{
	struct flags_walk walk = {.processors = processors, .list = json_array()};

	visit_vmx_assets(add_flag, &walk);
	return walk;
}

/* null where what is known does not tell all of them. */
static json_t *flags_json(const struct processors *processors)
{
	struct flags_walk walk = find_flags(processors);

	if (!walk.silent)
		return walk.list;
	json_decref(walk.list);
	return json_null();
}

/* The names; ends the process where what is known does not tell all of them. */
static json_t *qemu_flags(const struct processors *processors)
{
	struct flags_walk walk = find_flags(processors);

	if (walk.silent)
		command_fail("%s: it is not told whether this processor has %s: lintel record "
			     "writes all it has",
			     walk.silent->source, walk.missing);
	return walk.list;
}

static void print_qemu(const struct processors *processors)
{
	json_t *list = qemu_flags(processors);

	fputs("-cpu host", stdout);
	for (size_t i = 0; i < json_array_size(list); i++)
		printf(",-%s", json_string_value(json_array_get(list, i)));
	putchar('\n');
	json_decref(list);
}

static void print_libvirt(const struct processors *processors)
{
	json_t *list = qemu_flags(processors);

	puts("<cpu mode='host-model'>");
	for (size_t i = 0; i < json_array_size(list); i++)
		printf("  <feature policy='disable' name='%s'/>\n",
		       json_string_value(json_array_get(list, i)));
	puts("</cpu>");
	json_decref(list);
}

/* --- text ------------------------------------------------------------------- */

static void print_holders(const struct processors *processors, const struct asset *asset)
{
	size_t count = 0;

	for (size_t i = 0; i < processors->count; i++) {
		const struct processor *p = &processors->list[i];
		enum answer answer = has_asset(p, asset);

		if (answer == ANSWER_YES || count++ >= NAMES_MAX)
			continue;
		printf("%s%s%s", count > 1 ? ", " : "", p->source,
		       answer == ANSWER_UNKNOWN ? " (not known)" : "");
		if (p->label)
			printf(" [%s]", p->label);
	}
	if (count > NAMES_MAX)
		printf(" and %zu more", count - NAMES_MAX);
	putchar('\n');
}

struct text_walk {
	const struct processors *processors;
	size_t count;
};

static void print_asset(void *ctx, const struct asset *asset)
{
	struct text_walk *walk = ctx;

	if (!is_held_back(walk->processors, asset))
		return;
	walk->count++;
	printf("  %s, bit %u, %s%s%s", asset->group, asset->bit, colour(COLOUR_BOLD),
	       asset_name(asset), colour(COLOUR_NONE));
	printf("%s: not on ", asset->word == CTL_WORDS || asset->setting ? "" : " = 0");
	print_holders(walk->processors, asset);
}

static void print_words(const struct processor *shared)
{
	puts("control words that all of them can run:");
	for (enum ctl_word word = 0; word < CTL_WORDS; word++) {
		enum cap_msr msr = feature_control_msr(&shared->raw, word);
		int digits = ctl_word_table[word].wide ? 16 : 8;

		printf("  %-26s ", ctl_word_table[word].name);
		if (msr == CAP_MSRS) {
			puts("not on all");
			continue;
		}
		printf("fixed to 1 0x%0*llx, may be 1 0x%0*llx", digits,
		       feature_allowed0(&shared->raw, word, msr), digits,
		       feature_allowed1(&shared->raw, word, msr));
		if (shared->usable)
			printf("; Lintel: 0x%0*llx", digits, shared->config.ctl[word]);
		putchar('\n');
	}
}

static void print_features(const struct processor *shared)
{
	fputs("features of all of them:", stdout);
	for (size_t i = 0; i < feature_count; i++)
		if (feature_offered(&shared->raw, &feature_table[i]) == ANSWER_YES)
			printf(" %s", feature_table[i].key);
	putchar('\n');
}

static void print_problem(void *ctx, const char *line)
{
	printf("  %s\n", line);
}

static const struct {
	enum colour colour;
	const char *words;
} conclusions[] = {
	[COMMAND_FINE] = {COLOUR_GOOD, "compatible: a VM may run on all of them"},
	[COMMAND_NO] = {COLOUR_BAD, "incompatible: not all of them can run Lintel"},
	[COMMAND_OPEN] = {COLOUR_WARNING, "it is not known of all of them whether they are "
					  "compatible"},
};

static void print_text(struct processors *processors, const struct processor *shared, int status)
{
	struct text_walk walk = {processors, 0};

	for (size_t i = 0; i < processors->count; i++)
		caps_print_verdict(&processors->list[i]);
	print_words(shared);
	print_features(shared);
	puts("held back:");
	visit_assets(print_asset, &walk);
	if (!walk.count)
		puts("  nothing");
	printf("%s%s%s\n", colour(conclusions[status].colour), conclusions[status].words,
	       colour(COLOUR_NONE));
	if (!shared->usable)
		cap_describe_problems(&shared->report, print_problem, NULL);
}

/* --- JSON ------------------------------------------------------------------- */

struct json_walk {
	const struct processors *processors;
	json_t *list;
};

static json_t *holders_json(const struct processors *processors, const struct asset *asset,
			    enum answer answer)
{
	json_t *list = json_array();

	for (size_t i = 0; i < processors->count; i++)
		if (has_asset(&processors->list[i], asset) == answer)
			json_array_append_new(list, json_text(processors->list[i].source));
	return list;
}

static void add_asset(void *ctx, const struct asset *asset)
{
	struct json_walk *walk = ctx;
	bool control = asset->word < CTL_WORDS;

	if (!is_held_back(walk->processors, asset))
		return;
	json_array_append_new(
		walk->list,
		json_pack("{ss,si,ss,so,so,so}", "in", asset->group, "bit", (int)asset->bit, "name",
			  asset_name(asset), "setting",
			  control ? json_integer(asset->setting) : json_null(), "held_back_by",
			  holders_json(walk->processors, asset, ANSWER_NO), "not_known_of",
			  holders_json(walk->processors, asset, ANSWER_UNKNOWN)));
}

static void print_json(struct processors *processors, const struct processor *shared, int status)
{
	struct json_walk walk = {processors, json_array()};
	json_t *machines = json_array();

	for (size_t i = 0; i < processors->count; i++) {
		const struct processor *p = &processors->list[i];

		json_array_append_new(machines,
				      json_pack("{so,so,ss}", "source", json_text(p->source), "cpu",
						json_text(processor_title(p)), "verdict",
						processor_verdict(p)));
	}
	visit_assets(add_asset, &walk);
	json_print(json_pack("{so,so,so,so,so}", "compatible",
			     status == COMMAND_OPEN ? json_null()
						    : json_boolean(status == COMMAND_FINE),
			     "processors", machines, "shared", caps_json(shared), "held_back",
			     walk.list, "qemu_off", flags_json(processors)));
}

/* -------------------------------------------------------------------------- */

static int compat_main(const struct command *command, int argc, char **argv)
{
	struct processors processors = {0}, result = {0};
	static struct processor values = {.source = "shared"};
	int option, form = 0, status;
	bool json = false;

	while ((option = command_option(command, argc, argv, &json)) != -1)
		if (option == OPTION_NAMES)
			names = names_parse(command, optarg);
		else if (option == OPTION_VERSION)
			qemu_version = parse_version(command, optarg);
		else
			form = option;
	if (json && form)
		command_fail_usage(command, "either --json or the words of QEMU or libvirt");
	if (optind == argc)
		command_fail_usage(command, "at least one recording is needed");
	processors_add_files(&processors, argv + optind);
	shared_values(&processors, &values.raw);
	processors_add(&result, &values);
	status = processors_status(&processors);
	if (status != COMMAND_NO && !result.list[0].usable)
		status = processors_status(&result);
	if (json)
		print_json(&processors, &result.list[0], status);
	else if (form == OPTION_QEMU)
		print_qemu(&processors);
	else if (form == OPTION_LIBVIRT)
		print_libvirt(&processors);
	else
		print_text(&processors, &result.list[0], status);
	return status;
}

const struct command compat_command = {
	.name = "compat",
	.summary = "what several processors share, for VMs that move between them",
	.main = compat_main,
	.options = options,
	.help = "usage: lintel compat [OPTIONS] FILE...\n"
		"\n"
		"Shows what the recorded processors in FILEs have in common: the control words "
		"and\n"
		"features that a VM may use to run on, and move between, all of them.  Then what "
		"only\n"
		"some have, and which of them hold it back.  - is the standard input.\n"
		"\n"
		"They are compatible if Lintel can use each of them, and also a processor that "
		"has\n"
		"only what they share.\n"
		"\n"
		"With --qemu or --libvirt: what has to be turned off where nested VMX is offered, "
		"so\n"
		"that guests see the same VMX on all of them.  Other features of CPUID that "
		"differ\n"
		"are those of the CPU model.\n"
		"\n"
		"Options:\n" NAMES_HELP "  --qemu         the -cpu option of QEMU\n"
		"  --libvirt      the <cpu> element of a domain of libvirt\n"
		"  --qemu-version VERSION  without names that this QEMU (7.2, 10.0) does not know, "
		"and\n"
		"                 so takes for errors; such a QEMU offers no guest what they stand "
		"for\n"
		"  --json         as JSON (docs/tool.md), with all names\n"
		"  --help         this text\n"
		"\n"
		"Exit status: 0 compatible; 1 one is refused, or what they share is not enough;\n"
		"2 bad input or usage; 3 it is not known of all of them.\n"
		"\n"
		"Examples:\n"
		"  lintel compat host1.msr host2.msr host3.msr\n"
		"  lintel compat --qemu host*.msr\n"
		"  lintel compat --qemu --qemu-version 7.2 host*.msr\n"
		"  lintel compat --json *.msr | jq -r '.held_back[] | \"\\(.name): "
		"\\(.held_back_by[])\"'\n",
};
