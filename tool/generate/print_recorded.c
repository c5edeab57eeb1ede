// SPDX-License-Identifier: GPL-2.0
/*
 * print_recorded DIRECTORY: prints the recordings of a directory as C, for the build of the
 * command (recorded.h).
 */
#include <stdio.h>

#include "tool/command.h"
#include "tool/processor/recorded.h"

static void print_text(const char *name, const char *text)
{
	printf("\t\t.%s = \"", name);
	for (; *text; text++)
		printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	puts("\",");
}

static void print_row(const struct recorded *row)
{
	puts("\t{");
	print_text("file", row->file);
	print_text("cpu", row->cpu);
	print_text("label", row->label);
	printf("\t\t.class = %d, .family = %u, .model = %u, .stepping = %u,\n", row->class,
	       row->family, row->model, row->stepping);
	printf("\t\t.msrs = {.present = 0x%x, .value = {", row->msrs.present);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		printf("0x%llx, ", (unsigned long long)row->msrs.value[msr]);
	puts("}},\n\t},");
}

int main(int argc, char **argv)
{
	struct recorded_list list;

	if (argc != 2)
		command_fail("usage: %s DIRECTORY", argv[0]);
	list = recorded_read(argv[1]);
	puts("#include \"tool/processor/recorded.h\"\n\nstatic const struct recorded rows[] = {");
	for (unsigned int i = 0; i < list.count; i++)
		print_row(&list.row[i]);
	printf("};\n\nconst struct recorded_list recorded_built_in = {rows, %u};\n", list.count);
	return fflush(stdout) || ferror(stdout) ? COMMAND_BAD : COMMAND_FINE;
}
