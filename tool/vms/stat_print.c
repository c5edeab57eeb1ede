// SPDX-License-Identifier: GPL-2.0
/* The two forms of the answer of `lintel stat`. */
#include <stdio.h>

#include "tool/colour.h"
#include "stat.h"

#define NAME_WIDTH 27

/* Nanoseconds of an exit; the ticks themselves where their rate is not known. */
static double cost(const struct stat_vm *vm, uint64_t ticks, uint64_t exits)
{
	double each = (double)ticks / (double)exits;

	return vm->tsc_khz ? each * 1e6 / (double)vm->tsc_khz : each;
}

static void print_rate(const struct stat_list *list, uint64_t count)
{
	if (list->seconds > 0)
		printf(" %10.0f", (double)count / list->seconds);
	else
		printf(" %10s", "-");
}

static void print_cost(const struct stat_vm *vm, const struct stat_row *row)
{
	uint64_t all = stat_ticks(vm);

	if (!row->measured || !all) {
		printf(" %10s %10s %8s\n", "-", "-", "-");
		return;
	}
	printf(" %10.0f %10.0f %7.2f%%\n", cost(vm, row->kernel, row->measured),
	       cost(vm, row->user, row->measured),
	       100.0 * (double)(row->kernel + row->user) / (double)all);
}

static void print_head(const struct stat_vm *vm, const char *what)
{
	bool ns = vm->tsc_khz;

	printf("%s%-*s %10s %10s %10s %10s %8s%s\n", colour(COLOUR_DIM), NAME_WIDTH, what, "count",
	       "per second", ns ? "kernel ns" : "kernel tk", ns ? "user ns" : "user tk", "of time",
	       colour(COLOUR_NONE));
}

static void print_exits(const struct stat_list *list, const struct stat_vm *vm)
{
	uint64_t sum = 0;

	print_head(vm, "exit reason");
	for (unsigned int i = 0; i < vm->exits.rows; i++) {
		const struct stat_row *row = &vm->exits.row[i];

		sum += row->count;
		if (!row->count)
			continue;
		printf("%2u %-*s %10llu", row->key, NAME_WIDTH - 3, row->name,
		       (unsigned long long)row->count);
		print_rate(list, row->count);
		print_cost(vm, row);
	}
	printf("   %-*s %10llu", NAME_WIDTH - 3, "all", (unsigned long long)sum);
	print_rate(list, sum);
	printf("\n   %-*s %10llu", NAME_WIDTH - 3, "to user space",
	       (unsigned long long)vm->to_user);
	print_rate(list, vm->to_user);
	putchar('\n');
}

static void print_msrs(const struct stat_list *list, const struct stat_vm *vm)
{
	bool begun = false;

	for (unsigned int i = 0; i < vm->msrs.rows; i++) {
		const struct stat_row *row = &vm->msrs.row[i];
		char name[2 * STAT_NAME];

		if (!row->count)
			continue;
		if (!begun)
			print_head(vm, "MSR");
		begun = true;
		snprintf(name, sizeof(name), "%#x %s %s%s", row->key, row->name,
			 row->count > row->writes ? "r" : "", row->writes ? "w" : "");
		printf("%-*s %10llu", NAME_WIDTH, name, (unsigned long long)row->count);
		print_rate(list, row->count);
		print_cost(vm, row);
	}
}

static void print_time(const struct stat_vm *vm)
{
	uint64_t all = stat_ticks(vm);

	if (!all)
		return;
	printf("time:");
	for (unsigned int i = 0; i < STAT_PHASES; i++)
		printf(" %s %.2f%%%s", stat_phase_names[i],
		       100.0 * (double)vm->ticks[i] / (double)all,
		       i + 1 < STAT_PHASES ? "," : "\n");
}

void stat_print(const struct stat_list *list)
{
	for (unsigned int i = 0; i < list->count; i++) {
		const struct stat_vm *vm = &list->vm[i];

		printf("%s%sVM %s%s %s, %u vCPU%s", i ? "\n" : "", colour(COLOUR_BOLD), vm->name,
		       colour(COLOUR_NONE), vm->command, vm->vcpus, vm->vcpus == 1 ? "" : "s");
		if (list->seconds > 0)
			printf(", %.1f s\n", list->seconds);
		else
			puts(", since it began");
		print_time(vm);
		print_exits(list, vm);
		print_msrs(list, vm);
	}
	if (!list->count)
		puts("no VM is running");
}

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static void add_counts(json_t *object, const struct stat_list *list, const struct stat_row *row)
{
	json_object_set_new(object, "count", number(row->count));
	json_object_set_new(object, "per_second",
			    list->seconds > 0 ? json_real((double)row->count / list->seconds)
					      : json_null());
	json_object_set_new(object, "measured", number(row->measured));
	json_object_set_new(object, "kernel_ticks", number(row->kernel));
	json_object_set_new(object, "user_ticks", number(row->user));
}

static json_t *exits_json(const struct stat_list *list, const struct stat_vm *vm)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < vm->exits.rows; i++) {
		const struct stat_row *row = &vm->exits.row[i];
		json_t *object;

		if (!row->count)
			continue;
		object = json_pack("{s:o, s:o}", "reason", number(row->key), "name",
				   json_text(row->name));
		add_counts(object, list, row);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *msrs_json(const struct stat_list *list, const struct stat_vm *vm)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < vm->msrs.rows; i++) {
		const struct stat_row *row = &vm->msrs.row[i];
		json_t *object;

		if (!row->count)
			continue;
		object = json_pack("{s:o, s:o, s:o, s:o}", "msr", json_hex(row->key, 0), "name",
				   json_text(row->name), "reads", number(row->count - row->writes),
				   "writes", number(row->writes));
		add_counts(object, list, row);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *vm_json(const struct stat_list *list, const struct stat_vm *vm)
{
	json_t *ticks = json_object();

	for (unsigned int i = 0; i < STAT_PHASES; i++)
		json_object_set_new(ticks, stat_phase_names[i], number(vm->ticks[i]));
	return json_pack(
		"{s:s, s:i, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "vm", vm->name, "pid",
		vm->pid, "command", *vm->command ? json_text(vm->command) : json_null(), "vcpus",
		(int)vm->vcpus, "seconds",
		list->seconds > 0 ? json_real(list->seconds) : json_null(), "tsc_khz",
		vm->tsc_khz ? number(vm->tsc_khz) : json_null(), "ticks", ticks, "to_user",
		number(vm->to_user), "exits", exits_json(list, vm), "msrs", msrs_json(list, vm));
}

json_t *stat_json(const struct stat_list *list)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < list->count; i++)
		json_array_append_new(array, vm_json(list, &list->vm[i]));
	return array;
}
