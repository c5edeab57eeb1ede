// SPDX-License-Identifier: GPL-2.0
/* What `lintel stat` makes of a directory as Lintel has it in debugfs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test.h"
#include "tool/vms/stat.h"

static char root[64];

static void make_root(void)
{
	strcpy(root, "/tmp/lintel-stat-XXXXXX");
	EXPECT_TRUE(mkdtemp(root));
}

static void remove_root(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	EXPECT_EQ(system(command), 0);
}

static void make_directory(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	EXPECT_EQ(mkdir(path, 0700), 0);
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	EXPECT_TRUE(file);
	fputs(text, file);
	fclose(file);
}

static void make_vm(void)
{
	make_root();
	write_file("exits", "           9  10  CPUID\n");
	make_directory("99999999-7");
	make_directory("99999999-7/vcpu0");
	make_directory("99999999-7/vcpu1");
	write_file("99999999-7/vcpu0/exits", "          12   1  EXTERNAL_INTERRUPT\n"
					     "        1000  30  IO_INSTRUCTION\n"
					     "         900      to user space\n");
	write_file("99999999-7/vcpu1/exits", "           3  30  IO_INSTRUCTION\n"
					     "           4  32  WRMSR\n"
					     "           1      to user space\n");
	write_file("99999999-7/vcpu1/msrs",
		   "       reads       writes  MSR\n"
		   "           2            5  0x0000006e0 IA32_TSC_DEADLINE\n"
		   "           1            0  0xffffffff (others)\n");
	write_file("99999999-7/vcpu1/costs",
		   "         2000000  kHz\n"
		   "             800  guest\n"
		   "             150  kernel\n"
		   "              50  user\n"
		   "               1  asleep\n"
		   "       exits           kernel             user\n"
		   "           3              140               50  exit 30 IO_INSTRUCTION\n"
		   "           2               10                0  msr 0x6e0 IA32_TSC_DEADLINE\n");
}

static const struct stat_row *row(const struct stat_table *table, uint32_t key)
{
	for (unsigned int i = 0; i < table->rows; i++)
		if (table->row[i].key == key)
			return &table->row[i];
	test_fail(__FILE__, __LINE__, "there is no row %u", key);
	return NULL;
}

TEST(stat_is_the_sum_of_the_vcpus)
{
	struct stat_list list;
	const struct stat_vm *vm;

	make_vm();
	stat_read(&list, root);
	EXPECT_EQ(list.count, 1);
	vm = &list.vm[0];
	EXPECT_STR_EQ(vm->name, "99999999-7");
	EXPECT_EQ(vm->pid, 99999999);
	EXPECT_EQ(vm->vcpus, 2);
	EXPECT_EQ(vm->exits.rows, 3);
	EXPECT_EQ(row(&vm->exits, 30)->count, 1003);
	EXPECT_EQ(row(&vm->exits, 30)->measured, 3);
	EXPECT_EQ(row(&vm->exits, 30)->kernel, 140);
	EXPECT_EQ(row(&vm->exits, 30)->user, 50);
	EXPECT_STR_EQ(row(&vm->exits, 30)->name, "IO_INSTRUCTION");
	EXPECT_EQ(vm->to_user, 901);
	EXPECT_EQ(row(&vm->msrs, 0x6e0)->count, 7);
	EXPECT_EQ(row(&vm->msrs, 0x6e0)->writes, 5);
	EXPECT_EQ(row(&vm->msrs, 0x6e0)->measured, 2);
	EXPECT_STR_EQ(row(&vm->msrs, 0xffffffff)->name, "(others)");
	EXPECT_EQ(vm->tsc_khz, 2000000);
	EXPECT_EQ(stat_ticks(vm), 1001);
	free(list.vm);
	remove_root();
}

TEST(stat_of_an_interval_is_what_is_new)
{
	struct stat_list before, now;
	struct stat_vm *vm;

	make_vm();
	stat_read(&before, root);
	write_file("99999999-7/vcpu0/exits", "        1500  30  IO_INSTRUCTION\n"
					     "           6  12  HLT\n"
					     "         901      to user space\n");
	stat_read(&now, root);
	stat_subtract(&now, &before, 0.5);
	vm = &now.vm[0];
	EXPECT_TRUE(now.seconds > 0.4);
	EXPECT_EQ(row(&vm->exits, 30)->count, 500);
	EXPECT_EQ(row(&vm->exits, 30)->measured, 0);
	EXPECT_EQ(row(&vm->exits, 32)->count, 0);
	EXPECT_EQ(row(&vm->exits, 12)->count, 6);
	EXPECT_EQ(row(&vm->msrs, 0x6e0)->count, 0);
	EXPECT_EQ(vm->to_user, 1);
	EXPECT_EQ(stat_ticks(vm), 0);
	stat_sort(&vm->exits);
	EXPECT_EQ(vm->exits.row[0].key, 30);
	EXPECT_EQ(vm->exits.row[1].key, 12);
	free(before.vm);
	free(now.vm);
	remove_root();
}

/* Nothing that a file holds may do harm, and what is not there is no VM's. */
TEST(stat_of_nonsense_is_nothing)
{
	char *text = malloc(100000);
	struct stat_list list;
	size_t at = 0;

	EXPECT_TRUE(text);
	make_root();
	stat_read(&list, root);
	EXPECT_EQ(list.count, 0);
	free(list.vm);

	make_directory("5-x");
	make_directory("99999999-8");
	make_directory("99999999-8/vcpu0");
	for (unsigned int i = 0; i < 2 * STAT_ROWS; i++)
		at += (size_t)sprintf(text + at, "1 %u NAME%u\n", i, i);
	memset(text + at, 'x', 5000);
	strcpy(text + at + 5000, "\n\n1 1\n-\n1 2 nothing 4 5\n");
	write_file("99999999-8/vcpu0/exits", text);
	write_file("99999999-8/vcpu0/msrs", text);
	write_file("99999999-8/vcpu0/costs", text);
	stat_read(&list, root);
	EXPECT_EQ(list.count, 1);
	EXPECT_EQ(list.vm[0].exits.rows, STAT_ROWS);
	EXPECT_EQ(list.vm[0].msrs.rows, 0);
	EXPECT_EQ(stat_ticks(&list.vm[0]), 0);
	free(list.vm);
	free(text);
	remove_root();
}
