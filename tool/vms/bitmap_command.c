// SPDX-License-Identifier: GPL-2.0
/*
 * lintel bitmap: the MSR policy, the bitmap that follows from it, and other pages of MSR bitmaps.
 */
#include <stdio.h>
#include <string.h>

#include "bitmap.h"
#include "facts/msr_text.h"
#include "tool/colour.h"
#include "tool/command.h"
#include "tool/json.h"
#include "tool/paragraph.h"
#include "tool/explain/topic.h"

/* --- text --- */

static void print_policy_row(const struct msr_row *row)
{
	const char *condition = policy_condition(row);
	bool passes = row->read == MSR_PASS_THROUGH || row->write == MSR_PASS_THROUGH;
	char index[32];

	snprintf(index, sizeof(index), row->first == row->last ? "0x%x" : "0x%x..0x%x", row->first,
		 row->last);
	printf("%s%-14s %-37s %-5s %-5s %s%s\n", colour(passes ? COLOUR_GOOD : COLOUR_NONE), index,
	       row->name, policy_access_word(row, MSR_READ), policy_access_word(row, MSR_WRITE),
	       policy_owner_word(row->owner), colour(COLOUR_NONE));
	if (condition)
		paragraph_print(NULL, "if %s: %s", condition, msr_text(row)->why);
	else
		paragraph_print(NULL, "%s", msr_text(row)->why);
}

static void print_policy(void)
{
	printf("%s%-14s %-37s %-5s %-5s %s%s\n", colour(COLOUR_BOLD), "MSR", "name", "read",
	       "write", "host's value", colour(COLOUR_NONE));
	for (unsigned int i = 0; i < MSR_ROWS; i++)
		print_policy_row(&msr_table[i]);
	puts("all others     deny\n\n"
	     "pass: no exit; exit: Lintel emulates it; deny: exits, and the guest gets #GP(0)\n"
	     "host's value: who keeps it apart from the guest's\n");
}

static void print_run(const struct bitmap_run *run)
{
	char index[32];

	snprintf(index, sizeof(index), run->first == run->last ? "0x%x" : "0x%x to 0x%x",
		 run->first, run->last);
	printf("  %-26s %s%s%s%s\n", index, bitmap_run_name(run),
	       run->by_policy ? "" : colour(COLOUR_WARNING),
	       run->by_policy ? "" : "; the policy does not open it",
	       run->by_policy ? "" : colour(COLOUR_NONE));
}

static void print_page(const struct bitmap_page *page)
{
	printf("%s: %u of %u accesses pass through\n", page->source, bitmap_open_count(page),
	       MSR_BITMAP_SIZE * 8);
	for (unsigned int i = 0; i < BITMAP_QUARTERS; i++) {
		const struct bitmap_quarter *quarter = &bitmap_quarters[i];
		struct bitmap_run run;
		u32 msr = quarter->first;

		printf("%s%s%s, bytes 0x%03x to 0x%03x\n", colour(COLOUR_BOLD), quarter->name,
		       colour(COLOUR_NONE), i * 1024, i * 1024 + 1023);
		while (bitmap_next_run(page, quarter, &msr, &run))
			print_run(&run);
	}
}

/* --- JSON --- */

static json_t *json_policy(void)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];

		json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:o}",
						      "first", json_hex(row->first, 0), "last",
						      json_hex(row->last, 0), "name", row->name,
						      "read", policy_access_word(row, MSR_READ),
						      "write", policy_access_word(row, MSR_WRITE),
						      "owner", policy_owner_word(row->owner), "why",
						      msr_text(row)->why, "condition",
						      json_text(policy_condition(row))));
	}
	return list;
}

static json_t *json_quarter(const struct bitmap_page *page, const struct bitmap_quarter *quarter)
{
	json_t *list = json_array();
	struct bitmap_run run;
	u32 msr = quarter->first;

	while (bitmap_next_run(page, quarter, &msr, &run))
		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:b}", "first", json_hex(run.first, 0),
					"last", json_hex(run.last, 0), "name",
					run.row ? json_text(bitmap_run_name(&run)) : json_null(),
					"by_policy", run.by_policy));
	return json_pack("{s:s, s:s, s:o, s:o}", "name", quarter->name, "access",
			 quarter->direction == MSR_READ ? "read" : "write", "first_msr",
			 json_hex(quarter->first, 0), "open", list);
}

static json_t *json_page(const struct bitmap_page *page)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < BITMAP_QUARTERS; i++)
		json_array_append_new(list, json_quarter(page, &bitmap_quarters[i]));
	return json_pack("{s:o, s:o, s:i, s:o}", "source", json_text(page->source), "policy",
			 page->policy ? json_policy() : json_null(), "open",
			 (int)bitmap_open_count(page), "quarters", list);
}

/* --- the command --- */

struct request {
	bool json, svg, x2apic;
	const char *vm, *file;
	unsigned int vcpu;
	const char *msr; /* as it was given; NULL: the page as a whole */
	enum msr_direction direction;
};

/* An MSR by number, or by a name that is in the policy or elsewhere in the tables. */
static u32 find_msr(const struct command *command, const char *word)
{
	static const struct topic *found[TOPIC_FOUND_MAX];
	char scoped[200];
	unsigned int count;
	enum topic_match match;

	if (*word >= '0' && *word <= '9')
		return (u32)command_number(command, "MSR", word, 0, 0xffffffff);
	snprintf(scoped, sizeof(scoped), "msr:%s", word);
	match = topic_search(scoped, found, &count);
	if (match == TOPIC_NOTHING)
		command_fail("no MSR is called %s; its number will do%s%s", word,
			     count ? ", or did you mean " : "", count ? found[0]->name : "");
	if (match == TOPIC_CHOICE || count > 1)
		command_fail("%u MSRs are called %s, %s and %s among them", count, word,
			     found[0]->name, found[1]->name);
	return found[0]->number;
}

static bool parse_direction(const char *word, enum msr_direction *direction)
{
	if (strcmp(word, "read") && strcmp(word, "write"))
		return false;
	*direction = *word == 'r' ? MSR_READ : MSR_WRITE;
	return true;
}

/* [FILE] [read|write MSR] */
static void parse_words(const struct command *command, struct request *request, char **words,
			int count)
{
	if (count && !parse_direction(words[0], &request->direction)) {
		request->file = *words++;
		count--;
	}
	if (count && !parse_direction(words[0], &request->direction))
		command_fail_usage(command, "%s: read or write is meant", words[0]);
	if (count == 1)
		command_fail_usage(command, "%s: which MSR?", words[0]);
	if (count > 2)
		command_fail_usage(command, "%s: one MSR at a time", words[2]);
	if (count)
		request->msr = words[1];
}

static struct request parse(const struct command *command, int argc, char **argv)
{
	struct request request = {0};
	int option;

	while ((option = command_option(command, argc, argv, &request.json)) >= 0)
		switch (option) {
		case 's':
			request.svg = true;
			break;
		case 'x':
			request.x2apic = true;
			break;
		case 'm':
			request.vm = optarg;
			break;
		case 'c':
			request.vcpu =
				(unsigned int)command_number(command, "--vcpu", optarg, 0, 65535);
			break;
		}
	parse_words(command, &request, argv + optind, argc - optind);
	if (request.vm && request.file)
		command_fail_usage(command, "--vm and a file: one of them");
	if (request.x2apic && (request.vm || request.file))
		command_fail_usage(command, "--x2apic is about the policy, not about another page");
	if (request.vcpu && !request.vm)
		command_fail_usage(command, "--vcpu: of which VM? --vm says it");
	if ((request.svg && request.json) || (request.svg && request.msr))
		command_fail_usage(command, "--svg shows a whole page, and nothing else");
	return request;
}

static void get_page(const struct request *request, struct bitmap_page *page)
{
	if (request->vm)
		bitmap_read_live(page, request->vm, request->vcpu);
	else if (request->file)
		bitmap_read(page, request->file);
	else
		bitmap_policy(page, request->x2apic);
}

static int bitmap_main(const struct command *command, int argc, char **argv)
{
	struct request request = parse(command, argc, argv);
	static struct bitmap_page page;
	u32 msr = request.msr ? find_msr(command, request.msr) : 0;

	get_page(&request, &page);
	if (request.svg)
		bitmap_print_svg(&page);
	else if (request.json)
		json_print(request.msr ? bitmap_json_access(&page, msr, request.direction)
				       : json_page(&page));
	else if (request.msr)
		bitmap_print_access(&page, msr, request.direction);
	else {
		if (page.policy)
			print_policy();
		print_page(&page);
	}
	return COMMAND_FINE;
}

static const struct option options[] = {
	{"svg", no_argument, NULL, 's'},
	{"x2apic", no_argument, NULL, 'x'},
	{"vm", required_argument, NULL, 'm'},
	{"vcpu", required_argument, NULL, 'c'},
	COMMAND_OPTIONS,
	{0},
};

const struct command bitmap_command = {
	.name = "bitmap",
	.summary = "which MSRs a guest accesses without an exit, and why",
	.main = bitmap_main,
	.options = options,
	.help = "usage: lintel bitmap [--json | --svg] [--x2apic | FILE | --vm PID-FD [--vcpu N]]\n"
		"       lintel bitmap [--json] [--x2apic | FILE | --vm PID-FD [--vcpu N]] "
		"read|write MSR\n"
		"\n"
		"Without a file or a VM: the policy, a row for each MSR that Lintel knows, and the "
		"bitmap\n"
		"that follows from it for a guest that has all of them. With one: what that page "
		"lets pass.\n"
		"With read or write: what that access does, and why. MSR is a number or a name.\n"
		"\n"
		"FILE is a page of 4096 bytes as the processor reads it. A VM's name is that of "
		"its\n"
		"directory in /sys/kernel/debug/lintel.\n"
		"\n"
		"  -s, --svg        a picture of the page\n"
		"  -x, --x2apic     the policy for a guest whose local APIC is in x2APIC mode\n"
		"  -m, --vm PID-FD  the page of a running VM\n"
		"  -c, --vcpu N     of its vCPU N; otherwise of vCPU 0\n"
		"      --json       as JSON\n"
		"\n"
		"examples:\n"
		"  lintel bitmap --svg >bitmap.svg\n"
		"  lintel bitmap read 0xc0000100\n"
		"  lintel bitmap write IA32_LSTAR\n"
		"  lintel bitmap --vm 1234-5 --vcpu 1\n"
		"\n"
		"Exit status: 0; 2 wrong usage, or a file that is no such page.\n",
};
