// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel check`: which rules of VM entry the VMCSs in a dump or a kernel log break.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/colour.h"
#include "tool/command.h"
#include "tool/json.h"
#include "tool/processor/recording.h"
#include "vmcs/check.h"
#include "vmcs_dump.h"

enum { OPTION_CPU = 256, OPTION_PHYSICAL, OPTION_LINEAR, OPTION_RULES, OPTION_NOT_CHECKED };

static const struct option options[] = {
	{"cpu", required_argument, NULL, OPTION_CPU},
	{"physical-width", required_argument, NULL, OPTION_PHYSICAL},
	{"linear-width", required_argument, NULL, OPTION_LINEAR},
	{"rules", no_argument, NULL, OPTION_RULES},
	{"not-checked", no_argument, NULL, OPTION_NOT_CHECKED},
	COMMAND_OPTIONS,
	{0},
};

static const char help[] =
	"usage: lintel check [OPTIONS] FILE\n"
	"       lintel check --rules\n"
	"\n"
	"Says which of the SDM's rules of VM entry a VMCS breaks: the reason for VM-instruction\n"
	"error 7 or 8, and for exit reason 0x80000021 or 0x80000022. FILE (- is the standard\n"
	"input) has dumps of Lintel (/sys/kernel/debug/lintel/PID-FD/vcpuN/vmcs, or the kernel\n"
	"log), or what KVM left in a kernel log (its parameter dump_invalid_vmcs); other lines "
	"may\n"
	"be around. A rule that needs what the dump does not have is not checked.\n"
	"\n"
	"Options:\n"
	"  --cpu FILE           what the processor can do, where the dump does not say: the first\n"
	"                       processor of a recording\n"
	"  --physical-width N   its physical-address width (address sizes in /proc/cpuinfo)\n"
	"  --linear-width N     its linear-address width, 48 or 57\n"
	"  --not-checked        also name the rules that were not checked\n"
	"  --rules              the rules themselves\n"
	"  --json               as JSON (docs/tool.md)\n"
	"  --help               this text\n"
	"\n"
	"Exit status: 0 no rule is broken; 1 one is broken; 2 bad input or usage.\n"
	"\n"
	"Examples:\n"
	"  dmesg | lintel check -\n"
	"  lintel check /sys/kernel/debug/lintel/1234-5/vcpu0/vmcs\n"
	"  lintel check --cpu cpu.msr --physical-width 39 --linear-width 48 dmesg.txt\n";

struct request {
	const char *path;
	struct vmx_cap_msrs cpu; /* nothing is present without --cpu */
	unsigned int physical_width, linear_width;
	bool rules, not_checked, json;
};

/* --- reading ------------------------------------------------------------------------ */

static void read_cpu(const char *path, struct vmx_cap_msrs *msrs)
{
	struct recording *recording = command_alloc(1, sizeof(*recording));
	struct recording_error error;
	int result = recording_read(path, recording, &error);

	if (result && error.line)
		command_fail_at(path, error.line, error.column, "%s", error.words);
	if (result)
		command_fail("%s: %s", path, strerror(-result));
	*msrs = recording->set[0].msrs;
	free(recording);
}

static void parse_options(const struct command *command, int argc, char **argv,
			  struct request *request)
{
	int option;

	*request = (struct request){0};
	while ((option = command_option(command, argc, argv, &request->json)) != -1) {
		if (option == OPTION_CPU)
			read_cpu(optarg, &request->cpu);
		else if (option == OPTION_PHYSICAL)
			request->physical_width = (unsigned int)command_number(
				command, "--physical-width", optarg, 32, 52);
		else if (option == OPTION_LINEAR)
			request->linear_width = (unsigned int)command_number(
				command, "--linear-width", optarg, 48, 57);
		else if (option == OPTION_RULES)
			request->rules = true;
		else
			request->not_checked = true;
	}
	if (argc - optind != !request->rules)
		command_fail_usage(command,
				   request->rules ? "no file is read" : "one file is needed");
	request->path = argv[optind];
}

static FILE *open_input(const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	struct stat stat;

	if (!file || fstat(fileno(file), &stat))
		command_fail("%s: %s", path, strerror(errno));
	if (S_ISBLK(stat.st_mode))
		command_fail("%s: a device is no dump", path);
	return file;
}

/* Nothing of interest is in so long a line; what is beyond is passed over. */
#define LINE_MAX_LENGTH 2048

static void read_dumps(const char *path, struct vmcs_dump_list *list)
{
	FILE *file = open_input(path);
	struct vmcs_dump_error error;
	char line[LINE_MAX_LENGTH];
	size_t length = 0;
	int c;

	do {
		c = getc_unlocked(file);
		if (c != '\n' && c != EOF) {
			if (length < sizeof(line))
				line[length++] = (char)c;
			continue;
		}
		if ((c == '\n' || length) && vmcs_dump_line(list, line, length, &error))
			command_fail_at(path, error.line, error.column, "%s", error.words);
		length = 0;
	} while (c != EOF);
	if (ferror(file))
		command_fail("%s: %s", path, strerror(errno));
	fclose(file);
	if (vmcs_dump_end(list, &error))
		command_fail_at(path, error.line, error.column, "%s", error.words);
}

/* The dump's own knowledge of the processor comes first. */
static void complete_processor(struct vmcs_image *image, const struct request *request)
{
	if (!image->msrs.present) {
		image->msrs = request->cpu;
		vmcs_processor_decode(&image->processor, &image->msrs);
	}
	if (!image->processor.physical_width)
		image->processor.physical_width = (u8)request->physical_width;
	if (!image->processor.linear_width)
		image->processor.linear_width = (u8)request->linear_width;
}

/* --- text ------------------------------------------------------------------------------ */

static void print_line(void *context, const char *line)
{
	const char *on = colour(*line == ' ' ? COLOUR_NONE : COLOUR_BAD);

	printf("%s%s%s\n", on, line, colour(COLOUR_NONE));
}

static void print_not_checked(const struct vmcs_image *image)
{
	struct vmcs_check check;

	for (unsigned int i = 0; i < check_rule_count(); i++)
		if (check_rule_run(&check, image, check_rule_at(i)) == CHECK_NOT_CHECKED)
			printf("not checked: %s\n", check_rule_at(i)->id);
}

static void print_missing(const struct vmcs_image *image)
{
	if (!image->msrs.present)
		puts("what the processor can do is not known: --cpu says it");
	if (!image->processor.physical_width || !image->processor.linear_width)
		puts("how wide addresses are is not known: --physical-width and --linear-width say "
		     "it");
}

static bool print_dump(const struct vmcs_dump *dump, const struct request *request)
{
	struct check_summary summary;

	printf("%s:%u: VMCS of %s\n", request->path, dump->line, dump->of_kvm ? "KVM" : "Lintel");
	summary = vmcs_check_report(&dump->image, print_line, NULL);
	if (request->not_checked)
		print_not_checked(&dump->image);
	print_missing(&dump->image);
	printf("%s%u broken%s, %u hold, %u not checked\n",
	       colour(summary.broken ? COLOUR_BAD : COLOUR_GOOD), summary.broken,
	       colour(COLOUR_NONE), summary.holds, summary.not_checked);
	return summary.broken;
}

/* --- JSON -------------------------------------------------------------------------------- */

static json_t *json_fields(const struct vmcs_check *check)
{
	json_t *fields = json_array();

	for (unsigned int i = 0; i < check->seen_count; i++) {
		u64 value;

		vmcs_values_get(&check->image->fields, check->seen[i], &value);
		json_array_append_new(fields,
				      json_pack("{s:o, s:o, s:o}", "field",
						json_text(vmcs_field_find(check->seen[i])->name),
						"encoding", json_hex(check->seen[i], 4), "value",
						json_hex(value, 1)));
	}
	return fields;
}

static json_t *json_consequence(const struct vmcs_check *check, const struct check_rule *rule)
{
	enum check_consequence consequence = check_sections[rule->section].consequence;

	if (consequence <= CHECK_FAILS_HOST_STATE)
		return json_pack("{s:i}", "vm_instruction_error", (int)consequence);
	return json_pack("{s:i, s:i}", "exit_reason", (int)consequence, "qualification",
			 (int)check_qualification(check, rule));
}

static json_t *json_broken(const struct vmcs_check *check, const struct check_rule *rule)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "rule", rule->id, "need",
			 rule->need, "section", check_sections[rule->section].title, "consequence",
			 json_consequence(check, rule), "fields", json_fields(check), "must_be_1",
			 json_hex(check->must_be_1, 1), "must_be_0", json_hex(check->must_be_0, 1));
}

static json_t *json_dump(const struct vmcs_dump *dump, const struct request *request, bool *any)
{
	json_t *broken = json_array(), *not_checked = json_array();
	struct vmcs_check check;
	int holds = 0;

	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		switch (check_rule_run(&check, &dump->image, rule)) {
		case CHECK_HOLDS:
			holds++;
			break;
		case CHECK_BROKEN:
			*any = true;
			json_array_append_new(broken, json_broken(&check, rule));
			break;
		case CHECK_NOT_CHECKED:
			json_array_append_new(not_checked, json_text(rule->id));
		}
	}
	return json_pack("{s:o, s:i, s:s, s:i, s:o, s:o}", "source", json_text(request->path),
			 "line", (int)dump->line, "hypervisor", dump->of_kvm ? "KVM" : "Lintel",
			 "holds", holds, "broken", broken, "not_checked", not_checked);
}

/* --- the rules themselves ------------------------------------------------------------------ */

static json_t *json_rule(const struct check_rule *rule)
{
	const struct check_section_info *section = &check_sections[rule->section];

	return json_pack("{s:s, s:s, s:s, s:s, s:i}", "rule", rule->id, "field",
			 vmcs_field_find(rule->field)->name, "need", rule->need, "section",
			 section->title, "consequence", (int)section->consequence);
}

static int print_rules(bool json)
{
	json_t *array = json ? json_array() : NULL;

	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		if (json)
			json_array_append_new(array, json_rule(rule));
		else
			printf("%s: %s: %s\n", rule->id, vmcs_field_find(rule->field)->name,
			       rule->need);
	}
	if (json)
		json_print(array);
	return COMMAND_FINE;
}

static int check_main(const struct command *command, int argc, char **argv)
{
	struct vmcs_dump_list list = {0};
	struct request request;
	json_t *answer = NULL;
	bool broken = false;

	parse_options(command, argc, argv, &request);
	if (request.rules)
		return print_rules(request.json);
	read_dumps(request.path, &list);
	if (request.json)
		answer = json_array();
	for (unsigned int i = 0; i < list.count; i++) {
		complete_processor(&list.dump[i]->image, &request);
		if (answer)
			json_array_append_new(answer, json_dump(list.dump[i], &request, &broken));
		else
			broken |= print_dump(list.dump[i], &request);
	}
	if (answer)
		json_print(answer);
	vmcs_dump_free(&list);
	return broken ? COMMAND_NO : COMMAND_FINE;
}

const struct command check_command = {
	.name = "check",
	.summary = "which rules of VM entry a VMCS in a dump or a kernel log breaks",
	.main = check_main,
	.options = options,
	.help = help,
};
