/* SPDX-License-Identifier: GPL-2.0 */
/* Runs of a test from many seeds. */
#ifndef LINTEL_TESTS_UNIT_SEEDS_H
#define LINTEL_TESTS_UNIT_SEEDS_H

#include "test.h"

/* What is 0 was not said. */
struct seed_options {
	const char *program; /* for the line that runs it again */
	unsigned long long seeds, seed, steps;
};

/* One run, in this process; gives: did it pass?  Its failures are printed. */
typedef bool (*seed_run_fn)(const struct test *test, unsigned long long seed,
			    unsigned long long steps);

/*
 * The runs, each in a process of its own, as many at a time as there are processors; until one
 * fails. gives: did all pass?  Prints which seeds it were, and of the first that failed its words
 * and how to run it again.
 */
bool seeds_run(const struct test *test, const struct seed_options *options, seed_run_fn run);

#endif
