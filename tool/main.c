// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "words/say.h"

/* clang-format off */
static const struct command *const commands[] = {
	&bitmap_command,
	&caps_command,
	&check_command,
	&compat_command,
	&diff_command,
	&doctor_command,
	&explain_command,
	&matrix_command,
	&record_command,
	&run_command,
	&stat_command,
	&vmcs_command,
};
/* clang-format on */

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: lintel COMMAND [OPTIONS]\n\ncommands:\n", to);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nlintel COMMAND --help says more; lintel --version says which this is.\n"
	      "\nExit status (run: see there): 0 fine; 1 the answer is no; 2 bad input or "
	      "usage;\n3 there is none.\n",
	      to);
}

/* What was printed has also to arrive. */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	say_errno(NULL, "standard output");
	return COMMAND_BAD;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return COMMAND_BAD;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return finish(COMMAND_FINE);
	}
	if (!strcmp(argv[1], "--version")) {
		puts("lintel " LINTEL_VERSION);
		return finish(COMMAND_FINE);
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i]->name))
			return finish(commands[i]->main(commands[i], argc - 1, argv + 1));
	say_error("see lintel --help", "unknown command %s", argv[1]);
	return COMMAND_BAD;
}
