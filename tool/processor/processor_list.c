// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void processors_add(struct processors *processors, const struct processor *values)
{
	struct processor *p = add_room(processors);

	*p = *values;
	p->usable = !setup_vmcs_config(&p->raw, &p->config, &p->capability, &p->report);
	if (!p->usable)
		cap_decode(&p->raw, &p->config, &p->capability);
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
