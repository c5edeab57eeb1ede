// SPDX-License-Identifier: GPL-2.0
/* x87, SSE and AVX registers over exits; XSETBV; XSAVE and XRSTOR. */
#include "rt64.h"

#define XCR0_X87 1ull
#define XCR0_SSE 2ull
#define XCR0_AVX 4ull

static u8 area[4096] __attribute__((aligned(64)));
static u64 supported; /* XCR0 bits */

/* Leaves to the kernel and to the VMM, which use the registers for themselves. */
static void exits(void)
{
	cpuid(0);
	outb(SERIAL_SCRATCH, 1);
	inb(SERIAL_SCRATCH);
	cpuid(1);
}

static int try_xsetbv(u32 xcr, u64 value)
{
	return TRY("xsetbv", : : "c"(xcr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

static u64 xgetbv(u32 xcr)
{
	u32 low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(xcr));
	return low | (u64)high << 32;
}

static void check_x87(void)
{
	u16 control = 0x27f, got = 0, status = 0;
	u64 value = 0, pi = 0x400921fb54442d18;

	__asm__ volatile("fninit; fldcw %0; fldl %1; fldz; fld1" : : "m"(control), "m"(pi));
	exits();
	__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(got), "=m"(status));
	CHECK_EQ(got, control, "the x87 control word is kept over exits");
	CHECK_EQ(status >> 11 & 7, 5, "so is the top of its stack");
	__asm__ volatile("fstpl %0" : "=m"(value));
	CHECK_EQ(value, 0x3ff0000000000000, "so is ST(0)");
	__asm__ volatile("fstpl %0; fstpl %0" : "=m"(value));
	CHECK_EQ(value, pi, "so is ST(2)");
	__asm__ volatile("fninit");
}

static void check_sse(void)
{
	u32 mxcsr = 0x5f80, got = 0;
	u64 low = 0, high = 0;

	__asm__ volatile("ldmxcsr %0; movq %1, %%xmm0; movq %2, %%xmm15; punpcklqdq %%xmm0, %%xmm15"
			 :
			 : "m"(mxcsr), "r"(0x1122334455667788), "r"(0x99aabbccddeeff00));
	exits();
	__asm__ volatile("stmxcsr %0; movq %%xmm15, %1; psrldq $8, %%xmm15; movq %%xmm15, %2"
			 : "=m"(got), "=r"(low), "=r"(high));
	CHECK_EQ(got, mxcsr, "MXCSR is kept over exits");
	CHECK(low == 0x99aabbccddeeff00 && high == 0x1122334455667788, "so is XMM15");
	mxcsr = 0x1f80;
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

static void check_xsetbv(void)
{
	CHECK_EQ(try_xsetbv(0, XCR0_X87), NO_FAULT, "XCR0 takes x87 alone");
	CHECK_EQ(try_xsetbv(0, XCR0_X87 | XCR0_SSE), NO_FAULT, "XCR0 takes x87 and SSE");
	CHECK_EQ(xgetbv(0), XCR0_X87 | XCR0_SSE, "XGETBV gives it back");
	CHECK_EQ(cpuid_sub(0xd, 0).ebx, 576, "leaf 0DH EBX is the size for x87 and SSE");
	CHECK_EQ(try_xsetbv(0, 0), VECTOR_GP, "XCR0 without x87 is #GP");
	CHECK_EQ(try_xsetbv(0, XCR0_X87 | XCR0_AVX), VECTOR_GP, "AVX without SSE is #GP");
	CHECK_EQ(try_xsetbv(0, XCR0_X87 | 1ull << 62), VECTOR_GP, "XCR0 bit 62 is #GP");
	CHECK_EQ(try_xsetbv(1, XCR0_X87), VECTOR_GP, "XCR1 is #GP");
	CHECK_EQ(xgetbv(0), XCR0_X87 | XCR0_SSE, "a refused value changes nothing");
}

static void check_avx(void)
{
	u64 value = 0;

	if (!(supported & XCR0_AVX)) {
		skip("the upper half of YMM3 is kept over exits", "no AVX");
		return;
	}
	CHECK_EQ(try_xsetbv(0, XCR0_X87 | XCR0_SSE | XCR0_AVX), NO_FAULT, "XCR0 takes AVX");
	CHECK_EQ(cpuid_sub(0xd, 0).ebx, 832, "leaf 0DH EBX is the size for AVX");
	__asm__ volatile("vmovq %0, %%xmm2; vinsertf128 $1, %%xmm2, %%ymm2, %%ymm3"
			 :
			 : "r"(0xfeedfacecafebeef));
	exits();
	__asm__ volatile("vextractf128 $1, %%ymm3, %%xmm4; vmovq %%xmm4, %0; vzeroupper"
			 : "=r"(value));
	CHECK_EQ(value, 0xfeedfacecafebeef, "the upper half of YMM3 is kept over exits");
}

static void check_xsave(void)
{
	u64 value = 0;

	memset(area, 0, sizeof(area));
	__asm__ volatile("movq %0, %%xmm5" : : "r"(0x123456789abcdef0));
	__asm__ volatile("xsave %0" : "=m"(area) : "a"(3), "d"(0) : "memory");
	CHECK(area[512] & XCR0_SSE, "XSAVE says in its header that there is SSE state");
	CHECK_EQ(*(u64 *)(area + 160 + 16 * 5), 0x123456789abcdef0, "XMM5 is where it belongs");
	__asm__ volatile("pxor %%xmm5, %%xmm5" : :);
	exits();
	__asm__ volatile("xrstor %0" : : "m"(area), "a"(3), "d"(0) : "memory");
	__asm__ volatile("movq %%xmm5, %0" : "=r"(value));
	CHECK_EQ(value, 0x123456789abcdef0, "XRSTOR brings it back");
	area[512 + 7] = 0x40;
	CHECK_EQ(TRY("xrstor %0",
		     :
		     : "m"(area), "a"(3), "d"(0)
		     : "memory"),
		 VECTOR_GP, "XRSTOR with a component that is off is #GP");
}

static void user_xsetbv(void)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"(3), "d"(0));
}

void guest_main(void)
{
	write_cr0((read_cr0() | CR0_MP | CR0_NE) & ~(CR0_EM | CR0_TS));
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
	check_x87();
	check_sse();
	if (!(cpuid(1).ecx >> 26 & 1)) {
		skip("XSETBV, AVX, XSAVE", "no XSAVE");
		return;
	}
	write_cr4(read_cr4() & ~CR4_OSXSAVE);
	CHECK_EQ(try_xsetbv(0, 1), VECTOR_UD, "XSETBV without CR4.OSXSAVE is #UD");
	write_cr4(read_cr4() | CR4_OSXSAVE);
	CHECK_EQ(xgetbv(0), XCR0_X87, "XCR0 starts as 1");
	supported = cpuid_sub(0xd, 0).eax;
	check_xsetbv();
	check_avx();
	check_xsave();
	user_call(user_xsetbv, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "XSETBV in ring 3 is #GP");
}
