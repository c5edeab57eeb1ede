// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel doctor`: one page about this machine: what virtual machines run on here, and which
 * programs would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm_probe.h"
#include "tool/colour.h"
#include "tool/command.h"
#include "tool/json.h"
#include "tool/paragraph.h"

enum { OPTION_DEVICE = 256, OPTION_ROOT };

static const struct option options[] = {
	{"device", required_argument, NULL, OPTION_DEVICE},
	{"root", required_argument, NULL, OPTION_ROOT},
	COMMAND_OPTIONS,
	{0},
};

/* --- programs ---------------------------------------------------------------- */

/* Does this program start, as far as its needs are met?  tell gets each that is not. */
static bool starts(const struct kvm_probe *probe, const struct vmm_program_info *program,
		   void (*tell)(void *to, const struct vmm_need *need), void *to)
{
	bool all = true;

	for (size_t i = 0; i < vmm_need_count; i++) {
		const struct vmm_need *need = &vmm_need_table[i];

		if (!(need->programs & program->program) || kvm_probe_meets(probe, need))
			continue;
		all = false;
		tell(to, need);
	}
	return all;
}

static const char *const kinds[] = {
	[NEED_CAPABILITY] = "capability",
	[NEED_LEAF] = "CPUID",
	[NEED_BIT] = "CPUID",
	[NEED_LISTED] = "MSR that is listed",
	[NEED_SETTABLE] = "MSR that can be set",
};

static void add_text(void *to, const struct vmm_need *need)
{
	FILE *words = to;

	fprintf(words, "%s%s (%s)", ftell(words) ? ", " : "", need->words, kinds[need->kind]);
}

static void print_program(const struct kvm_probe *probe, const struct vmm_program_info *program)
{
	char *words;
	size_t size;
	FILE *to = open_memstream(&words, &size);
	bool fine;

	if (!to)
		command_fail("out of memory");
	fine = starts(probe, program, add_text, to);
	fclose(to);
	paragraph_print_in(fine ? COLOUR_GOOD : COLOUR_BAD, fine ? "ok" : "no", "%s %s%s%s",
			   program->name, program->version, fine ? "" : " misses ", words);
	free(words);
}

static void print_programs(const struct kvm_probe *probe)
{
	puts("programs that would start");
	for (size_t i = 0; i < vmm_program_count; i++)
		print_program(probe, &vmm_program_table[i]);
}

static void add_json(void *to, const struct vmm_need *need)
{
	json_array_append_new(
		to, json_pack("{s:s, s:s}", "kind", kinds[need->kind], "name", need->words));
}

static json_t *programs_json(const struct kvm_probe *probe)
{
	json_t *list = json_array();

	for (size_t i = 0; i < vmm_program_count; i++) {
		const struct vmm_program_info *program = &vmm_program_table[i];
		json_t *missing = json_array();
		bool fine = starts(probe, program, add_json, missing);

		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}", "program",
						      program->name, "version", program->version,
						      "starts", fine, "misses", missing));
	}
	return list;
}

/* --- findings ---------------------------------------------------------------- */

static void print_finding(const struct finding *finding)
{
	static const struct {
		const char *word;
		enum colour colour;
	} looks[] = {
		[FINDING_FINE] = {"ok", COLOUR_GOOD},
		[FINDING_WARNING] = {"look", COLOUR_WARNING},
		[FINDING_BAD] = {"no", COLOUR_BAD},
		[FINDING_UNKNOWN] = {"?", COLOUR_WARNING},
	};

	paragraph_print_in(looks[finding->state].colour, looks[finding->state].word, "%s: %s",
			   finding->what, finding->text);
	if (finding->advice)
		paragraph_print("", "%s", finding->advice);
}

static void print_findings(const struct doctor *doctor)
{
	const char *section = "";

	for (size_t i = 0; i < doctor->count; i++) {
		if (strcmp(section, doctor->list[i].section)) {
			section = doctor->list[i].section;
			printf("%s%s%s\n", colour(COLOUR_BOLD), section, colour(COLOUR_NONE));
		}
		print_finding(&doctor->list[i]);
	}
}

static json_t *findings_json(const struct doctor *doctor)
{
	json_t *list = json_array();

	for (size_t i = 0; i < doctor->count; i++) {
		const struct finding *finding = &doctor->list[i];

		json_array_append_new(
			list, json_pack("{s:s, s:o, s:s, s:o, s:s?}", "section", finding->section,
					"what", json_text(finding->what), "state",
					finding_state_name(finding->state), "text",
					json_text(finding->text), "advice", finding->advice));
	}
	return list;
}

/* --- the command ------------------------------------------------------------- */

static void parse(const struct command *command, int argc, char **argv, struct doctor *doctor,
		  bool *json)
{
	int option;

	while ((option = command_option(command, argc, argv, json)) != -1) {
		if (option == OPTION_DEVICE)
			doctor->device = optarg;
		else
			doctor->root = optarg;
	}
	if (optind < argc)
		command_fail_usage(command, "%s: no word is expected", argv[optind]);
}

/* gives: whether there is a KVM whose programs can be told. */
static bool look(struct doctor *doctor, struct kvm_probe *probe)
{
	doctor_look_at_processor(doctor);
	doctor_look_at_firmware(doctor);
	doctor_look_at_system(doctor);
	doctor_look_at_weaknesses(doctor);
	kvm_probe_open(probe, doctor);
	if (probe->device < 0)
		return false;
	kvm_probe_run(probe, doctor);
	return kvm_probe_prepare(probe, doctor);
}

static int doctor_main(const struct command *command, int argc, char **argv)
{
	struct doctor doctor = {.root = "", .device = "/dev/kvm"};
	struct kvm_probe probe;
	bool json = false, asked;

	parse(command, argc, argv, &doctor, &json);
	asked = look(&doctor, &probe);
	if (json) {
		json_print(json_pack("{s:b, s:o, s:o}", "vm_runs", doctor.vm_runs, "findings",
				     findings_json(&doctor), "programs",
				     asked ? programs_json(&probe) : json_null()));
	} else {
		print_findings(&doctor);
		if (asked)
			print_programs(&probe);
	}
	kvm_probe_close(&probe);
	doctor_free(&doctor);
	return doctor.vm_runs ? COMMAND_FINE : COMMAND_NO;
}

const struct command doctor_command = {
	.name = "doctor",
	.summary = "whether virtual machines run here, and which programs would start",
	.main = doctor_main,
	.options = options,
	.help = "usage: lintel doctor [OPTIONS]\n"
		"\n"
		"One page about this machine: processor and VT-x, firmware, kernel, modules, the\n"
		"weaknesses of the processor and what the kernel does about them, the KVM device "
		"and\n"
		"who may open it; whether a virtual machine runs (one is made, and executes four\n"
		"instructions), and which programs would start on this KVM, and what each would "
		"miss.\n"
		"\n"
		"Each line is \"ok\", \"look\" (virtual machines run, but worse or less safely "
		"than they\n"
		"could), \"no\" (they do not run for this) or \"?\"; what can be done stands "
		"below.\n"
		"\n"
		"Options:\n"
		"  --device PATH  the KVM device; /dev/kvm if not given\n"
		"  --root DIR     the files of /proc and /sys below DIR: those of another "
		"machine;\n"
		"                 the device is still this one's\n"
		"  --json         as JSON (docs/tool.md)\n"
		"  --help         this text\n"
		"\n"
		"Exit status: 0 a virtual machine ran; 1 none did; 2 bad input or usage.\n"
		"\n"
		"Examples:\n"
		"  lintel doctor\n"
		"  lintel doctor --device /dev/lintel --json | jq '.programs'\n",
};
