// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpuinfo.h"

const char *cpuinfo_value(const char *line, const char *key)
{
	const char *at = line + strlen(key);

	if (strncmp(line, key, strlen(key)))
		return NULL;
	at += strspn(at, " \t");
	return *at == ':' ? at + 1 + strspn(at + 1, " \t") : NULL;
}

/* The same, and it ends the line there. */
static const char *value_of(char *line, const char *key)
{
	line[strcspn(line, "\n")] = '\0';
	return cpuinfo_value(line, key);
}

/* A recording has no room for anything else. */
static void copy_printable(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
	for (; *to; to++)
		if (*to < ' ' || *to > '~')
			*to = '?';
}

static void take_line(struct cpuinfo *info, char *line)
{
	const char *value;

	if ((value = value_of(line, "model name")))
		copy_printable(info->name, sizeof(info->name), value);
	else if ((value = value_of(line, "cpu family")))
		info->family = (unsigned int)strtoul(value, NULL, 10);
	else if ((value = value_of(line, "model")))
		info->model = (unsigned int)strtoul(value, NULL, 10);
	else if ((value = value_of(line, "stepping")))
		info->stepping = (unsigned int)strtoul(value, NULL, 10);
	else if ((value = value_of(line, "flags")))
		info->hypervisor = strstr(value, " hypervisor") != NULL;
}

void cpuinfo_read(struct cpuinfo *list, unsigned long count)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	unsigned long cpu = count;
	const char *value;
	char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		value = value_of(line, "processor");
		if (value)
			cpu = strtoul(value, NULL, 10);
		else if (cpu < count)
			take_line(&list[cpu], line);
	}
	free(line);
	if (file)
		fclose(file);
}
