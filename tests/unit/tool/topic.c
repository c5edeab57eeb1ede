// SPDX-License-Identifier: GPL-2.0
/*
 * What `lintel explain' knows: that it has something to say about every row of the tables,
 * and that what is asked for is found.
 */
#include "facts/msr.h"
#include "test.h"
#include "tool/explain/topic_links.h"

static const struct topic *found[TOPIC_FOUND_MAX];
static unsigned int count;

/* The id of the only thing found; "" when it is not one thing. */
static const char *only(const char *words)
{
	enum topic_match match = topic_search(words, found, &count);

	test_context("%s", words);
	return match == TOPIC_MEANT && count == 1 ? found[0]->id : "";
}

static bool finds(const char *id)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(found[i]->id, id))
			return true;
	return false;
}

static bool is_said(const char *text)
{
	return text && *text;
}

TEST(topic_each_has_name_section_and_text)
{
	unsigned int topics;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++) {
		test_context("%s", list[i].id);
		EXPECT_TRUE(is_said(list[i].name));
		EXPECT_TRUE(is_said(list[i].section));
		REQUIRE_TRUE(is_said(list[i].text));
		EXPECT_EQ(list[i].text[strlen(list[i].text) - 1], '.');
		EXPECT_STR_EQ(only(list[i].id), list[i].id);
	}
}

static unsigned int count_kind(enum topic_kind kind)
{
	unsigned int topics, of_kind = 0;
	const struct topic *list = topic_list(&topics);

	for (unsigned int i = 0; i < topics; i++)
		of_kind += list[i].kind == kind;
	return of_kind;
}

/* Nothing of the tables is missing, and no text is about something that they lack. */
TEST(topic_covers_the_tables)
{
	EXPECT_EQ(count_kind(TOPIC_CONTROL), ctl_table_count);
	EXPECT_EQ(count_kind(TOPIC_CAPABILITY), cap_field_count);
	EXPECT_EQ(count_kind(TOPIC_FIELD), VMCS_FIELDS);
	/* IA32_FEATURE_CONTROL is in both tables. */
	EXPECT_EQ(count_kind(TOPIC_MSR), MSR_ROWS + CAP_MSRS - 1);
}

TEST(topic_is_found_by_name)
{
	EXPECT_STR_EQ(only("use MSR bitmaps"), "primary:28");
	EXPECT_STR_EQ(only("Use_MSR-BITMAPS"), "primary:28");
	EXPECT_STR_EQ(only("CPU1_USE_MSR_BITMAPS"), "primary:28");
	EXPECT_STR_EQ(only("CPU_BASED_USE_MSR_BITMAPS"), "primary:28");
	EXPECT_STR_EQ(only("unrestricted"), "secondary:7");
	EXPECT_STR_EQ(only("MSR_BITMAP"), "field:0x2004");
	EXPECT_STR_EQ(only("EPT pointer"), "field:0x201a");
	EXPECT_STR_EQ(only("ia32_lstar"), "msr:0xc0000082");
	EXPECT_STR_EQ(only("efer"), "msr:0xc0000080");
	EXPECT_STR_EQ(only("vmx_basic"), "msr:0x480");
	EXPECT_STR_EQ(only("EXIT_REASON_EPT_MISCONFIG"), "exit:49");
	EXPECT_STR_EQ(only("EPT violation"), "exit:48");
	EXPECT_STR_EQ(only("non-launched VMCS"), "error:5");
	EXPECT_STR_EQ(only("exit-control:load IA32_PAT"), "exit-control:19");
	EXPECT_STR_EQ(only("exit:io instruction"), "exit:30");
}

TEST(topic_is_found_by_number)
{
	EXPECT_STR_EQ(only("primary:28"), "primary:28");
	EXPECT_STR_EQ(only("exit:48"), "exit:48");
	EXPECT_STR_EQ(only("exit:0x80000021"), "exit:33");
	EXPECT_STR_EQ(only("error:7"), "error:7");
	EXPECT_STR_EQ(only("field:0x681e"), "field:0x681e");
	EXPECT_STR_EQ(only("681EH"), "field:0x681e");
	EXPECT_STR_EQ(only("field:0x2005"), "field:0x2004");
	EXPECT_STR_EQ(only("msr:0x480"), "msr:0x480");
	EXPECT_STR_EQ(only("0x80f"), "msr:0x800");
	EXPECT_STR_EQ(only("0x48c:21"), "0x48c:21");
	EXPECT_STR_EQ(only("0x480:51"), "0x480:50");
	EXPECT_STR_EQ(only("0x48b:33"), "secondary:1");
	EXPECT_STR_EQ(only("0x48e:28"), "primary:28");
	EXPECT_STR_EQ(only("0x492:4"), "tertiary:4");
	EXPECT_EQ(topic_search("0x48", found, &count), TOPIC_MEANT);
	EXPECT_EQ(count, 2);
	EXPECT_TRUE(finds("msr:0x48") && finds("exit:72"));
}

TEST(topic_that_is_not_plain_is_a_choice)
{
	EXPECT_EQ(topic_search("cr3", found, &count), TOPIC_CHOICE);
	EXPECT_TRUE(finds("primary:15") && finds("field:0x6802") && finds("0x485:16"));
	EXPECT_EQ(topic_search("load IA32_PAT", found, &count), TOPIC_MEANT);
	EXPECT_EQ(count, 2);
}

TEST(topic_that_is_not_there_has_neighbours)
{
	EXPECT_EQ(topic_search("unrestrictd gest", found, &count), TOPIC_NOTHING);
	topic_near("unrestrictd gest", found, &count);
	EXPECT_TRUE(count >= 1 && finds("secondary:7"));
	EXPECT_EQ(topic_search("unrestrictd", found, &count), TOPIC_NOTHING);
	topic_near("unrestrictd", found, &count);
	EXPECT_TRUE(count >= 1 && finds("secondary:7"));
	EXPECT_EQ(topic_search("xyzzy", found, &count), TOPIC_NOTHING);
	EXPECT_EQ(count, 0);
	EXPECT_EQ(topic_search("", found, &count), TOPIC_NOTHING);
	EXPECT_EQ(topic_search(":", found, &count), TOPIC_NOTHING);
	EXPECT_EQ(topic_search("primary:64", found, &count), TOPIC_NOTHING);
	EXPECT_EQ(topic_search("0x123456789abcdef0123", found, &count), TOPIC_NOTHING);
	EXPECT_EQ(topic_search("0x481:99", found, &count), TOPIC_NOTHING);
}

TEST(topic_part_of_a_word_is_a_guess)
{
	EXPECT_EQ(topic_search("unrestr", found, &count), TOPIC_GUESS);
	EXPECT_TRUE(finds("secondary:7"));
	EXPECT_EQ(topic_search("SVM", found, &count), TOPIC_NOTHING);
	EXPECT_EQ(topic_search("MDS", found, &count), TOPIC_NOTHING);
	EXPECT_STR_EQ(only("vid"), "secondary:9");
	EXPECT_STR_EQ(only("vmx-vmfunc"), "secondary:13");
	EXPECT_STR_EQ(only("VMX_PROC_CTLS2_EPT"), "secondary:1");
}

TEST(topic_is_found_as_logs_have_it)
{
	EXPECT_STR_EQ(only("exit reason 33"), "exit:33");
	EXPECT_STR_EQ(only("VM-instruction error 7"), "error:7");
	EXPECT_STR_EQ(only("80000021"), "exit:33");
	EXPECT_STR_EQ(only("KVM: entry failed, hardware error 0x80000021"), "exit:33");
	EXPECT_STR_EQ(only("KVM: entry failed, hardware error 0x7"), "error:7");
	EXPECT_STR_EQ(only("KVM: unknown exit, hardware reason 31"), "exit:31");
	EXPECT_STR_EQ(only("KVM internal error. Suberror: 1"), "suberror:1");
	EXPECT_STR_EQ(only("KVM_EXIT_FAIL_ENTRY"), "kvm-exit:9");
	EXPECT_STR_EQ(only("guest.rflags.if"), "rule:guest.rflags.if");
	EXPECT_STR_EQ(only("IA32_VMX_BASIC:56"), "0x480:56");
	EXPECT_STR_EQ(only("x86/cpu: VMX (outside TXT) disabled by BIOS"),
		      only("disabled by BIOS"));
}

static bool links_have(const struct topic_links *links, const char *id)
{
	for (unsigned int i = 0; i < links->count; i++)
		if (!strcmp(links->topic[i]->id, id))
			return true;
	return false;
}

TEST(topic_links_follow_the_tables)
{
	struct topic_links links;

	REQUIRE_TRUE(*only("enable EPT"));
	links = topic_needed_by(found[0]);
	EXPECT_TRUE(links_have(&links, "secondary:7"));
	EXPECT_TRUE(links_have(&links, "field:0x201a"));
	EXPECT_TRUE(links_have(&links, "exit:48"));
	EXPECT_TRUE(links_have(&links, "msr:0x48c"));
	EXPECT_FALSE(links_have(&links, "exit:10"));
	links = topic_needs(found[0]);
	EXPECT_EQ(links.count, 1);
	EXPECT_TRUE(links_have(&links, "primary:31"));

	REQUIRE_TRUE(*only("primary:31"));
	EXPECT_EQ(topic_activates(found[0]), CTL_SECONDARY);
	REQUIRE_TRUE(*only("msr:0x48d"));
	links = topic_needs(found[0]);
	EXPECT_TRUE(links.count == 1 && links_have(&links, "0x480:55"));
	REQUIRE_TRUE(*only("enable PML"));
	links = topic_needs(found[0]);
	EXPECT_TRUE(links_have(&links, "0x48c:21") && links_have(&links, "secondary:1"));
	REQUIRE_TRUE(*only("entry:14"));
	EXPECT_STR_EQ(topic_pair(found[0])->id, "exit-control:19");
}

/* Whatever is asked for, the answer is one. */
TEST(topic_search_of_random_words)
{
	static const char letters[] = "0123456789abcxhH:_- ep%\xff";
	unsigned int random = 1;
	char words[400];

	for (unsigned int round = 0; round < 300; round++) {
		unsigned int length = round % 3 ? round % 12 : round;

		for (unsigned int i = 0; i < length; i++) {
			random = random * 1103515245 + 12345;
			words[i] = letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		words[length] = '\0';
		topic_search(words, found, &count);
		test_context("%s", words);
		REQUIRE_TRUE(count <= TOPIC_FOUND_MAX);
		if (length < 12)
			topic_near(words, found, &count);
		REQUIRE_TRUE(count <= TOPIC_FOUND_MAX);
	}
}
