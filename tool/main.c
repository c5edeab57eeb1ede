// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "say.h"

static const struct command {
	const char *name;
	int (*main)(int argc, char **argv); /* gets the words from its own name on */
	const char *summary;
} commands[] = {
	{"run", run_main, "run a guest image in a virtual machine"},
};

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: lintel COMMAND [OPTIONS]\n\ncommands:\n", to);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\nlintel COMMAND --help says more.\n", to);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return 0;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	say_error("see lintel --help", "unknown command %s", argv[1]);
	return 2;
}
