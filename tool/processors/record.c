// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel record`: this machine's capability MSRs in the format of data/cpus/.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "tool/command.h"
#include "tool/json.h"
#include "tool/processor/live.h"
#include "words/say.h"

static const struct option options[] = {
	{"output", required_argument, NULL, 'o'},
	COMMAND_OPTIONS,
	{0},
};

static void print_header(FILE *to, const struct processor *p)
{
	struct utsname system;

	if (p->name)
		fprintf(to, "# cpu: %s\n", p->name);
	if (p->family)
		fprintf(to, "# family/model/stepping: %u/%u/%u\n", p->family, p->model,
			p->stepping);
	fprintf(to, "# class: %s\n", recording_class_name(p->class));
	if (!uname(&system))
		fprintf(to, "# source: lintel record, from %s, %s %s\n", p->source, system.sysname,
			system.release);
}

static void print_values(FILE *to, const struct processor *p)
{
	fprintf(to, "# note: logical CPUs with these values: %s\n", p->label);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (cap_msr_present(&p->raw, msr))
			fprintf(to, "0x%03x 0x%016llx\n", cap_msr_table[msr].index,
				p->raw.value[msr]);
	for (enum recording_msr msr = 0; msr < RECORDING_MSRS; msr++)
		if (p->more.present & BIT32(msr))
			fprintf(to, "0x%03x 0x%016llx\n", recording_msr_table[msr].index,
				p->more.msr[msr]);
	for (unsigned int i = 0; i < p->more.cpuids; i++) {
		const struct recording_cpuid *row = &p->more.cpuid[i];

		fprintf(to, "cpuid 0x%x 0x%x 0x%08x 0x%08x 0x%08x 0x%08x\n", row->leaf,
			row->subleaf, row->out[0], row->out[1], row->out[2], row->out[3]);
	}
}

/* Several processors in one text: each after its label, a long one by number. */
static void print_all(const struct processors *processors)
{
	const size_t room = sizeof(((struct recording_set *)0)->label);

	print_header(stdout, &processors->list[0]);
	for (size_t i = 0; i < processors->count; i++) {
		const struct processor *p = &processors->list[i];

		if (processors->count > 1 && strlen(p->label) < room)
			printf("[%s]\n", p->label);
		else if (processors->count > 1)
			printf("[set %zu]\n", i + 1);
		print_values(stdout, p);
	}
}

/* The name of the file of set n: that of the first as given, then NAME-2, before the suffix. */
static char *file_name(const char *given, size_t n)
{
	const char *slash = strrchr(given, '/'), *dot = strrchr(given, '.');
	int stem = (int)strlen(given);
	char *name;

	if (dot && dot != given && (!slash || dot > slash + 1))
		stem = (int)(dot - given);
	if (n == 0 ? asprintf(&name, "%s", given) < 0
		   : asprintf(&name, "%.*s-%zu%s", stem, given, n + 1, given + stem) < 0)
		command_fail("out of memory");
	return name;
}

static void write_file(const char *name, const struct processor *p)
{
	FILE *file = fopen(name, "we");

	if (!file)
		command_fail("%s: %s", name, strerror(errno));
	print_header(file, p);
	print_values(file, p);
	if (ferror(file) | fclose(file))
		command_fail("%s: %s", name, strerror(errno));
}

static json_t *set_json(const struct processor *p, const char *file)
{
	json_t *msrs = json_object();
	char key[16];

	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		if (!cap_msr_present(&p->raw, msr))
			continue;
		snprintf(key, sizeof(key), "0x%x", cap_msr_table[msr].index);
		json_object_set_new(msrs, key, json_hex(p->raw.value[msr], 16));
	}
	for (enum recording_msr msr = 0; msr < RECORDING_MSRS; msr++) {
		if (!(p->more.present & BIT32(msr)))
			continue;
		snprintf(key, sizeof(key), "0x%x", recording_msr_table[msr].index);
		json_object_set_new(msrs, key, json_hex(p->more.msr[msr], 16));
	}
	return json_pack("{so,so,so,ss,si,si,si,ss,so}", "file", json_text(file), "cpu",
			 json_text(p->name), "logical_cpus", json_text(p->label), "source",
			 p->source, "family", (int)p->family, "model", (int)p->model, "stepping",
			 (int)p->stepping, "class", recording_class_name(p->class), "msrs", msrs);
}

static int record_main(const struct command *command, int argc, char **argv)
{
	struct processors processors = {0};
	json_t *answer = json_array();
	const char *output = NULL;
	bool json = false;

	while (command_option(command, argc, argv, &json) != -1)
		output = optarg;
	if (optind < argc)
		command_fail_usage(command, "%s: this machine is recorded, no file", argv[optind]);
	processors_add_live(&processors, LIVE_ALL);
	for (size_t i = 0; i < processors.count; i++) {
		char *name = output ? file_name(output, i) : NULL;

		if (name)
			write_file(name, &processors.list[i]);
		if (name && processors.count > 1)
			say("%s: %s", name, processors.list[i].label);
		json_array_append_new(answer, set_json(&processors.list[i], name));
		free(name);
	}
	if (json)
		json_print(answer);
	else if (!output)
		print_all(&processors);
	return COMMAND_FINE;
}

const struct command record_command = {
	.name = "record",
	.summary = "record this machine's VMX capability MSRs, and CPUID",
	.main = record_main,
	.options = options,
	.help = "usage: lintel record [-o FILE]\n"
		"\n"
		"Writes the VMX capability MSRs of all online CPUs of this machine, CPUID and "
		"three "
		"MSRs\n"
		"that features are in (IA32_CORE_CAPABILITIES, IA32_ARCH_CAPABILITIES, "
		"IA32_MISC_ENABLE),\n"
		"in the format of\n"
		"data/cpus/ (see its README.md), which the other commands read.  Processors with "
		"the\n"
		"same values are written once.\n"
		"\n"
		"The values come from /dev/cpu/*/msr (root; modprobe msr) or, with the module "
		"loaded,\n"
		"from debugfs.\n"
		"\n"
		"Options:\n"
		"  -o, --output FILE  write to FILE; where CPUs differ, each further set of "
		"values\n"
		"                     goes to a file of its own: NAME-2.SUFFIX and so on.  "
		"Without,\n"
		"                     all goes to the standard output, sets after labels\n"
		"      --json         the values as JSON on the standard output\n"
		"      --help         this text\n"
		"\n"
		"Exit status: 0 recorded; 2 the values cannot be read, or bad usage.\n"
		"\n"
		"Examples:\n"
		"  lintel record -o this.msr\n"
		"  ssh host sudo lintel record | lintel caps -\n",
};
