// SPDX-License-Identifier: GPL-2.0
/*
 * The files of /sys/kernel/debug/lintel, as linux/debugfs.c writes them: PID-FD/vcpuN/exits, msrs
 * and costs.  A VM may end at any moment: then what is not there any more counts as nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/command.h"
#include "stat.h"

const char *const stat_phase_names[STAT_PHASES] = {"guest", "kernel", "user", "asleep"};

#define LINE_SIZE 256

/* The row of a key: new if there is none yet; NULL: there is no room. */
static struct stat_row *row_of(struct stat_table *table, uint32_t key, const char *name)
{
	struct stat_row *row = table->row;

	while (row < table->row + table->rows && row->key != key)
		row++;
	if (row < table->row + table->rows)
		return row;
	if (table->rows == STAT_ROWS)
		return NULL;
	table->rows++;
	*row = (struct stat_row){.key = key};
	snprintf(row->name, sizeof(row->name), "%s", name);
	return row;
}

typedef void (*line_fn)(struct stat_vm *vm, const char *line);

static void read_lines(struct stat_vm *vm, const char *directory, const char *name, line_fn take)
{
	char path[PATH_MAX + 512], line[LINE_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		take(vm, line);
	}
	fclose(file);
}

/* "COUNT  REASON  NAME", and one line "COUNT  to user space". */
static void take_exits(struct stat_vm *vm, const char *line)
{
	unsigned long long count;
	unsigned int reason;
	char name[STAT_NAME];
	struct stat_row *row;

	if (sscanf(line, "%llu %u %63s", &count, &reason, name) == 3) {
		row = row_of(&vm->exits, reason, name);
		if (row)
			row->count += count;
	} else if (strstr(line, "to user space") && sscanf(line, "%llu", &count) == 1) {
		vm->to_user += count;
	}
}

/* "READS  WRITES  INDEX NAME" */
static void take_msrs(struct stat_vm *vm, const char *line)
{
	unsigned long long reads, writes;
	unsigned int index;
	char name[STAT_NAME];
	struct stat_row *row;

	if (sscanf(line, "%llu %llu %x %63[^\n]", &reads, &writes, &index, name) != 4)
		return;
	row = row_of(&vm->msrs, index, name);
	if (!row)
		return;
	row->count += reads + writes;
	row->writes += writes;
}

static bool take_phase(struct stat_vm *vm, unsigned long long value, const char *name)
{
	for (unsigned int i = 0; i < STAT_PHASES; i++)
		if (!strcmp(name, stat_phase_names[i])) {
			vm->ticks[i] += value;
			return true;
		}
	if (strcmp(name, "kHz"))
		return false;
	vm->tsc_khz = value;
	return true;
}

/* "TICKS  PHASE", "RATE  kHz"; "EXITS  KERNEL  USER  exit REASON NAME", or "... msr INDEX NAME". */
static void take_costs(struct stat_vm *vm, const char *line)
{
	unsigned long long count, kernel, user;
	char kind[8], key[16], name[STAT_NAME];
	struct stat_row *row;

	if (sscanf(line, "%llu %63s", &count, name) == 2 && take_phase(vm, count, name))
		return;
	if (sscanf(line, "%llu %llu %llu %7s %15s %63[^\n]", &count, &kernel, &user, kind, key,
		   name) != 6)
		return;
	row = row_of(strcmp(kind, "msr") ? &vm->exits : &vm->msrs, (uint32_t)strtoul(key, NULL, 0),
		     name);
	if (!row)
		return;
	row->measured += count;
	row->kernel += kernel;
	row->user += user;
}

static void read_vcpu(struct stat_vm *vm, const char *directory)
{
	vm->vcpus++;
	read_lines(vm, directory, "exits", take_exits);
	read_lines(vm, directory, "msrs", take_msrs);
	read_lines(vm, directory, "costs", take_costs);
}

/* Its name is the program's to choose: what a terminal could take for a command is left out. */
static void take_command(struct stat_vm *vm, const char *line)
{
	snprintf(vm->command, sizeof(vm->command), "%.63s", line);
	for (char *at = vm->command; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

static void read_vm(struct stat_vm *vm, const char *debugfs, const char *name)
{
	char path[PATH_MAX], vcpu[PATH_MAX + 256], process[32];
	const struct dirent *entry;
	DIR *directory;

	*vm = (struct stat_vm){.pid = atoi(name)};
	snprintf(vm->name, sizeof(vm->name), "%.63s", name);
	snprintf(process, sizeof(process), "/proc/%d", vm->pid);
	read_lines(vm, process, "comm", take_command);
	snprintf(path, sizeof(path), "%s/%s", debugfs, name);
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (strncmp(entry->d_name, "vcpu", 4))
			continue;
		snprintf(vcpu, sizeof(vcpu), "%s/%s", path, entry->d_name);
		read_vcpu(vm, vcpu);
	}
	closedir(directory);
}

static int is_vm(const struct dirent *entry)
{
	unsigned int pid, fd;

	return sscanf(entry->d_name, "%u-%u", &pid, &fd) == 2;
}

static int by_pid(const struct dirent **a, const struct dirent **b)
{
	int x = atoi((*a)->d_name), y = atoi((*b)->d_name);

	return x != y ? x - y : strcmp((*a)->d_name, (*b)->d_name);
}

static _Noreturn void fail(const char *debugfs, int error)
{
	if (error == EACCES || error == EPERM)
		command_fail("%s: %s: only root may read it", debugfs, strerror(error));
	if (access("/sys/module/lintel", F_OK))
		command_fail("%s: %s: the module is not loaded (insmod lintel.ko)", debugfs,
			     strerror(error));
	command_fail("%s: %s: mount -t debugfs none /sys/kernel/debug", debugfs, strerror(error));
}

void stat_read(struct stat_list *list, const char *debugfs)
{
	struct dirent **entry;
	int count = scandir(debugfs, &entry, is_vm, by_pid);

	if (count < 0)
		fail(debugfs, errno);
	*list = (struct stat_list){.vm = command_alloc((size_t)count, sizeof(*list->vm))};
	for (int i = 0; i < count; i++) {
		read_vm(&list->vm[list->count++], debugfs, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
}

static void subtract_table(struct stat_table *now, const struct stat_table *before)
{
	for (unsigned int i = 0; i < before->rows; i++) {
		const struct stat_row *old = &before->row[i];
		struct stat_row *row = row_of(now, old->key, old->name);

		/* A name that came back is another VM: it has counted less. */
		if (!row || row->count < old->count)
			continue;
		row->count -= old->count;
		row->writes -= old->writes;
		row->measured -= old->measured;
		row->kernel -= old->kernel;
		row->user -= old->user;
	}
}

static void subtract_vm(struct stat_vm *now, const struct stat_vm *before)
{
	subtract_table(&now->exits, &before->exits);
	subtract_table(&now->msrs, &before->msrs);
	if (now->to_user >= before->to_user)
		now->to_user -= before->to_user;
	for (unsigned int i = 0; i < STAT_PHASES; i++)
		if (now->ticks[i] >= before->ticks[i])
			now->ticks[i] -= before->ticks[i];
}

void stat_subtract(struct stat_list *now, const struct stat_list *before, double seconds)
{
	now->seconds = seconds;
	for (unsigned int i = 0; i < now->count; i++)
		for (unsigned int k = 0; k < before->count; k++)
			if (!strcmp(now->vm[i].name, before->vm[k].name))
				subtract_vm(&now->vm[i], &before->vm[k]);
}

static int by_cost(const void *a, const void *b)
{
	const struct stat_row *x = a, *y = b;
	uint64_t of_x = x->kernel + x->user, of_y = y->kernel + y->user;

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

void stat_sort(struct stat_table *table)
{
	qsort(table->row, table->rows, sizeof(*table->row), by_cost);
}

uint64_t stat_ticks(const struct stat_vm *vm)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < STAT_PHASES; i++)
		sum += vm->ticks[i];
	return sum;
}
