/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The unit tests' harness.
 *
 *	TEST(module_does_this) { EXPECT_EQ(got, expected); }
 *
 * A test registers itself and runs in a process of its own, so that a crash, a
 * sanitizer's report or a panic of the simulator is one failed test; so is one
 * that loses memory.  EXPECT_* records a failure and goes on; REQUIRE_* also
 * leaves the function.
 */
#ifndef LINTEL_TESTS_UNIT_TEST_H
#define LINTEL_TESTS_UNIT_TEST_H

#include <stdbool.h>
#include <string.h>

struct test {
	const char *name;
	const char *file;
	void (*run)(void);
	/* Or: one of many runs; of each seed there is one, the first `steps` steps of it. */
	void (*run_seed)(unsigned long long seed, unsigned long long steps);
	unsigned int seeds;	  /* when nobody says how many */
	unsigned long long steps; /* the same */
	struct test *next;
};

void test_register(struct test *test);

#define TEST(name_)                                                                                \
	static void test_##name_(void);                                                            \
	__attribute__((constructor)) static void register_##name_(void)                            \
	{                                                                                          \
		static struct test test = {#name_, __FILE__, test_##name_, NULL, 0, 0, NULL};      \
		test_register(&test);                                                              \
	}                                                                                          \
	static void test_##name_(void)

/*
 *	SEED_TEST(machine_holds, 500, 1000) { run(seed, steps); }
 *
 * 500 runs of 1000 steps, each in a process of its own, of seeds that are drawn anew each time.  A
 *run depends on seed and steps alone; that of fewer steps is the beginning of it, and an end.
 */
#define SEED_TEST(name_, seeds_, steps_)                                                           \
	static void test_##name_(unsigned long long seed, unsigned long long steps);               \
	__attribute__((constructor)) static void register_##name_(void)                            \
	{                                                                                          \
		static struct test test = {#name_, __FILE__, NULL, test_##name_,                   \
					   seeds_, steps_,   NULL};                                \
		test_register(&test);                                                              \
	}                                                                                          \
	static void test_##name_(unsigned long long seed, unsigned long long steps)

/* Says, in every failure from now on, what was being looked at. */
__attribute__((format(printf, 1, 2))) void test_context(const char *format, ...);

/* Records a failure. */
__attribute__((format(printf, 3, 4))) void test_fail(const char *file, int line, const char *format,
						     ...);

/* The absolute path of a file of the source tree, in a buffer that the next call reuses. */
const char *test_source_path(const char *relative);

bool test_equal(const char *file, int line, const char *got_text, unsigned long long got,
		const char *expected_text, unsigned long long expected);
bool test_same_text(const char *file, int line, const char *got_text, const char *got,
		    const char *expected);
bool test_has_text(const char *file, int line, const char *text, const char *part);
bool test_true(const char *file, int line, const char *text, bool value);

/* Integers of any type, enums, bools, pointers cast to integers. */
#define EXPECT_EQ(got, expected)                                                                   \
	test_equal(__FILE__, __LINE__, #got, (unsigned long long)(got), #expected,                 \
		   (unsigned long long)(expected))
#define EXPECT_STR_EQ(got, expected) test_same_text(__FILE__, __LINE__, #got, got, expected)
#define EXPECT_CONTAINS(text, part)  test_has_text(__FILE__, __LINE__, text, part)
#define EXPECT_TRUE(condition)	     test_true(__FILE__, __LINE__, #condition, !!(condition))
#define EXPECT_FALSE(condition)	     test_true(__FILE__, __LINE__, "!(" #condition ")", !(condition))

#define REQUIRE_EQ(got, expected)                                                                  \
	do {                                                                                       \
		if (!EXPECT_EQ(got, expected))                                                     \
			return;                                                                    \
	} while (0)
#define REQUIRE_TRUE(condition)                                                                    \
	do {                                                                                       \
		if (!EXPECT_TRUE(condition))                                                       \
			return;                                                                    \
	} while (0)

#endif
