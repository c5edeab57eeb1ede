// SPDX-License-Identifier: GPL-2.0
/* The table of generations: every recorded processor that says its model has one. */
#include <dirent.h>
#include <stdio.h>

#include "tool/processor/recording.h"
#include "test.h"
#include "tool/processor/generation.h"

static const char *name_of(unsigned int family, unsigned int model, unsigned int stepping,
			   const char *cpu)
{
	const struct generation *found = generation_find(family, model, stepping, cpu);

	return found ? found->name : "none";
}

TEST(generation_goes_by_model_and_stepping)
{
	EXPECT_STR_EQ(name_of(6, 58, 9, ""), "Ivy Bridge");
	EXPECT_STR_EQ(name_of(6, 142, 9, ""), "Kaby Lake");
	EXPECT_STR_EQ(name_of(6, 142, 12, ""), "Comet Lake");
	EXPECT_STR_EQ(name_of(6, 158, 9, ""), "Kaby Lake");
	EXPECT_STR_EQ(name_of(6, 158, 10, ""), "Coffee Lake");
	EXPECT_STR_EQ(name_of(6, 85, 4, "Cascade Lake"), "Skylake-X");
	EXPECT_STR_EQ(name_of(6, 85, 7, ""), "Cascade Lake");
	EXPECT_STR_EQ(name_of(6, 1, 1, "Skylake"), "none");
	EXPECT_STR_EQ(name_of(25, 58, 9, ""), "none");
}

TEST(generation_goes_by_name_when_the_model_is_not_known)
{
	EXPECT_STR_EQ(name_of(0, 0, 0, "Coffee Lake 8109U"), "Coffee Lake");
	EXPECT_STR_EQ(name_of(0, 0, 0, "an old goldmont plus"), "Goldmont Plus");
	EXPECT_STR_EQ(name_of(0, 0, 0, "Skylake-X 9980XE"), "Skylake-X");
	EXPECT_STR_EQ(name_of(0, 0, 0, "not stated"), "none");
}

TEST(generation_table_is_ordered_by_year)
{
	for (unsigned int i = 1; i < generation_count; i++) {
		test_context("%s", generation_table[i].name);
		EXPECT_TRUE(generation_table[i - 1].year <= generation_table[i].year);
	}
}

TEST(generation_is_known_of_each_recording_that_says_its_model)
{
	DIR *directory = opendir(test_source_path("data/cpus"));
	static struct recording recording;
	struct recording_error error;
	unsigned int said = 0;
	char path[512];

	REQUIRE_TRUE(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (!strstr(entry->d_name, ".msr"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", test_source_path("data/cpus"), entry->d_name);
		REQUIRE_EQ(recording_read(path, &recording, &error), 0);
		if (!recording.family)
			continue;
		said++;
		test_context("%s", entry->d_name);
		EXPECT_TRUE(generation_find(recording.family, recording.model, recording.stepping,
					    recording.cpu));
	}
	closedir(directory);
	EXPECT_EQ(said, 157);
}
