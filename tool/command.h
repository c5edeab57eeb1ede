/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the commands of `lintel` have in common: options, failures, exit statuses.
 *
 * A new command NAME is a file that defines `const struct command NAME_command`, and two rows: its
 * declaration at the end of this file and its place in the table of main.c.  It
 *
 *   - takes its options by command_option(), which knows --json and --help;
 *   - reads all of its input before it prints anything, and ends by a command_fail function if that
 *     is bad: status 2, one line on stderr, nothing on stdout;
 *   - prints by stdio on stdout (main() tells if that could not be written), JSON by json.h,
 *     colours by colour.h;
 *   - returns COMMAND_FINE, COMMAND_NO or COMMAND_OPEN.
 */
#ifndef TOOL_COMMAND_H
#define TOOL_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

enum command_status {
	COMMAND_FINE = 0,
	COMMAND_NO = 1,	  /* the answer is no: refused, differs, incompatible, a rule is broken */
	COMMAND_BAD = 2,  /* bad input or usage */
	COMMAND_OPEN = 3, /* neither yes nor no: what would decide is not there */
};

struct command {
	const char *name;
	const char *summary; /* for the list in `lintel --help` */
	/* Gets the words from the command's own name on; returns the exit status. */
	int (*main)(const struct command *command, int argc, char **argv);
	/* Ends with {0}.  val is the letter of the short option, or from 256 on if there is none.
	 * NULL: the command reads its words itself. */
	const struct option *options;
	const char *help; /* the text of --help, with examples; NULL as above */
};

/* The options of every command; they belong into its list. */
enum { COMMAND_OPTION_JSON = 0x1000, COMMAND_OPTION_HELP = 'h' };
#define COMMAND_OPTIONS                                                                            \
	{"json", no_argument, NULL, COMMAND_OPTION_JSON},                                          \
	{                                                                                          \
		"help", no_argument, NULL, COMMAND_OPTION_HELP                                     \
	}

/*
 * The next option, as getopt_long() gives it (optarg, optind); -1 when there is none left.  --json
 * sets *json and is not returned.  --help prints the help and ends the process; so does a wrong
 * option, with status 2.
 */
int command_option(const struct command *command, int argc, char **argv, bool *json);

/*
 * These print one line on stderr and end the process with COMMAND_BAD.
 * command_fail: "lintel: WHAT"; _usage: "lintel: NAME: WHAT: see lintel NAME --help";
 * _at: "FILE:LINE:COLUMN: WHAT", line and column from 1 on.
 */
_Noreturn void command_fail(const char *what, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void command_fail_usage(const struct command *command, const char *what, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void command_fail_at(const char *file, unsigned int line, unsigned int column,
			       const char *what, ...) __attribute__((format(printf, 4, 5)));

/* An option's number between min and max (0x and leading 0 as in C), or command_fail_usage(). */
unsigned long long command_number(const struct command *command, const char *option,
				  const char *text, unsigned long long min, unsigned long long max);

/* Memory, or command_fail(): a command has nothing better to do without.  To be freed by free(). */
void *command_alloc(size_t count, size_t size);

extern const struct command bitmap_command, caps_command, check_command, compat_command,
	diff_command, doctor_command, explain_command, matrix_command, record_command, run_command,
	stat_command, vmcs_command;

#endif
