/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOOL_RUN_H
#define TOOL_RUN_H

/* `lintel run`: @argv[0] is "run".  Returns the process's exit status (enum run_status). */
int run_main(int argc, char **argv);

#endif
