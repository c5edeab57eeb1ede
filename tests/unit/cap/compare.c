// SPDX-License-Identifier: GPL-2.0
/*
 * check_processor_compat's comparison.
 */
#include <stdio.h>

#include "facts/capability_field.h"
#include "facts/control.h"
#include "fixture.h"

/* Processor b beside processor a; the result's report is that of the comparison. */
static const struct cap_result *compare(const struct vmx_cap_msrs *a, const struct vmx_cap_msrs *b)
{
	static struct cap_result result;
	const struct cap_result *first = fixture_setup_slot(a, 0);
	const struct cap_result *second = fixture_setup_slot(b, 1);

	EXPECT_EQ(first->error, 0);
	EXPECT_EQ(second->error, 0);
	cap_report_clear(&result.report);
	result.error = cap_compare(&first->config, &first->capability, &second->config,
				   &second->capability, &result.report);
	return &result;
}

TEST(cap_a_processor_agrees_with_itself)
{
	struct vmx_cap_msrs raw = fixture_full();
	const struct cap_result *result = compare(&raw, &raw);

	EXPECT_PROBLEMS(result, "");
	EXPECT_EQ(result->report.notes, 0);
}

/* The cores of a Lakefield differ in bus-lock detection only, which Lintel does not use. */
TEST(cap_cores_that_differ_in_what_is_not_used_agree)
{
	struct vmx_cap_msrs atom = fixture_load("Lakefield_00806A1_Atom");
	struct vmx_cap_msrs core = fixture_load("Lakefield_00806A1_Core");
	const struct cap_result *result = compare(&core, &atom);
	char words[CAP_LINE_MAX];

	EXPECT_PROBLEMS(result, "");
	REQUIRE_EQ(result->report.notes, 1);
	EXPECT_TRUE(fixture_has_note(result, CAP_DIFFERS, "48b.62"));
	cap_problem_format(words, sizeof(words), &result->report.note[0]);
	EXPECT_CONTAINS(words, "\"VMM bus-lock detection\" (secondary processor-based control, "
			       "bit 30) differs");
}

/* The keys are worked out by hand from the two recordings. */
TEST(cap_generations_that_differ_are_told_apart)
{
	struct vmx_cap_msrs haswell = fixture_load("HaswellEP_00_00306F2");
	struct vmx_cap_msrs skylake = fixture_load("SkylakeD_0050654");
	const struct cap_result *result = compare(&haswell, &skylake);
	char words[CAP_LINE_MAX];

	/*
	 * 0x480: revision 0x12 and 0x4.  0x485: 300481e5 and 7004c1e7: shift 5 and 7, bit 14,
	 * bit 30.  0x489: 1767ff and 7767ff.  0x48a: 2a and 2e: index 0x15 and 0x17.
	 * 0x48c: 06334141 and 06734141: bit 22.  0x48b: PML, XSAVES, TSC scaling, bits 49, 52, 57.
	 */
	EXPECT_PROBLEMS(result,
			"480.30:0 485.4:0 485.14 485.30 489 48a.9:1 48c.22 48b.49 48b.52 48b.57");
	REQUIRE_TRUE(result->report.problems > 0);
	cap_problem_format(words, sizeof(words), &result->report.problem[0]);
	EXPECT_CONTAINS(words, "bits 30:0 = 0x4: \"VMCS revision identifier\" differs");
	EXPECT_CONTAINS(words, "where the first processor has 0x12");
}

/* Every field of the table: one flipped bit is found, and named. */
TEST(cap_each_differing_field_is_named)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];
		struct vmx_cap_msrs a = fixture_full(), b = a;
		const struct cap_result *result;
		bool found = false;

		b.value[field->msr] ^=
			BIT64(field->hi_bit - field->lo_bit < 63 ? field->lo_bit : 25);
		if (fixture_setup(&b)->error)
			continue;
		result = compare(&a, &b);
		test_context("%s", field->name);
		EXPECT_EQ(result->error, -5);
		for (u32 n = 0; n < result->report.problems; n++)
			found |= result->report.problem[n].name == field->name;
		EXPECT_TRUE(found);
	}
}

static const char *words_of(const struct cap_problem *entry)
{
	static char words[CAP_LINE_MAX];

	cap_problem_format(words, sizeof(words), entry);
	return words;
}

/* Whose business it is that they differ. */
TEST(cap_differing_controls_in_words)
{
	struct vmx_cap_msrs a = fixture_full(), b = a;
	const struct cap_result *result;

	b.value[CAP_PROCBASED_CTLS2] ^= BIT64(37);
	result = compare(&a, &b);
	EXPECT_PROBLEMS(result, "48b.37");
	EXPECT_CONTAINS(words_of(&result->report.problem[0]), "Lintel's choice for it is");
	b = a;
	b.value[CAP_PROCBASED_CTLS2] ^= BIT64(43);
	result = compare(&a, &b);
	EXPECT_PROBLEMS(result, "");
	REQUIRE_EQ(result->report.notes, 1);
	EXPECT_CONTAINS(words_of(&result->report.note[0]), "Lintel does not use it");
}

/* One of them leaves no choice, and it is what Lintel would choose. */
TEST(cap_differing_allowed_0_settings_are_noted)
{
	struct vmx_cap_msrs a = fixture_full(), b = a;
	const struct cap_result *result;

	b.value[CAP_TRUE_PROCBASED_CTLS] |= BIT64(21);
	result = compare(&a, &b);
	EXPECT_PROBLEMS(result, "");
	EXPECT_TRUE(fixture_has_note(result, CAP_DIFFERS, "48e.21"));
}

/* Every control: what changes Lintel's choice is a problem, what does not is a note. */
TEST(cap_each_differing_control_is_named)
{
	const u64 apicv = CPU2_VIRTUALIZE_APIC_ACCESSES | CPU2_APIC_REGISTER_VIRTUALIZATION |
			  CPU2_VIRTUAL_INTERRUPT_DELIVERY;

	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];
		const struct ctl_word_info *info = &ctl_word_table[row->word];
		unsigned int bit = row->bit + (info->wide ? 0 : 32);
		struct vmx_cap_msrs a = fixture_full(), b = a;
		const struct cap_result *result;
		char key[64];

		if (row->ask == CTL_MUST1 || row->ask == CTL_MUST0 || row->ask == CTL_TOGGLE)
			continue;
		b.value[info->true_msr] ^= BIT64(bit);
		snprintf(key, sizeof(key), "%x.%u", cap_msr_table[info->true_msr].index, bit);
		test_context("%s %s", row->name, key);
		result = compare(&a, &b);
		/* What needs it goes with it, and so does its partner. */
		if (row->word == CTL_PRIMARY && BIT64(row->bit) == CPU1_USE_TPR_SHADOW)
			strcat(key, " 48b.32 48b.36 48b.40 48b.41");
		if (row->word == CTL_SECONDARY && (apicv & BIT64(row->bit)))
			strcpy(key, "48b.32 48b.40 48b.41");
		if (row->word == CTL_EXIT && BIT64(row->bit) == EXIT_LOAD_IA32_PERF_GLOBAL_CTRL)
			strcat(key, " 490.45");
		if (row->word == CTL_ENTRY && BIT64(row->bit) == ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)
			strcat(key, " 48f.44");
		EXPECT_PROBLEMS(result, row->ask == CTL_LIKE1 ? key : "");
		EXPECT_EQ(fixture_has_note(result, CAP_DIFFERS, key), row->ask != CTL_LIKE1);
	}
}
