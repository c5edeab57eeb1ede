// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_SUPPORTED_CPUID on hosts of several kinds. */
#include "../msr/guest.h"
#include "vmx.h"

struct supported {
	unsigned int count;
	struct kvm_cpuid_entry2 entry[CPUID_MAX_ENTRIES];
};

static struct supported supported(void)
{
	struct supported list = {0};

	list.count = cpuid_supported(list.entry, CPUID_MAX_ENTRIES);
	return list;
}

static const struct kvm_cpuid_entry2 *find(const struct supported *list, u32 leaf, u32 subleaf)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (list->entry[i].function == leaf && list->entry[i].index == subleaf)
			return &list->entry[i];
	return NULL;
}

/* A server of 2023: everything that the table has an opinion about is there. */
static void host_has_everything(void)
{
	sim_cpuid_set(0, SIM_ANY_SUBLEAF, 0x20, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_cpuid_set(1, SIM_ANY_SUBLEAF, 0x806f8, 0x12345678, ~0u, ~0u);
	sim_cpuid_set(7, 0, 2, ~0u, ~0u, ~0u);
	sim_cpuid_set(7, 1, ~0u, ~0u, ~0u, ~0u);
	sim_cpuid_set(0xd, 0, 0xe7, 0x980, 0x2b00, 0x60000);
	sim_cpuid_set(0xd, 1, 0x1f, 0xa00, 0x1900, 0);
	sim_cpuid_set(0xd, 2, 256, 576, 4, 5);
	sim_cpuid_set(0xd, 5, 64, 1088, 0, 0);
	sim_cpuid_set(0xd, 6, 512, 1152, 0, 0);
	sim_cpuid_set(0xd, 7, 1024, 1664, 0, 0);
	sim_cpuid_set(0xd, 9, 8, 2688, 0, 0);
	sim_cpuid_set(0xd, 17, 64, 2752, 2, 0);
	sim_cpuid_set(0xd, 18, 8192, 2816, 6, 0);
	sim_cpuid_set(0x80000000, SIM_ANY_SUBLEAF, 0x80000008, 1, 2, 3);
	sim_cpuid_set(0x80000001, SIM_ANY_SUBLEAF, ~0u, ~0u, ~0u, ~0u);
	sim_cpuid_set(0x80000007, SIM_ANY_SUBLEAF, ~0u, ~0u, ~0u, ~0u);
	sim_cpuid_set(0x80000008, SIM_ANY_SUBLEAF, 0x343934, ~0u, ~0u, ~0u);
	sim_set_xcr0(0x602e7, 0x602e7);
	guest_use_processor();
}

/* Leaf 7 has a second part where the first says so, whatever is there. */
TEST(cpuid_supported_parts_of_leaf_7)
{
	for (u32 last = 0; last < 3; last++) {
		struct supported list;

		test_context("the last is %u", last);
		sim_reset();
		sim_cpuid_set(7, 0, last, ~0u, ~0u, ~0u);
		sim_cpuid_set(7, 1, last ? 0 : ~0u, 0, 0, 0);
		guest_use_processor();
		list = supported();
		EXPECT_TRUE(find(&list, 7, 0) && find(&list, 7, 0)->eax == (last ? 1 : 0));
		EXPECT_EQ(find(&list, 7, 1) != NULL, last != 0);
		sim_vmxoff_all();
	}
}

TEST(cpuid_supported_on_a_full_host)
{
	/* By hand from the SDM's tables of CPUID: which bits of all ones are left. */
	static const struct {
		u32 leaf, subleaf;
		u32 out[4];
	} rows[] = {
		{0, 0, {0x16, 0x756e6547, 0x6c65746e, 0x49656e69}},
		{1, 0, {0x806f8, 0x5678, 0xf6fa3203, 0x0f8bfbff}},
		{5, 0, {0, 0, 0, 0}},
		{6, 0, {4, 0, 0, 0}},
		{0xa, 0, {0, 0, 0, 0}},
		{0x12, 0, {0, 0, 0, 0}},
		{0x14, 0, {0, 0, 0, 0}},
		{7, 0, {1, 0xfdbf27eb, 0x1a415f46, 0xac80451c}},
		{7, 1, {0x00801cb0, 0, 0, 0}},
		{0xb, 0, {0, 0, 0, 0}},
		{0xd, 0, {0xe7, 2688, 2688, 0}},
		{0xd, 1, {0xf, 576 + 256 + 64 + 512 + 1024, 0, 0}},
		{0xd, 2, {256, 576, 0, 0}},
		{0xd, 7, {1024, 1664, 0, 0}},
		{0x40000000, 0, {0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d}},
		{0x40000001, 0, {0x1007afb, 0, 0, 0}},
		{0x80000000, 0, {0x80000008, 1, 2, 3}},
		{0x80000001, 0, {0, 0, 0x121, 0x2c100800}},
		{0x80000007, 0, {0, 0, 0, 0x100}},
		{0x80000008, 0, {0x3930, 0, 0, 0}},
	};
	struct supported list;

	host_has_everything();
	list = supported();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct kvm_cpuid_entry2 *entry = find(&list, rows[i].leaf, rows[i].subleaf);

		test_context("leaf 0x%x subleaf %u", rows[i].leaf, rows[i].subleaf);
		REQUIRE_TRUE(entry != NULL);
		EXPECT_EQ(entry->eax, rows[i].out[0]);
		EXPECT_EQ(entry->ebx, rows[i].out[1]);
		EXPECT_EQ(entry->ecx, rows[i].out[2]);
		EXPECT_EQ(entry->edx, rows[i].out[3]);
	}
	test_context("%s", "");
	/* Components whose state is not switched. */
	EXPECT_TRUE(find(&list, 0xd, 9) == NULL);
	EXPECT_TRUE(find(&list, 0xd, 17) == NULL);
}

TEST(cpuid_supported_needs_controls_and_state)
{
	static const struct {
		const char *name;
		u64 control; /* taken away */
		u64 xcr0;    /* what is left */
		enum cpuid_feature feature;
		bool offered;
	} rows[] = {
		{"INVPCID", 0, 0x7, FEATURE_INVPCID, true},
		{"INVPCID, no control", CPU2_ENABLE_INVPCID, 0x7, FEATURE_INVPCID, false},
		{"RDTSCP", 0, 0x7, FEATURE_RDTSCP, true},
		{"RDTSCP, no control", CPU2_ENABLE_RDTSCP, 0x7, FEATURE_RDTSCP, false},
		{"RDPID, no control", CPU2_ENABLE_RDTSCP, 0x7, FEATURE_RDPID, false},
		{"XSAVE", 0, 0x3, FEATURE_XSAVE, true},
		{"XSAVE, no XCR0", 0, 0, FEATURE_XSAVE, false},
		{"AVX", 0, 0x7, FEATURE_AVX, true},
		{"AVX, no state", 0, 0x3, FEATURE_AVX, false},
		{"AVX2, no state", 0, 0x3, FEATURE_AVX2, false},
		{"AVX512F", 0, 0xe7, FEATURE_AVX512F, true},
		{"AVX512F, AVX state only", 0, 0x7, FEATURE_AVX512F, false},
		{"AVX512F, a part of the state", 0, 0x67, FEATURE_AVX512F, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		sim_reset();
		host_has_everything();
		vmcs_config.ctl[CTL_SECONDARY] &= ~rows[i].control;
		sim_set_xcr0(rows[i].xcr0, rows[i].xcr0);
		cpuid_setup();
		test_context("%s", rows[i].name);
		EXPECT_EQ(cpuid_offered(rows[i].feature), rows[i].offered);
	}
}

/* Where the processor has none, or the kernel does without it, a control stands in. */
TEST(cpuid_supported_or_made_by_a_control)
{
	for (int i = 0; i < 4; i++) {
		bool host = i & 1, control = i & 2;

		sim_reset();
		host_has_everything();
		if (!host)
			sim_cpuid_disable(7, 0, 0, 0, cpuid_feature_mask(FEATURE_UMIP), 0);
		if (!control)
			vmcs_config.ctl[CTL_SECONDARY] &= ~(u64)CPU2_DESCRIPTOR_TABLE_EXITING;
		cpuid_setup();
		test_context("the host's %d, the control %d", host, control);
		EXPECT_EQ(cpuid_offered(FEATURE_UMIP), host || control);
	}
}

/* A feature that the kernel switched off is not for guests either; what Lintel makes is. */
TEST(cpuid_supported_follows_the_kernel)
{
	host_has_everything();
	EXPECT_TRUE(cpuid_offered(FEATURE_SMAP));
	sim_cpuid_disable(7, 0, 0, ~0u, 0, 0);
	cpuid_setup();
	EXPECT_FALSE(cpuid_offered(FEATURE_SMAP));
	EXPECT_TRUE(cpuid_offered(FEATURE_TSC_ADJUST));
	sim_cpuid_disable(1, SIM_ANY_SUBLEAF, 0, 0, ~0u, 0);
	cpuid_setup();
	EXPECT_EQ(cpuid_xcr0_offered(), 0);
	EXPECT_TRUE(cpuid_offered(FEATURE_HYPERVISOR));
}

/* A VM knows whether its host is a guest itself: that is the processor's word, not the kernel's. */
TEST(cpuid_tells_of_a_hypervisor_below)
{
	for (u32 below = 0; below < 2; below++) {
		struct fixture *g;

		test_context("%u hypervisors", below);
		sim_reset();
		sim_cpuid_set(1, SIM_ANY_SUBLEAF, 0x306c3, 0, below << 31, ~0u);
		sim_cpuid_disable(1, SIM_ANY_SUBLEAF, 0, 0, ~0u, 0);
		g = guest_create();
		EXPECT_EQ(g->vm.under_hypervisor, below);
		fixture_destroy(g);
	}
}

TEST(cpuid_supported_without_xsave)
{
	struct supported list;

	guest_use_processor();
	sim_set_xcr0(0, 0);
	cpuid_setup();
	list = supported();
	REQUIRE_TRUE(find(&list, 0xd, 0) != NULL);
	EXPECT_EQ(find(&list, 0xd, 0)->eax | find(&list, 0xd, 0)->ebx, 0);
	EXPECT_EQ(cpuid_xcr0_offered(), 0);
	EXPECT_EQ(find(&list, 1, 0)->ecx & BIT32(26), 0);
}

/* VMMs refuse a list in which a leaf is missing that the range has. */
TEST(cpuid_supported_has_every_leaf)
{
	static const u32 ranges[] = {0, 0x40000000, 0x80000000};
	struct supported list;

	host_has_everything();
	list = supported();
	for (unsigned int i = 0; i < COUNT_OF(ranges); i++) {
		u32 last = find(&list, ranges[i], 0)->eax;

		EXPECT_TRUE(last > ranges[i]);
		for (u32 leaf = ranges[i]; leaf <= last; leaf++) {
			test_context("leaf 0x%x", leaf);
			EXPECT_TRUE(find(&list, leaf, 0) != NULL);
		}
	}
}

/* A TSC that jumps from processor to processor runs at no one rate. */
TEST(cpuid_supported_on_unstable_tscs)
{
	struct supported list;

	host_has_everything();
	sim_set_tsc_stable(false);
	list = supported();
	EXPECT_EQ(find(&list, 0x80000007, 0)->edx, 0);
	sim_set_tsc_stable(true);
}

/* Leaves that the host has not got are not there. */
TEST(cpuid_supported_on_an_old_host)
{
	struct supported list;

	guest_use_processor();
	sim_cpuid_set(0, SIM_ANY_SUBLEAF, 2, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_cpuid_set(0x80000000, SIM_ANY_SUBLEAF, 0x80000004, 0, 0, 0);
	list = supported();
	EXPECT_EQ(find(&list, 0, 0)->eax, 2);
	EXPECT_TRUE(find(&list, 4, 0) == NULL);
	EXPECT_TRUE(find(&list, 7, 0) == NULL);
	EXPECT_TRUE(find(&list, 0xd, 0) == NULL);
	EXPECT_TRUE(find(&list, 0x40000000, 0) != NULL);
	EXPECT_TRUE(find(&list, 0x80000004, 0) != NULL);
	EXPECT_TRUE(find(&list, 0x80000006, 0) == NULL);
	EXPECT_TRUE(find(&list, 0x80000008, 0) == NULL);
}

TEST(cpuid_supported_caches)
{
	struct supported list;

	guest_use_processor();
	sim_cpuid_set(4, 0, 0x1c004121, 1, 2, 3);
	sim_cpuid_set(4, 1, 0x1c004122, 4, 5, 6);
	sim_cpuid_set(4, 2, 0, 0, 0, 0);
	list = supported();
	REQUIRE_TRUE(find(&list, 4, 1) != NULL);
	EXPECT_EQ(find(&list, 4, 1)->edx, 6);
	EXPECT_EQ(find(&list, 4, 1)->flags, KVM_CPUID_FLAG_SIGNIFCANT_INDEX);
	EXPECT_TRUE(find(&list, 4, 2) != NULL);
	EXPECT_TRUE(find(&list, 4, 3) == NULL);

	/* A host that never ends the list (a hypervisor's mistake) ends it for us. */
	sim_reset();
	guest_use_processor();
	sim_cpuid_set(4, SIM_ANY_SUBLEAF, 0x1c004121, 1, 2, 3);
	list = supported();
	EXPECT_TRUE(list.count < 64);
}

TEST(cpuid_supported_in_too_little_room)
{
	static struct kvm_cpuid_entry2 entry[CPUID_MAX_ENTRIES + 1];
	struct supported list;

	host_has_everything();
	list = supported();
	EXPECT_TRUE(list.count < CPUID_MAX_ENTRIES / 2);
	EXPECT_EQ(cpuid_supported(NULL, 0), list.count);
	for (unsigned int room = 0; room <= list.count; room++) {
		memset(entry, 0xa5, sizeof(entry));
		test_context("room for %u", room);
		EXPECT_EQ(cpuid_supported(entry, room), list.count);
		EXPECT_EQ(memcmp(entry, list.entry, room * sizeof(entry[0])), 0);
		for (size_t i = 0; i < sizeof(entry[0]); i++)
			EXPECT_EQ(((u8 *)&entry[room])[i], 0xa5);
	}
}

TEST(cpuid_xsave_sizes)
{
	host_has_everything();
	EXPECT_EQ(cpuid_xsave_size(0x1, false), 576);
	EXPECT_EQ(cpuid_xsave_size(0x3, true), 576);
	EXPECT_EQ(cpuid_xsave_size(0x7, false), 832);
	EXPECT_EQ(cpuid_xsave_size(0xe7, false), 2688);
	EXPECT_EQ(cpuid_xsave_size(0xe7, true), 2432);
	/* Component 9 is not aligned, 17 is. */
	EXPECT_EQ(cpuid_xsave_size(BIT64(9) | BIT64(17), true), 576 + 64 + 64);
	EXPECT_EQ(cpuid_xsave_size(BIT64(9), false), 2696);
}
