// SPDX-License-Identifier: GPL-2.0
/* docs/api.md says what the tables of the API say. */
#include <stdio.h>
#include <stdlib.h>

#include "api/api.h"
#include "sim.h"
#include "test.h"

/* The document in three parts: the ioctls that there are, the capabilities, what is not there. */
static char text[64 * 1024];
static const char *ioctls, *capabilities, *absent;

static char *cut_before(const char *heading)
{
	char *at = strstr(ioctls, heading);

	if (!EXPECT_TRUE(at && at > ioctls))
		abort();
	at[-1] = '\0';
	return at;
}

static void read_document(void)
{
	FILE *file = fopen(test_source_path("docs/api.md"), "r");
	size_t length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (!EXPECT_TRUE(length && length < sizeof(text) - 1))
		abort();
	fclose(file);
	/* From the end: each cut ends the part before it. */
	ioctls = text;
	absent = cut_before("## Not there");
	capabilities = cut_before("## Capabilities");
}

static bool has(const char *part, const char *before, const char *name)
{
	char quoted[80];

	snprintf(quoted, sizeof(quoted), "`%s%s`", before, name);
	return strstr(part, quoted);
}

TEST(api_document_has_every_ioctl)
{
	const struct ioctl_row *row;

	read_document();
	for (enum ioctl_scope scope = SCOPE_SYSTEM; scope <= SCOPE_VCPU; scope++)
		for (unsigned int slot = 0; (row = ioctl_next(scope, &slot));) {
			test_context("%s", row->name);
			EXPECT_TRUE(has(ioctls, "", row->name));
			EXPECT_FALSE(has(absent, "", row->name));
			EXPECT_TRUE(ioctl_find(scope, row->number) == row);
		}
}

TEST(api_document_has_every_capability)
{
	read_document();
	for (unsigned int number = 0; number < 1024; number++) {
		const char *name = api_extension_name(number);

		if (!name) {
			EXPECT_TRUE(number == KVM_CAP_NR_VCPUS || number == KVM_CAP_XCRS ||
				    number == KVM_CAP_TSC_CONTROL ||
				    number == KVM_CAP_VM_TSC_CONTROL ||
				    !api_check_extension(number));
			continue;
		}
		test_context("KVM_CAP_%s", name);
		EXPECT_TRUE(api_check_extension(number));
		EXPECT_TRUE(has(capabilities, "", name) || has(capabilities, "KVM_CAP_", name));
	}
}

static bool is_offered(const char *name, size_t length)
{
	for (unsigned int number = 0; number < 1024; number++) {
		const char *offered = api_extension_name(number);

		if (offered && strlen(offered) == length && !memcmp(offered, name, length))
			return true;
	}
	return false;
}

/* The first column of the table of capabilities; four are not in the core's table. */
TEST(api_document_has_no_other_capability)
{
	const char *at;

	read_document();
	for (at = strstr(capabilities, "\n| `"); at; at = strstr(at + 1, "\n| `")) {
		const char *end = strstr(at + 3, " |"), *name, *close;

		for (name = strchr(at, '`'); name && name < end; name = strchr(close + 1, '`')) {
			name++;
			close = strchr(name, '`');
			if (!strncmp(name, "KVM_CAP_", 8))
				name += 8;
			test_context("%.*s", (int)(close - name), name);
			EXPECT_TRUE(!strncmp(name, "NR_VCPUS", 8) || !strncmp(name, "XCRS", 4) ||
				    !strncmp(name, "TSC_CONTROL", 11) ||
				    !strncmp(name, "VM_TSC_CONTROL", 14) ||
				    is_offered(name, (size_t)(close - name)));
		}
	}
}
