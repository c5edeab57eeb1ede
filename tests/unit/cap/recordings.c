// SPDX-License-Identifier: GPL-2.0
/*
 * The whole set-up on every recorded processor.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "verdicts.h"

TEST(cap_each_recording_gets_its_verdict)
{
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		struct vmx_cap_msrs raw = fixture_load(verdicts[i].name);

		test_context("%s", verdicts[i].name);
		EXPECT_PROBLEMS(fixture_setup(&raw), verdicts[i].problems);
	}
}

static bool has_verdict(const char *file)
{
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		size_t length = strlen(verdicts[i].name);

		if (!strncmp(file, verdicts[i].name, length) && !strcmp(file + length, ".msr"))
			return true;
	}
	return false;
}

TEST(cap_each_recording_has_a_verdict)
{
	DIR *directory = opendir(test_source_path("data/cpus"));
	unsigned int files = 0;

	REQUIRE_TRUE(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".msr"))
			continue;
		files++;
		if (!has_verdict(entry->d_name))
			test_fail(__FILE__, __LINE__, "no verdict for %s", entry->d_name);
	}
	closedir(directory);
	EXPECT_EQ(files, COUNT_OF(verdicts));
}

/* What is refused leaves nothing behind that could be used by mistake. */
TEST(cap_refusal_zeroes_the_outputs)
{
	static const struct vmcs_config no_config;
	static const struct vmx_capability no_capability;

	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		struct vmx_cap_msrs raw = fixture_load(verdicts[i].name);
		const struct cap_result *result = fixture_setup(&raw);

		if (!result->error)
			continue;
		test_context("%s", verdicts[i].name);
		EXPECT_EQ(memcmp(&result->config, &no_config, sizeof(no_config)), 0);
		EXPECT_EQ(memcmp(&result->capability, &no_capability, sizeof(no_capability)), 0);
	}
}

/* No processor with EPT and unrestricted guest whose dump is complete is refused. */
TEST(cap_only_old_or_incomplete_physical_processors_are_refused)
{
	static struct recording recording;
	struct recording_error error;
	char path[128];

	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		const struct cap_result *result;
		bool incomplete = false;

		snprintf(path, sizeof(path), "data/cpus/%s.msr", verdicts[i].name);
		test_context("%s", verdicts[i].name);
		REQUIRE_EQ(recording_read(test_source_path(path), &recording, &error), 0);
		if (recording.class != RECORDING_PHYSICAL)
			continue;
		result = fixture_setup(&recording.set[0].msrs);
		for (u32 n = 0; n < result->report.problems; n++)
			incomplete |= result->report.problem[n].kind == CAP_MISSING;
		if (result->error && !incomplete)
			EXPECT_TRUE(
				!(cap_msr_value(&recording.set[0].msrs, CAP_PROCBASED_CTLS2) >> 39 &
				  1));
	}
}
