// SPDX-License-Identifier: GPL-2.0
/* Debug registers: kept over exits, breakpoints on code, data and ports, general detect. */
#include "rt64.h"

#define DR6_INIT 0xffff0ff0ull
#define DR7_INIT 0x400ull
#define DR6_BD	 (1ull << 13)
#define DR7_GD	 (1ull << 13)
#define FLAG_RF	 (1ull << 16)

/* DR7: breakpoint 0 enabled (L0), its R/W and LEN fields. */
#define DR7_L0	  1ull
#define DR7_WRITE (1ull << 16)
#define DR7_IO	  (2ull << 16)
#define DR7_LEN4  (3ull << 18)

static volatile u32 hits;
static volatile u64 hit_dr6, hit_rip;
static u32 watched;

static void handle_debug(struct frame *frame)
{
	hits++;
	hit_dr6 = read_dr6();
	hit_rip = frame->rip;
	frame->rflags |= FLAG_RF;
	write_dr6(DR6_INIT);
}

static void exits(void)
{
	cpuid(0);
	outb(SERIAL_SCRATCH, 1);
}

static void check_values(void)
{
	CHECK_EQ(read_dr7(), DR7_INIT, "DR7 starts as 400");
	CHECK_EQ(read_dr6(), DR6_INIT, "DR6 starts as ffff0ff0");
	write_dr0(0x1111000011110000);
	write_dr1(0x2222000022220000);
	write_dr2(0x3333000033330000);
	write_dr3(0x4444000044440000);
	exits();
	CHECK(read_dr0() == 0x1111000011110000 && read_dr1() == 0x2222000022220000,
	      "DR0 and DR1 keep their values over exits");
	CHECK(read_dr2() == 0x3333000033330000 && read_dr3() == 0x4444000044440000,
	      "DR2 and DR3 keep their values over exits");
	write_dr6(0);
	exits();
	CHECK_EQ(read_dr6(), DR6_INIT, "DR6 keeps its fixed bits");
	write_dr6(DR6_INIT | 0xe00f);
	exits();
	CHECK_EQ(read_dr6(), DR6_INIT | 0xe00f, "and what is written to the others");
	write_dr6(DR6_INIT);
	write_dr7(0);
	exits();
	CHECK_EQ(read_dr7(), DR7_INIT, "DR7 bit 10 is always 1");
	CHECK_EQ(TRY("mov %0, %%dr7", : : "r"(1ull << 32)), VECTOR_GP, "DR7 bit 32 is #GP");
	CHECK_EQ(TRY("mov %0, %%dr6", : : "r"(1ull << 32)), VECTOR_GP, "DR6 bit 32 is #GP");
}

static void check_code(void)
{
	u64 at;

	hits = 0;
	__asm__ volatile("lea 1f(%%rip), %0; mov %0, %%dr0; mov %1, %%dr7; xor %%eax, %%eax;"
			 "1: cpuid; mov %2, %%dr7"
			 : "=&r"(at)
			 : "r"(DR7_INIT | DR7_L0), "r"(DR7_INIT)
			 : "rax", "rbx", "rcx", "rdx", "memory");
	CHECK_EQ(hits, 1, "a code breakpoint on CPUID is hit once");
	CHECK_EQ(hit_rip, at, "before the instruction");
	CHECK_EQ(hit_dr6 & 0xf, 1, "DR6.B0 says which");
}

static void check_data(void)
{
	u64 after;

	hits = 0;
	write_dr0((u64)&watched);
	__asm__ volatile("mov %2, %%dr7; movl $5, %1; 1: mov %3, %%dr7; lea 1b(%%rip), %0"
			 : "=&r"(after), "=m"(watched)
			 : "r"(DR7_INIT | DR7_L0 | DR7_WRITE | DR7_LEN4), "r"(DR7_INIT)
			 : "memory");
	CHECK_EQ(hits, 1, "a data breakpoint is hit by a write");
	CHECK_EQ(hit_rip, after, "after the instruction");
	CHECK_EQ(watched, 5, "that has written");
	CHECK_EQ(hit_dr6 & 0xf, 1, "DR6.B0 says which");
	watched = 6;
	CHECK_EQ(hits, 1, "a breakpoint that is off is not hit");
}

static void check_kept_enabled(void)
{
	hits = 0;
	write_dr0((u64)&watched);
	write_dr7(DR7_INIT | DR7_L0 | DR7_WRITE | DR7_LEN4);
	exits();
	CHECK_EQ(read_dr7(), DR7_INIT | DR7_L0 | DR7_WRITE | DR7_LEN4, "DR7 is kept over exits");
	*(volatile u32 *)&watched = 7;
	CHECK_EQ(hits, 1, "and the breakpoint still works after them");
	write_dr7(DR7_INIT);
}

#define HOLE 0xd0000000ull /* neither RAM nor a device */

/* An instruction that the hypervisor carries out ends as any: the breakpoint behind it is hit. */
static void check_code_after_mmio(void)
{
	u64 at;

	hits = 0;
	__asm__ volatile("lea 1f(%%rip), %0; mov %0, %%dr0; mov %1, %%dr7; movl %%eax, (%3);"
			 "1: nop; mov %2, %%dr7"
			 : "=&r"(at)
			 : "r"(DR7_INIT | DR7_L0), "r"(DR7_INIT), "r"(HOLE)
			 : "memory");
	CHECK_EQ(hits, 1, "a code breakpoint behind a store to a hole is hit once");
	CHECK_EQ(hit_rip, at, "before the instruction");
}

/* CR4.DE: DR4 and DR5 are DR6 and DR7 without it, and not there with it. */
static void check_aliases(void)
{
	u64 value = 0;

	write_cr4(read_cr4() & ~CR4_DE);
	CHECK_EQ(TRY(".byte 0x0f, 0x21, 0xe8", : "=a"(value)), NO_FAULT, "DR5 without CR4.DE");
	CHECK_EQ(value, read_dr7(), "is DR7");
	write_cr4(read_cr4() | CR4_DE);
	CHECK_EQ(TRY(".byte 0x0f, 0x21, 0xe8", : : : "rax"), VECTOR_UD, "DR5 with CR4.DE is #UD");
	write_cr4(read_cr4() & ~CR4_DE);
}

static void handle_detect(struct frame *frame)
{
	hits++;
	hit_dr6 = read_dr6(); /* GD is clear in the handler */
	hit_rip = frame->rip;
	write_dr6(DR6_INIT);
}

static void check_general_detect(void)
{
	u64 at;

	exception_set(VECTOR_DB, handle_detect);
	hits = 0;
	write_dr7(DR7_INIT | DR7_GD);
	__asm__ volatile("lea 1f(%%rip), %0; 1: mov %%dr0, %%rax" : "=&r"(at) : : "rax", "memory");
	exception_set(VECTOR_DB, handle_debug);
	CHECK_EQ(hits, 1, "DR7.GD: an access to a debug register is #DB");
	CHECK_EQ(hit_rip, at, "before the instruction");
	CHECK_EQ(hit_dr6 & DR6_BD, DR6_BD, "DR6.BD says so");
	CHECK_EQ(read_dr7() & DR7_GD, 0, "GD is clear afterwards");
}

static void handle_detect_step(struct frame *frame)
{
	handle_detect(frame);
	frame->rflags &= ~FLAG_TF;
}

/* MOV SS holds back the single step, and not general detect. */
static void check_general_detect_after_mov_ss(void)
{
	u64 at;

	exception_set(VECTOR_DB, handle_detect_step);
	hits = 0;
	write_dr7(DR7_INIT | DR7_GD);
	__asm__ volatile("lea 1f(%%rip), %0; mov %%ss, %%ecx; pushf; orq %1, (%%rsp); popf;"
			 "mov %%ecx, %%ss; 1: mov %%dr0, %%rax"
			 : "=&r"(at)
			 : "i"(FLAG_TF)
			 : "rax", "rcx", "memory", "cc");
	exception_set(VECTOR_DB, handle_debug);
	CHECK_EQ(hits, 1, "DR7.GD after MOV SS, with TF: one #DB");
	CHECK_EQ(hit_rip, at, "before the instruction");
	CHECK_EQ(hit_dr6 & DR6_BD, DR6_BD, "for general detect");
}

static void user_read_dr7(void)
{
	__asm__ volatile("mov %%dr7, %%rax" : : : "rax");
}

void guest_main(void)
{
	exception_set(VECTOR_DB, handle_debug);
	check_values();
	check_code();
	check_data();
	check_kept_enabled();
	check_code_after_mmio();
	check_aliases();
	check_general_detect();
	check_general_detect_after_mov_ss();
	user_call(user_read_dr7, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "MOV from DR7 in ring 3 is #GP");
}
