// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/command.h"
#include "recorded.h"

static int is_recording(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".msr");
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		command_fail("out of memory");
	return copy;
}

/* Adds the processors of a file to the end of the table. */
static void add_file(struct recorded_list *list, const char *directory, const char *name)
{
	static struct recording recording;
	struct recording_error error;
	struct recorded *row;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (recording_read(path, &recording, &error)) {
		if (error.line)
			command_fail_at(path, error.line, error.column, "%s", error.words);
		command_fail("%s: %s", path, error.words);
	}
	row = realloc((void *)list->row, (list->count + recording.sets) * sizeof(*row));
	if (!row)
		command_fail("out of memory");
	list->row = row;
	for (unsigned int i = 0; i < recording.sets; i++)
		row[list->count++] = (struct recorded){
			.file = copy_text(name),
			.cpu = copy_text(recording.cpu),
			.label = copy_text(recording.set[i].label),
			.class = recording.class,
			.family = recording.family,
			.model = recording.model,
			.stepping = recording.stepping,
			.msrs = recording.set[i].msrs,
		};
}

struct recorded_list recorded_read(const char *directory)
{
	struct recorded_list list = {0};
	struct dirent **entry;
	int count = scandir(directory, &entry, is_recording, alphasort);

	if (count < 0)
		command_fail("%s: %s", directory, strerror(errno));
	if (!count)
		command_fail("%s: no file is named *.msr", directory);
	for (int i = 0; i < count; i++) {
		add_file(&list, directory, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	return list;
}

static const struct generation *generation_of(const struct recorded *row)
{
	return generation_find(row->family, row->model, row->stepping, row->cpu);
}

static void tally(struct recorded_tally *tally, enum availability has)
{
	tally->yes += has == AVAILABLE_YES;
	tally->no += has == AVAILABLE_NO;
	tally->unknown += has == AVAILABLE_UNKNOWN;
}

/* The generations are in the order of time. */
static void find_generations(struct recorded_count *count)
{
	for (unsigned int i = 0; i < generation_count; i++) {
		const struct recorded_tally *one = &count->of_generation[i];

		if (one->yes && !count->first)
			count->first = &generation_table[i];
		if (one->yes && !count->all_since)
			count->all_since = &generation_table[i];
		if (one->no || one->unknown)
			count->all_since = NULL;
	}
}

struct recorded_count recorded_count(struct recorded_list list, recorded_ask_fn ask,
				     const void *what)
{
	struct recorded_count count = {0};

	for (unsigned int i = 0; i < list.count; i++) {
		const struct recorded *row = &list.row[i];
		const struct generation *generation = generation_of(row);
		enum availability has;

		if (row->class != RECORDING_PHYSICAL)
			continue;
		has = ask(&row->msrs, what);
		tally(&count.all, has);
		if (generation)
			tally(&count.of_generation[generation - generation_table], has);
	}
	find_generations(&count);
	return count;
}
