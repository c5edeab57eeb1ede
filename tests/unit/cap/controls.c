// SPDX-License-Identifier: GPL-2.0
/*
 * Each row of the control table, denied and forced, one at a time; dependencies;
 * the bits without a name.
 */
#include <stdio.h>

#include "cap/internal.h"
#include "fixture.h"

/* The MSR that the resolver goes by on fixture_full(), which has TRUE MSRs. */
static enum cap_msr msr_of(const struct ctl_bit *row)
{
	return ctl_word_table[row->word].true_msr;
}

static unsigned int can1_bit(const struct ctl_bit *row)
{
	return row->bit + (ctl_word_table[row->word].wide ? 0 : 32);
}

/* The processor can only have 0 for this control. */
static void deny(struct vmx_cap_msrs *raw, const struct ctl_bit *row)
{
	raw->value[msr_of(row)] &= ~BIT64(can1_bit(row));
	if (!ctl_word_table[row->word].wide)
		raw->value[msr_of(row)] &= ~BIT64(row->bit);
}

/* The processor can only have 1 for it. */
static void force(struct vmx_cap_msrs *raw, const struct ctl_bit *row)
{
	raw->value[msr_of(row)] |= BIT64(can1_bit(row));
	if (!ctl_word_table[row->word].wide)
		raw->value[msr_of(row)] |= BIT64(row->bit);
}

/* The processor can have either. */
static void allow(struct vmx_cap_msrs *raw, const struct ctl_bit *row)
{
	force(raw, row);
	if (!ctl_word_table[row->word].wide)
		raw->value[msr_of(row)] &= ~BIT64(row->bit);
}

static void key_of(const struct ctl_bit *row, unsigned int bit, char *key, size_t size)
{
	snprintf(key, size, "%x.%u", cap_msr_table[msr_of(row)].index, bit);
}

static bool is_on(const struct cap_result *result, const struct ctl_bit *row)
{
	return result->config.ctl[row->word] >> row->bit & 1;
}

TEST(cap_full_processor_is_usable)
{
	struct vmx_cap_msrs raw = fixture_full();

	EXPECT_PROBLEMS(fixture_setup(&raw), "");
}

TEST(cap_a_processor_that_allows_everything_is_usable)
{
	struct vmx_cap_msrs raw = fixture_full();
	const struct cap_result *result;

	for (size_t i = 0; i < ctl_table_count; i++)
		allow(&raw, &ctl_table[i]);
	result = fixture_setup(&raw);
	EXPECT_PROBLEMS(result, "");
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		test_context("%s", row->name);
		EXPECT_EQ(is_on(result, row), row->ask == CTL_MUST1 || row->ask == CTL_LIKE1);
	}
}

TEST(cap_denied_controls_are_named)
{
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];
		struct vmx_cap_msrs raw = fixture_full();
		const struct cap_result *result;
		char key[32];

		deny(&raw, row);
		result = fixture_setup(&raw);
		key_of(row, can1_bit(row), key, sizeof(key));
		test_context("\"%s\" (%s) denied", row->name, ctl_word_table[row->word].name);
		if (row->ask == CTL_MUST1 || row->ask == CTL_TOGGLE) {
			EXPECT_PROBLEMS(result, key);
			if (result->report.problems) {
				EXPECT_EQ(result->report.problem[0].kind, CAP_CANNOT_1);
				EXPECT_STR_EQ(result->report.problem[0].name, row->name);
				EXPECT_STR_EQ(result->report.problem[0].need, row->why);
				EXPECT_EQ(result->report.problem[0].value, 0);
			}
			continue;
		}
		EXPECT_PROBLEMS(result, "");
		EXPECT_FALSE(is_on(result, row));
		EXPECT_EQ(fixture_has_note(result, CAP_ABSENT, key), row->ask == CTL_LIKE1);
	}
}

TEST(cap_forced_controls_are_named)
{
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];
		struct vmx_cap_msrs raw = fixture_full();
		const struct cap_result *result;
		char key[32];

		if (ctl_word_table[row->word].wide)
			continue; /* these can always be 0 */
		force(&raw, row);
		result = fixture_setup(&raw);
		key_of(row, row->bit, key, sizeof(key));
		test_context("\"%s\" (%s) forced", row->name, ctl_word_table[row->word].name);
		if (row->ask == CTL_MUST0 || row->ask == CTL_OFF || row->ask == CTL_TOGGLE) {
			EXPECT_PROBLEMS(result, key);
			if (result->report.problems) {
				EXPECT_EQ(result->report.problem[0].kind, CAP_CANNOT_0);
				EXPECT_STR_EQ(result->report.problem[0].name, row->name);
				EXPECT_EQ(result->report.problem[0].value, 1);
			}
			continue;
		}
		EXPECT_PROBLEMS(result, "");
		EXPECT_TRUE(is_on(result, row));
		EXPECT_EQ(fixture_has_note(result, CAP_FORCED, key),
			  row->ask == CTL_LIKE1 || row->ask == CTL_EITHER);
	}
}

/* Without secondary controls there is no 0x48b: what is required of it is missed all the same. */
TEST(cap_no_secondary_controls_means_no_ept)
{
	struct vmx_cap_msrs raw = fixture_full();
	const struct cap_result *result;
	char words[CAP_LINE_MAX];

	raw.value[CAP_PROCBASED_CTLS] &= ~BIT64(63);
	raw.value[CAP_TRUE_PROCBASED_CTLS] &= ~BIT64(63);
	raw.present &= ~(BIT32(CAP_PROCBASED_CTLS2) | BIT32(CAP_EPT_VPID_CAP));
	result = fixture_setup(&raw);
	EXPECT_PROBLEMS(result, "48e.63 48b.33 48b.39");
	cap_problem_format(words, sizeof(words), &result->report.problem[1]);
	EXPECT_CONTAINS(words, "IA32_VMX_PROCBASED_CTLS2 (0x48b) is not there");
	EXPECT_CONTAINS(words, "\"enable EPT\"");
}

static const struct ctl_bit *vpid_row(void)
{
	return ctl_find(CTL_SECONDARY, 5);
}

TEST(cap_vpid_needs_single_context_invvpid)
{
	static const unsigned int needed[] = {32, 41};

	for (size_t i = 0; i < COUNT_OF(needed); i++) {
		struct vmx_cap_msrs raw = fixture_full();
		const struct cap_result *result;

		raw.value[CAP_EPT_VPID_CAP] &= ~BIT64(needed[i]);
		result = fixture_setup(&raw);
		test_context("without bit %u", needed[i]);
		EXPECT_PROBLEMS(result, "");
		EXPECT_FALSE(is_on(result, vpid_row()));
		EXPECT_TRUE(fixture_has_note(result, CAP_NEEDS, "48b.37"));

		force(&raw, vpid_row());
		EXPECT_PROBLEMS(fixture_setup(&raw), "48b.5");
	}
}

TEST(cap_needs_and_pairs_are_looked_up)
{
	struct vmcs_config config = {.size = 0};
	struct vmx_capability capability = {.vmfunc = 0};
	const struct ctl_bit *load_pat = ctl_find(CTL_ENTRY, 14);
	const struct ctl_bit *posted = ctl_find(CTL_PIN, 7);

	EXPECT_STR_EQ(cap_unmet_need(&config, &capability, load_pat), "load IA32_PAT");
	config.ctl[CTL_EXIT] = EXIT_LOAD_IA32_PAT;
	EXPECT_TRUE(!cap_unmet_need(&config, &capability, load_pat));

	EXPECT_STR_EQ(cap_unmet_need(&config, &capability, posted), "virtual-interrupt delivery");
	config.ctl[CTL_SECONDARY] = CPU2_VIRTUAL_INTERRUPT_DELIVERY;
	EXPECT_STR_EQ(cap_unmet_need(&config, &capability, posted),
		      "acknowledge interrupt on exit");
	config.ctl[CTL_EXIT] |= EXIT_ACKNOWLEDGE_INTERRUPT;
	EXPECT_TRUE(!cap_unmet_need(&config, &capability, posted));

	EXPECT_STR_EQ(cap_unmet_need(&config, &capability, vpid_row()), "INVVPID");
	capability.vpid.invvpid = true;
	EXPECT_STR_EQ(cap_unmet_need(&config, &capability, vpid_row()), "single-context INVVPID");
	capability.vpid.single_context = true;
	EXPECT_TRUE(!cap_unmet_need(&config, &capability, vpid_row()));
}

/* A bit of the default1 class without a name stays 1 even where the TRUE MSR allows 0. */
TEST(cap_nameless_default1_bits_stay_1)
{
	struct vmx_cap_msrs raw = fixture_full();
	const struct cap_result *result;

	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		raw.value[ctl_word_table[word].true_msr] &= ~ctl_word_table[word].default1;
	result = fixture_setup(&raw);
	EXPECT_PROBLEMS(result, "");
	EXPECT_EQ(result->config.ctl[CTL_PIN], 0x7f);
	EXPECT_EQ(result->config.ctl[CTL_PRIMARY], 0xb5386dfa);
	EXPECT_EQ(result->config.ctl[CTL_EXIT], 0x3f7fff);
	EXPECT_EQ(result->config.ctl[CTL_ENTRY], 0xf1ff);
}

TEST(cap_nameless_bits_forced_to_1_are_refused)
{
	struct vmx_cap_msrs raw = fixture_full();

	raw.value[CAP_TRUE_PINBASED_CTLS] |= BIT64(9) | BIT64(41);
	EXPECT_PROBLEMS(fixture_setup(&raw), "48d.9");

	raw = fixture_full();
	raw.value[CAP_PROCBASED_CTLS2] |= BIT64(29) | BIT64(61);
	EXPECT_PROBLEMS(fixture_setup(&raw), "48b.29");
}

/* A control that may be neither 0 nor 1 leaves nothing right to do. */
TEST(cap_contradicting_settings_are_refused)
{
	struct vmx_cap_msrs raw = fixture_full();

	raw.value[CAP_TRUE_PINBASED_CTLS] |= BIT64(9);
	EXPECT_PROBLEMS(fixture_setup(&raw), "48d 48d.9");

	raw = fixture_full();
	raw.value[CAP_ENTRY_CTLS] &= ~BIT64(32);
	EXPECT_PROBLEMS(fixture_setup(&raw), "484");
}

TEST(cap_odd_but_resolvable_values_are_noted)
{
	struct vmx_cap_msrs raw = fixture_full();

	/* the plain MSR lets a default1 bit be 0; then the TRUE one forces more than it */
	raw.value[CAP_PINBASED_CTLS] &= ~BIT64(1);
	EXPECT_PROBLEMS(fixture_setup(&raw), "");
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "481"));
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "48d"));

	/* the TRUE MSR has a control that the plain one has not */
	raw = fixture_full();
	raw.value[CAP_PINBASED_CTLS] &= ~BIT64(39);
	EXPECT_PROBLEMS(fixture_setup(&raw), "");
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "48d"));

	/* a secondary control, which Lintel wants, is forced to 1 */
	raw = fixture_full();
	raw.value[CAP_PROCBASED_CTLS2] |= BIT64(7);
	EXPECT_PROBLEMS(fixture_setup(&raw), "");
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "48b"));

	raw = fixture_full();
	raw.value[CAP_MISC] &= ~BIT64(5);
	EXPECT_PROBLEMS(fixture_setup(&raw), "");
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "485.5"));
	/* whatever there is beside unrestricted guest */
	raw.value[CAP_PROCBASED_CTLS2] &= ~BIT64(40);
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "485.5"));

	raw = fixture_full();
	raw.value[CAP_MISC] |= 0x1ffull << 16;
	EXPECT_PROBLEMS(fixture_setup(&raw), "");
	EXPECT_TRUE(fixture_has_note(fixture_setup(&raw), CAP_MALFORMED, "485.24:16"));
}

/* Without TRUE MSRs the plain ones count, even if something lies at the TRUE indexes. */
TEST(cap_true_msrs_count_only_if_announced)
{
	struct vmx_cap_msrs raw = fixture_full();

	raw.value[CAP_BASIC] &= ~BIT64(55);
	EXPECT_PROBLEMS(fixture_setup(&raw), "482.15 482.16");
}

/* A virtual processor that forces much on, with the MSRs that its recording lacks: what Lintel
 * wants anyway is no harm, the CR3 exits are. */
TEST(cap_virtual_processor_that_forces_controls)
{
	struct vmx_cap_msrs raw = fixture_load("virt_cmpe283_0x3f0000003f");
	const struct cap_result *result;

	cap_msr_set(&raw, CAP_BASIC, 0x0058100000000001ull);
	cap_msr_set(&raw, CAP_MISC, 0x20);
	cap_msr_set(&raw, CAP_CR0_FIXED0, 0x80000021);
	cap_msr_set(&raw, CAP_CR0_FIXED1, 0xffffffff);
	cap_msr_set(&raw, CAP_CR4_FIXED0, 0x2000);
	cap_msr_set(&raw, CAP_CR4_FIXED1, 0x1767ff);
	cap_msr_set(&raw, CAP_EPT_VPID_CAP, 0x00000f0106114141ull);
	result = fixture_setup(&raw);
	/* 0x9501e97a forces 3 11 15 16 24 28 31 of what has a name; monitor trap flag and I/O
	 * bitmaps cannot be 1; all else as wanted */
	EXPECT_PROBLEMS(result, "482.15 482.16");
	EXPECT_TRUE(fixture_has_note(result, CAP_FORCED, "482.28"));
}
