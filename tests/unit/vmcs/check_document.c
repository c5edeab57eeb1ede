// SPDX-License-Identifier: GPL-2.0
/*
 * docs/vm-entry-checks.md has a line for each rule.  What emulated processors make of them stands
 * in the same line, and is held against what they do in the lab.
 */
#include <stdio.h>

#include "test.h"
#include "vmcs/check.h"

static char document[131072];

TEST(check_document_has_every_rule)
{
	FILE *file = fopen(test_source_path("docs/vm-entry-checks.md"), "r");
	char line[200];

	REQUIRE_TRUE(file);
	document[fread(document, 1, sizeof(document) - 1, file)] = '\0';
	fclose(file);
	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		snprintf(line, sizeof(line), "\n| `%s` | %s | %s | ", rule->id,
			 vmcs_field_find(rule->field)->name, rule->need);
		EXPECT_CONTAINS(document, line);
	}
}
