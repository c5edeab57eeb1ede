// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings that are not in data/cpus/, named by the one who runs the tests:
 *
 *	RECORDINGS="a.msr b.msr" build/unit/unit cap_named
 *
 * prints the verdict on each of their processors and each problem in words, and fails if a file
 * can't be read, or if what was chosen is not what the processor allows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

static void print_verdict(const char *path, const struct recording_set *set,
			  const struct cap_result *result)
{
	char words[512];

	printf("%s%s%s: %s\n", path, *set->label ? " " : "", set->label,
	       result->error ? "refused" : "usable");
	for (u32 i = 0; i < result->report.problems; i++) {
		cap_problem_format(words, sizeof(words), &result->report.problem[i]);
		printf("  %s\n", words);
	}
}

static void check_set(const char *path, const struct recording_set *set)
{
	const struct cap_result *result = fixture_setup(&set->msrs);

	print_verdict(path, set, result);
	EXPECT_EQ(result->error != 0, result->report.problems != 0);
	for (unsigned int word = 0; !result->error && word < CTL_WORDS; word++) {
		const struct vmcs_config *config = &result->config;

		EXPECT_EQ(config->ctl[word] & ~config->allowed1[word], 0);
		EXPECT_EQ(config->allowed0[word] & ~config->ctl[word], 0);
	}
}

TEST(cap_named_recordings)
{
	static struct recording recording;
	char *names = getenv("RECORDINGS");
	struct recording_error error;

	for (char *path = names ? strtok(names, " ") : NULL; path; path = strtok(NULL, " ")) {
		test_context("%s", path);
		if (recording_read(path, &recording, &error)) {
			test_fail(__FILE__, __LINE__, "line %u, column %u: %s", error.line,
				  error.column, error.words);
			continue;
		}
		for (unsigned int i = 0; i < recording.sets; i++)
			check_set(path, &recording.set[i]);
	}
}
