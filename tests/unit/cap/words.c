// SPDX-License-Identifier: GPL-2.0
/*
 * The words: of each kind of entry, of a report that overflows, and the
 * descriptions.
 */
#include <stdio.h>

#include "cap/describe.h"
#include "facts/control.h"
#include "fixture.h"

static const char *format(const struct cap_problem *entry)
{
	static char words[CAP_LINE_MAX];

	cap_problem_format(words, sizeof(words), entry);
	return words;
}

TEST(cap_words_of_a_missing_msr)
{
	struct vmx_cap_msrs raw = fixture_full();

	raw.present &= ~BIT32(CAP_TRUE_EXIT_CTLS);
	EXPECT_STR_EQ(format(&fixture_setup(&raw)->report.problem[0]),
		      "IA32_VMX_TRUE_EXIT_CTLS (0x48f) cannot be read: it is announced by "
		      "\"IA32_VMX_BASIC\"");
	raw = fixture_full();
	raw.present &= ~BIT32(CAP_MISC);
	EXPECT_STR_EQ(format(&fixture_setup(&raw)->report.problem[0]),
		      "IA32_VMX_MISC (0x485) cannot be read: every processor with VMX has it");
}

TEST(cap_words_of_a_bad_field)
{
	struct vmx_cap_msrs raw = fixture_full();

	cap_msr_set(&raw, CAP_BASIC, 0x00da180000000004ull);
	EXPECT_STR_EQ(format(&fixture_setup(&raw)->report.problem[0]),
		      "IA32_VMX_BASIC (0x480) bits 44:32 = 0x1800: \"size of the VMCS region\" "
		      "cannot be used: a VMCS never has more than 4096 bytes");
}

TEST(cap_words_of_a_control_that_is_not_there)
{
	struct vmx_cap_msrs raw = fixture_full();

	raw.value[CAP_PROCBASED_CTLS2] &= ~BIT64(33);
	EXPECT_STR_EQ(format(&fixture_setup(&raw)->report.problem[0]),
		      "IA32_VMX_PROCBASED_CTLS2 (0x48b) bit 33 = 0: \"enable EPT\" (secondary "
		      "processor-based control, bit 1) cannot be 1, which Lintel needs: Lintel "
		      "has no shadow paging");
}

TEST(cap_words_of_a_control_that_is_forced)
{
	struct vmx_cap_msrs raw = fixture_full();

	raw.value[CAP_TRUE_PROCBASED_CTLS] |= BIT64(15);
	EXPECT_STR_EQ(format(&fixture_setup(&raw)->report.problem[0]),
		      "IA32_VMX_TRUE_PROCBASED_CTLS (0x48e) bit 15 = 1: \"CR3-load exiting\" "
		      "(primary processor-based control, bit 15) cannot be 0, which Lintel needs: "
		      "with EPT the guest owns CR3");
}

TEST(cap_words_of_a_dependency)
{
	struct vmx_cap_msrs raw = fixture_full();
	const struct cap_result *result;

	raw.value[CAP_EPT_VPID_CAP] &= ~BIT64(32);
	result = fixture_setup(&raw);
	for (u32 i = 0; i < result->report.notes; i++)
		if (result->report.note[i].kind == CAP_NEEDS)
			EXPECT_STR_EQ(format(&result->report.note[i]),
				      "IA32_VMX_PROCBASED_CTLS2 (0x48b) bit 37 = 1: \"enable "
				      "VPID\" (secondary processor-based control, bit 5) stays 0: "
				      "it needs \"INVVPID\"");
	EXPECT_TRUE(fixture_has_note(result, CAP_NEEDS, "48b.37"));
}

TEST(cap_words_of_a_value_that_makes_no_sense)
{
	struct vmx_cap_msrs raw = fixture_full();
	const struct cap_result *result;
	bool found = false;

	raw.value[CAP_MISC] |= 0x1ffull << 16;
	result = fixture_setup(&raw);
	for (u32 i = 0; i < result->report.notes; i++)
		found |= !!strstr(
			format(&result->report.note[i]),
			"bits 24:16 = 0x1ff: \"number of CR3-target values\" is malformed");
	EXPECT_TRUE(found);
}

/* The words end in a NUL whatever the room, and say how much they need. */
TEST(cap_words_respect_the_room)
{
	struct vmx_cap_msrs raw = fixture_load("Conroe_00006F6");
	const struct cap_problem *entry = &fixture_setup(&raw)->report.problem[0];
	char full[CAP_LINE_MAX], part[CAP_LINE_MAX];
	int length = cap_problem_format(full, sizeof(full), entry);

	REQUIRE_TRUE(length > 0 && (size_t)length == strlen(full));
	for (int room = 1; room <= length; room++) {
		memset(part, 'x', sizeof(part));
		EXPECT_EQ(cap_problem_format(part, (size_t)room, entry), length);
		EXPECT_EQ(strlen(part), room - 1);
		EXPECT_EQ(part[room], 'x');
	}
}

TEST(cap_report_counts_what_does_not_fit)
{
	static struct cap_report report;
	struct cap_problem entry = {.kind = CAP_INFO, .msr = 0x480, .name = "n", .need = "w"};

	cap_report_clear(&report);
	EXPECT_FALSE(cap_report_failed(&report));
	for (unsigned int i = 0; i < CAP_REPORT_PROBLEMS + 3; i++)
		cap_report_problem(&report, &entry);
	for (unsigned int i = 0; i < CAP_REPORT_NOTES + 5; i++)
		cap_report_note(&report, &entry);
	EXPECT_EQ(report.problems, CAP_REPORT_PROBLEMS);
	EXPECT_EQ(report.dropped_problems, 3);
	EXPECT_EQ(report.notes, CAP_REPORT_NOTES);
	EXPECT_EQ(report.dropped_notes, 5);
	EXPECT_TRUE(cap_report_failed(&report));
}

/* Lines collected in one text, each with a newline. */
struct text {
	char bytes[65536];
	size_t length;
	unsigned int lines;
};

static struct text text;

static void collect(void *ctx, const char *line)
{
	struct text *t = ctx;

	EXPECT_TRUE(strlen(line) < CAP_LINE_MAX);
	EXPECT_TRUE(!strchr(line, '\n'));
	t->lines++;
	t->length +=
		(size_t)snprintf(t->bytes + t->length, sizeof(t->bytes) - t->length, "%s\n", line);
}

static void text_clear(void)
{
	text.bytes[0] = '\0';
	text.length = 0;
	text.lines = 0;
}

TEST(cap_description_of_the_msrs)
{
	struct vmx_cap_msrs raw = fixture_load("Haswell5_00306C3");

	text_clear();
	cap_describe_msrs(&raw, collect, &text);
	EXPECT_CONTAINS(text.bytes, "0x480 IA32_VMX_BASIC               0x00da040000000012\n");
	EXPECT_CONTAINS(text.bytes, "  30:0   VMCS revision identifier = 18 (0x12)\n");
	EXPECT_CONTAINS(text.bytes, "  44:32  size of the VMCS region = 1024 (0x400)\n");
	EXPECT_CONTAINS(text.bytes, "  55     TRUE control MSRs = 1\n");
	EXPECT_CONTAINS(text.bytes, "0x491 IA32_VMX_VMFUNC              cannot be read\n");
	EXPECT_CONTAINS(text.bytes, "0x492 IA32_VMX_PROCBASED_CTLS3     not there\n");
}

TEST(cap_description_of_the_controls_has_every_bit_and_reason)
{
	struct vmx_cap_msrs raw = fixture_load("Silvermont_0030679");
	const struct cap_result *result = fixture_setup(&raw);

	text_clear();
	cap_describe_controls(&result->config, &result->capability, collect, &text);
	EXPECT_EQ(text.lines, ctl_table_count + CTL_WORDS);
	EXPECT_CONTAINS(text.bytes, "pin-based controls: 0x0000007f (forced to 1: 0x00000016, "
				    "may be 1: 0x0000007f)\n");
	EXPECT_CONTAINS(text.bytes, "  1  bit 1  enable EPT: required: Lintel has no shadow "
				    "paging\n");
	EXPECT_CONTAINS(text.bytes, "  1  bit 5  enable VPID: in use: translations survive");
	EXPECT_CONTAINS(text.bytes, "  0  bit 12 enable INVPCID: not available: the guest can");
	EXPECT_CONTAINS(text.bytes, "  0  bit 2  interrupt-window exiting: changes at run time: ");
	EXPECT_CONTAINS(text.bytes, "  0  bit 15 CR3-load exiting: has to be 0: with EPT");
	EXPECT_CONTAINS(text.bytes, "  0  bit 12 RDTSC exiting: not used: ");

	raw.value[CAP_EPT_VPID_CAP] &= ~BIT64(41);
	result = fixture_setup(&raw);
	text_clear();
	cap_describe_controls(&result->config, &result->capability, collect, &text);
	EXPECT_CONTAINS(text.bytes, "  0  bit 5  enable VPID: needs \"single-context INVVPID\"\n");
}

TEST(cap_description_of_the_capabilities)
{
	struct vmx_cap_msrs raw = fixture_load("Haswell5_00306C3");
	const struct cap_result *result = fixture_setup(&raw);

	text_clear();
	cap_describe_capability(&result->config, &result->capability, collect, &text);
	EXPECT_CONTAINS(text.bytes, "VMCS and VMXON regions: 1024 bytes (page order 0), revision "
				    "0x12, basic_cap 0x00da0000\n");
	EXPECT_CONTAINS(text.bytes, "\nIA32_VMX_EPT_VPID_CAP\n  0      execute-only EPT "
				    "translations = 1\n");
	EXPECT_CONTAINS(text.bytes, "  24:16  number of CR3-target values = 4\n");

	text_clear();
	cap_describe_words(&result->config, collect, &text);
	EXPECT_EQ(text.lines, CTL_WORDS);
}

TEST(cap_description_of_a_report_says_what_was_dropped)
{
	static struct cap_report report;
	struct cap_problem entry = {.kind = CAP_INFO, .msr = 0x480, .name = "n", .need = "w"};

	cap_report_clear(&report);
	for (unsigned int i = 0; i < CAP_REPORT_PROBLEMS + 7; i++)
		cap_report_problem(&report, &entry);
	text_clear();
	cap_describe_problems(&report, collect, &text);
	EXPECT_EQ(text.lines, CAP_REPORT_PROBLEMS + 1);
	EXPECT_CONTAINS(text.bytes, "and 7 more that the report had no room for\n");
	text_clear();
	cap_describe_notes(&report, collect, &text);
	EXPECT_EQ(text.lines, 0);
}
