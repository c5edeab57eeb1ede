// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel caps`: what the VT-x of a processor can do, and what Lintel makes of it.
 */
#include <stdio.h>

#include "caps.h"
#include "tool/command.h"
#include "tool/processor/live.h"

enum { OPTION_CPU = 256, OPTION_ALL, OPTION_BRIEF };

static const struct option options[] = {
	{"cpu", required_argument, NULL, OPTION_CPU},
	{"all", no_argument, NULL, OPTION_ALL},
	{"brief", no_argument, NULL, OPTION_BRIEF},
	COMMAND_OPTIONS,
	{0},
};

struct request {
	int cpu; /* LIVE_ALL: all of this machine */
	bool live, brief, json;
};

static void parse(const struct command *command, int argc, char **argv, struct request *request)
{
	int option;

	*request = (struct request){.cpu = LIVE_ALL};
	while ((option = command_option(command, argc, argv, &request->json)) != -1) {
		request->live |= option != OPTION_BRIEF;
		if (option == OPTION_CPU)
			request->cpu =
				(int)command_number(command, "--cpu", optarg, 0, LIVE_CPU_MAX);
		else if (option == OPTION_ALL)
			request->cpu = LIVE_ALL;
		else
			request->brief = true;
	}
	if (request->live && optind < argc)
		command_fail_usage(command, "either files or this machine (--cpu, --all)");
}

static void print_json(const struct processors *processors)
{
	json_t *answer = json_array();

	for (size_t i = 0; i < processors->count; i++)
		json_array_append_new(answer, caps_json(&processors->list[i]));
	json_print(answer);
}

static void print_text(const struct processors *processors, bool brief)
{
	for (size_t i = 0; i < processors->count; i++) {
		if (brief) {
			caps_print_verdict(&processors->list[i]);
			continue;
		}
		if (i)
			putchar('\n');
		caps_print(&processors->list[i]);
	}
}

static int caps_main(const struct command *command, int argc, char **argv)
{
	struct processors processors = {0};
	struct request request;

	parse(command, argc, argv, &request);
	if (optind < argc)
		processors_add_files(&processors, argv + optind);
	else
		processors_add_live(&processors, request.cpu);
	if (request.json)
		print_json(&processors);
	else
		print_text(&processors, request.brief);
	return processors_status(&processors);
}

const struct command caps_command = {
	.name = "caps",
	.summary = "what the VT-x of a processor can do, and whether Lintel can use it",
	.main = caps_main,
	.options = options,
	.help = "usage: lintel caps [OPTIONS] [FILE...]\n"
		"\n"
		"Decodes the VMX capability MSRs of the processors in FILEs (recordings, as those "
		"of\n"
		"data/cpus/; - is the standard input) or, without any, of this machine: each "
		"field,\n"
		"each control with what the processor allows, what Lintel asks and what it gets, "
		"and\n"
		"the verdict: usable, or refused and why.\n"
		"\n"
		"The values of this machine come from /dev/cpu/*/msr (root; modprobe msr) or, with "
		"the\n"
		"module loaded, from debugfs.\n"
		"\n"
		"Options:\n"
		"  --cpu N   this machine's logical CPU N\n"
		"  --all     all of this machine's CPUs; those with the same values are shown "
		"once.\n"
		"            This is so if nothing is said\n"
		"  --brief   the verdicts only, a line for each processor\n"
		"  --json    as JSON (docs/tool.md)\n"
		"  --help    this text\n"
		"\n"
		"Exit status: 0 all are usable; 1 one is refused; 2 bad input or usage; 3 of one "
		"it is\n"
		"not known.\n"
		"\n"
		"Examples:\n"
		"  lintel caps\n"
		"  lintel caps --brief data/cpus/*.msr\n"
		"  lintel caps --json cpu.msr | jq '.[0].features'\n",
};
