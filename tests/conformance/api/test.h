/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness: TEST(name) { ... } registers a test; each runs in a process of its own, with a
 * time limit, and ends at the first check that fails.
 */
#ifndef API_TEST_H
#define API_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct test {
	const char *name;
	unsigned int seconds;
	void (*run)(void);
};

/*
 * The limit is in seconds of the machine that runs the test. An emulated one sleeps in no time,
 * so limits are generous: they catch what hangs, not what is slow.
 */
#define TEST_LIMIT(id, limit)                                                                      \
	static void body_##id(void);                                                               \
	static const struct test record_##id = {#id, limit, body_##id};                            \
	static const struct test *const entry_##id __attribute__((used, section("test_table"))) =  \
		&record_##id;                                                                      \
	static void body_##id(void)
#define TEST(id) TEST_LIMIT(id, 60)

/* The device under test, /dev/kvm unless --device says otherwise. */
extern const char *test_device;
/* --long: how many times longer the stress and fuzz tests run (1 by default). */
extern unsigned int test_scale;
/* --seed: where the fuzzers start. */
extern u64 test_seed;

/* Ends the running test as failed, from any thread or child process of it. */
void test_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
/* Ends the running test as skipped. */
void test_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Names the table row in work, for the message of a check that fails; "" ends it. */
void test_row(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "0" or the name of the errno that a system call's return value stands for. */
const char *test_errno(long result);
/* Runs a function in a child process and returns its wait status. */
int test_child(void (*run)(void *), void *argument);

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			test_fail(__FILE__, __LINE__, "expected %s", #condition);                  \
	} while (0)

#define CHECK_EQ(got, want)                                                                        \
	do {                                                                                       \
		unsigned long long got_ = (got), want_ = (want);                                   \
		if (got_ != want_)                                                                 \
			test_fail(__FILE__, __LINE__, "%s: expected %#llx got %#llx", #got, want_, \
				  got_);                                                           \
	} while (0)

#define CHECK_OK(call)                                                                             \
	({                                                                                         \
		long result_ = (long)(call);                                                       \
		if (result_ == -1)                                                                 \
			test_fail(__FILE__, __LINE__, "%s: expected success got %s", #call,        \
				  test_errno(-1));                                                 \
		result_;                                                                           \
	})

#define CHECK_ERR(call, error)                                                                     \
	do {                                                                                       \
		long result_ = (long)(call);                                                       \
		if (result_ != -1 || errno != (error))                                             \
			test_fail(__FILE__, __LINE__, "%s: expected %s got %s", #call, #error,     \
				  test_errno(result_));                                            \
	} while (0)

#define CHECK_MEM(got, want, size)                                                                 \
	do {                                                                                       \
		if (memcmp(got, want, size))                                                       \
			test_fail(__FILE__, __LINE__, "%s: expected the bytes of %s", #got,        \
				  #want);                                                          \
	} while (0)

#endif
