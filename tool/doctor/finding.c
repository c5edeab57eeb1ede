// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "tool/command.h"

/* The first processor's part of /proc/cpuinfo fits, and whatever else is read. */
#define FILE_MAX 16384

const char *finding_state_name(enum finding_state state)
{
	static const char *const names[] = {
		[FINDING_FINE] = "fine",
		[FINDING_WARNING] = "warning",
		[FINDING_BAD] = "bad",
		[FINDING_UNKNOWN] = "unknown",
	};

	return names[state];
}

void doctor_tell(struct doctor *doctor, const char *section, const char *what,
		 enum finding_state state, const char *advice, const char *format, ...)
{
	struct finding *list;
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		command_fail("out of memory");
	va_end(args);
	list = realloc(doctor->list, (doctor->count + 1) * sizeof(*list));
	if (!list)
		command_fail("out of memory");
	list[doctor->count++] = (struct finding){section, strdup(what), state, text, advice};
	doctor->list = list;
}

static char *below_root(const struct doctor *doctor, const char *path)
{
	char *name;

	if (asprintf(&name, "%s%s", doctor->root, path) < 0)
		command_fail("out of memory");
	return name;
}

bool doctor_has(const struct doctor *doctor, const char *path)
{
	char *name = below_root(doctor, path);
	bool has = !access(name, F_OK);

	free(name);
	return has;
}

/* As much of a file as there is room for: the kernel gives its own a page at a time. */
static size_t read_some(int fd, char *text, size_t room)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && length < room) {
		got = read(fd, text + length, room - length);
		length += got > 0 ? (size_t)got : 0;
	}
	return length;
}

char *doctor_read(const struct doctor *doctor, const char *path)
{
	char *name = below_root(doctor, path), *text;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t length;

	free(name);
	if (fd < 0)
		return NULL;
	text = command_alloc(FILE_MAX + 1, 1);
	length = read_some(fd, text, FILE_MAX);
	close(fd);
	while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
		text[--length] = '\0';
	return text;
}

/* A line of /etc/group is NAME:PASSWORD:NUMBER:MEMBERS. */
char *doctor_group_name(const struct doctor *doctor, unsigned int number)
{
	char *text = doctor_read(doctor, "/etc/group"), *line, *rest = text, *name = NULL;

	while (text && !name && (line = strsep(&rest, "\n"))) {
		unsigned int found;

		if (sscanf(line, "%*[^:]:%*[^:]:%u:", &found) == 1 && found == number)
			name = strndup(line, strcspn(line, ":"));
	}
	free(text);
	return name;
}

void doctor_free(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++) {
		free(doctor->list[i].what);
		free(doctor->list[i].text);
	}
	free(doctor->list);
}
