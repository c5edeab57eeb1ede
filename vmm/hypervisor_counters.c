// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hypervisor_counters.h"

#define DEBUGFS	    "/sys/kernel/debug"
#define REASONS_MAX 128

/* Of KVM: a file for each counter, which holds its value, summed over the vCPUs. */
static void print_kvm_file(const char *directory, const char *name)
{
	unsigned long long value;
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	if (!file)
		return;
	if (fscanf(file, "%llu", &value) == 1 && value)
		fprintf(stderr, "  %-32s %12llu\n", name, value);
	fclose(file);
}

static void print_kvm(const char *directory)
{
	struct dirent **entry;
	int i, count = scandir(directory, &entry, NULL, alphasort);

	if (count < 0)
		return;
	fprintf(stderr, "counted by KVM:\n");
	for (i = 0; i < count; i++) {
		if (entry[i]->d_type == DT_REG)
			print_kvm_file(directory, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
}

struct reason {
	char name[64];
	unsigned long long count;
};

static void add_reason(struct reason *table, unsigned int *used, const char *name,
		       unsigned long long count)
{
	unsigned int i;

	for (i = 0; i < *used && strcmp(table[i].name, name); i++)
		;
	if (i == REASONS_MAX)
		return;
	if (i == *used) {
		snprintf(table[i].name, sizeof(table[i].name), "%s", name);
		table[i].count = 0;
		++*used;
	}
	table[i].count += count;
}

/* Counts exits that are in other lines already. */
#define TO_USER_LINE "to user space"

/* Of Lintel: a file for each vCPU with a line "COUNT REASON NAME" for each exit reason, and one
 * "COUNT to user space". */
static bool read_lintel(const char *directory, unsigned int cpu, struct reason *table,
			unsigned int *used)
{
	char path[512], line[256], name[64];
	unsigned long long count;
	FILE *file;

	snprintf(path, sizeof(path), "%s/vcpu%u/exits", directory, cpu);
	file = fopen(path, "r");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%llu %63[^\n]", &count, name) == 2)
			add_reason(table, used, name, count);
	fclose(file);
	return true;
}

static void print_lintel(const char *directory, unsigned int cpus)
{
	struct reason table[REASONS_MAX];
	unsigned long long sum = 0;
	unsigned int i, used = 0;

	for (i = 0; i < cpus; i++)
		if (!read_lintel(directory, i, table, &used))
			return;
	fprintf(stderr, "counted by Lintel:\n");
	for (i = 0; i < used; i++) {
		if (strcmp(table[i].name, TO_USER_LINE))
			sum += table[i].count;
		fprintf(stderr, "  %-32s %12llu\n", table[i].name, table[i].count);
	}
	fprintf(stderr, "  %-32s %12llu\n", "exits", sum);
}

void counters_print(const struct machine *machine)
{
	char directory[128];

	snprintf(directory, sizeof(directory), DEBUGFS "/kvm/%d-%d", getpid(), machine->kvm.vm);
	print_kvm(directory);
	snprintf(directory, sizeof(directory), DEBUGFS "/lintel/%d-%d", getpid(), machine->kvm.vm);
	print_lintel(directory, machine->cpus);
}
