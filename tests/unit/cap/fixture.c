// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of the capability set-up share.
 */
#include <stdio.h>
#include <string.h>

#include "fixture.h"

#define SLOTS 2

struct vmx_cap_msrs fixture_load(const char *name)
{
	static struct recording recording;
	struct recording_error error;
	char path[128];

	snprintf(path, sizeof(path), "data/cpus/%s.msr", name);
	if (recording_read(test_source_path(path), &recording, &error))
		test_fail(__FILE__, __LINE__, "%s:%u:%u: %s", path, error.line, error.column,
			  error.words);
	return recording.set[0].msrs;
}

struct vmx_cap_msrs fixture_full(void)
{
	static struct vmx_cap_msrs raw;
	static bool loaded; /* once: fuzzers make a VM for each input */

	if (loaded)
		return raw;
	loaded = true;
	raw = fixture_load("EmeraldRapids_01_00C06F2");
	cap_msr_set(&raw, CAP_FEATURE_CONTROL, 0x5);
	cap_msr_set(&raw, CAP_VMFUNC, 0x1);
	cap_msr_set(&raw, CAP_PROCBASED_CTLS3, 0x13ff);
	cap_msr_set(&raw, CAP_EXIT_CTLS2, 0xf);
	return raw;
}

const struct cap_result *fixture_setup_slot(const struct vmx_cap_msrs *raw, unsigned int slot)
{
	static struct cap_result results[SLOTS];
	struct cap_result *result = &results[slot];

	result->error =
		setup_vmcs_config(raw, &result->config, &result->capability, &result->report);
	return result;
}

const struct cap_result *fixture_setup(const struct vmx_cap_msrs *raw)
{
	return fixture_setup_slot(raw, 0);
}

void fixture_key(const struct cap_problem *entry, char *key, size_t size)
{
	if (entry->kind == CAP_MISSING)
		snprintf(key, size, "-%x", entry->msr);
	else if (entry->hi_bit == 63 && entry->lo_bit == 0)
		snprintf(key, size, "%x", entry->msr);
	else if (entry->hi_bit == entry->lo_bit)
		snprintf(key, size, "%x.%u", entry->msr, entry->lo_bit);
	else
		snprintf(key, size, "%x.%u:%u", entry->msr, entry->hi_bit, entry->lo_bit);
}

static bool keys_contain(const char *keys, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = keys; (at = strstr(at, key)); at += length)
		if ((at == keys || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static unsigned int count_keys(const char *keys)
{
	unsigned int count = 0;

	for (const char *at = keys; *at; at++)
		count += *at != ' ' && (at == keys || at[-1] == ' ');
	return count;
}

void fixture_expect_problems(const char *file, int line, const struct cap_result *result,
			     const char *keys)
{
	const struct cap_report *report = &result->report;
	char key[32], words[CAP_LINE_MAX];

	for (u32 i = 0; i < report->problems; i++) {
		fixture_key(&report->problem[i], key, sizeof(key));
		if (keys_contain(keys, key))
			continue;
		cap_problem_format(words, sizeof(words), &report->problem[i]);
		test_fail(file, line, "unexpected problem %s: %s", key, words);
	}
	if (report->problems != count_keys(keys) || report->dropped_problems)
		test_fail(file, line, "%u problems, expected %u (%s)", report->problems,
			  count_keys(keys), keys);
	test_equal(file, line, "error", (unsigned long long)result->error, "verdict",
		   (unsigned long long)(*keys ? -5 : 0));
}

bool fixture_has_note(const struct cap_result *result, enum cap_kind kind, const char *key)
{
	char got[32];

	for (u32 i = 0; i < result->report.notes; i++) {
		fixture_key(&result->report.note[i], got, sizeof(got));
		if (result->report.note[i].kind == kind && !strcmp(got, key))
			return true;
	}
	return false;
}
