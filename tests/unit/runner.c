// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the unit tests.
 *
 *	unit [-l] [-1] [TEXT ...]
 *
 * Runs the tests whose name or file contains one of the texts (=NAME: the one of that name), or all.
 * -l lists them instead, -1 runs them in this process (for a debugger).  The last line is
 * "N passed, N failed"; the exit status is 0 only if something passed and
 * nothing failed.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define FAILURES_PRINTED 20 /* of one test */

static struct test *tests;
static unsigned int failures;
static char context[256];

void test_register(struct test *test)
{
	struct test **link = &tests;

	/* by file and name, so that the order does not depend on the linker */
	while (*link &&
	       (strcmp((*link)->file, test->file) < 0 ||
		(!strcmp((*link)->file, test->file) && strcmp((*link)->name, test->name) < 0)))
		link = &(*link)->next;
	test->next = *link;
	*link = test;
}

void test_context(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
}

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	if (++failures > FAILURES_PRINTED)
		return;
	printf("%s:%d: ", file, line);
	if (context[0])
		printf("[%s] ", context);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

const char *test_source_path(const char *relative)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", SOURCE_ROOT, relative);
	return path;
}

bool test_equal(const char *file, int line, const char *got_text, unsigned long long got,
		const char *expected_text, unsigned long long expected)
{
	if (got != expected)
		test_fail(file, line, "%s is %lld (0x%llx), expected %s = %lld (0x%llx)", got_text,
			  (long long)got, got, expected_text, (long long)expected, expected);
	return got == expected;
}

bool test_same_text(const char *file, int line, const char *got_text, const char *got,
		    const char *expected)
{
	if (got && !strcmp(got, expected))
		return true;
	test_fail(file, line, "%s is \"%s\", expected \"%s\"", got_text, got ? got : "(NULL)",
		  expected);
	return false;
}

bool test_has_text(const char *file, int line, const char *text, const char *part)
{
	if (text && strstr(text, part))
		return true;
	test_fail(file, line, "\"%s\" does not contain \"%s\"", text ? text : "(NULL)", part);
	return false;
}

bool test_true(const char *file, int line, const char *text, bool value)
{
	if (!value)
		test_fail(file, line, "not so: %s", text);
	return value;
}

static bool is_meant(const struct test *test, const char *text)
{
	if (text[0] == '=')
		return !strcmp(test->name, text + 1);
	return strstr(test->name, text) || strstr(test->file, text);
}

static bool is_chosen(const struct test *test, char **texts, int count)
{
	if (count == 0)
		return true;
	for (int i = 0; i < count; i++)
		if (is_meant(test, texts[i]))
			return true;
	return false;
}

/* gives: whether the test passed; its failures are printed. */
static bool run_here(const struct test *test)
{
	failures = 0;
	context[0] = '\0';
	test->run();
	if (failures > FAILURES_PRINTED)
		printf("%s: %u failures more\n", test->file, failures - FAILURES_PRINTED);
	return failures == 0;
}

static bool run_apart(const struct test *test)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (child == 0)
		exit(run_here(test) ? 0 : 1);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFSIGNALED(status))
		printf("%s: %s: killed by signal %d\n", test->file, test->name, WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;
	bool list = false, here = false;
	int option;

	while ((option = getopt(argc, argv, "l1")) != -1) {
		if (option == '?')
			return 2;
		list |= option == 'l';
		here |= option == '1';
	}
	for (const struct test *test = tests; test; test = test->next) {
		if (!is_chosen(test, argv + optind, argc - optind))
			continue;
		if (list) {
			printf("%s: %s\n", test->file, test->name);
			continue;
		}
		if (here ? run_here(test) : run_apart(test)) {
			passed++;
			continue;
		}
		failed++;
		printf("FAILED %s: %s\n", test->file, test->name);
	}
	if (list)
		return 0;
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
