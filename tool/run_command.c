// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel run`: the VMM, which reads its words itself.
 */
#include "command.h"
#include "vmm/vmm.h"

static int run_main(const struct command *command, int argc, char **argv)
{
	return vmm_run(argc, argv);
}

const struct command run_command = {
	.name = "run",
	.summary = "run a guest image in a virtual machine",
	.main = run_main,
};
