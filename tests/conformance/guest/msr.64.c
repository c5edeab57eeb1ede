// SPDX-License-Identifier: GPL-2.0
/* RDMSR and WRMSR: what is kept, what raises #GP. */
#include "rt64.h"

struct kept {
	u32 msr;
	u64 first, second;
	const char *text;
};

static const struct kept kept[] = {
	{MSR_STAR, 0x1122334455667788, 0x0023000800000000, "STAR keeps any value"},
	{MSR_LSTAR, 0xffff800012345678, 0x123456, "LSTAR keeps an address"},
	{MSR_CSTAR, 0xffff800012345678, 0x123456, "CSTAR keeps an address"},
	{MSR_SFMASK, 0x47700, 0, "SFMASK keeps 32 bits"},
	{MSR_KERNEL_GS_BASE, 0xffff80ffdeadb000, 0x1000, "KERNEL_GS_BASE keeps an address"},
	{MSR_FS_BASE, 0xffff80ffdeadb000, 0x2000, "FS_BASE keeps an address"},
	{MSR_GS_BASE, 0xffff80ffdeadb000, 0x3000, "GS_BASE keeps an address"},
	{MSR_SYSENTER_CS, 0x10, 0, "SYSENTER_CS keeps a selector"},
	{MSR_SYSENTER_ESP, 0xffff800000001000, 0x8000, "SYSENTER_ESP keeps an address"},
	{MSR_SYSENTER_EIP, 0xffff800000002000, 0x9000, "SYSENTER_EIP keeps an address"},
	{MSR_PAT, 0x0007040600070406, 0x0007010600070106, "PAT keeps memory types"},
};

static const struct {
	u32 msr;
	u64 value;
	const char *text;
} refused[] = {
	{MSR_LSTAR, NON_CANONICAL, "a non-canonical LSTAR is #GP"},
	{MSR_CSTAR, NON_CANONICAL, "a non-canonical CSTAR is #GP"},
	{MSR_FS_BASE, NON_CANONICAL, "a non-canonical FS_BASE is #GP"},
	{MSR_GS_BASE, NON_CANONICAL, "a non-canonical GS_BASE is #GP"},
	{MSR_KERNEL_GS_BASE, NON_CANONICAL, "a non-canonical KERNEL_GS_BASE is #GP"},
	{MSR_PAT, 0x0007040600070402, "PAT type 2 is #GP"},
	{MSR_PAT, 0x0807040600070406, "PAT with a reserved bit is #GP"},
	{MSR_EFER, 0xfffffffffffff000 | EFER_LME, "EFER with reserved bits is #GP"},
	{MSR_EFER, EFER_LME | 2, "EFER bit 1 is #GP"},
	{0x12345, 0, "writing an MSR that there is not is #GP"},
	{0xdeadbeef, 0, "also far above all ranges"},
};

static void check_kept(const struct kept *k)
{
	u64 before = rdmsr(k->msr);
	u64 first, second;

	wrmsr(k->msr, k->first);
	first = rdmsr(k->msr);
	cpuid(0); /* an exit between the write and the next read */
	wrmsr(k->msr, k->second);
	cpuid(0);
	second = rdmsr(k->msr);
	wrmsr(k->msr, before);
	CHECK(first == k->first && second == k->second, k->text);
}

static void check_efer(void)
{
	u64 efer = rdmsr(MSR_EFER);

	CHECK_EQ(efer & (EFER_LME | EFER_LMA), EFER_LME | EFER_LMA, "EFER shows long mode");
	wrmsr(MSR_EFER, efer | EFER_SCE);
	CHECK_EQ(rdmsr(MSR_EFER) & EFER_SCE, EFER_SCE, "EFER.SCE can be set");
	wrmsr(MSR_EFER, efer & ~EFER_SCE);
	CHECK_EQ(rdmsr(MSR_EFER) & EFER_SCE, 0, "EFER.SCE can be cleared");
	wrmsr(MSR_EFER, efer | EFER_NXE);
	CHECK_EQ(rdmsr(MSR_EFER) & EFER_NXE, EFER_NXE, "EFER.NXE can be set");
	CHECK_EQ(try_wrmsr(MSR_EFER, efer & ~EFER_LME), VECTOR_GP,
		 "clearing LME while paging is #GP");
	CHECK_EQ(rdmsr(MSR_EFER) & EFER_LME, EFER_LME, "and changes nothing");
}

static void check_tsc(void)
{
	u64 before = rdmsr(MSR_TSC);

	CHECK(rdtsc() >= before, "MSR TSC and RDTSC are one clock");
	wrmsr(MSR_TSC, 1ull << 50);
	CHECK(rdtsc() >= 1ull << 50 && rdtsc() < (1ull << 50) + (1ull << 40),
	      "writing TSC sets the clock forward");
	wrmsr(MSR_TSC, before);
	CHECK(rdtsc() < 1ull << 50, "writing TSC sets the clock back");
}

static void check_identity(void)
{
	u64 base = rdmsr(MSR_APIC_BASE), misc;

	CHECK_EQ(base >> 8 & 1, 1, "APIC_BASE says that this is the bootstrap processor");
	CHECK_EQ(try_wrmsr(MSR_APIC_BASE, base), NO_FAULT, "APIC_BASE takes its own value back");
	CHECK_EQ(rdmsr(MSR_APIC_BASE), base, "and keeps it");
	CHECK_EQ(try_wrmsr(MSR_APIC_BASE, base | 1), VECTOR_GP, "APIC_BASE bit 0 is #GP");
	misc = rdmsr(MSR_MISC_ENABLE);
	CHECK_EQ(try_wrmsr(MSR_MISC_ENABLE, misc), NO_FAULT, "MISC_ENABLE takes its value back");
	CHECK_EQ(rdmsr(MSR_MISC_ENABLE), misc, "and keeps it");
}

/* What software reads of a processor of this kind, or clears, without being ready for a fault. */
static void check_read_without_asking(void)
{
	static const struct {
		u32 msr;
		const char *text;
	} read[] = {
		{0x2c, "EBC_FREQUENCY_ID can be read"},	  {0x34, "SMI_COUNT can be read"},
		{0x11e, "BBL_CR_CTL3 can be read"},	  {0x198, "PERF_STATUS can be read"},
		{0x199, "PERF_CTL can be read"},	  {0x1db, "LASTBRANCHFROMIP can be read"},
		{0x1dc, "LASTBRANCHTOIP can be read"},	  {0x1dd, "LASTINTFROMIP can be read"},
		{0x1de, "LASTINTTOIP can be read"},	  {0x606, "RAPL_POWER_UNIT can be read"},
		{0x611, "PKG_ENERGY_STATUS can be read"}, {0x619, "DRAM_ENERGY_STATUS can be read"},
		{0x639, "PP0_ENERGY_STATUS can be read"}, {0x641, "PP1_ENERGY_STATUS can be read"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(read); i++)
		CHECK_EQ(try_rdmsr(read[i].msr), NO_FAULT, read[i].text);
	CHECK(rdmsr(0x198) >> 40 & 0x1f, "PERF_STATUS has a ratio that is not 0");
	CHECK(rdmsr(0x2c) >> 24 & 0xff, "EBC_FREQUENCY_ID has a ratio that is not 0");
	CHECK_EQ(try_wrmsr(0x186, 0), NO_FAULT, "PERFEVTSEL0 can be cleared");
	CHECK_EQ(try_wrmsr(0xc1, 0), NO_FAULT, "PMC0 can be cleared");
	CHECK_EQ(try_wrmsr(0x79, 0x1000), NO_FAULT, "BIOS_UPDT_TRIG does nothing");
}

/* Each switch is one of some model; that there is no BTS and no PEBS cannot be changed. */
static void check_misc_enable(void)
{
	u64 misc = rdmsr(MSR_MISC_ENABLE);

	CHECK_EQ(try_wrmsr(MSR_MISC_ENABLE, misc ^ (1ull << 38 | 1 << 9)), NO_FAULT,
		 "MISC_ENABLE takes switches of some models");
	wrmsr(MSR_MISC_ENABLE, misc);
	CHECK_EQ(misc & 0x1800, 0x1800, "MISC_ENABLE says that there is no BTS and no PEBS");
	CHECK_EQ(try_wrmsr(MSR_MISC_ENABLE, misc & ~0x1000ull), VECTOR_GP,
		 "which cannot be changed");
	CHECK_EQ(rdmsr(MSR_MISC_ENABLE), misc, "and is not");
}

static void check_refused(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		CHECK_EQ(try_wrmsr(refused[i].msr, refused[i].value), VECTOR_GP, refused[i].text);
	CHECK_EQ(fault.error, 0, "the error code of #GP is 0");
	CHECK_EQ(try_rdmsr(0x12345), VECTOR_GP, "reading an MSR that there is not is #GP");
	CHECK_EQ(try_rdmsr(0xc0001fff), VECTOR_GP, "also within the range of the bitmap");
	CHECK_EQ(try_rdmsr(0xdeadbeef), VECTOR_GP, "also far above all ranges");
}

/* Some are read without an exit, some by the hypervisor; on each other ones. */
static const struct {
	u32 msr;
	const char *text;
} any_way[] = {
	{MSR_SYSENTER_CS,
	 "RDMSR of SYSENTER_CS looks at ECX, and clears the upper halves of RAX and RDX"},
	{MSR_PAT, "and so of PAT"},
	{MSR_EFER, "and so of EFER"},
	{MSR_APIC_BASE, "and so of APIC_BASE"},
};

static void check_upper_halves(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(any_way); i++) {
		u64 rax = ~0ull, rdx = ~0ull, rcx = 0xdeadbeef00000000 | any_way[i].msr;
		u64 value = rdmsr(any_way[i].msr);

		__asm__ volatile("rdmsr" : "+a"(rax), "+d"(rdx) : "c"(rcx));
		CHECK(rax == (u32)value && rdx == value >> 32, any_way[i].text);
	}
}

static void user_rdmsr(void)
{
	__asm__ volatile("rdmsr" : : "c"(MSR_TSC) : "eax", "edx");
}

void guest_main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kept); i++)
		check_kept(&kept[i]);
	check_efer();
	check_tsc();
	check_identity();
	check_read_without_asking();
	check_misc_enable();
	check_refused();
	check_upper_halves();
	user_call(user_rdmsr, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "RDMSR in ring 3 is #GP");
}
