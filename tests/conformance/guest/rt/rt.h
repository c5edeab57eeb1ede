/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every guest program has: a serial port to print on, checks that count themselves, and an
 * end.  Works in 16-bit, 32-bit and 64-bit mode.
 *
 * The output is the Test Anything Protocol: "ok N - text" or "not ok N - text" for each check,
 * "1..N" last.  The VM ends with debug-exit value 0 if every check held, 1 if not, 2 after an
 * exception that nobody expected.
 */
#ifndef GUEST_RT_H
#define GUEST_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define SERIAL_PORT	0x3f8
#define SERIAL_SCRATCH	0x3ff
#define DEBUG_EXIT_PORT 0xf4
#define PAGE_SIZE	4096
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The guest program itself.  When it returns the VM ends as done() says. */
void guest_main(void);

void print(const char *text);
void print_hex(u64 value);
void print_dec(u32 value);

/* One check. */
#define CHECK(cond, text) check(!!(cond), (text))
void check(bool ok, const char *text);

/* A check of a value, that shows it when it is wrong. */
#define CHECK_EQ(got, want, text) check_equal((u64)(got), (u64)(want), (text))
void check_equal(u64 got, u64 want, const char *text);

/* A check that this machine has no use for: counts as passed, and says why. */
void skip(const char *text, const char *why);

/* Prints the plan and ends the VM. */
void done(void) __attribute__((noreturn));

/* Ends the VM with a debug-exit value. */
void debug_exit(u8 value) __attribute__((noreturn));

void *memset(void *to, int byte, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
