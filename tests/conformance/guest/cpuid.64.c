// SPDX-License-Identifier: GPL-2.0
/* CPUID: what software may rely on whatever the processor. */
#include "rt64.h"

#define OSXSAVE (1u << 27)
#define XSAVE	(1u << 26)

static bool same(struct cpuid a, struct cpuid b)
{
	return a.eax == b.eax && a.ebx == b.ebx && a.ecx == b.ecx && a.edx == b.edx;
}

static void check_basic(void)
{
	struct cpuid c = cpuid(0), one = cpuid(1);
	u64 rax = ~0ull, rbx = ~0ull, rcx = ~0ull, rdx = ~0ull;

	CHECK(c.eax >= 1 && c.eax < 0x100, "the highest basic leaf is sane");
	CHECK(same(c, cpuid(0)), "leaf 0 is the same each time");
	CHECK((one.edx & 0x0789a171 & 0x00008171) == 0x00008171,
	      "FPU, TSC, MSR, PAE, CX8, CMOV are there");
	CHECK((one.edx >> 24 & 7) == 7, "FXSR, SSE, SSE2 are there");
	CHECK(one.ecx >> 31, "the hypervisor bit is set");
	CHECK_EQ(one.ebx >> 24, boot_info->cpu_id, "the initial APIC id is the CPU's number");
	CHECK_EQ(one.edx >> 28 & 1, boot_info->cpus > 1, "HTT says whether there are more CPUs");
	__asm__ volatile("mov $-1, %%rax; mov %%rax, %%rbx; mov %%rax, %%rcx; mov %%rax, %%rdx;"
			 "xor %%eax, %%eax; cpuid"
			 : "=a"(rax), "=b"(rbx), "=c"(rcx), "=d"(rdx));
	CHECK(!(rax >> 32 | rbx >> 32 | rcx >> 32 | rdx >> 32),
	      "the upper halves of RAX, RBX, RCX, RDX are cleared");
}

static void check_extended(void)
{
	u32 max = cpuid(0x80000000).eax;
	struct cpuid sizes = cpuid(0x80000008);

	CHECK(max >= 0x80000008 && max < 0x80000100, "the highest extended leaf is sane");
	CHECK(cpuid(0x80000001).edx >> 29 & 1, "long mode is there");
	CHECK((sizes.eax & 0xff) >= 36 && (sizes.eax & 0xff) <= 52, "physical-address bits");
	CHECK((sizes.eax >> 8 & 0xff) == 48 || (sizes.eax >> 8 & 0xff) == 57,
	      "linear-address bits");
}

/* The timer of the local APIC runs on while the processor sleeps. */
static void check_power(void)
{
	if (cpuid(0).eax < 6)
		skip("leaf 6 has ARAT", "no leaf 6");
	else
		CHECK_EQ(cpuid(6).eax >> 2 & 1, 1, "leaf 6 has ARAT");
}

/* SDM, CPUID: a leaf above the highest basic one gives the data of the highest basic one. */
static void check_out_of_range(void)
{
	u32 max = cpuid(0).eax;

	CHECK(same(cpuid(max + 1), cpuid(max)), "a leaf above the highest gives the highest one's");
	CHECK(same(cpuid_sub(max + 1, 1), cpuid_sub(max, 1)), "also with a subleaf");
}

static void check_osxsave(void)
{
	if (!(cpuid(1).ecx & XSAVE)) {
		skip("OSXSAVE follows CR4", "no XSAVE");
		return;
	}
	write_cr4(read_cr4() & ~CR4_OSXSAVE);
	CHECK(!(cpuid(1).ecx & OSXSAVE), "OSXSAVE is clear while CR4.OSXSAVE is");
	write_cr4(read_cr4() | CR4_OSXSAVE);
	CHECK(cpuid(1).ecx & OSXSAVE, "OSXSAVE is set while CR4.OSXSAVE is");
	write_cr4(read_cr4() & ~CR4_OSXSAVE);
	CHECK(!(cpuid(1).ecx & OSXSAVE), "OSXSAVE is clear again");
}

static void check_topology(void)
{
	struct cpuid c = cpuid_sub(0xb, 0);

	if (cpuid(0).eax < 0xb || !c.ebx) {
		skip("leaf 0BH gives the x2APIC id", "no leaf 0BH");
		return;
	}
	CHECK_EQ(c.edx, boot_info->cpu_id, "leaf 0BH gives the x2APIC id");
	CHECK_EQ(c.ecx & 0xff, 0, "leaf 0BH gives the subleaf back in CL");
	CHECK_EQ(cpuid_sub(0xb, 9).ecx & 0xff, 9, "also for a subleaf that there is not");
}

void guest_main(void)
{
	check_basic();
	check_extended();
	check_power();
	check_out_of_range();
	check_osxsave();
	check_topology();
}
