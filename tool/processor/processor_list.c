// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/capability_field.h"
#include "tool/command.h"
#include "processor_list.h"

static struct processor *add_room(struct processors *processors)
{
	if (processors->count == processors->room) {
		size_t room = processors->room ? 2 * processors->room : 4;
		struct processor *list = command_alloc(room, sizeof(*list));

		if (processors->count)
			memcpy(list, processors->list, processors->count * sizeof(*list));
		free(processors->list);
		processors->list = list;
		processors->room = room;
	}
	return &processors->list[processors->count++];
}

/* Drops the problems of bits that nobody told of. */
static void keep_certain(struct cap_report *report, const struct vmx_cap_msrs *raw)
{
	u32 kept = 0;

	for (u32 i = 0; i < report->problems; i++) {
		const struct cap_problem *entry = &report->problem[i];
		enum cap_msr msr = cap_msr_find(entry->msr);
		u64 bits = cap_bits(~(u64)0, entry->hi_bit, entry->lo_bit) << entry->lo_bit;

		if (msr == CAP_MSRS || !(raw->unknown[msr] & bits))
			report->problem[kept++] = *entry;
	}
	report->problems = kept;
	report->dropped_problems = 0;
}

static bool is_in_part(const struct vmx_cap_msrs *raw)
{
	u64 unknown = 0;

	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		unknown |= raw->unknown[msr];
	return unknown;
}

void processors_add(struct processors *processors, const struct processor *values)
{
	struct processor *p = add_room(processors);

	*p = *values;
	p->usable = !setup_vmcs_config(&p->raw, &p->config, &p->capability, &p->report);
	p->unknown = false;
	if (is_in_part(&p->raw)) {
		keep_certain(&p->report, &p->raw);
		p->unknown = !p->report.problems;
		p->usable = false;
		p->report.notes = p->report.dropped_notes = 0;
	}
	if (!p->usable)
		cap_decode(&p->raw, &p->config, &p->capability);
}

const char *processor_verdict(const struct processor *p)
{
	return p->usable ? "usable" : p->unknown ? "unknown" : "refused";
}

int processors_status(const struct processors *processors)
{
	int status = COMMAND_FINE;

	for (size_t i = 0; i < processors->count; i++) {
		const struct processor *p = &processors->list[i];

		if (!p->usable && !p->unknown)
			return COMMAND_NO;
		if (p->unknown)
			status = COMMAND_OPEN;
	}
	return status;
}

const char *processor_title(const struct processor *p)
{
	char *title;

	if (!p->name || !p->label)
		return p->name ? p->name : p->label;
	if (asprintf(&title, "%s [%s]", p->name, p->label) < 0)
		command_fail("out of memory");
	return title;
}

/* A copy of the text, NULL of none. */
static const char *keep(const char *text)
{
	char *copy;

	if (!*text)
		return NULL;
	copy = command_alloc(strlen(text) + 1, 1);
	return strcpy(copy, text);
}

static void read_recording(const char *path, struct recording *recording)
{
	struct recording_error error;

	if (!recording_read(path, recording, &error))
		return;
	if (error.line)
		command_fail_at(path, error.line, error.column, "%s", error.words);
	command_fail("%s: %s", path, error.words);
}

void processors_add_file(struct processors *processors, const char *path)
{
	static struct recording recording;
	static struct processor values;

	read_recording(path, &recording);
	for (unsigned int i = 0; i < recording.sets; i++) {
		values.source = path;
		values.name = keep(recording.cpu);
		values.label = keep(recording.set[i].label);
		values.family = recording.family;
		values.model = recording.model;
		values.stepping = recording.stepping;
		values.class = recording.class;
		values.raw = recording.set[i].msrs;
		values.more = recording.set[i].more;
		processors_add(processors, &values);
	}
}

void processors_add_files(struct processors *processors, char **paths)
{
	for (; *paths; paths++)
		processors_add_file(processors, *paths);
}
