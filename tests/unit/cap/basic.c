// SPDX-License-Identifier: GPL-2.0
/*
 * IA32_VMX_BASIC bit by bit, IA32_FEATURE_CONTROL, the fixed bits of CR0 and
 * CR4, the EPT capabilities, and MSRs that are missing.
 */
#include <stdio.h>

#include "fixture.h"

/* 1024 bytes, revision 4, type 6, TRUE MSRs */
#define BASIC_BASE 0x00da040000000004ull

static const struct cap_result *setup_with(enum cap_msr msr, u64 value)
{
	struct vmx_cap_msrs raw = fixture_full();

	cap_msr_set(&raw, msr, value);
	return fixture_setup(&raw);
}

/* The problems that flipping one bit of BASIC_BASE gives. */
static const char *problems_of_flip(unsigned int bit)
{
	switch (bit) {
	case 31: /* a revision identifier never has it */
		return "480.31";
	case 42: /* 0x400 ^ 0x400: no bytes */
	case 44: /* 0x400 ^ 0x1000: 5120 bytes */
		return "480.44:32";
	case 48: /* 32-bit addresses */
		return "480.48";
	case 50:
	case 51:
	case 52:
	case 53: /* the memory type is 6 no more */
		return "480.53:50";
	case 55: /* no TRUE MSRs: CR3 accesses always exit */
		return "482.15 482.16";
	default:
		return "";
	}
}

TEST(cap_each_bit_of_basic_matters_as_it_should)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		u64 basic = BASIC_BASE ^ BIT64(bit);
		const struct cap_result *result = setup_with(CAP_BASIC, basic);
		char key[16];

		test_context("bit %u", bit);
		snprintf(key, sizeof(key), "480.%u", bit);
		EXPECT_PROBLEMS(result, problems_of_flip(bit));
		if (result->error)
			continue;
		EXPECT_EQ(result->config.revision_id, (u32)basic);
		EXPECT_EQ(result->config.size, basic >> 32 & 0x1fff);
		EXPECT_EQ(result->config.order, 0);
		EXPECT_EQ(result->config.basic_cap, (basic >> 32) & 0xffffe000);
		/* the bits without a name, and the absent INS/OUTS information, are noted */
		if ((bit >= 45 && bit <= 47) || bit == 54 || bit == 57 || bit >= 59)
			EXPECT_TRUE(fixture_has_note(result, CAP_INFO, key));
		else
			EXPECT_FALSE(fixture_has_note(result, CAP_INFO, key));
		EXPECT_EQ(result->capability.basic.dual_monitor, bit != 49);
		EXPECT_EQ(result->capability.basic.ins_outs_info, bit != 54);
		EXPECT_EQ(result->capability.basic.any_error_code, bit == 56);
		EXPECT_EQ(result->capability.basic.nested_exception, bit == 58);
	}
}

TEST(cap_sizes_from_1_to_4096_are_usable)
{
	static const struct {
		u64 size;
		bool usable;
	} sizes[] = {{0, false},   {1, true},	  {1024, true}, {4095, true},
		     {4096, true}, {4097, false}, {8191, false}};

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		u64 basic = (BASIC_BASE & ~(0x1fffull << 32)) | sizes[i].size << 32;
		const struct cap_result *result = setup_with(CAP_BASIC, basic);

		test_context("size %llu", sizes[i].size);
		EXPECT_PROBLEMS(result, sizes[i].usable ? "" : "480.44:32");
		EXPECT_EQ(result->config.size, sizes[i].usable ? sizes[i].size : 0);
	}
}

TEST(cap_every_memory_type_but_write_back_is_refused)
{
	for (u64 type = 0; type < 16; type++) {
		u64 basic = (BASIC_BASE & ~(0xfull << 50)) | type << 50;

		test_context("type %llu", type);
		EXPECT_PROBLEMS(setup_with(CAP_BASIC, basic), type == 6 ? "" : "480.53:50");
	}
}

/* All that is wrong is reported, not only the first thing. */
TEST(cap_all_problems_of_basic_are_collected)
{
	EXPECT_PROBLEMS(setup_with(CAP_BASIC, 0x0083000080000000ull),
			"480.44:32 480.53:50 480.31 480.48");
}

TEST(cap_feature_control_says_whether_the_firmware_allows_vmx)
{
	const struct cap_result *result;

	EXPECT_PROBLEMS(setup_with(CAP_FEATURE_CONTROL, 0x5), "");
	EXPECT_PROBLEMS(setup_with(CAP_FEATURE_CONTROL, 0xff07), "");
	EXPECT_PROBLEMS(setup_with(CAP_FEATURE_CONTROL, 0x1), "3a.2:0");
	EXPECT_PROBLEMS(setup_with(CAP_FEATURE_CONTROL, 0x3), "3a.2:0");

	for (u64 value = 0; value < 8; value += 2) {
		result = setup_with(CAP_FEATURE_CONTROL, value);
		test_context("unlocked 0x%llx", value);
		EXPECT_PROBLEMS(result, "");
		EXPECT_TRUE(fixture_has_note(result, CAP_INFO, "3a.2:0"));
	}
}

TEST(cap_locked_feature_control_is_put_into_words)
{
	const struct cap_result *result = setup_with(CAP_FEATURE_CONTROL, 0x1);
	char words[CAP_LINE_MAX];

	REQUIRE_EQ(result->report.problems, 1);
	cap_problem_format(words, sizeof(words), &result->report.problem[0]);
	EXPECT_CONTAINS(words, "IA32_FEATURE_CONTROL (0x3a) bits 2:0 = 0x1");
	EXPECT_CONTAINS(words, "the firmware has disabled VT-x");
}

TEST(cap_fixed_bits_of_cr0_and_cr4_are_checked)
{
	EXPECT_PROBLEMS(setup_with(CAP_CR0_FIXED0, 0x21), ""); /* PG may be 0: all the better */
	EXPECT_PROBLEMS(setup_with(CAP_CR0_FIXED0, 0x80000023), "486"); /* MP */
	EXPECT_PROBLEMS(setup_with(CAP_CR4_FIXED0, 0x2020), "488");	/* PAE */
	EXPECT_PROBLEMS(setup_with(CAP_CR4_FIXED1, 0x27ff), "");
	EXPECT_PROBLEMS(setup_with(CAP_CR4_FIXED1, 0x27df), "489"); /* no PAE */
	/* without PG, NE, PE it also contradicts what is fixed to 1 */
	EXPECT_PROBLEMS(setup_with(CAP_CR0_FIXED1, 0x7fffffff), "487 487");
	EXPECT_PROBLEMS(setup_with(CAP_CR0_FIXED1, 0xfffeffff), "487"); /* WP */
	EXPECT_PROBLEMS(setup_with(CAP_CR4_FIXED1, 0x7ff), "489 489");	/* VMXE */
}

TEST(cap_what_ept_needs_is_checked)
{
	struct vmx_cap_msrs raw = fixture_full();
	u64 cap = raw.value[CAP_EPT_VPID_CAP];

	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~BIT64(6)), "48c.6");
	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~BIT64(14)), "48c.14");
	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~BIT64(20)), "48c.20");
	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~BIT64(25)), "");
	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~BIT64(26)), "");
	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~(BIT64(25) | BIT64(26))), "48c.26:25");
	EXPECT_PROBLEMS(setup_with(CAP_EPT_VPID_CAP, cap & ~0xffffffffull),
			"48c.6 48c.14 48c.20 48c.26:25");
}

/* What follows when one MSR cannot be read. */
static const struct {
	enum cap_msr msr;
	const char *problems;
	const char *note;
} without[CAP_MSRS] = {
	{CAP_FEATURE_CONTROL, "", "-3a"},
	{CAP_BASIC, "-480", NULL},
	{CAP_PINBASED_CTLS, "-481", NULL},
	{CAP_PROCBASED_CTLS, "-482", NULL},
	{CAP_EXIT_CTLS, "-483", NULL},
	{CAP_ENTRY_CTLS, "-484", NULL},
	{CAP_MISC, "-485", NULL},
	{CAP_CR0_FIXED0, "-486", NULL},
	{CAP_CR0_FIXED1, "-487", NULL},
	{CAP_CR4_FIXED0, "-488", NULL},
	{CAP_CR4_FIXED1, "-489", NULL},
	{CAP_VMCS_ENUM, "", "-48a"},
	{CAP_PROCBASED_CTLS2, "-48b", NULL},
	{CAP_EPT_VPID_CAP, "-48c", NULL},
	{CAP_TRUE_PINBASED_CTLS, "-48d", NULL},
	{CAP_TRUE_PROCBASED_CTLS, "-48e", NULL},
	{CAP_TRUE_EXIT_CTLS, "-48f", NULL},
	{CAP_TRUE_ENTRY_CTLS, "-490", NULL},
	{CAP_VMFUNC, "", "-491"},
	{CAP_PROCBASED_CTLS3, "", "-492"},
	{CAP_EXIT_CTLS2, "", "-493"},
};

TEST(cap_a_missing_msr_is_said_to_be_missing)
{
	for (size_t i = 0; i < COUNT_OF(without); i++) {
		struct vmx_cap_msrs raw = fixture_full();
		const struct cap_result *result;

		test_context("%s", cap_msr_table[without[i].msr].name);
		EXPECT_TRUE(cap_msr_present(&raw, without[i].msr));
		raw.present &= ~BIT32(without[i].msr);
		raw.value[without[i].msr] = ~(u64)0; /* must not be looked at */
		result = fixture_setup(&raw);
		EXPECT_PROBLEMS(result, without[i].problems);
		if (without[i].note)
			EXPECT_TRUE(fixture_has_note(result, CAP_MISSING, without[i].note));
	}
}

TEST(cap_no_msr_at_all_means_no_vmx)
{
	struct vmx_cap_msrs raw = {.present = 0};
	const struct cap_result *result = fixture_setup(&raw);
	char words[CAP_LINE_MAX];

	EXPECT_PROBLEMS(result, "-480");
	cap_problem_format(words, sizeof(words), &result->report.problem[0]);
	EXPECT_CONTAINS(words, "the processor has no VMX");

	cap_msr_set(&raw, CAP_FEATURE_CONTROL, 5);
	EXPECT_PROBLEMS(fixture_setup(&raw), "-480");
}

TEST(cap_all_msrs_0_means_a_hypervisor_that_hides_vmx)
{
	struct vmx_cap_msrs raw = fixture_load("virt_gcp_allzero_cmpe283_yz");
	const struct cap_result *result = fixture_setup(&raw);
	char words[CAP_LINE_MAX];

	EXPECT_PROBLEMS(result, "480");
	cap_problem_format(words, sizeof(words), &result->report.problem[0]);
	EXPECT_CONTAINS(words, "every VMX capability MSR reads 0");
}
