// SPDX-License-Identifier: GPL-2.0
/* The time-stamp counter: forward only, over exits of every kind; RDTSCP and TSC_ADJUST. */
#include "rt64.h"

static u64 rdtscp(u32 *aux)
{
	u32 low, high;

	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(*aux));
	return low | (u64)high << 32;
}

static void check_forward(void)
{
	u64 before = rdtsc(), now;
	bool good = true;
	unsigned int i;

	for (i = 0; i < 300; i++) {
		if (i & 1)
			cpuid(0);
		else if (i & 2)
			inb(SERIAL_SCRATCH);
		now = rdtsc();
		good = good && now > before;
		before = now;
	}
	CHECK(good, "RDTSC only goes forward, over 300 exits");
	before = rdtsc();
	now = rdmsr(MSR_TSC);
	/* Or is equal: with several processors Bochs moves the time on only now and then. */
	CHECK(now >= before && rdtsc() >= now, "RDMSR of TSC lies between two RDTSC");
}

static void check_rdtscp(void)
{
	u64 before = rdtsc(), now;
	u32 aux;

	if (!(cpuid(0x80000001).edx >> 27 & 1)) {
		CHECK_EQ(TRY("rdtscp",
			     :
			     :
			     : "rax", "rcx", "rdx"),
			 VECTOR_UD, "RDTSCP that there is not is #UD");
		return;
	}
	wrmsr(MSR_TSC_AUX, 0x1234abcd);
	now = rdtscp(&aux);
	CHECK(now > before, "RDTSCP is the same clock");
	CHECK_EQ(aux, 0x1234abcd, "RDTSCP gives TSC_AUX");
	cpuid(0);
	rdtscp(&aux);
	CHECK_EQ(aux, 0x1234abcd, "also after an exit");
	outb(SERIAL_SCRATCH, 0);
	rdtscp(&aux);
	CHECK_EQ(aux, 0x1234abcd, "also after an exit to user space");
	CHECK_EQ(rdmsr(MSR_TSC_AUX), 0x1234abcd, "RDMSR gives it, too");
}

static void check_adjust(void)
{
	u64 before, now;

	if (!(cpuid_or_zero(7).ebx >> 1 & 1)) {
		skip("TSC_ADJUST moves the clock", "no TSC_ADJUST");
		return;
	}
	wrmsr(MSR_TSC_ADJUST, rdmsr(MSR_TSC_ADJUST) + (1ull << 45));
	now = rdtsc();
	CHECK(now >> 45 & 1, "TSC_ADJUST moves the clock forward");
	before = rdmsr(MSR_TSC_ADJUST);
	wrmsr(MSR_TSC, rdtsc() + (1ull << 46));
	now = rdmsr(MSR_TSC_ADJUST);
	CHECK(now - before >= (1ull << 46) - (1ull << 30) &&
		      now - before < (1ull << 46) + (1ull << 30),
	      "writing TSC moves TSC_ADJUST as far");
}

void guest_main(void)
{
	check_forward();
	check_rdtscp();
	check_adjust();
}
