// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of recordings: what it reads, and where it says that it cannot.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "tool/processor/recording_foreign.h"
#include "tool/processor/recording_text.h"

static struct recording recording;
static struct recording_error error;

/* The text in memory of its own size, so that reading past it is caught. */
static int parse(const char *text)
{
	size_t length = strlen(text);
	char *copy = malloc(length ? length : 1);
	int result;

	memcpy(copy, text, length);
	result = recording_parse(copy, length, &recording, &error);
	free(copy);
	return result;
}

TEST(recording_reads_values_comments_and_class)
{
	REQUIRE_EQ(parse("# cpu: A Processor\n# class: physical\n# note: none\n\n"
			 "0x480 0x00da040000000012\n0x03a\t0X5"),
		   -EINVAL);
	REQUIRE_EQ(
		parse("# cpu: A Processor\n# class: physical\n# note: none\n\n"
		      "0x480 0x00da040000000012\n0x0000003a\t 0xFf05 \n0x481 0x0000000000000001"),
		0);
	EXPECT_STR_EQ(recording.cpu, "A Processor");
	EXPECT_EQ(recording.class, RECORDING_PHYSICAL);
	EXPECT_EQ(recording.sets, 1);
	EXPECT_STR_EQ(recording.set[0].label, "");
	EXPECT_EQ(recording.set[0].msrs.present,
		  BIT32(CAP_BASIC) | BIT32(CAP_FEATURE_CONTROL) | BIT32(CAP_PINBASED_CTLS));
	EXPECT_EQ(recording.set[0].msrs.value[CAP_BASIC], 0x00da040000000012ull);
	EXPECT_EQ(recording.set[0].msrs.value[CAP_FEATURE_CONTROL], 0xff05);
	EXPECT_EQ(recording.family, 0);

	REQUIRE_EQ(parse("# family/model/stepping: 6/158/10\n0x480 0x0\n"), 0);
	EXPECT_EQ(recording.family, 6);
	EXPECT_EQ(recording.model, 158);
	EXPECT_EQ(recording.stepping, 10);
	REQUIRE_EQ(parse("# family/model/stepping: 6/158/10, perhaps\n0x480 0x0\n"), 0);
	EXPECT_EQ(recording.family, 0);

	REQUIRE_EQ(parse("# class: virtual\n0x480 0xffffffffffffffff\n"), 0);
	EXPECT_EQ(recording.class, RECORDING_VIRTUAL);
	EXPECT_EQ(recording.set[0].msrs.value[CAP_BASIC], ~0ull);
	REQUIRE_EQ(parse("# class: emulated\n0x480 0x0\n"), 0);
	EXPECT_EQ(recording.class, RECORDING_EMULATED);
	REQUIRE_EQ(parse("0x480 0x0\n"), 0);
	EXPECT_EQ(recording.class, RECORDING_UNKNOWN);
}

TEST(recording_reads_several_processors)
{
	REQUIRE_EQ(parse("# cpu: two\n[cpu 0-3]\n0x480 0x1\n\n[cpu 4]\n0x480 0x2\n0x481 0x3\n"), 0);
	EXPECT_EQ(recording.sets, 2);
	EXPECT_STR_EQ(recording.set[0].label, "cpu 0-3");
	EXPECT_STR_EQ(recording.set[1].label, "cpu 4");
	EXPECT_EQ(recording.set[0].msrs.value[CAP_BASIC], 1);
	EXPECT_EQ(recording.set[1].msrs.value[CAP_BASIC], 2);
	EXPECT_FALSE(cap_msr_present(&recording.set[0].msrs, CAP_PINBASED_CTLS));
}

static const struct {
	const char *text;
	unsigned int line, column;
	const char *words;
} bad[] = {
	{"", 1, 1, "no values"},
	{"# cpu: x\n\n", 3, 1, "no values"},
	{"# cpu: x", 1, 9, "no values"},
	{"[a]\n", 2, 1, "the last label has no values"},
	{"480 0x1\n", 1, 1, "0x is expected"},
	{" 0x480 0x1\n", 1, 1, "0x is expected"},
	{"0x480\n", 1, 6, "0x is expected"},
	{"0x480 1\n", 1, 7, "0x is expected"},
	{"0x480 0x\n", 1, 9, "a hexadecimal digit is expected"},
	{"0x 0x1\n", 1, 3, "a hexadecimal digit is expected"},
	{"0x48g 0x1\n", 1, 5, "unknown character"},
	{"0x480 0x1z\n", 1, 10, "unknown character"},
	{"0x480 0x00000000000000001\n", 1, 7, "more than 16"},
	{"0x000000480 0x1\n", 1, 1, "more than 8"},
	{"0x480 0x1", 1, 10, "ends within a value"},
	{"0x480 0x1\n0x481 0x000000000000001", 2, 24, "ends within a value"},
	{"0x480 0x1 0x2\n", 1, 11, "nothing may follow the value"},
	{"0x47f 0x1\n", 1, 1, "0x47f is no VMX capability MSR"},
	{"0x494 0x1\n", 1, 1, "0x494 is no VMX capability MSR"},
	{"0x480 0x1\n0x481 0x1\n0x480 0x1\n", 3, 1, "0x480 appears twice"},
	{"0x480 0x1\r\n", 1, 10, "byte 0x0d"},
	{"0x480 0x1\n# \xc3\xa9\n", 2, 3, "byte 0xc3"},
	{"# class: real\n0x480 0x1\n", 1, 10, "physical, virtual or emulated"},
	{"0x480 0x1\n[a]\n0x480 0x1\n", 2, 1, "values before the first label"},
	{"[a]\n[b]\n0x480 0x1\n", 2, 1, "no values"},
	{"[a\n0x480 0x1\n", 1, 3, "ends with ]"},
	{"[a] x\n0x480 0x1\n", 1, 4, "nothing may follow a label"},
	{"[]\n0x480 0x1\n", 1, 1, "1 to 63 characters"},
	{"[0123456789012345678901234567890123456789012345678901234567890123]\n0x480 0x1\n", 1, 1,
	 "1 to 63 characters"},
};

TEST(recording_names_line_and_column_of_what_it_does_not_know)
{
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		test_context("\"%s\"", bad[i].text);
		EXPECT_EQ(parse(bad[i].text), -EINVAL);
		EXPECT_EQ(error.line, bad[i].line);
		EXPECT_EQ(error.column, bad[i].column);
		EXPECT_CONTAINS(error.words, bad[i].words);
	}
}

TEST(recording_has_room_for_many_labels)
{
	static char text[RECORDING_SETS_MAX * 32];
	size_t length = 0;

	for (unsigned int i = 0; i < RECORDING_SETS_MAX; i++)
		length += (size_t)sprintf(text + length, "[%u]\n0x480 0x%x\n", i, i);
	EXPECT_EQ(parse(text), 0);
	EXPECT_EQ(recording.sets, RECORDING_SETS_MAX);
	sprintf(text + length, "[one more]\n0x480 0x1\n");
	EXPECT_EQ(parse(text), -EINVAL);
	EXPECT_EQ(error.line, 2 * RECORDING_SETS_MAX + 1);
	EXPECT_CONTAINS(error.words, "more than 1024 labels");
}

TEST(recording_of_a_file_that_is_not_there)
{
	EXPECT_EQ(recording_read(test_source_path("data/cpus/none.msr"), &recording, &error),
		  -ENOENT);
	EXPECT_CONTAINS(error.words, "No such file");
}

/* What only stands beside the capability MSRs. */
TEST(recording_has_cpuid_and_feature_msrs)
{
	const struct recording_cpuid *row;

	REQUIRE_EQ(parse("0x480 0x1\n0x10a 0x2b\ncpuid 0x1 0x0 0x906ea 0x0 0x80000000 0x1\n"), 0);
	EXPECT_EQ(recording.set[0].more.present, BIT32(RECORDING_ARCH_CAPABILITIES));
	EXPECT_EQ(recording.set[0].more.msr[RECORDING_ARCH_CAPABILITIES], 0x2b);
	row = recording_cpuid_find(&recording.set[0].more, 1, 0);
	REQUIRE_TRUE(row);
	EXPECT_EQ(row->out[3], 1);
	EXPECT_TRUE(!recording_cpuid_find(&recording.set[0].more, 7, 0));
	EXPECT_EQ(recording.family, 6);
	EXPECT_EQ(recording.model, 158);
	EXPECT_EQ(recording.stepping, 10);
	EXPECT_EQ(recording.class, RECORDING_VIRTUAL);
	EXPECT_EQ(parse("0x480 0x1\n0x10a 0x2b\n0x10a 0x2b\n"), -EINVAL);
	EXPECT_EQ(error.line, 3);
	EXPECT_EQ(parse("0x480 0x1\ncpuid 0x1 0x0 0x906ea 0x0 0x80000000\n"), -EINVAL);
	EXPECT_EQ(parse("0x480 0x1\ncpuid 0x1 0x0 0x0 0x0 0x0 0x1"), -EINVAL);
	EXPECT_EQ(parse("0x10a 0x2b\n"), -EINVAL);
}

/* In memory of its own size, so that reading past it is caught; cut off everywhere. */
static int parse_foreign(const char *text, size_t length)
{
	char *copy = malloc(length ? length : 1);
	int result;

	memcpy(copy, text, length);
	length = recording_text_plain(copy, length);
	result = recording_parse_foreign(copy, length, &recording, &error);
	free(copy);
	return result;
}

TEST(recording_of_other_programs)
{
	static const char *const texts[] = {
		"0x480 da040000000004\n",
		"480: 00da040000000004\r\n",
		"\xef\xbb\xbfMSR 0x480 = 0x00da040000000004\n",
		"rdmsr -p 0 0x480\nda040000000004\nda040000000004\n",
		"1152\nda040000000004\n",
		"0x480: 00da0400 00000004\n",
		"00:00:04.1 HM: MSR_IA32_VMX_BASIC  = 0xda040000000004\n00:00:05 PGM: x\n",
		"AIDA64\nMSR 00000480: 00DA-0400-0000-0004 [S200]\n",
		"ia32_vmx_basic = 0x00da040000000004\n",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		test_context("%s", texts[i]);
		REQUIRE_EQ(parse_foreign(texts[i], strlen(texts[i])), 0);
		EXPECT_EQ(recording.set[0].msrs.present, BIT32(CAP_BASIC));
		EXPECT_EQ(recording.set[0].msrs.value[CAP_BASIC], 0x00da040000000004ull);
		for (size_t length = 0; length < strlen(texts[i]); length++)
			if (!parse_foreign(texts[i], length))
				EXPECT_EQ(recording.set[0].msrs.value[CAP_BASIC],
					  0x00da040000000004ull);
	}
	EXPECT_EQ(parse_foreign("\xff\xfe"
				"4\0008\0000\0:\0001\0\n\0",
				14),
		  0);
	EXPECT_EQ(recording.set[0].msrs.value[CAP_BASIC], 1);
	EXPECT_EQ(parse_foreign("480: 1\n480: 2\n", 14), -EINVAL);
	EXPECT_EQ(parse_foreign("\0\0", 2), -EINVAL);
}
