// SPDX-License-Identifier: GPL-2.0
/* Runs the registered tests one by one and says how they went, in the manner of TAP. */
#define _GNU_SOURCE
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

enum {
	STATUS_PASS = 0,
	STATUS_FAIL = 99,
	STATUS_SKIP = 77,
};

struct tally {
	unsigned int number, passed, failed, skipped;
};

extern const struct test *const __start_test_table[];
extern const struct test *const __stop_test_table[];

const char *test_device = "/dev/kvm";
unsigned int test_scale = 1;
u64 test_seed = 1;

static bool show_times;
#define MAX_SKIPS 8
static const char *skip_names[MAX_SKIPS];
static unsigned int skips;
static __thread char row[96];

/* Written by a test's processes, read by the harness: why it failed or was skipped. */
static char *reason;
#define REASON_SIZE 1024

void test_fail(const char *file, int line, const char *format, ...)
{
	char text[REASON_SIZE / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* The first failure is the cause; what follows it elsewhere is not. */
	if (!reason[0])
		snprintf(reason, REASON_SIZE, "%s:%d%s%s: %s", file, line, row[0] ? " " : "", row,
			 text);
	_exit(STATUS_FAIL);
}

void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, REASON_SIZE, format, args);
	va_end(args);
	_exit(STATUS_SKIP);
}

void test_row(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row, sizeof(row), format, args);
	va_end(args);
}

const char *test_errno(long result)
{
	static __thread char number[24];
	const char *name = strerrorname_np(errno);

	if (result != -1) {
		snprintf(number, sizeof(number), "%ld", result);
		return number;
	}
	return name ? name : "an unknown errno";
}

int test_child(void (*run)(void *), void *argument)
{
	pid_t pid = fork();
	int status;

	CHECK_OK(pid);
	if (!pid) {
		run(argument);
		_exit(STATUS_PASS);
	}
	CHECK_OK(waitpid(pid, &status, 0));
	return status;
}

/* Waits for the child, at most so long; returns its wait status, or -1 when time ran out. */
static int wait_limited(pid_t pid, unsigned int seconds)
{
	struct timespec limit = {.tv_sec = seconds};
	sigset_t child;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		/* A SIGCHLD that came before this call is pending, so none is lost. */
		if (sigtimedwait(&child, NULL, &limit) < 0 && errno == EAGAIN)
			break;
	}
	if (waitpid(pid, &status, WNOHANG) == pid)
		return status;
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

static pid_t start_test(const struct test *test)
{
	pid_t pid;
	sigset_t none;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (pid) {
		setpgid(pid, pid);
		return pid;
	}
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	test->run();
	_exit(STATUS_PASS);
}

static void describe_death(int status, unsigned int seconds)
{
	if (status == -1)
		snprintf(reason, REASON_SIZE, "no end after %u s", seconds);
	else if (WIFSIGNALED(status))
		snprintf(reason, REASON_SIZE, "died of signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (!reason[0])
		snprintf(reason, REASON_SIZE, "exit status %d", WEXITSTATUS(status));
}

static void run_test(const struct test *test, struct tally *tally)
{
	struct timespec start, end;
	pid_t pid;
	int status;

	reason[0] = '\0';
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = start_test(test);
	status = wait_limited(pid, test->seconds * test_scale);
	/* Whatever the test left running holds file descriptors of its VMs. */
	kill(-pid, SIGKILL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	tally->number++;
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == STATUS_PASS) {
		tally->passed++;
		printf("ok %u - %s\n", tally->number, test->name);
	} else if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIP) {
		tally->skipped++;
		printf("ok %u - %s # SKIP %s\n", tally->number, test->name, reason);
	} else {
		tally->failed++;
		describe_death(status, test->seconds * test_scale);
		printf("not ok %u - %s: %s\n", tally->number, test->name, reason);
	}
	if (show_times)
		printf("# %s: %lld ms\n", test->name,
		       (end.tv_sec - start.tv_sec) * 1000LL +
			       (end.tv_nsec - start.tv_nsec) / 1000000);
	fflush(stdout);
}

static bool is_selected(const struct test *test, char **names, int count)
{
	for (unsigned int i = 0; i < skips; i++)
		if (strstr(test->name, skip_names[i]))
			return false;
	for (int i = 0; i < count; i++)
		if (strstr(test->name, names[i]))
			return true;
	return !count;
}

static void usage(FILE *stream)
{
	fputs("usage: api-tests [OPTION]... [NAME]...\n"
	      "Runs the tests whose name contains a NAME (all without one).\n"
	      "  --device PATH  the device, /dev/kvm by default\n"
	      "  --list         name the tests and end\n"
	      "  --long[=N]     stress and fuzz tests N times as long (50)\n"
	      "  --seed N       where the fuzzers start\n"
	      "  --skip NAME    leave out the tests whose name contains NAME; may be said again\n"
	      "  --times        say how long each test took\n",
	      stream);
}

static bool parse_options(int argc, char **argv, bool *list)
{
	static const struct option options[] = {
		{"device", required_argument, NULL, 'd'},
		{"list", no_argument, NULL, 'l'},
		{"long", optional_argument, NULL, 'x'},
		{"seed", required_argument, NULL, 's'},
		{"times", no_argument, NULL, 't'},
		{"skip", required_argument, NULL, 'k'},
		{NULL, 0, NULL, 0},
	};

	for (;;) {
		switch (getopt_long(argc, argv, "", options, NULL)) {
		case 'd':
			test_device = optarg;
			break;
		case 'l':
			*list = true;
			break;
		case 'x':
			test_scale = optarg ? strtoul(optarg, NULL, 0) : 50;
			break;
		case 's':
			test_seed = strtoull(optarg, NULL, 0);
			break;
		case 'k':
			if (skips == MAX_SKIPS)
				return false;
			skip_names[skips++] = optarg;
			break;
		case 't':
			show_times = true;
			break;
		case -1:
			return test_scale > 0;
		default:
			return false;
		}
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	sigset_t child;
	bool list = false;

	if (!parse_options(argc, argv, &list)) {
		usage(stderr);
		return 2;
	}
	reason = mmap(NULL, REASON_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reason == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	for (const struct test *const *test = __start_test_table; test < __stop_test_table;
	     test++) {
		if (!is_selected(*test, argv + optind, argc - optind))
			continue;
		if (list)
			puts((*test)->name);
		else
			run_test(*test, &tally);
	}
	if (list)
		return 0;
	printf("%u passed, %u failed, %u skipped\n", tally.passed, tally.failed, tally.skipped);
	return tally.failed || !tally.number;
}
