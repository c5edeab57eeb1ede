/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the capability set-up share: recordings by name, one result
 * in static storage, and problems as short keys.
 */
#ifndef LINTEL_TESTS_UNIT_CAP_FIXTURE_H
#define LINTEL_TESTS_UNIT_CAP_FIXTURE_H

#include "cap/cap.h"
#include "tool/processor/recording.h"
#include "test.h"

struct cap_result {
	int error;
	struct vmcs_config config;
	struct vmx_capability capability;
	struct cap_report report;
};

/* The first processor of data/cpus/NAME.msr; a failure is recorded if it cannot be read. */
struct vmx_cap_msrs fixture_load(const char *name);

/* A processor that has every capability MSR and every control the tests deny: an Emerald Rapids
 * with the MSRs that its recording lacks. */
struct vmx_cap_msrs fixture_full(void);

/* setup_vmcs_config() on these values, into storage that the next call with the same slot reuses.
 */
const struct cap_result *fixture_setup_slot(const struct vmx_cap_msrs *raw, unsigned int slot);
const struct cap_result *fixture_setup(const struct vmx_cap_msrs *raw);

/*
 * The key of an entry: "-486" the MSR cannot be read, "486" its whole value, "48b.33" a bit,
 * "480.44:32" bits.
 */
void fixture_key(const struct cap_problem *entry, char *key, size_t size);

/* The problems of a report are exactly those with these keys, in any order; "" is none. */
#define EXPECT_PROBLEMS(result, keys) fixture_expect_problems(__FILE__, __LINE__, result, keys)
void fixture_expect_problems(const char *file, int line, const struct cap_result *result,
			     const char *keys);

/* Is there a note of this kind with this key? */
bool fixture_has_note(const struct cap_result *result, enum cap_kind kind, const char *key);

#endif
