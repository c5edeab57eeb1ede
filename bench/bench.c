// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

/* What the parts taken from the API tests ask of their harness. */
const char *test_device = "/dev/kvm";

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "bench: %s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

const char *test_errno(long result)
{
	return result == -1 ? strerror(errno) : "0";
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

void bench_row(const char *name, u64 *samples, unsigned int count)
{
	qsort(samples, count, sizeof(samples[0]), compare);
	printf("%s\t%llu\t%llu\n", name, (unsigned long long)samples[0],
	       (unsigned long long)samples[count / 2]);
	fflush(stdout);
	MARK(COUNT_END);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "scale")) {
		bench_scale();
		return 0;
	}
	bench_api();
	bench_events();
	return 0;
}
