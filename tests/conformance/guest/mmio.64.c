// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and stores where there is neither RAM nor a device: a load gives all ones, a store goes
 * nowhere, and the instruction does everything else that it does.
 */
#include "rt64.h"

#define HOLE 0xd0000000ull

/* LOAD("mov (%1), %k0", v): one instruction that reads HOLE, with the register at @before. */
#define LOAD(insn, before)                                                                         \
	({                                                                                         \
		u64 value = (before);                                                              \
		__asm__ volatile(insn : "+r"(value) : "r"(HOLE) : "memory");                       \
		value;                                                                             \
	})

#define STORE(insn, value) __asm__ volatile(insn : : "r"((u64)(value)), "r"(HOLE) : "memory")

static void check_loads(void)
{
	CHECK_EQ(LOAD("movb (%1), %b0", 0), 0xff, "8-bit load keeps bits 63:8");
	CHECK_EQ(LOAD("movw (%1), %w0", 0), 0xffff, "16-bit load keeps bits 63:16");
	CHECK_EQ(LOAD("movl (%1), %k0", 0x1234567800000000), 0xffffffff,
		 "32-bit load clears bits 63:32");
	CHECK_EQ(LOAD("movq (%1), %q0", 0), ~0ull, "64-bit load");
	CHECK_EQ(LOAD("movl 3(%1), %k0", 0), 0xffffffff, "unaligned 32-bit load");
	CHECK_EQ(LOAD("movq 5(%1), %q0", 0), ~0ull, "unaligned 64-bit load");
}

static void check_extending_loads(void)
{
	CHECK_EQ(LOAD("movzbl (%1), %k0", ~0ull), 0xff, "MOVZX 8 to 32");
	CHECK_EQ(LOAD("movzbw (%1), %w0", 0), 0xff, "MOVZX 8 to 16");
	CHECK_EQ(LOAD("movzwl (%1), %k0", ~0ull), 0xffff, "MOVZX 16 to 32");
	CHECK_EQ(LOAD("movzwq (%1), %q0", ~0ull), 0xffff, "MOVZX 16 to 64");
	CHECK_EQ(LOAD("movsbl (%1), %k0", 0), 0xffffffff, "MOVSX 8 to 32");
	CHECK_EQ(LOAD("movsbq (%1), %q0", 0), ~0ull, "MOVSX 8 to 64");
	CHECK_EQ(LOAD("movswq (%1), %q0", 0), ~0ull, "MOVSX 16 to 64");
	CHECK_EQ(LOAD("movslq (%1), %q0", 0), ~0ull, "MOVSXD 32 to 64");
}

static void check_registers(void)
{
	u64 rax, r8, r15;

	__asm__ volatile("xor %%eax, %%eax; movb (%1), %%ah" : "=a"(rax) : "r"(HOLE));
	CHECK_EQ(rax, 0xff00, "a load to AH");
	__asm__ volatile(
		"mov %2, %%r13; mov (%%r13), %%r8; xor %%r15d, %%r15d; movb (%%r13), %%r15b;"
		"mov %%r8, %0; mov %%r15, %1"
		: "=r"(r8), "=r"(r15)
		: "r"(HOLE)
		: "r8", "r13", "r15");
	CHECK_EQ(r8, ~0ull, "a load to R8 from (R13)");
	CHECK_EQ(r15, 0xff, "a load to R15B");
	__asm__ volatile("mov %1, %%r12; xor %%esi, %%esi; movb (%%r12), %%sil; mov %%rsi, %0"
			 : "=r"(rax)
			 : "r"(HOLE)
			 : "rsi", "r12");
	CHECK_EQ(rax, 0xff, "a load to SIL from (R12)");
}

static void check_addressing(void)
{
	u64 value;

	__asm__ volatile("mov 8(%1,%2,4), %0" : "=r"(value) : "r"(HOLE), "r"(16ull));
	CHECK_EQ(value, ~0ull, "base, index, scale and displacement");
	__asm__ volatile("movabs 0xd0000010, %%eax" : "=a"(value) : "0"(0));
	CHECK_EQ(value, 0xffffffff, "MOV EAX, moffs");
	__asm__ volatile("movabs 0xd0000010, %%al" : "=a"(value) : "0"(0));
	CHECK_EQ(value, 0xff, "MOV AL, moffs");
	wrmsr(MSR_FS_BASE, HOLE - 0x100);
	__asm__ volatile("mov %%fs:0x120, %k0" : "=r"(value) : "0"(0));
	wrmsr(MSR_FS_BASE, 0);
	CHECK_EQ(value, 0xffffffff, "relative to FS");
	__asm__ volatile("addr32 mov (%k1), %k0" : "=r"(value) : "r"(HOLE | 1ull << 40), "0"(0));
	CHECK_EQ(value, 0xffffffff, "with a 32-bit address");
}

static void check_stores(void)
{
	u64 flags;

	STORE("movb %b0, (%1)", 0x11);
	STORE("movw %w0, (%1)", 0x1111);
	STORE("movl %k0, (%1)", 0x11111111);
	STORE("movq %q0, (%1)", 0x1111111111111111);
	__asm__ volatile("movb $0x22, (%0)" : : "r"(HOLE) : "memory");
	__asm__ volatile("movw $0x2222, (%0)" : : "r"(HOLE) : "memory");
	__asm__ volatile("movl $0x22222222, (%0)" : : "r"(HOLE) : "memory");
	__asm__ volatile("movq $-0x22222222, 0x40(%0)" : : "r"(HOLE) : "memory");
	__asm__ volatile("movb %%ah, (%0)" : : "r"(HOLE), "a"(0) : "memory");
	__asm__ volatile("movabs %%eax, 0xd0000010" : : "a"(0) : "memory");
	CHECK_EQ(LOAD("movq (%1), %q0", 0), ~0ull, "stores of every width go nowhere");
	__asm__ volatile("stc; movl %k1, (%2); pushfq; pop %0"
			 : "=r"(flags)
			 : "r"(0ull), "r"(HOLE)
			 : "memory", "cc");
	CHECK_EQ(flags & FLAG_CF, FLAG_CF, "MOV leaves the flags");
}

static void check_end_of_memory(void)
{
	volatile u64 *last = (u64 *)(boot_info->memory_low - 8);
	volatile u64 *after = (u64 *)boot_info->memory_low;

	*last = 0x1234;
	*after = 0x5678;
	CHECK_EQ(*last, 0x1234, "the last 8 bytes of RAM are RAM");
	CHECK_EQ(*after, ~0ull, "the first 8 after them are not");
}

void guest_main(void)
{
	check_loads();
	check_extending_loads();
	check_registers();
	check_addressing();
	check_stores();
	check_end_of_memory();
}
