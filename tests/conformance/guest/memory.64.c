// SPDX-License-Identifier: GPL-2.0
/* RAM: every page is there, is its own, and keeps what is written; so do first and last byte. */
#include "rt64.h"

#define FIRST (2ull << 20) /* above the image */
#define SPAN  (32ull << 20)
#define PART  (1ull << 20)

static u64 pattern(u64 address)
{
	return address * 0x9e3779b97f4a7c15 ^ address >> 7;
}

static bool all_zero(u64 end)
{
	u64 at;

	for (at = FIRST; at < end; at += PAGE_SIZE)
		if (*(volatile u64 *)at | *(volatile u64 *)(at + PAGE_SIZE - 8))
			return false;
	return true;
}

static void fill(u64 end)
{
	u64 at;

	for (at = FIRST; at < end; at += PAGE_SIZE) {
		*(volatile u64 *)at = pattern(at);
		*(volatile u64 *)(at + PAGE_SIZE - 8) = ~pattern(at);
	}
}

static bool holds(u64 end)
{
	u64 at;

	for (at = FIRST; at < end; at += PAGE_SIZE)
		if (*(volatile u64 *)at != pattern(at) ||
		    *(volatile u64 *)(at + PAGE_SIZE - 8) != ~pattern(at))
			return false;
	return true;
}

/* By string instructions: whole pages, and over page boundaries. */
static void check_strings(void)
{
	u8 *from = (u8 *)FIRST + 100, *to = (u8 *)FIRST + (1 << 20) + 50;
	u64 rsi = (u64)from, rdi = (u64)to, rcx = 10000;
	u32 i;

	for (i = 0; i < 10000; i++)
		from[i] = i * 13;
	__asm__ volatile("rep movsb" : "+S"(rsi), "+D"(rdi), "+c"(rcx) : : "memory");
	CHECK(!memcmp(from, to, 10000), "REP MOVSB over pages");
	rdi = (u64)to;
	rcx = 2000;
	__asm__ volatile("rep stosl" : "+D"(rdi), "+c"(rcx) : "a"(0x5a5a5a5a) : "memory");
	CHECK(to[0] == 0x5a && to[7999] == 0x5a && to[8000] == (u8)(8000 * 13),
	      "REP STOSL over pages");
}

static void check_edges(u64 end)
{
	volatile u8 *first = (u8 *)0, *last = (u8 *)end - 1;

	*first = 0x12;
	*last = 0x34;
	CHECK_EQ(*first, 0x12, "the first byte of RAM");
	CHECK_EQ(*last, 0x34, "the last byte of RAM");
	CHECK_EQ(*(last + 1), 0xff, "after it there is nothing");
}

static void check_high(void)
{
	volatile u64 *first = (u64 *)0x100000000;
	volatile u64 *last = (u64 *)(0x100000000 + boot_info->memory_high - 8);

	if (!boot_info->memory_high) {
		skip("RAM above 4 GiB", "the VM has less");
		return;
	}
	*first = 0x1111;
	*last = 0x2222;
	CHECK(*first == 0x1111 && *last == 0x2222, "RAM above 4 GiB");
	CHECK_EQ(*(volatile u64 *)0xc0000000, ~0ull, "the hole below 4 GiB is one");
}

void guest_main(void)
{
	u64 end = boot_info->memory_low;

	if (end > FIRST + SPAN)
		end = FIRST + SPAN;
	if (boot_info->memory_high) /* another run does the rest */
		end = FIRST + 2 * PART;
	/* Pages that are read first, and pages that are written first. */
	CHECK(all_zero(FIRST + PART), "RAM is zero at first");
	fill(end);
	CHECK(holds(end), "every page holds its pattern");
	write_cr3(read_cr3());
	CHECK(holds(end), "also after a flush of the TLB");
	check_strings();
	check_edges(boot_info->memory_low);
	check_high();
}
