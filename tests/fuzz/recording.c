// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of recordings on any bytes: it reads no more than it is given, the place of an error
 * is in the text, whatever values it takes can be set up, described and put into words, and what it
 * has taken, written down, is taken for the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cap/describe.h"
#include "same.h"
#include "tool/processor/recording_foreign.h"
#include "tool/processor/recording_text.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

static struct recording recording, again;

static void check_place(const char *text, size_t length, const struct recording_error *error)
{
	const char *end = text + length, *line = text;

	MUST(error->line >= 1 && error->column >= 1 && error->words[0]);
	for (unsigned int i = 1; i < error->line; i++) {
		line = memchr(line, '\n', (size_t)(end - line));
		MUST(line++);
	}
	MUST(error->column <= (size_t)(end - line) + 1);
	MUST(!memchr(line, '\n', error->column - 1));
}

static void count_line(void *count, const char *line)
{
	MUST(strlen(line) < CAP_LINE_MAX);
	++*(unsigned int *)count;
}

static void check_set(const struct vmx_cap_msrs *raw)
{
	static struct cap_report report;
	struct vmx_capability capability;
	struct vmcs_config config;
	unsigned int lines = 0;
	int error = setup_vmcs_config(raw, &config, &capability, &report);

	cap_describe_msrs(raw, count_line, &lines);
	cap_describe_capability(&config, &capability, count_line, &lines);
	cap_describe_controls(&config, &capability, count_line, &lines);
	MUST(lines > CAP_MSRS);
	lines = 0;
	cap_describe_notes(&report, count_line, &lines);
	lines = 0;
	cap_describe_problems(&report, count_line, &lines);
	MUST((error != 0) == (lines != 0));
	for (enum ctl_word word = 0; !error && word < CTL_WORDS; word++)
		MUST(!(config.ctl[word] & ~config.allowed1[word]));
}

/* As data/cpus/README.md has the format. */
static void write_recording(FILE *to, const struct recording *r)
{
	if (r->cpu[0])
		fprintf(to, "# cpu: %s\n", r->cpu);
	fprintf(to, "# family/model/stepping: %u/%u/%u\n", r->family, r->model, r->stepping);
	if (r->class != RECORDING_UNKNOWN)
		fprintf(to, "# class: %s\n", recording_class_name(r->class));
	for (unsigned int i = 0; i < r->sets; i++) {
		const struct recording_set *set = &r->set[i];

		if (set->label[0])
			fprintf(to, "[%s]\n", set->label);
		for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
			if (cap_msr_present(&set->msrs, msr))
				fprintf(to, "0x%x 0x%016llx\n", cap_msr_table[msr].index,
					set->msrs.value[msr]);
	}
}

static void check_written(const struct recording *r)
{
	struct recording_error error;
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	write_recording(to, r);
	MUST(!fclose(to));
	MUST(!recording_parse(text, size, &again, &error));
	MUST(!strcmp(again.cpu, r->cpu) && again.class == r->class && again.sets == r->sets);
	MUST(again.family == r->family && again.model == r->model && again.stepping == r->stepping);
	for (unsigned int i = 0; i < r->sets; i++)
		MUST(!strcmp(again.set[i].label, r->set[i].label) &&
		     same_msrs(&again.set[i].msrs, &r->set[i].msrs));
	free(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct recording_error error;

	memcpy(text, data, size);
	MUST(recording_parse_start(text, size, &recording, &error));
	check_place(text, size, &error);
	if (recording_parse(text, size, &recording, &error)) {
		check_place(text, size, &error);
	} else {
		for (unsigned int i = 0; i < recording.sets; i++)
			check_set(&recording.set[i].msrs);
		check_written(&recording);
	}
	if (!recording_parse_foreign(text, size, &recording, &error))
		check_set(&recording.set[0].msrs);
	else
		check_place(text, size, &error);
	size = recording_text_plain(text, size);
	if (recording_parse(text, size, &recording, &error))
		check_place(text, size, &error);
	free(text);
	return 0;
}
