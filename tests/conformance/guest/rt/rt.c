// SPDX-License-Identifier: GPL-2.0
#include "rt.h"

static u32 checks, failures;

static void put(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((u16)SERIAL_PORT));
}

/* The VMM's transmitter is always ready: no look at LSR, which would be an exit more a byte. */
void print(const char *text)
{
	while (*text)
		put(*text++);
}

void print_hex(u64 value)
{
	int shift = 60;

	print("0x");
	while (shift > 0 && !(value >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 15]);
}

void print_dec(u32 value)
{
	char digits[11];
	int i = 10;

	digits[i] = 0;
	do {
		digits[--i] = '0' + value % 10;
		value /= 10;
	} while (value);
	print(digits + i);
}

void check(bool ok, const char *text)
{
	checks++;
	if (!ok)
		failures++;
	print(ok ? "ok " : "not ok ");
	print_dec(checks);
	print(" - ");
	print(text);
	print("\n");
}

void check_equal(u64 got, u64 want, const char *text)
{
	check(got == want, text);
	if (got == want)
		return;
	print("# got ");
	print_hex(got);
	print(", want ");
	print_hex(want);
	print("\n");
}

void skip(const char *text, const char *why)
{
	checks++;
	print("ok ");
	print_dec(checks);
	print(" - ");
	print(text);
	print(" # SKIP ");
	print(why);
	print("\n");
}

void debug_exit(u8 value)
{
	for (;;)
		__asm__ volatile("outb %0, %1; hlt" : : "a"(value), "d"((u16)DEBUG_EXIT_PORT));
}

void done(void)
{
	print("1..");
	print_dec(checks);
	print("\n");
	debug_exit(failures || !checks);
}

/* The compiler calls these three. */
void *memset(void *to, int byte, size_t size)
{
	u8 *p = to;

	while (size--)
		*p++ = byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	const u8 *q = from;
	u8 *p = to;

	while (size--)
		*p++ = *q++;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const u8 *p = a, *q = b;

	for (; size; size--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}
