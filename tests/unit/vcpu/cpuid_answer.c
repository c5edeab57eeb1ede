// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_CPUID2, and what the guest sees of it. */
#include "../msr/guest.h"
#include "life/life.h"
#include "vcpu/state.h"

#define INDEXED KVM_CPUID_FLAG_SIGNIFCANT_INDEX

static int set(struct vcpu *vcpu, const struct kvm_cpuid_entry2 *entry, unsigned int count)
{
	return cpuid_set(vcpu, entry, count);
}

static void expect_answer(struct vcpu *vcpu, u32 leaf, u32 subleaf, bool found, u32 eax, u32 ebx,
			  u32 ecx, u32 edx)
{
	u32 out[4] = {1, 1, 1, 1};

	test_context("leaf 0x%x subleaf %u", leaf, subleaf);
	EXPECT_EQ(cpuid_answer(vcpu, leaf, subleaf, out), found);
	EXPECT_EQ(out[0], eax);
	EXPECT_EQ(out[1], ebx);
	EXPECT_EQ(out[2], ecx);
	EXPECT_EQ(out[3], edx);
}

static void forget(struct vcpu *vcpu)
{
	host_free(vcpu->cpuid);
	vcpu->cpuid = NULL;
}

static const struct kvm_cpuid_entry2 small[] = {
	{.function = 0, .eax = 4, .ebx = 0x756e6547, .ecx = 0x6c65746e, .edx = 0x49656e69},
	{.function = 2, .index = 7, .eax = 0x21, .ebx = 0x22, .ecx = 0x23, .edx = 0x24},
	{.function = 4, .index = 0, .flags = INDEXED, .eax = 0x40, .edx = 0x43},
	{.function = 4, .index = 1, .flags = INDEXED, .eax = 0x41, .edx = 0x44},
	{.function = 0x40000000, .eax = 0x40000001, .ebx = 0x4b4d564b},
	{.function = 0x80000000, .eax = 0x80000001},
	{.function = 0x80000001, .edx = 0x99},
};

TEST(cpuid_answers_entries)
{
	struct vcpu vcpu = {0};

	expect_answer(&vcpu, 0, 0, false, 0, 0, 0, 0);
	REQUIRE_EQ(set(&vcpu, small, COUNT_OF(small)), 0);
	expect_answer(&vcpu, 0, 0, true, 4, 0x756e6547, 0x6c65746e, 0x49656e69);
	/* Without a significant index any subleaf is meant. */
	expect_answer(&vcpu, 2, 0, true, 0x21, 0x22, 0x23, 0x24);
	expect_answer(&vcpu, 2, 99, true, 0x21, 0x22, 0x23, 0x24);
	expect_answer(&vcpu, 4, 1, true, 0x41, 0, 0, 0x44);
	/* In its range, without an entry: zero. */
	expect_answer(&vcpu, 4, 2, false, 0, 0, 0, 0);
	expect_answer(&vcpu, 1, 0, false, 0, 0, 0, 0);
	expect_answer(&vcpu, 0x40000001, 0, false, 0, 0, 0, 0);
	forget(&vcpu);
}

/* "If a value entered for CPUID.EAX is higher than the maximum ... the data for the highest basic
 * information leaf is returned", by the subleaf that ECX names. */
TEST(cpuid_answers_out_of_range)
{
	struct vcpu vcpu = {0};
	struct kvm_cpuid_entry2 other[COUNT_OF(small)];

	REQUIRE_EQ(set(&vcpu, small, COUNT_OF(small)), 0);
	expect_answer(&vcpu, 5, 0, false, 0x40, 0, 0, 0x43);
	expect_answer(&vcpu, 5, 1, false, 0x41, 0, 0, 0x44);
	expect_answer(&vcpu, 5, 2, false, 0, 0, 0, 0);
	expect_answer(&vcpu, 0x3fffffff, 0, false, 0x40, 0, 0, 0x43);
	expect_answer(&vcpu, 0x40000002, 0, false, 0x40, 0, 0, 0x43);
	expect_answer(&vcpu, 0x40000100, 0, false, 0x40, 0, 0, 0x43);
	expect_answer(&vcpu, 0x80000002, 0, false, 0x40, 0, 0, 0x43);
	expect_answer(&vcpu, 0xc0000000, 0, false, 0x40, 0, 0, 0x43);
	expect_answer(&vcpu, 0xffffffff, 1, false, 0x41, 0, 0, 0x44);
	forget(&vcpu);

	/* Other vendors' processors answer 0. */
	for (unsigned int i = 0; i < 2; i++) {
		memcpy(other, small, sizeof(other));
		other[0].ebx = i ? 0x68747541 : 0x6f677948;
		REQUIRE_EQ(set(&vcpu, other, COUNT_OF(other)), 0);
		expect_answer(&vcpu, 5, 0, false, 0, 0, 0, 0);
		expect_answer(&vcpu, 0x80000002, 0, false, 0, 0, 0, 0);
		forget(&vcpu);
	}

	/* Without leaf 0 nobody knows what the highest is. */
	REQUIRE_EQ(set(&vcpu, small + 1, COUNT_OF(small) - 1), 0);
	expect_answer(&vcpu, 5, 0, false, 0, 0, 0, 0);
	forget(&vcpu);
}

/* The processor's signature, as the guest is told it: its first subleaf, where there are several.
 */
TEST(cpuid_signature_at_reset)
{
	static const struct kvm_cpuid_entry2 entry[] = {
		{.function = 0, .eax = 1},
		{.function = 1, .index = 0, .flags = INDEXED, .eax = 0x306c3},
		{.function = 1, .index = 1, .flags = INDEXED, .eax = 0x12345},
	};
	struct fixture *g = guest_create();

	vmx_vcpu_reset(&g->vcpu[0], true);
	EXPECT_EQ(vcpu_reg_read(&g->vcpu[0], REG_RDX), 0x600);
	EXPECT_EQ(set(&g->vcpu[0], entry, COUNT_OF(entry)), 0);
	vmx_vcpu_reset(&g->vcpu[0], true);
	EXPECT_EQ(vcpu_reg_read(&g->vcpu[0], REG_RDX), 0x306c3);
	fixture_destroy(g);
}

TEST(cpuid_answers_beyond_the_topology)
{
	static const struct kvm_cpuid_entry2 entry[] = {
		{.function = 0, .eax = 0xd, .ebx = 0x756e6547},
		{.function = 0xb, .index = 0, .flags = INDEXED, .ebx = 1, .edx = 5},
		{.function = 0xb, .index = 1, .flags = INDEXED, .ebx = 4, .edx = 5},
	};
	struct vcpu vcpu = {0};

	REQUIRE_EQ(set(&vcpu, entry, COUNT_OF(entry)), 0);
	expect_answer(&vcpu, 0xb, 1, true, 0, 4, 0, 5);
	expect_answer(&vcpu, 0xb, 2, false, 0, 0, 2, 5);
	expect_answer(&vcpu, 0xb, 0x1234, false, 0, 0, 0x34, 5);
	forget(&vcpu);
}

TEST(cpuid_answers_what_registers_say)
{
	static const struct kvm_cpuid_entry2 entry[] = {
		{.function = 0, .eax = 0xd, .ebx = 0x756e6547},
		{.function = 1, .ecx = BIT32(26) | BIT32(27), .edx = BIT32(9) | 1},
		{.function = 7, .index = 0, .flags = INDEXED, .ecx = BIT32(3)},
		{.function = 0xd, .index = 0, .flags = INDEXED, .eax = 7, .ebx = 1, .ecx = 832},
		{.function = 0xd, .index = 1, .flags = INDEXED, .eax = 3, .ebx = 1},
		{.function = 0xd, .index = 2, .flags = INDEXED, .eax = 256, .ebx = 576},
	};
	struct vcpu vcpu = {.xcr0 = 1, .apic_base = BIT64(11)};

	guest_use_processor();
	REQUIRE_EQ(set(&vcpu, entry, COUNT_OF(entry)), 0);
	expect_answer(&vcpu, 1, 0, true, 0, 0, BIT32(26), BIT32(9) | 1);
	vcpu.cr4 = CR4_OSXSAVE;
	vcpu.apic_base = 0;
	expect_answer(&vcpu, 1, 0, true, 0, 0, BIT32(26) | BIT32(27), 1);
	expect_answer(&vcpu, 7, 0, true, 0, 0, BIT32(3), 0);
	vcpu.cr4 = CR4_PKE;
	expect_answer(&vcpu, 7, 0, true, 0, 0, BIT32(3) | BIT32(4), 0);
	expect_answer(&vcpu, 0xd, 0, true, 7, 576, 832, 0);
	expect_answer(&vcpu, 0xd, 1, true, 3, 576, 0, 0);
	vcpu.xcr0 = 7;
	expect_answer(&vcpu, 0xd, 0, true, 7, 832, 832, 0);
	expect_answer(&vcpu, 0xd, 1, true, 3, 832, 0, 0);
	expect_answer(&vcpu, 0xd, 2, true, 256, 576, 0, 0);
	forget(&vcpu);
}

/* User space took the APIC away: no register brings it back. */
TEST(cpuid_answers_no_apic_that_is_not_there)
{
	static const struct kvm_cpuid_entry2 entry = {.function = 1, .edx = 1};
	struct vcpu vcpu = {.apic_base = BIT64(11)};

	REQUIRE_EQ(set(&vcpu, &entry, 1), 0);
	expect_answer(&vcpu, 1, 0, true, 0, 0, 0, 1);
	forget(&vcpu);
}

TEST(cpuid_set_checks_the_linear_width)
{
	static const struct {
		u32 eax;
		int error;
	} rows[] = {{0x3028, 0},       {0x3928, 0},	  {0x0028, 0},	     {0x2028, -EINVAL},
		    {0x4028, -EINVAL}, {0x3128, -EINVAL}, {0xff28, -EINVAL}, {0x13028, 0}};
	struct vcpu vcpu = {0};

	REQUIRE_EQ(set(&vcpu, small, COUNT_OF(small)), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_cpuid_entry2 entry = {.function = 0x80000008, .eax = rows[i].eax};
		const struct vcpu_cpuid *before = vcpu.cpuid;

		test_context("EAX 0x%x", rows[i].eax);
		EXPECT_EQ(set(&vcpu, &entry, 1), rows[i].error);
		/* Refused: what was there is there. */
		EXPECT_EQ(vcpu.cpuid == before, rows[i].error != 0);
	}
	forget(&vcpu);
	EXPECT_EQ(sim_memory_leaks(), 0);
}

TEST(cpuid_set_limits)
{
	static struct kvm_cpuid_entry2 entry[CPUID_MAX_ENTRIES + 1];
	struct vcpu vcpu = {0};
	u32 out[4];

	for (unsigned int i = 0; i <= CPUID_MAX_ENTRIES; i++)
		entry[i].function = i;
	EXPECT_EQ(set(&vcpu, entry, CPUID_MAX_ENTRIES + 1), -EINVAL);
	EXPECT_EQ(set(&vcpu, entry, CPUID_MAX_ENTRIES), 0);
	EXPECT_EQ(vcpu.cpuid->count, CPUID_MAX_ENTRIES);
	EXPECT_TRUE(cpuid_answer(&vcpu, 255, 0, out));
	EXPECT_EQ(set(&vcpu, NULL, 0), 0);
	EXPECT_FALSE(cpuid_answer(&vcpu, 0, 0, out));
	sim_fail_allocation_after(0);
	EXPECT_EQ(set(&vcpu, entry, 1), -ENOMEM);
	EXPECT_EQ(vcpu.cpuid->count, 0);
	forget(&vcpu);
}

TEST(cpuid_maxphyaddr_is_bounded)
{
	static const struct {
		u32 eax;
		unsigned int bits;
	} rows[] = {{0x3024, 36}, {0x3027, 39}, {0x3028, 39}, {0x30ff, 39}, {0x3000, 32}};
	struct vcpu vcpu = {0};

	EXPECT_EQ(cpuid_maxphyaddr(&vcpu), 36);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_cpuid_entry2 entry = {.function = 0x80000008, .eax = rows[i].eax};

		test_context("EAX 0x%x on a host with 39 bits", rows[i].eax);
		EXPECT_EQ(set(&vcpu, &entry, 1), 0);
		EXPECT_EQ(cpuid_maxphyaddr(&vcpu), rows[i].bits);
	}
	test_context("%s", "");
	EXPECT_EQ(set(&vcpu, NULL, 0), 0);
	EXPECT_EQ(cpuid_maxphyaddr(&vcpu), 36);
	forget(&vcpu);
}

/* User space may claim what it likes; what Lintel does for the guest is bounded by what it can. */
TEST(cpuid_has_is_bounded_by_what_is_offered)
{
	static const struct kvm_cpuid_entry2 entry[] = {
		{.function = 1, .ecx = ~0u, .edx = ~0u},
		{.function = 7, .index = 0, .flags = INDEXED, .ebx = ~0u, .ecx = ~0u, .edx = ~0u},
		{.function = 0xd, .index = 0, .flags = INDEXED, .eax = ~0u, .edx = ~0u},
		{.function = 0x80000001, .edx = ~0u},
	};
	struct vcpu vcpu = {0};

	guest_use_processor();
	EXPECT_FALSE(cpuid_has(&vcpu, FEATURE_FPU));
	EXPECT_EQ(cpuid_xcr0_allowed(&vcpu), 0);
	REQUIRE_EQ(set(&vcpu, entry, COUNT_OF(entry)), 0);
	EXPECT_TRUE(cpuid_has(&vcpu, FEATURE_FPU));
	EXPECT_TRUE(cpuid_has(&vcpu, FEATURE_XSAVE));
	EXPECT_FALSE(cpuid_has(&vcpu, FEATURE_VMX));
	EXPECT_TRUE(cpuid_has(&vcpu, FEATURE_SMEP));
	EXPECT_FALSE(cpuid_has(&vcpu, FEATURE_SMAP)); /* not on this host */
	EXPECT_FALSE(cpuid_has(&vcpu, FEATURE_PKU));
	EXPECT_FALSE(cpuid_has(&vcpu, FEATURE_LA57)); /* not on this host */
	EXPECT_EQ(cpuid_xcr0_allowed(&vcpu), 7);
	/* The guest still sees what user space wrote. */
	expect_answer(&vcpu, 7, 0, true, 0, ~0u, ~0u & ~BIT32(4), ~0u);
	forget(&vcpu);
}

TEST(cpuid_supported_can_be_set)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];
	u32 out[4];

	fixture_set_cpuid(vcpu);
	EXPECT_TRUE(cpuid_answer(vcpu, 0, 0, out));
	EXPECT_EQ(out[0], 0xd);
	EXPECT_EQ(cpuid_maxphyaddr(vcpu), 39);
	EXPECT_EQ(cpuid_xcr0_allowed(vcpu), 7);
	EXPECT_TRUE(vcpu_cr4_allowed(vcpu) & CR4_OSXSAVE);
	EXPECT_TRUE(cpuid_has(vcpu, FEATURE_INTEL_64));
	fixture_destroy(g);
}
