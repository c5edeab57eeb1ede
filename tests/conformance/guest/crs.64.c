// SPDX-License-Identifier: GPL-2.0
/* Control registers: what they keep, and what raises #GP. */
#include "rt64.h"

static int try_cr0(u64 value)
{
	return TRY("mov %0, %%cr0", : : "r"(value) : "memory");
}

static int try_cr3(u64 value)
{
	return TRY("mov %0, %%cr3", : : "r"(value) : "memory");
}

static int try_cr4(u64 value)
{
	return TRY("mov %0, %%cr4", : : "r"(value) : "memory");
}

static int try_cr8(u64 value)
{
	return TRY("mov %0, %%cr8", : : "r"(value) : "memory");
}

static void check_cr0(void)
{
	static const struct {
		u64 bit;
		const char *text;
	} kept[] = {
		{CR0_MP, "CR0.MP can be changed"}, {CR0_EM, "CR0.EM can be changed"},
		{CR0_TS, "CR0.TS can be changed"}, {CR0_NE, "CR0.NE can be changed"},
		{CR0_WP, "CR0.WP can be changed"}, {CR0_AM, "CR0.AM can be changed"},
		{CR0_CD, "CR0.CD can be changed"},
	};
	u64 cr0 = read_cr0();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		u64 set, clear;

		write_cr0(cr0 | kept[i].bit);
		set = read_cr0();
		write_cr0(cr0 & ~kept[i].bit);
		clear = read_cr0();
		CHECK(set == (cr0 | kept[i].bit) && clear == (cr0 & ~kept[i].bit), kept[i].text);
	}
	write_cr0(cr0);
	CHECK_EQ(try_cr0(cr0 & ~CR0_PE), VECTOR_GP, "PG without PE is #GP");
	CHECK_EQ(try_cr0(cr0 | CR0_NW), VECTOR_GP, "NW without CD is #GP");
	CHECK_EQ(try_cr0(cr0 | 1ull << 32), VECTOR_GP, "a bit above 31 is #GP");
	CHECK_EQ(try_cr0(cr0 & ~CR0_PG), VECTOR_GP, "clearing PG in 64-bit mode is #GP");
	CHECK_EQ(read_cr0(), cr0, "a refused value changes nothing");
	CHECK_EQ(try_cr0(cr0 & ~CR0_ET), NO_FAULT, "clearing ET is no fault");
	CHECK_EQ(read_cr0(), cr0, "ET stays set");
}

static void check_short_forms(void)
{
	u64 cr0 = read_cr0(), value = 0;

	write_cr0(cr0 | CR0_TS);
	__asm__ volatile("clts");
	CHECK_EQ(read_cr0(), cr0 & ~CR0_TS, "CLTS clears TS alone");
	__asm__ volatile("smsw %0" : "=r"(value));
	CHECK_EQ(value & 0xffff, read_cr0() & 0xffff, "SMSW gives the low half");
	__asm__ volatile("lmsw %w0" : : "r"((cr0 & 0xfff1) | CR0_TS | CR0_MP));
	CHECK_EQ(read_cr0() & 0xf, CR0_PE | CR0_TS | CR0_MP, "LMSW sets TS and MP");
	__asm__ volatile("lmsw %w0" : : "r"(0));
	CHECK_EQ(read_cr0() & 0xf, CR0_PE, "LMSW clears them, but not PE");
	CHECK_EQ(read_cr0() & ~0xfull, cr0 & ~0xfull, "LMSW touches bits 3:0 alone");
	write_cr0(cr0);
}

static void check_cr4(void)
{
	u64 cr4 = read_cr4();

	write_cr4(cr4 | CR4_DE | CR4_TSD | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT);
	CHECK_EQ(read_cr4(), cr4 | CR4_DE | CR4_TSD | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT,
		 "CR4 keeps DE, TSD, PGE, OSFXSR, OSXMMEXCPT");
	write_cr4(cr4);
	CHECK_EQ(read_cr4(), cr4, "and lets them go");
	CHECK_EQ(try_cr4(cr4 & ~CR4_PAE), VECTOR_GP, "clearing PAE in long mode is #GP");
	CHECK_EQ(try_cr4(cr4 | 1ull << 63), VECTOR_GP, "bit 63 is #GP");
	CHECK_EQ(try_cr4(cr4 | 1ull << 31), VECTOR_GP, "bit 31 is #GP");
	CHECK_EQ(try_cr4(cr4 | 1ull << 15), VECTOR_GP, "bit 15 is #GP");
	CHECK_EQ(read_cr4(), cr4, "a refused value changes nothing");
}

/* Each bit of CR4 that has a CPUID bit: without the one the other is reserved. */
static void check_cr4_cpuid(void)
{
	struct cpuid one = cpuid(1), seven = cpuid_or_zero(7);
	const struct {
		u64 bit;
		bool there;
		const char *text;
	} bits[] = {
		{CR4_FSGSBASE, seven.ebx & 1, "CR4.FSGSBASE follows CPUID"},
		{CR4_SMEP, seven.ebx >> 7 & 1, "CR4.SMEP follows CPUID"},
		{CR4_UMIP, seven.ecx >> 2 & 1, "CR4.UMIP follows CPUID"},
		{1ull << 22, seven.ecx >> 3 & 1, "CR4.PKE follows CPUID"},
		{CR4_OSXSAVE, one.ecx >> 26 & 1, "CR4.OSXSAVE follows CPUID"},
	};
	u64 cr4 = read_cr4();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		CHECK_EQ(try_cr4(cr4 | bits[i].bit), bits[i].there ? NO_FAULT : VECTOR_GP,
			 bits[i].text);
		write_cr4(cr4);
	}
}

static void check_cr2_cr3_cr8(void)
{
	u64 cr3 = read_cr3();
	unsigned int i;
	bool good = true;

	write_cr2(0xdeadbeef12345000);
	cpuid(0);
	CHECK_EQ(read_cr2(), 0xdeadbeef12345000, "CR2 keeps its value over an exit");
	CHECK_EQ(try_cr3(cr3 | 1ull << 63), VECTOR_GP, "CR3 bit 63 without PCIDE is #GP");
	CHECK_EQ(try_cr3(cr3 | 1ull << 62), VECTOR_GP, "CR3 bit 62 is #GP");
	CHECK_EQ(read_cr3(), cr3, "a refused value changes nothing");
	CHECK_EQ(try_cr3(cr3 | 0x18), NO_FAULT, "CR3 takes PCD and PWT");
	CHECK_EQ(read_cr3(), cr3 | 0x18, "and keeps them");
	write_cr3(cr3);
	for (i = 0; i < 16; i++) {
		write_cr8(i);
		cpuid(0);
		good = good && read_cr8() == i;
	}
	write_cr8(0);
	CHECK(good, "CR8 keeps 0 to 15");
	CHECK_EQ(try_cr8(16), VECTOR_GP, "CR8 bit 4 is #GP");
	CHECK_EQ(TRY(".byte 0x0f, 0x20, 0xc8"), VECTOR_UD, "reading CR1 is #UD");
	CHECK_EQ(TRY(".byte 0x0f, 0x20, 0xe8"), VECTOR_UD, "reading CR5 is #UD");
}

static void user_read_cr0(void)
{
	__asm__ volatile("mov %%cr0, %%rax" : : : "rax");
}

static void user_rdtsc(void)
{
	__asm__ volatile("rdtsc; int $0x80" : : : "rax", "rdx");
}

void guest_main(void)
{
	check_cr0();
	check_short_forms();
	check_cr4();
	check_cr4_cpuid();
	check_cr2_cr3_cr8();
	user_call(user_read_cr0, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "MOV from CR0 in ring 3 is #GP");
	user_call(user_rdtsc, 0);
	CHECK_EQ(fault.vector, NO_FAULT, "RDTSC in ring 3 with CR4.TSD clear is none");
	write_cr4(read_cr4() | CR4_TSD);
	user_call(user_rdtsc, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "with CR4.TSD set it is #GP");
}
