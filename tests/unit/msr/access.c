// SPDX-License-Identifier: GPL-2.0
/* RDMSR and WRMSR, by the guest and by user space: values that are taken, and refused. */
#include "guest.h"
#include "exit/exit.h"
#include "exit/table.h"
#include "life/life.h"
#include "vcpu/state.h"

#define NOT_CANONICAL 0x0000800000000000ull
#define ONES	      (~0ull)

enum who { GUEST = 1, USER = 2, BOTH = 3 };

struct access_row {
	const char *name;
	u32 msr;
	u64 value;
	u64 read;	/* what is read afterwards */
	enum who taken; /* who may write it; the others are refused */
};

static const struct access_row rows[] = {
	{"P5_MC_ADDR", 0, 0, 0, 0},
	{"KVM_WALL_CLOCK", 0x11, 0x1004, 0x1004, BOTH},
	{"KVM_SYSTEM_TIME", 0x12, 0x1005, 0x1005, BOTH},
	{"KVM_WALL_CLOCK_NEW", 0x4b564d00, 0x1004, 0x1004, BOTH},
	{"KVM_SYSTEM_TIME_NEW", 0x4b564d01, 0x1005, 0x1005, BOTH},
	{"PLATFORM_ID", 0x17, 0, 0, 0},
	{"EBL_CR_POWERON", 0x2a, 0, 0, 0},
	{"EBC_FREQUENCY_ID", 0x2c, 0, 1 << 24, 0},
	{"SMI_COUNT", 0x34, 0, 0, 0},
	{"PMC0, cleared", 0xc1, 0, 0, BOTH},
	{"PMC1", 0xc2, 1, 0, 0},
	{"BBL_CR_CTL3", 0x11e, 0, 0x101, 0},
	{"PERFEVTSEL1, cleared", 0x187, 0, 0, BOTH},
	{"PERFEVTSEL0", 0x186, 0x430076, 0, 0},
	{"PERF_STATUS", 0x198, 0, 0x10000000001, 0},
	{"PERF_CTL", 0x199, 0, 0, 0},
	{"LASTBRANCHFROMIP", 0x1db, 0, 0, 0},
	{"LASTINTTOIP", 0x1de, 0, 0, 0},
	{"RAPL_POWER_UNIT", 0x606, 0, 0, 0},
	{"PKG_ENERGY_STATUS", 0x611, 0, 0, 0},
	{"BIOS_SIGN_ID by the guest", 0x8b, 0, 1ull << 32, GUEST},
	{"BIOS_SIGN_ID", 0x8b, 0x1234ull << 32, 0x1234ull << 32, BOTH},
	{"PLATFORM_INFO", 0xce, 0, 0, USER},
	{"MISC_FEATURES_ENABLES, CPUID faulting", 0x140, 1, 1, BOTH},
	{"MISC_FEATURES_ENABLES, ring 3 MWAIT", 0x140, 2, 0, 0},
	{"MTRRCAP", 0xfe, 0x508, 0x508, 0},
	{"FEATURE_CONTROL, locked", 0x3a, 1, 1, BOTH},
	{"FEATURE_CONTROL, VMX", 0x3a, 5, 0, 0},
	{"SYSENTER_CS", 0x174, 0xffff00001234, 0x1234, BOTH},
	{"SYSENTER_ESP", 0x175, 0xffff800000000000, 0xffff800000000000, BOTH},
	{"SYSENTER_ESP, not canonical", 0x175, NOT_CANONICAL, 0xffff800000000000, USER},
	{"SYSENTER_EIP, not canonical", 0x176, 0xffff000000001234, 0x1234, USER},
	{"SYSENTER_EIP", 0x176, 0x7fffffffffff, 0x7fffffffffff, BOTH},
	{"MCG_CAP", 0x179, 32, 32, 0},
	{"MCG_STATUS", 0x17a, 0xf, 0xf, BOTH},
	{"MCG_STATUS, reserved", 0x17a, 0x10, 0x10, USER},
	{"MISC_ENABLE, fast strings off", 0x1a0, 0x1800, 0x1800, BOTH},
	{"MISC_ENABLE, BTS available", 0x1a0, 0x1001, 0x1001, USER},
	{"MISC_ENABLE, PEBS available", 0x1a0, 0x801, 0x801, USER},
	{"MISC_ENABLE, performance monitoring by the guest", 0x1a0, 0x1881, 0x1801, GUEST},
	{"MISC_ENABLE, of no model", 0x1a0, 0x8000000000001801, 0x8000000000001801, BOTH},
	{"MISC_ENABLE, no prefetching, no turbo", 0x1a0, 0x4000001a01, 0x4000001a01, BOTH},
	{"MISC_ENABLE, limit CPUID", 0x1a0, 0x401801, 0x401801, BOTH},
	{"DEBUGCTL, BTF", 0x1d9, 2, 2, BOTH},
	{"DEBUGCTL, LBR", 0x1d9, 3, 2, BOTH},
	{"DEBUGCTL, BTS", 0x1d9, 0x80, 0x80, 0},
	{"MTRR base", 0x200, 0x80000006, 0x80000006, BOTH},
	{"MTRR base, type 2", 0x200, 0x80000002, 0, 0},
	{"MTRR base, bit 8", 0x200, 0x80000106, 0, 0},
	{"MTRR base, too wide", 0x202, 1ull << 39, 0, 0},
	{"MTRR mask", 0x20f, 0x7ff8000800, 0x7ff8000800, BOTH},
	{"MTRR mask, bit 10", 0x20f, 0x7ff8000c00, 0, 0},
	{"MTRR_FIX64K", 0x250, 0x0606060606060606, 0x0606060606060606, BOTH},
	{"MTRR_FIX16K", 0x259, 0x0001040506060606, 0x0001040506060606, BOTH},
	{"MTRR_FIX4K", 0x26f, 0x0505050505050505, 0x0505050505050505, BOTH},
	{"MTRR_FIX4K, type 7", 0x268, 0x0007040600070406, 0, 0},
	{"PAT", 0x277, 0x0007010500070406, 0x0007010500070406, BOTH},
	{"PAT, type 2", 0x277, 0x0007040600070402, 0, 0},
	{"PAT, type 3 in entry 7", 0x277, 0x0307040600070406, 0, 0},
	{"PAT, type 8", 0x277, 0x0007080600070406, 0, 0},
	{"MTRR_DEF_TYPE", 0x2ff, 0xc06, 0xc06, BOTH},
	{"MTRR_DEF_TYPE, type 3", 0x2ff, 0xc03, 0, 0},
	{"MTRR_DEF_TYPE, bit 9", 0x2ff, 0xe06, 0, 0},
	{"MC0_CTL, all", 0x400, ONES, ONES, BOTH},
	{"MC4_CTL, all but bit 10", 0x410, ONES - 0x400, ONES - 0x400, BOTH},
	{"MC31_CTL, some", 0x47c, 0xff, 0, 0},
	{"MC0_STATUS", 0x401, 0x80, 0x80, USER},
	{"MC0_STATUS, cleared", 0x401, 0, 0, BOTH},
	{"MC31_ADDR", 0x47e, 0x80, 0x80, BOTH},
	{"MC31_MISC", 0x47f, NOT_CANONICAL, NOT_CANONICAL, BOTH},
	{"EFER, SCE", 0xc0000080, 0x1, 0x1, BOTH},
	{"EFER, bit 1", 0xc0000080, 0x2, 0, 0},
	{"EFER, bit 63", 0xc0000080, 1ull << 63, 0, 0},
	{"STAR", 0xc0000081, 0xfedcba9876543210, 0xfedcba9876543210, BOTH},
	{"LSTAR", 0xc0000082, 0xffffffff81000123, 0xffffffff81000123, BOTH},
	{"LSTAR, not canonical", 0xc0000082, NOT_CANONICAL, 0, 0},
	{"LSTAR, 57 bits", 0xc0000082, 0x00ffffffffffffff, 0, 0},
	{"CSTAR, not canonical", 0xc0000083, ~NOT_CANONICAL, 0, 0},
	{"FMASK", 0xc0000084, 0x47700, 0x47700, BOTH},
	{"FMASK, bit 32", 0xc0000084, 1ull << 32, 0, 0},
	{"FS_BASE", 0xc0000100, 0x00007f1234567000, 0x00007f1234567000, BOTH},
	{"FS_BASE, not canonical", 0xc0000100, NOT_CANONICAL, 0, 0},
	{"GS_BASE", 0xc0000101, 0xffff888000000000, 0xffff888000000000, BOTH},
	{"GS_BASE, not canonical", 0xc0000101, 1ull << 63, 0, 0},
	{"KERNEL_GS_BASE", 0xc0000102, 0xffff888087654321, 0xffff888087654321, BOTH},
	{"KERNEL_GS_BASE, not canonical", 0xc0000102, NOT_CANONICAL, 0, 0},
	{"TSC_AUX", 0xc0000103, 0xffffffff, 0xffffffff, BOTH},
	{"TSC_AUX, bit 32", 0xc0000103, 1ull << 32, 0, 0},
	{"HWCR, what is kept", 0xc0010015, 0x1040000, 0x1040000, BOTH},
	{"HWCR, what is not", 0xc0010015, 0x148, 0, BOTH},
	{"HWCR, reserved", 0xc0010015, 1, 0, 0},
};

static void expect_write(struct vcpu *vcpu, const struct access_row *row, enum who who)
{
	bool user = who == USER;
	u64 before = 0, after = 0;

	test_context("%s, by %s", row->name, user ? "user space" : "the guest");
	EXPECT_EQ(msr_read(vcpu, row->msr, &before, true), 0);
	EXPECT_EQ(msr_write(vcpu, row->msr, row->value, user), row->taken & who ? 0 : -EINVAL);
	EXPECT_EQ(msr_read(vcpu, row->msr, &after, true), 0);
	EXPECT_EQ(after, row->taken & who ? row->read : before);
}

/* Loading microcode does nothing, and cannot be read. */
TEST(msr_microcode_is_not_loaded)
{
	struct fixture *g = guest_create();
	u64 value = 0;

	EXPECT_EQ(msr_write(&g->vcpu[0], 0x79, 0x12345000, false), 0);
	EXPECT_EQ(msr_read(&g->vcpu[0], 0x79, &value, false), -EINVAL);
	EXPECT_EQ(msr_read(&g->vcpu[0], 0x8b, &value, false), 0);
	EXPECT_EQ(value, 1ull << 32);
	fixture_destroy(g);
}

TEST(msr_feature_control_stays_locked)
{
	struct fixture *g = guest_create();
	u64 value = 2;

	EXPECT_EQ(msr_write(g->vcpu, 0x3a, 0, false), 0);
	EXPECT_EQ(msr_write(g->vcpu, 0x3a, 1, false), 0);
	EXPECT_EQ(msr_write(g->vcpu, 0x3a, 0, false), -EINVAL);
	EXPECT_EQ(msr_write(g->vcpu, 0x3a, 1, false), -EINVAL);
	EXPECT_EQ(msr_read(g->vcpu, 0x3a, &value, false), 0);
	EXPECT_EQ(value, 1);
	/* User space moves the guest to a processor that has just been powered up. */
	EXPECT_EQ(msr_write(g->vcpu, 0x3a, 0, true), 0);
	EXPECT_EQ(msr_write(g->vcpu, 0x3a, 1, false), 0);
	fixture_destroy(g);
}

TEST(msr_write_values)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		static const enum who who[] = {GUEST, USER};

		for (size_t w = 0; w < COUNT_OF(who); w++) {
			struct fixture *g;

			/* "A write by the guest alone": the row says what user space sees then. */
			if (rows[i].taken == GUEST && who[w] == USER)
				continue;
			if (rows[i].msr == 0x8b && rows[i].taken == BOTH && who[w] == GUEST)
				continue;
			g = guest_create();
			fixture_set_cpuid(&g->vcpu[0]);
			expect_write(&g->vcpu[0], &rows[i], who[w]);
			fixture_destroy(g);
		}
	}
}

TEST(msr_values_do_not_mix)
{
	struct fixture *g = guest_create();
	u64 value;

	fixture_set_cpuid(&g->vcpu[0]);
	for (u32 n = 0; n < 16; n++)
		EXPECT_EQ(msr_write(&g->vcpu[0], 0x200 + n, (u64)(n + 1) << 12, true), 0);
	for (u32 n = 0; n < 128; n++)
		if (n % 4)
			EXPECT_EQ(msr_write(&g->vcpu[0], 0x400 + n, n, true), 0);
	for (u32 n = 0; n < 16; n++) {
		EXPECT_EQ(msr_read(&g->vcpu[0], 0x200 + n, &value, false), 0);
		EXPECT_EQ(value, (u64)(n + 1) << 12);
	}
	for (u32 n = 0; n < 128; n++) {
		EXPECT_EQ(msr_read(&g->vcpu[0], 0x400 + n, &value, false), 0);
		EXPECT_EQ(value, n % 4 ? n : 0);
	}
	fixture_destroy(g);
}

TEST(msr_refused_to_the_guest)
{
	static const u32 refused[] = {0x284, 0x48,   0x49,	 0x17b,	     0x6e0,
				      0xda0, 0x2000, 0x4b564dff, 0xbeef0000, 0xc0002000,
				      0x2,   0x480,  0x491,	 0xffffffff};
	struct fixture *g = guest_create();
	u64 value;

	fixture_set_cpuid(&g->vcpu[0]);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		test_context("MSR 0x%x", refused[i]);
		EXPECT_EQ(msr_read(&g->vcpu[0], refused[i], &value, false),
			  msr_find(refused[i]) ? -EINVAL : -ENOENT);
		EXPECT_EQ(msr_write(&g->vcpu[0], refused[i], 0, false),
			  msr_find(refused[i]) ? -EINVAL : -ENOENT);
	}
	fixture_destroy(g);
}

/* Every index there is near a range's edge or in the table: an answer, and nothing breaks. */
TEST(msr_any_index_has_an_answer)
{
	struct fixture *g = guest_create();
	u64 value;

	fixture_set_cpuid(&g->vcpu[0]);
	for (u32 msr = 0; msr < 0x2100; msr++) {
		test_context("MSR 0x%x", msr);
		if (msr_read(&g->vcpu[0], msr, &value, false) == 0)
			EXPECT_TRUE(msr_find(msr) != NULL);
		msr_write(&g->vcpu[0], msr, 0xa5a5a5a5a5a5a5a5, false);
		msr_write(&g->vcpu[0], msr, 0xa5a5a5a5a5a5a5a5, true);
		msr_read(&g->vcpu[0], 0xc0000000 + msr, &value, true);
		msr_write(&g->vcpu[0], 0xc0000000 + msr, 0x5a5a5a5a, false);
	}
	fixture_destroy(g);
}

TEST(msr_reset_values)
{
	static const struct {
		u32 msr;
		u64 value;
	} reset[] = {
		{0x1b, 0xfee00900}, {0x8b, 1ull << 32},
		{0x174, 0},	    {0x175, 0},
		{0x176, 0},	    {0x17a, 0},
		{0x1a0, 0x1801},    {0x1d9, 0},
		{0x200, 0},	    {0x277, 0x0007040600070406},
		{0x2ff, 0},	    {0x400, 0},
		{0xc0000080, 0},    {0xc0000081, 0},
		{0xc0000082, 0},    {0xc0000102, 0},
		{0x3b, 0},
	};
	struct fixture *g = guest_create();
	u64 value;

	for (size_t i = 0; i < COUNT_OF(reset); i++) {
		test_context("MSR 0x%x", reset[i].msr);
		EXPECT_EQ(msr_read(&g->vcpu[0], reset[i].msr, &value, true), 0);
		EXPECT_EQ(value, reset[i].value);
	}
	/* INIT leaves them as they are. */
	EXPECT_EQ(msr_write(&g->vcpu[0], 0x277, 0x0606060606060606, true), 0);
	EXPECT_EQ(msr_write(&g->vcpu[0], 0x175, 0x1000, true), 0);
	vmx_vcpu_reset(&g->vcpu[0], true);
	EXPECT_EQ(msr_read(&g->vcpu[0], 0x277, &value, true), 0);
	EXPECT_EQ(value, 0x0606060606060606);
	EXPECT_EQ(msr_read(&g->vcpu[0], 0x175, &value, true), 0);
	EXPECT_EQ(value, 0x1000);
	fixture_destroy(g);
}

/* What is always the same: reading gives that, whatever was there. */
TEST(msr_values_that_nobody_changes)
{
	static const struct {
		u32 msr;
		u64 value;
	} fixed[] = {
		{0, 0},		{0x17, 0},     {0x2a, 0},   {0x2c, 1 << 24},
		{0x34, 0},	{0xfe, 0x508}, {0x179, 32}, {0x198, 1ull << 40 | 1},
		{0x11e, 0x101}, {0x199, 0},    {0x1db, 0},  {0x606, 0},
	};
	struct fixture *g = guest_create();

	for (size_t i = 0; i < COUNT_OF(fixed); i++) {
		u64 value = ONES;

		test_context("MSR 0x%x", fixed[i].msr);
		EXPECT_EQ(msr_read(&g->vcpu[0], fixed[i].msr, &value, true), 0);
		EXPECT_EQ(value, fixed[i].value);
	}
	fixture_destroy(g);
}

/* Without CPUID the guest has no MSR that a feature bit announces; user space has them. */
TEST(msr_features_follow_cpuid)
{
	static const u32 announced[] = {0x3b, 0xfe, 0x200, 0x250, 0x2ff, 0xc0000103};
	struct fixture *g = guest_create();
	u64 value;

	for (size_t i = 0; i < COUNT_OF(announced); i++) {
		test_context("MSR 0x%x", announced[i]);
		EXPECT_EQ(msr_read(&g->vcpu[0], announced[i], &value, false), -EINVAL);
		EXPECT_EQ(msr_read(&g->vcpu[0], announced[i], &value, true), 0);
	}
	fixture_set_cpuid(&g->vcpu[0]);
	for (size_t i = 0; i < COUNT_OF(announced); i++) {
		test_context("MSR 0x%x", announced[i]);
		EXPECT_EQ(msr_read(&g->vcpu[0], announced[i], &value, false), 0);
	}
	fixture_destroy(g);
}

/* IA32_XSS is there with XSAVES, and has no state. */
TEST(msr_xss_follows_cpuid)
{
	for (unsigned int xsaves = 0; xsaves < 2; xsaves++) {
		struct fixture *g;
		u64 value = ONES;

		test_context("XSAVES %u", xsaves);
		sim_reset();
		sim_cpuid_set(0xd, 1, xsaves ? 0xb : 3, 0x340, 0, 0);
		g = guest_create();
		fixture_set_cpuid(&g->vcpu[0]);
		EXPECT_EQ(msr_read(&g->vcpu[0], MSR_IA32_XSS, &value, false), xsaves ? 0 : -EINVAL);
		EXPECT_EQ(value, xsaves ? 0 : ONES);
		fixture_destroy(g);
	}
}

/* "CPUID Faulting": at which privilege, once it is switched on. */
TEST(msr_cpuid_faulting)
{
	static const struct {
		bool on;
		unsigned int cpl;
		bool faults;
	} row[] = {{false, 0, false},
		   {false, 3, false},
		   {true, 0, false},
		   {true, 1, true},
		   {true, 3, true}};

	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct fixture *g = guest_create();
		struct vcpu *vcpu = &g->vcpu[0];
		struct kvm_segment ss;

		test_context("row %zu", i);
		EXPECT_EQ(msr_write(vcpu, 0x140, row[i].on, false), 0);
		vcpu_seg_read(vcpu, SEG_SS, &ss);
		ss.dpl = (u8)row[i].cpl;
		vcpu_seg_write(vcpu, SEG_SS, &ss);
		EXPECT_EQ(exit_cpuid(vcpu), row[i].faults ? ACTION_SAME_INSN : ACTION_NEXT_INSN);
		EXPECT_EQ(vcpu->events.exception.pending, row[i].faults);
		if (row[i].faults)
			EXPECT_EQ(vcpu->events.exception.vector, VECTOR_GP);
		fixture_destroy(g);
	}
}

/* What PLATFORM_INFO announces, and what it announces no more while it is in use. */
TEST(msr_cpuid_faulting_is_announced)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];
	u64 value;

	EXPECT_EQ(msr_write(vcpu, 0x140, 1, true), 0);
	EXPECT_EQ(msr_write(vcpu, 0xce, 0, true), -EINVAL);
	EXPECT_EQ(msr_read(vcpu, 0xce, &value, false), 0);
	EXPECT_EQ(value, BIT64(31));
	EXPECT_EQ(msr_write(vcpu, 0x140, 0, true), 0);
	EXPECT_EQ(msr_write(vcpu, 0xce, 0, true), 0);
	EXPECT_EQ(msr_write(vcpu, 0x140, 1, true), -EINVAL);
	EXPECT_EQ(msr_write(vcpu, 0x140, 1, false), -EINVAL);
	EXPECT_EQ(msr_write(vcpu, 0x140, 0, false), 0);
	fixture_destroy(g);
}

TEST(msr_apic_base)
{
	static const struct {
		const char *name;
		u64 value;
		int guest, user;
		bool x2apic; /* CPUID has it */
	} row[] = {
		{"as it is", 0xfee00900, 0, 0, false},
		{"off", 0xfee00100, 0, 0, false},
		{"elsewhere", 0xfed00800, 0, 0, false},
		{"bit 0", 0xfee00901, -EINVAL, -EINVAL, false},
		{"bit 9", 0xfee00b00, -EINVAL, -EINVAL, false},
		{"x2APIC without CPUID's bit", 0xfee00c00, -EINVAL, -EINVAL, false},
		{"x2APIC", 0xfee00c00, 0, 0, true},
		{"x2APIC without enable", 0xfee00400, -EINVAL, -EINVAL, true},
		{"beyond the physical width", 1ull << 39, -EINVAL, -EINVAL, false},
		{"the highest page", 0x7ffffff800, 0, 0, false},
	};

	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct fixture *g = guest_create();

		fixture_set_cpuid(&g->vcpu[0]);
		if (!row[i].x2apic)
			g->vcpu[0].cpuid->features[0] &= ~BIT32(21);
		test_context("%s", row[i].name);
		EXPECT_EQ(msr_write(&g->vcpu[0], 0x1b, row[i].value, false), row[i].guest);
		EXPECT_EQ(g->vcpu[0].apic_base, row[i].guest ? 0xfee00900 : row[i].value);
		EXPECT_EQ(msr_write(&g->vcpu[0], 0x1b, row[i].value, true), row[i].user);
		fixture_destroy(g);
	}
}

TEST(msr_fs_and_gs_are_the_segments)
{
	struct fixture *g = guest_create();
	u64 value;

	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_FS_BASE, 0x1234000, true), 0);
	EXPECT_EQ(vcpu_seg_base(&g->vcpu[0], SEG_FS), 0x1234000);
	vmcs_writel(GUEST_GS_BASE, 0xffff888000001000);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_GS_BASE, &value, true), 0);
	EXPECT_EQ(value, 0xffff888000001000);
	fixture_destroy(g);
}

/* 57 bits where both the host and the guest have five-level paging. */
TEST(msr_canonical_with_la57)
{
	static const u64 wide = 0x00ffffffffffffff;

	for (unsigned int host = 0; host < 2; host++) {
		for (unsigned int told = 0; told < 2; told++) {
			struct kvm_cpuid_entry2 entry = {
				.function = 7,
				.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
				.ecx = told ? BIT32(16) : 0,
			};
			struct fixture *g;

			sim_reset();
			sim_cpuid_set(7, 0, 0, 0x27ab, host ? BIT32(16) : 0, 0);
			g = guest_create();
			EXPECT_EQ(cpuid_set(&g->vcpu[0], &entry, 1), 0);
			test_context("LA57: host %u, guest %u", host, told);
			EXPECT_EQ(msr_write(&g->vcpu[0], MSR_LSTAR, wide, true),
				  host && told ? 0 : -EINVAL);
			EXPECT_EQ(msr_write(&g->vcpu[0], MSR_FS_BASE, wide, false),
				  host && told ? 0 : -EINVAL);
			EXPECT_EQ(msr_write(&g->vcpu[0], MSR_LSTAR, 1ull << 57, true), -EINVAL);
			fixture_destroy(g);
		}
	}
}

/* A processor without MSR bitmaps: what passes through elsewhere is emulated by the same rows. */
TEST(msr_pass_through_rows_answer_exits)
{
	struct fixture *g = guest_create();
	u64 value;

	fixture_set_cpuid(&g->vcpu[0]);
	/* Those of C-states are the processor's own, where the guest may have them. */
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_CORE_C1_RES, &value, false), -EINVAL);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_CORE_C1_RES, &value, true), -EINVAL);
	g->vcpu[0].exits_disabled = KVM_X86_DISABLE_EXITS_CSTATE;
	for (unsigned int cpu = 0; cpu < FIXTURE_CPUS; cpu++) {
		sim_msr_set(cpu, MSR_CORE_C3_RESIDENCY, 3);
		sim_msr_set(cpu, MSR_CORE_C1_RES, 1);
	}
	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		test_context("%s", msr_table[i].name);
		if (msr_table[i].read == MSR_PASS_THROUGH)
			EXPECT_EQ(msr_read(&g->vcpu[0], msr_table[i].first, &value, false), 0);
		if (msr_table[i].write == MSR_PASS_THROUGH)
			EXPECT_EQ(msr_write(&g->vcpu[0], msr_table[i].first, 0x1000, false), 0);
	}
	fixture_destroy(g);
}

TEST(msr_vcpu_init_without_memory)
{
	struct vcpu vcpu = {0};

	sim_fail_allocation_after(0);
	EXPECT_EQ(msr_vcpu_init(&vcpu), -ENOMEM);
	EXPECT_TRUE(sim_allocation_failed());
	msr_vcpu_destroy(&vcpu);
	EXPECT_EQ(sim_memory_leaks(), 0);
}

/* User space sets MTRRs before it says what the guest has, and on hosts whose kernel has none. */
TEST(msr_mtrrs_are_there_for_user_space)
{
	static const struct {
		bool told, there; /* by CPUID; for the guest */
		u32 hidden;	  /* by the host's kernel */
	} rows[] = {{false, false, 0}, {true, true, 0}, {true, false, BIT32(12)}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct kvm_cpuid_entry2 entry = {.function = 1,
						       .edx = rows[i].told ? BIT32(12) : 0};
		struct fixture *g;

		test_context("row %zu", i);
		sim_reset();
		sim_cpuid_disable(1, SIM_ANY_SUBLEAF, 0, 0, 0, rows[i].hidden);
		g = guest_create();
		EXPECT_EQ(cpuid_set(g->vcpu, &entry, 1), 0);
		EXPECT_EQ(msr_write(g->vcpu, 0x2ff, 0xc06, true), 0);
		EXPECT_EQ(msr_write(g->vcpu, 0x2ff, 0xc06, false), rows[i].there ? 0 : -EINVAL);
		fixture_destroy(g);
	}
}
