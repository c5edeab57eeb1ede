// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel vmcs`: a routine by which any hypervisor dumps its VMCS for `lintel check`.
 */
#include <stdio.h>

#include "tool/command.h"
#include "tool/json.h"

extern const char dump_vmcs_routine[];

static const struct option options[] = {
	COMMAND_OPTIONS,
	{0},
};

static const char help[] =
	"usage: lintel vmcs\n"
	"\n"
	"Prints a routine in C that writes the current VMCS, and what the processor can do, for\n"
	"`lintel check`. It is in the public domain, for you to paste into your hypervisor, and\n"
	"needs VMREAD, RDMSR and a printf of it.\n"
	"\n"
	"Options:\n"
	"  --json  the routine as a string\n"
	"  --help  this text\n"
	"\n"
	"Exit status: 0 fine; 2 bad usage.\n"
	"\n"
	"Examples:\n"
	"  lintel vmcs >dump_vmcs.h\n"
	"  lintel check serial.log    # what it has printed\n";

static int vmcs_main(const struct command *command, int argc, char **argv)
{
	bool json = false;

	while (command_option(command, argc, argv, &json) != -1)
		;
	if (argc != optind)
		command_fail_usage(command, "no file is read");
	if (json)
		json_print(json_pack("{s:s}", "routine", dump_vmcs_routine));
	else
		fputs(dump_vmcs_routine, stdout);
	return COMMAND_FINE;
}

const struct command vmcs_command = {
	.name = "vmcs",
	.summary = "a routine by which your hypervisor dumps a VMCS for `lintel check`",
	.main = vmcs_main,
	.options = options,
	.help = help,
};
