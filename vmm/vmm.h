/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMM of `lintel run`, for who has its command line: the one thing that others call.
 */
#ifndef VMM_VMM_H
#define VMM_VMM_H

/*
 * Runs the virtual machine that the words after "run", which is argv[0], describe; they may also
 * ask for help.  Once in a process.  Returns the exit status, as --help says them; why a guest did
 * not run, or ended badly, has been said then.
 */
int vmm_run(int argc, char **argv);

#endif
