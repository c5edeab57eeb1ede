// SPDX-License-Identifier: GPL-2.0
/*
 * Random capability MSRs: nothing crashes, and whatever is called usable obeys
 * the MSRs, the table and the dependencies.  The sequence is the same each time.
 */
#include "cap/describe.h"
#include "facts/control.h"
#include "fixture.h"
#include "verdicts.h"

#define MUTATIONS 150000
#define NOISE	  30000

static u64 random_state = 0x9e3779b97f4a7c15ull;

static u64 random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static unsigned int random_below(unsigned int limit)
{
	return (unsigned int)(random_u64() >> 33) % limit;
}

/* Of IA32_VMX_EPT_VPID_CAP. */
#define EPT_ACCESSED_DIRTY_BIT 21

static void expect_refs_on(const struct cap_result *result, const struct ctl_bit *row)
{
	for (unsigned int i = 0; i < row->needs_count; i++) {
		struct ctl_ref need = row->needs[i];

		if (need.word == CTL_WORDS && need.bit == EPT_ACCESSED_DIRTY_BIT)
			EXPECT_TRUE(result->capability.ept.accessed_dirty);
		else if (need.word == CTL_WORDS)
			EXPECT_TRUE(result->capability.vpid.invvpid &&
				    result->capability.vpid.single_context);
		else
			EXPECT_TRUE(result->config.ctl[need.word] >> need.bit & 1);
	}
	if (row->has_pair)
		EXPECT_TRUE(result->config.ctl[row->pair.word] >> row->pair.bit & 1);
}

static void expect_row_obeyed(const struct cap_result *result, const struct ctl_bit *row)
{
	bool on = result->config.ctl[row->word] >> row->bit & 1;

	if (row->ask == CTL_MUST1)
		EXPECT_TRUE(on);
	if (row->ask == CTL_MUST0 || row->ask == CTL_OFF || row->ask == CTL_TOGGLE)
		EXPECT_FALSE(on);
	if (row->ask == CTL_TOGGLE)
		EXPECT_TRUE(result->config.allowed1[row->word] >> row->bit & 1);
	if (on)
		expect_refs_on(result, row);
}

static void expect_usable_is_sound(const struct vmx_cap_msrs *raw, const struct cap_result *result)
{
	const struct vmcs_config *config = &result->config;

	for (enum ctl_word word = 0; word < CTL_WORDS; word++) {
		u64 msr = cap_msr_value(raw, ctl_word_table[word].true_msr);
		u64 allowed1 = ctl_word_table[word].wide ? msr : msr >> 32;
		u64 allowed0 = ctl_word_table[word].wide ? 0 : (u32)msr;

		if (word == CTL_TERTIARY || word == CTL_EXIT2) {
			EXPECT_EQ(config->ctl[word], 0);
			continue;
		}
		EXPECT_EQ(config->ctl[word] & ~allowed1, 0);
		EXPECT_EQ(allowed0 & ~config->ctl[word], 0);
	}
	for (size_t i = 0; i < ctl_table_count; i++)
		expect_row_obeyed(result, &ctl_table[i]);
	EXPECT_TRUE(config->size >= 1 && config->size <= 4096);
	EXPECT_EQ(config->revision_id >> 31, 0);
	EXPECT_EQ(result->capability.basic.memory_type, 6);
	EXPECT_FALSE(result->capability.basic.addresses_32bit);
	EXPECT_TRUE(result->capability.basic.true_ctls);
}

static void expect_words_fit(const struct cap_report *report)
{
	char words[CAP_LINE_MAX];

	for (u32 i = 0; i < report->problems; i++)
		EXPECT_TRUE(cap_problem_format(words, sizeof(words), &report->problem[i]) <
			    CAP_LINE_MAX);
	for (u32 i = 0; i < report->notes; i++)
		EXPECT_TRUE(cap_problem_format(words, sizeof(words), &report->note[i]) <
			    CAP_LINE_MAX);
}

static void swallow(void *ctx, const char *line)
{
	*(size_t *)ctx += strlen(line);
}

/* One set of values: the outcome is sound, and everything can be described. */
static bool try_values(const struct vmx_cap_msrs *raw, bool describe)
{
	const struct cap_result *result = fixture_setup(raw);
	size_t length = 0;

	EXPECT_EQ(result->error, cap_report_failed(&result->report) ? -5 : 0);
	if (result->error == 0)
		expect_usable_is_sound(raw, result);
	if (describe) {
		expect_words_fit(&result->report);
		cap_describe_msrs(raw, swallow, &length);
		cap_describe_capability(&result->config, &result->capability, swallow, &length);
		cap_describe_controls(&result->config, &result->capability, swallow, &length);
		cap_describe_problems(&result->report, swallow, &length);
		cap_describe_notes(&result->report, swallow, &length);
		EXPECT_TRUE(length > 0);
	}
	return result->error == 0;
}

/* Recordings with a few bits flipped and now and then an MSR gone: many stay usable. */
TEST(cap_mutated_recordings_are_resolved_soundly)
{
	static struct vmx_cap_msrs bases[COUNT_OF(verdicts)];
	unsigned int usable = 0, refused = 0;

	for (size_t i = 0; i < COUNT_OF(verdicts); i++)
		bases[i] = fixture_load(verdicts[i].name);
	for (unsigned int n = 0; n < MUTATIONS; n++) {
		unsigned int base = random_below(COUNT_OF(verdicts));
		unsigned int flips = 1 + random_below(4);
		struct vmx_cap_msrs raw = bases[base];

		test_context("round %u, %s", n, verdicts[base].name);
		while (flips--)
			raw.value[random_below(CAP_MSRS)] ^= BIT64(random_below(64));
		if (random_below(16) == 0)
			raw.present ^= BIT32(random_below(CAP_MSRS));
		if (try_values(&raw, n % 64 == 0))
			usable++;
		else
			refused++;
	}
	test_context("usable %u, refused %u", usable, refused);
	EXPECT_TRUE(usable > MUTATIONS / 10);
	EXPECT_TRUE(refused > MUTATIONS / 10);
}

TEST(cap_noise_is_refused)
{
	for (unsigned int n = 0; n < NOISE; n++) {
		struct vmx_cap_msrs raw = {.present = (u32)random_u64() & (BIT32(CAP_MSRS) - 1)};

		for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
			raw.value[msr] = random_u64();
		test_context("round %u", n);
		EXPECT_FALSE(try_values(&raw, n % 16 == 0));
	}
}
