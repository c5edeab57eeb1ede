// SPDX-License-Identifier: GPL-2.0
/* lintel stat: the exits of the VMs that run. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool/command.h"
#include "words/say.h"
#include "stat.h"

#define DEBUGFS	    "/sys/kernel/debug/lintel"
#define SECONDS_MIN 0.01
#define SECONDS_MAX 86400.0

struct stat_options {
	const char *debugfs;
	double seconds;		  /* of an interval; 0: no --watch */
	unsigned long long count; /* of intervals; 0: without end */
	bool json;
	char **vms; /* PID or PID-FD, ends with NULL; all if there is none */
};

/* Exits are measured as long as the file is open: the kernel closes it whatever becomes of us. */
static void start_measuring(const char *debugfs)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/measure", debugfs);
	if (open(path, O_RDONLY | O_CLOEXEC) < 0)
		say_errno("exits are counted, but what they cost is not measured", "%s", path);
}

static bool names(const char *wanted, const struct stat_vm *vm)
{
	size_t length = strlen(wanted);

	return !strncmp(vm->name, wanted, length) &&
	       (vm->name[length] == '\0' || vm->name[length] == '-');
}

static bool is_wanted(char **wanted, const struct stat_vm *vm)
{
	for (; *wanted; wanted++)
		if (names(*wanted, vm))
			return true;
	return false;
}

static void keep_wanted(struct stat_list *list, char **wanted)
{
	unsigned int kept = 0;

	if (!*wanted)
		return;
	for (unsigned int i = 0; i < list->count; i++)
		if (is_wanted(wanted, &list->vm[i]))
			list->vm[kept++] = list->vm[i];
	list->count = kept;
}

static void check_wanted(const struct stat_list *list, char **wanted)
{
	for (; *wanted; wanted++) {
		bool found = false;

		for (unsigned int i = 0; i < list->count; i++)
			found = found || names(*wanted, &list->vm[i]);
		if (!found)
			command_fail("no VM %s: see lintel stat for those that run", *wanted);
	}
}

static void show(const struct stat_options *options, struct stat_list *list)
{
	for (unsigned int i = 0; i < list->count; i++) {
		stat_sort(&list->vm[i].exits);
		stat_sort(&list->vm[i].msrs);
	}
	if (options->json) {
		json_print(stat_json(list));
		return;
	}
	if (list->seconds > 0 && isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout); /* ECMA-48: home, and clear what is below */
	stat_print(list);
	if (list->seconds > 0 && !isatty(STDOUT_FILENO))
		putchar('\n');
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void sleep_for(double seconds)
{
	struct timespec time = {.tv_sec = (time_t)seconds};

	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

/* Each interval's counts are what is new since the one before. */
static void watch(const struct stat_options *options, struct stat_list *before)
{
	double last = now();

	for (unsigned long long i = 0; !options->count || i < options->count; i++) {
		struct stat_list list, copy;
		double time;

		sleep_for(options->seconds);
		stat_read(&list, options->debugfs);
		keep_wanted(&list, options->vms);
		time = now();
		copy = list;
		copy.vm = command_alloc(list.count, sizeof(*list.vm));
		memcpy(copy.vm, list.vm, list.count * sizeof(*list.vm));
		stat_subtract(&copy, before, time - last);
		show(options, &copy);
		if (fflush(stdout) || ferror(stdout))
			return;
		free(copy.vm);
		free(before->vm);
		*before = list;
		last = time;
	}
}

static double parse_seconds(const struct command *command, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX))
		command_fail_usage(command, "--watch %s: seconds from %g to %g are needed", text,
				   SECONDS_MIN, SECONDS_MAX);
	return seconds;
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789.")] == '\0';
}

enum { OPTION_WATCH = 256, OPTION_COUNT, OPTION_DEBUGFS };

static const struct option stat_options[] = {
	{"watch", optional_argument, NULL, OPTION_WATCH},
	{"count", required_argument, NULL, OPTION_COUNT},
	{"debugfs", required_argument, NULL, OPTION_DEBUGFS},
	COMMAND_OPTIONS,
	{0},
};

static void take_option(const struct command *command, struct stat_options *options, int option,
			char **argv)
{
	switch (option) {
	case OPTION_WATCH:
		/* getopt_long() takes an optional argument only after "=". */
		if (!optarg && argv[optind] && is_number(argv[optind]))
			optarg = argv[optind++];
		options->seconds = optarg ? parse_seconds(command, optarg) : 1;
		break;
	case OPTION_COUNT:
		options->count = command_number(command, "--count", optarg, 1, 1000000000);
		break;
	case OPTION_DEBUGFS:
		options->debugfs = optarg;
		break;
	}
}

static int stat_main(const struct command *command, int argc, char **argv)
{
	struct stat_options options = {.debugfs = DEBUGFS};
	struct stat_list list;
	int option;

	while ((option = command_option(command, argc, argv, &options.json)) != -1)
		take_option(command, &options, option, argv);
	if (options.count && !(options.seconds > 0))
		command_fail_usage(command, "--count is of intervals: it needs --watch");
	options.vms = argv + optind;
	if (options.seconds > 0)
		start_measuring(options.debugfs);
	stat_read(&list, options.debugfs);
	check_wanted(&list, options.vms);
	keep_wanted(&list, options.vms);
	if (options.seconds > 0)
		watch(&options, &list);
	else
		show(&options, &list);
	free(list.vm);
	return COMMAND_FINE;
}

const struct command stat_command = {
	.name = "stat",
	.summary = "the exits of the VMs that run, by reason and by MSR, and what they cost",
	.main = stat_main,
	.options = stat_options,
	.help = "usage: lintel stat [OPTIONS] [VM...]\n"
		"\n"
		"Shows how often each running VM left the guest, by exit reason and by MSR, and "
		"how\n"
		"many of these exits went on to user space: since it began, or with --watch in "
		"each\n"
		"interval.  VM is the process (1234), or one VM of it (1234-7); without one: all.\n"
		"\n"
		"What exits cost is measured only while somebody watches, so that it costs "
		"nothing\n"
		"otherwise; it ends with the command, however that ends.  Without --watch, costs "
		"are\n"
		"those that were measured up to now.\n"
		"\n"
		"  kernel   an exit's time in the kernel, until the guest is entered again: "
		"nanoseconds,\n"
		"           or ticks of the TSC (tk) where their rate is not known\n"
		"  user     its time in user space, from KVM_RUN's return to the next KVM_RUN\n"
		"  of time  both, as a share of the time of the VM's vCPUs\n"
		"  asleep   time that vCPUs sleep in the kernel, as after HLT; no exit's cost\n"
		"Time in which something else has the CPU counts where the vCPU was.\n"
		"\n"
		"Options:\n"
		"  --watch[=SECONDS]  every so often (1, or 0.01 to 86400), what is new; on a "
		"terminal on\n"
		"                     a page of its own; --watch SECONDS is the same\n"
		"  --count N          end after N intervals\n"
		"  --debugfs DIR      read DIR instead of /sys/kernel/debug/lintel\n"
		"  --json             an array with an object for each VM; with --watch one array "
		"after\n"
		"                     the other\n"
		"  -h, --help         this text\n"
		"\n"
		"Exit status: 0: also if no VM is running; 2: nothing can be read (the message "
		"says\n"
		"what to do), no such VM, or usage.\n"
		"\n"
		"Examples:\n"
		"  lintel stat --watch\n"
		"  lintel stat --watch 0.5 --count 10 --json 1234\n",
};
