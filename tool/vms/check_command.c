// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel check`: which rules of VM entry the VMCSs in a dump or a kernel log break.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/colour.h"
#include "tool/command.h"
#include "tool/json.h"
#include "tool/processor/recording.h"
#include "check_entry.h"
#include "log_text.h"
#include "vcpu/state.h"
#include "vmcs/check.h"
#include "vmcs_dump.h"

enum { OPTION_CPU = 256, OPTION_PHYSICAL, OPTION_LINEAR, OPTION_RULES, OPTION_NOT_CHECKED };

static const struct option options[] = {
	{"cpu", required_argument, NULL, OPTION_CPU},
	{"physical-width", required_argument, NULL, OPTION_PHYSICAL},
	{"linear-width", required_argument, NULL, OPTION_LINEAR},
	{"rules", no_argument, NULL, OPTION_RULES},
	{"not-checked", no_argument, NULL, OPTION_NOT_CHECKED},
	COMMAND_OPTIONS,
	{0},
};

static const char help[] =
	"usage: lintel check [OPTIONS] FILE\n"
	"       lintel check --rules\n"
	"\n"
	"Says which of the SDM's rules of VM entry a VMCS breaks: the reason for VM-instruction\n"
	"error 7 or 8, and for exit reason 0x80000021 or 0x80000022. FILE (- is the standard\n"
	"input) has dumps of Lintel (/sys/kernel/debug/lintel/PID-FD/vcpuN/vmcs, or the kernel\n"
	"log), of a hypervisor that prints its VMCS as `lintel vmcs` shows, or what KVM (its\n"
	"parameter dump_invalid_vmcs), Xen or HAXM left in a log. It may be a journal, a mail, a\n"
	"page, of a serial line, with other lines around. A rule that needs what the dump does\n"
	"not have is not checked, unless the answer is the same for every processor.\n"
	"\n"
	"Options:\n"
	"  --cpu FILE           what the processor can do, where the dump does not say: the first\n"
	"                       processor of a recording\n"
	"  --physical-width N   its physical-address width (address sizes in /proc/cpuinfo)\n"
	"  --linear-width N     its linear-address width, 48 or 57\n"
	"  --not-checked        also name the rules that were not checked\n"
	"  --rules              the rules themselves\n"
	"  --json               as JSON (docs/tool.md)\n"
	"  --help               this text\n"
	"\n"
	"Exit status: 0 no rule is broken; 1 one is broken; 2 bad input or usage; 3 there is no\n"
	"answer: nothing could be checked, or the entry failed and no broken rule explains it.\n"
	"\n"
	"Examples:\n"
	"  dmesg | lintel check -\n"
	"  lintel check /sys/kernel/debug/lintel/1234-5/vcpu0/vmcs\n"
	"  lintel check --cpu cpu.msr --physical-width 39 --linear-width 48 dmesg.txt\n";

struct request {
	const char *path;
	struct vmx_cap_msrs cpu; /* nothing is present without --cpu */
	unsigned int physical_width, linear_width;
	bool rules, not_checked, json;
};

/* --- reading ------------------------------------------------------------------------ */

static void read_cpu(const char *path, struct vmx_cap_msrs *msrs)
{
	struct recording *recording = command_alloc(1, sizeof(*recording));
	struct recording_error error;
	int result = recording_read(path, recording, &error);

	if (result && error.line)
		command_fail_at(path, error.line, error.column, "%s", error.words);
	if (result)
		command_fail("%s: %s", path, strerror(-result));
	*msrs = recording->set[0].msrs;
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (msrs->unknown[msr])
			msrs->present &= ~BIT32(msr);
	free(recording);
}

static void parse_options(const struct command *command, int argc, char **argv,
			  struct request *request)
{
	int option;

	*request = (struct request){0};
	while ((option = command_option(command, argc, argv, &request->json)) != -1) {
		if (option == OPTION_CPU)
			read_cpu(optarg, &request->cpu);
		else if (option == OPTION_PHYSICAL)
			request->physical_width = (unsigned int)command_number(
				command, "--physical-width", optarg, 32, 52);
		else if (option == OPTION_LINEAR)
			request->linear_width = (unsigned int)command_number(
				command, "--linear-width", optarg, 48, 57);
		else if (option == OPTION_RULES)
			request->rules = true;
		else
			request->not_checked = true;
	}
	if (argc - optind != !request->rules)
		command_fail_usage(command,
				   request->rules ? "no file is read" : "one file is needed");
	request->path = argv[optind];
}

/* Texts end, as files and from a pipe: what does not is none. */
#define FILE_BYTES_MAX (1ull << 30)
#define PIPE_BYTES_MAX (1ull << 28)

/* gives: how much is read from one of its kind. */
static unsigned long long check_kind(const char *path, int fd)
{
	struct stat stat;
	struct stat null;

	if (fstat(fd, &stat))
		command_fail("%s: %s", path, strerror(errno));
	if (S_ISDIR(stat.st_mode))
		command_fail("%s: %s", path, strerror(EISDIR));
	if (S_ISBLK(stat.st_mode) || (S_ISCHR(stat.st_mode) && !isatty(fd) &&
				      (lstat("/dev/null", &null) || null.st_rdev != stat.st_rdev)))
		command_fail("%s: a device is no dump", path);
	return S_ISREG(stat.st_mode) ? FILE_BYTES_MAX : PIPE_BYTES_MAX;
}

/* To open a FIFO that nobody writes to would wait for ever; not waiting, it opens and is at its
 * end. */
static int open_input(const char *path, unsigned long long *max)
{
	bool is_file = strcmp(path, "-");
	int fd = is_file ? open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : STDIN_FILENO;

	if (fd < 0)
		command_fail("%s: %s", path, strerror(errno));
	*max = check_kind(path, fd);
	if (is_file && fcntl(fd, F_SETFL, 0) < 0)
		command_fail("%s: %s", path, strerror(errno));
	return fd;
}

/* Old logs are kept so. */
static void check_compression(const char *path, const char *bytes, ssize_t size)
{
	static const struct {
		const char *magic, *tool;
	} kinds[] = {{"\x1f\x8b", "zcat"},
		     {"\xfd"
		      "7zXZ",
		      "xzcat"},
		     {"\x28\xb5\x2f\xfd", "zstdcat"},
		     {"BZh", "bzcat"}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (size > 8 && !memcmp(bytes, kinds[i].magic, strlen(kinds[i].magic)))
			command_fail("%s: this is compressed: %s FILE | lintel check -", path,
				     kinds[i].tool);
}

struct reading {
	const char *path;
	struct vmcs_dump_list *list;
};

static void read_line(void *context, unsigned int number, char *text, size_t length)
{
	const struct reading *reading = context;
	struct vmcs_dump_error error;

	if (vmcs_dump_line(reading->list, number, text, length, &error))
		command_fail_at(reading->path, error.line, error.column, "%s", error.words);
}

static void read_dumps(const char *path, struct vmcs_dump_list *list)
{
	static char bytes[1 << 16];
	struct reading reading = {path, list};
	struct log_text *text = command_alloc(1, sizeof(*text));
	struct vmcs_dump_error error;
	unsigned long long size = 0, max;
	int fd = open_input(path, &max);
	ssize_t n;

	text->line = read_line;
	text->context = &reading;
	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno != EINTR)
			command_fail("%s: %s", path, strerror(errno));
		if (n < 0)
			continue;
		if (!size)
			check_compression(path, bytes, n);
		size += (unsigned long long)n;
		if (size > max)
			command_fail("%s: more than %llu bytes: give the part that has the dump",
				     path, max);
		log_text_feed(text, bytes, (size_t)n);
	}
	log_text_end(text);
	list->line = text->number;
	free(text);
	if (fd != STDIN_FILENO)
		close(fd);
	if (vmcs_dump_end(list, &error))
		command_fail_at(path, error.line, error.column, "%s", error.words);
}

static bool has_la57(const struct vmcs_image *image)
{
	u64 host, guest;

	vmcs_values_get(&image->fields, HOST_CR4, &host);
	vmcs_values_get(&image->fields, GUEST_CR4, &guest);
	return (host | guest) & CR4_LA57;
}

/* The MSRs and CR4 tell of 5-level paging.  gives: the width, and in *assumed whether it is only
 * the usual one. */
static u8 linear_width(const struct vmcs_image *image, bool *assumed)
{
	u32 known = image->processor.known;

	*assumed = false;
	if (known & BIT32(CAP_CR4_FIXED1))
		return image->processor.config.cr4_fixed1 & CR4_LA57 ? 57 : 48;
	if (has_la57(image))
		return 57;
	*assumed = true;
	return 48;
}

/* The dump's own knowledge of the processor comes first. */
static void complete_processor(struct vmcs_image *image, const struct request *request,
			       bool *assumed)
{
	*assumed = false;
	if (!image->msrs.present) {
		image->msrs = request->cpu;
		vmcs_processor_decode(&image->processor, &image->msrs);
	}
	if (!image->processor.physical_width)
		image->processor.physical_width = (u8)request->physical_width;
	if (!image->processor.linear_width)
		image->processor.linear_width = (u8)request->linear_width;
	if (!image->processor.linear_width)
		image->processor.linear_width = linear_width(image, assumed);
}

/* A dump of which the lines of another one are part has no values of its own. */
static const struct vmcs_image *image_of(const struct vmcs_dump *dump)
{
	static const struct vmcs_image nothing;

	return dump->mixed ? &nothing : &dump->image;
}

/* --- text ------------------------------------------------------------------------------ */

static void print_line(void *context, const char *line)
{
	const char *on = colour(*line == ' ' ? COLOUR_NONE : COLOUR_BAD);

	printf("%s%s%s\n", on, line, colour(COLOUR_NONE));
}

static void print_not_checked(const struct vmcs_image *image)
{
	struct vmcs_check check;

	for (unsigned int i = 0; i < check_rule_count(); i++)
		if (check_rule_run(&check, image, check_rule_at(i)) == CHECK_NOT_CHECKED)
			printf("not checked: %s\n", check_rule_at(i)->id);
}

static void print_missing(const struct vmcs_image *image, bool assumed)
{
	if (!image->msrs.present)
		puts("what the processor can do is not known: --cpu says it");
	if (!image->processor.physical_width)
		puts("how wide physical addresses are is not known: --physical-width says it");
	if (assumed)
		puts("linear addresses are taken to have 48 bits, as LA57 is 1 in no CR4 here: "
		     "--linear-width says otherwise");
}

/* More than these say nothing. */
#define SUSPECTS_MAX 12

static void print_lost(const struct vmcs_dump *dump)
{
	for (unsigned int i = 0; i < dump->lost && i < VMCS_DUMP_LOST_MAX; i++)
		printf("no value that could be read: %s\n",
		       vmcs_field_find(dump->lost_field[i])->name);
	if (dump->lost > VMCS_DUMP_LOST_MAX)
		printf("no value that could be read: %u more\n", dump->lost - VMCS_DUMP_LOST_MAX);
}

/* The rules with that result that would have made the processor refuse as it has. */
static unsigned int count_of_entry(const struct vmcs_dump *dump, const struct check_entry *entry,
				   enum check_result result, bool print)
{
	struct vmcs_check check;
	unsigned int count = 0;

	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		if (check_rule_run(&check, image_of(dump), rule) != result ||
		    !check_entry_is_of(entry, rule))
			continue;
		if (print && count < SUSPECTS_MAX)
			printf("  %s: %s: %s\n", rule->id, vmcs_field_find(rule->field)->name,
			       rule->need);
		count++;
	}
	return count;
}

/* The entry failed, and no rule says why: those that may. */
static void print_suspects(const struct vmcs_dump *dump, const struct check_entry *entry)
{
	unsigned int count;

	if (count_of_entry(dump, entry, CHECK_BROKEN, false))
		return;
	puts("no rule that could be checked explains why the entry failed so; of those that could "
	     "not be:");
	count = count_of_entry(dump, entry, CHECK_NOT_CHECKED, true);
	if (!count)
		puts("  none: the reason is not among the rules (docs/vm-entry-checks.md)");
	else if (count > SUSPECTS_MAX)
		printf("  and %u more: --not-checked\n", count - SUSPECTS_MAX);
}

/* --- an answer --------------------------------------------------------------------------- */

struct answer {
	bool any_broken, any_open;
};

static void add_answer(struct answer *answer, const struct check_entry *entry,
		       const struct vmcs_dump *dump, const struct check_summary *summary)
{
	answer->any_broken |= summary->broken != 0;
	answer->any_open |= !check_entry_is_answered(entry, dump, summary);
}

static void print_dump(struct vmcs_dump *dump, const struct request *request, u32 hardware_error,
		       struct answer *answer)
{
	struct check_entry entry = check_entry_of(dump, hardware_error);
	struct check_summary summary;
	char words[400];
	bool assumed;

	complete_processor(&dump->image, request, &assumed);
	printf("%s:%u: VMCS of %s\n", request->path, dump->line, dump->hypervisor);
	check_entry_words(&entry, words, sizeof(words));
	if (dump->mixed)
		puts("the lines of two VMCSs are mixed here, and nothing in the log says whose "
		     "each "
		     "is: not checked");
	else if (entry.known || !dump->exact)
		puts(words);
	print_lost(dump);
	summary = vmcs_check_report(image_of(dump), print_line, NULL);
	if (request->not_checked)
		print_not_checked(image_of(dump));
	if (!dump->mixed)
		print_missing(&dump->image, assumed);
	if (!dump->mixed && entry.failed)
		print_suspects(dump, &entry);
	if (!dump->mixed && !(summary.broken + summary.holds))
		puts("there is nothing in it that could be checked");
	printf("%s%u broken%s, %u hold, %u not checked\n",
	       colour(summary.broken ? COLOUR_BAD : COLOUR_GOOD), summary.broken,
	       colour(COLOUR_NONE), summary.holds, summary.not_checked);
	add_answer(answer, &entry, dump, &summary);
}

/* --- JSON -------------------------------------------------------------------------------- */

static json_t *json_fields(const struct vmcs_check *check)
{
	json_t *fields = json_array();

	for (unsigned int i = 0; i < check->seen_count; i++) {
		u64 value;

		vmcs_values_get(&check->image->fields, check->seen[i], &value);
		json_array_append_new(fields,
				      json_pack("{s:o, s:o, s:o}", "field",
						json_text(vmcs_field_find(check->seen[i])->name),
						"encoding", json_hex(check->seen[i], 4), "value",
						json_hex(value, 1)));
	}
	return fields;
}

static json_t *json_consequence(const struct vmcs_check *check, const struct check_rule *rule)
{
	enum check_consequence consequence = check_sections[rule->section].consequence;

	if (consequence <= CHECK_FAILS_HOST_STATE)
		return json_pack("{s:i}", "vm_instruction_error", (int)consequence);
	return json_pack("{s:i, s:i}", "exit_reason", (int)consequence, "qualification",
			 (int)check_qualification(check, rule));
}

static json_t *json_broken(const struct vmcs_check *check, const struct check_rule *rule)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "rule", rule->id, "need",
			 rule->need, "section", check_sections[rule->section].title, "consequence",
			 json_consequence(check, rule), "fields", json_fields(check), "must_be_1",
			 json_hex(check->must_be_1, 1), "must_be_0", json_hex(check->must_be_0, 1));
}

static json_t *json_lost(const struct vmcs_dump *dump)
{
	json_t *lost = json_array();

	for (unsigned int i = 0; i < dump->lost && i < VMCS_DUMP_LOST_MAX; i++)
		json_array_append_new(lost, json_text(vmcs_field_find(dump->lost_field[i])->name));
	return lost;
}

static json_t *json_entry(const struct check_entry *entry)
{
	if (!entry->known)
		return json_null();
	return json_pack("{s:b, s:o, s:o, s:o}", "failed", entry->failed, "vm_instruction_error",
			 entry->error ? json_integer(entry->error) : json_null(), "exit_reason",
			 entry->error ? json_null() : json_hex(entry->reason, 1), "qualification",
			 entry->error || !entry->has_qualification
				 ? json_null()
				 : json_hex(entry->qualification, 1));
}

static json_t *json_dump(struct vmcs_dump *dump, const struct request *request, u32 hardware_error,
			 struct answer *answer)
{
	json_t *broken = json_array(), *not_checked = json_array();
	struct check_entry entry = check_entry_of(dump, hardware_error);
	struct check_summary summary = {0};
	struct vmcs_check check;
	bool assumed;

	complete_processor(&dump->image, request, &assumed);
	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		switch (check_rule_run(&check, image_of(dump), rule)) {
		case CHECK_HOLDS:
			summary.holds++;
			break;
		case CHECK_BROKEN:
			summary.broken++;
			json_array_append_new(broken, json_broken(&check, rule));
			break;
		case CHECK_NOT_CHECKED:
			json_array_append_new(not_checked, json_text(rule->id));
		}
	}
	add_answer(answer, &entry, dump, &summary);
	return json_pack("{s:o, s:i, s:o, s:o, s:b, s:b, s:o, s:i, s:o, s:o}", "source",
			 json_text(request->path), "line", (int)dump->line, "hypervisor",
			 json_text(dump->hypervisor), "entry", json_entry(&entry), "mixed",
			 dump->mixed, "answered", check_entry_is_answered(&entry, dump, &summary),
			 "lost", json_lost(dump), "holds", (int)summary.holds, "broken", broken,
			 "not_checked", not_checked);
}

/* --- the rules themselves ------------------------------------------------------------------ */

static json_t *json_rule(const struct check_rule *rule)
{
	const struct check_section_info *section = &check_sections[rule->section];

	return json_pack("{s:s, s:s, s:s, s:s, s:i}", "rule", rule->id, "field",
			 vmcs_field_find(rule->field)->name, "need", rule->need, "section",
			 section->title, "consequence", (int)section->consequence);
}

static int print_rules(bool json)
{
	json_t *array = json ? json_array() : NULL;

	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		if (json)
			json_array_append_new(array, json_rule(rule));
		else
			printf("%s: %s: %s\n", rule->id, vmcs_field_find(rule->field)->name,
			       rule->need);
	}
	if (json)
		json_print(array);
	return COMMAND_FINE;
}

static int check_main(const struct command *command, int argc, char **argv)
{
	struct vmcs_dump_list list = {0};
	struct answer answer = {0};
	struct request request;
	json_t *array = NULL;

	parse_options(command, argc, argv, &request);
	if (request.rules)
		return print_rules(request.json);
	read_dumps(request.path, &list);
	if (request.json)
		array = json_array();
	for (unsigned int i = 0; i < list.count; i++) {
		if (array)
			json_array_append_new(array, json_dump(list.dump[i], &request,
							       list.hint_reason, &answer));
		else
			print_dump(list.dump[i], &request, list.hint_reason, &answer);
	}
	if (array)
		json_print(array);
	vmcs_dump_free(&list);
	return answer.any_broken ? COMMAND_NO : answer.any_open ? COMMAND_OPEN : COMMAND_FINE;
}

const struct command check_command = {
	.name = "check",
	.summary = "which rules of VM entry a VMCS in a dump or a kernel log breaks",
	.main = check_main,
	.options = options,
	.help = help,
};
