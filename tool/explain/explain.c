// SPDX-License-Identifier: GPL-2.0
/*
 * lintel explain: what a control, field, MSR, exit reason or VM-instruction error is, and what a
 * value says.
 */
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "explain.h"
#include "tool/command.h"
#include "tool/json.h"
#include "topic_query.h"

static struct recorded_list recordings;

/* What was understood of a word, or of several. */
struct answer {
	char words[QUERY_MAX];
	enum topic_match match; /* of the topics; values are always meant */
	const struct topic *found[TOPIC_FOUND_MAX];
	unsigned int topics;
	struct decoded values[DECODED_MAX];
	unsigned int value_count;
};

static json_t *answer_json(const struct answer *answer)
{
	static const char *const matches[] = {
		[TOPIC_NOTHING] = "nothing",
		[TOPIC_MEANT] = "meant",
		[TOPIC_CHOICE] = "choice",
		[TOPIC_GUESS] = "guess",
	};
	json_t *topics = json_array(), *values = json_array();

	for (unsigned int i = 0; i < answer->topics; i++)
		json_array_append_new(topics, answer->match == TOPIC_MEANT
						      ? explain_json(answer->found[i], recordings)
						      : explain_json_reference(answer->found[i]));
	for (unsigned int i = 0; i < answer->value_count; i++)
		json_array_append_new(values, decoded_json(&answer->values[i]));
	return json_pack("{s:o, s:s, s:o, s:o}", "word", json_text(answer->words), "match",
			 matches[answer->match], "topics", topics, "values", values);
}

static void answer_print(const struct answer *answer)
{
	static const char *const endings[] = {
		[TOPIC_NOTHING] = ": nothing is called so",
		[TOPIC_CHOICE] = ": which of these?",
		[TOPIC_GUESS] = ": a guess, as it is in a part of a word only; one of these?",
	};

	if (answer->match == TOPIC_GUESS && answer->value_count)
		printf("%s: nothing has this number; a guess, as its bits would be right:\n",
		       answer->words);
	for (unsigned int i = 0; i < answer->value_count; i++)
		decoded_print(&answer->values[i]);
	if (answer->match != TOPIC_MEANT && !answer->value_count)
		printf("%s%s%s\n", answer->words, endings[answer->match],
		       answer->match == TOPIC_NOTHING && answer->topics ? "; perhaps:" : "");
	for (unsigned int i = 0; i < answer->topics; i++)
		if (answer->match == TOPIC_MEANT)
			explain_print(answer->found[i], recordings);
		else
			explain_print_choice(answer->found[i]);
}

/* The words as one question.  gives: whether it is known what was meant. */
static bool understand(struct answer *answer, char **words, int count)
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		int length = snprintf(answer->words + used, QUERY_MAX - used, "%s%s", i ? " " : "",
				      words[i]);

		used += (size_t)length;
		if (used >= QUERY_MAX)
			return false;
	}
	answer->topics = 0;
	answer->match = TOPIC_MEANT;
	answer->value_count = decode_words(answer->words, answer->values);
	if (answer->value_count)
		return true;
	answer->match = topic_search(answer->words, answer->found, &answer->topics);
	if (answer->match == TOPIC_NOTHING) {
		answer->value_count = decode_number(answer->words, answer->values);
		if (answer->value_count)
			answer->match = TOPIC_GUESS;
	}
	return answer->match == TOPIC_MEANT;
}

#define WORDS_MAX 24 /* in one question */

/* As many of the words as are one question, from the first on.  gives: how many. */
static int understand_most(struct answer *answer, char **words, int count, bool *fine)
{
	for (int some = count < WORDS_MAX ? count : WORDS_MAX; some > 1; some--)
		if (understand(answer, words, some))
			return some;
	if (!understand(answer, words, 1)) {
		*fine = false;
		if (answer->match == TOPIC_NOTHING)
			topic_near(answer->words, answer->found, &answer->topics);
		if (strlen(words[0]) >= QUERY_MAX)
			*answer = (struct answer){.words = "(too long)"};
	}
	return 1;
}

/* Adds to *list if there is one, else prints.  gives: whether all is known that was meant. */
static bool answer_words(char **words, int count, json_t *list)
{
	static struct answer answer;
	bool fine = true;

	while (count) {
		int taken = understand_most(&answer, words, count, &fine);

		if (list)
			json_array_append_new(list, answer_json(&answer));
		else
			answer_print(&answer);
		words += taken;
		count -= taken;
	}
	return fine;
}

static void answer_all(json_t *list)
{
	unsigned int count;
	const struct topic *topics = topic_list(&count);

	for (unsigned int i = 0; i < count; i++)
		if (list)
			json_array_append_new(list, explain_json(&topics[i], recordings));
		else
			explain_print(&topics[i], recordings);
}

static int explain_main(const struct command *command, int argc, char **argv)
{
	bool json = false, all = false, fine = true;
	json_t *list = NULL;
	int option;

	recordings = recorded_built_in;
	while ((option = command_option(command, argc, argv, &json)) >= 0)
		if (option == 'd')
			recordings = recorded_read(optarg);
		else
			all = true;
	if (all != (optind == argc))
		command_fail_usage(command, all ? "--all takes no words" : "a word is needed");
	if (json)
		list = json_array();
	if (all)
		answer_all(list);
	else
		fine = answer_words(argv + optind, argc - optind, list);
	if (json)
		json_print(list);
	return fine ? COMMAND_FINE : COMMAND_NO;
}

static const struct option options[] = {
	{"all", no_argument, NULL, 'a'},
	{"data", required_argument, NULL, 'd'},
	COMMAND_OPTIONS,
	{0},
};

const struct command explain_command = {
	.name = "explain",
	.summary = "what a control, field, MSR, exit reason, error or value is",
	.main = explain_main,
	.options = options,
	.help = "usage: lintel explain [--json] [--data DIR] WORD...\n"
		"       lintel explain NAME VALUE\n"
		"       lintel explain --all\n"
		"\n"
		"Says what a control bit, VMCS field, MSR, exit reason, VM-instruction error, rule "
		"of\n"
		"VM entry or exit of KVM is: what it does, the title of the SDM's section, what "
		"it\n"
		"depends on and what depends on it, what Lintel asks of it and why, how many of "
		"the\n"
		"recorded processors have it and since when; and what the bits of a value say.\n"
		"\n"
		"A WORD is\n"
		"  a name, or whole words of it that are in one name only: the SDM's, the constant "
		"of\n"
		"  Lintel or of the kernel, or what QEMU, /proc/cpuinfo, Xen, FreeBSD or "
		"VirtualBox\n"
		"  call it. Case, blanks, dashes and underscores do not matter. For a part of a "
		"word\n"
		"  there are guesses.\n"
		"  a number, 0x681e, 681EH or 26654: every kind of thing that has it.\n"
		"  either with the kind before it: field:0x681e, msr:0x480, exit:48, error:7,\n"
		"  rule:NAME, kvm-exit:9, suberror:1, control:NAME\n"
		"  WORD:BIT, a bit of a control word: pin, primary, secondary, tertiary, "
		"exit-control,\n"
		"  exit-control2, entry; or of a capability MSR: 0x48c:21, IA32_VMX_BASIC:55\n"
		"  what a log says: exit reason 33, KVM: entry failed, hardware error 0x80000021\n"
		"\n"
		"A VALUE is taken apart: of an exit's qualification, a field, an MSR, CR0, CR4, "
		"EFER,\n"
		"RFLAGS, interruption information, access rights, EPTP, EPT entry, page-fault "
		"error\n"
		"code, FAIL_ENTRY, suberror; NAME=VALUE will do, too, and a line of KVM's dump.\n"
		"\n"
		"  -a, --all       everything\n"
		"  -d, --data DIR  count the recordings in DIR, not those that were built in\n"
		"      --json      as JSON: an array with an object for each question\n"
		"\n"
		"examples:\n"
		"  lintel explain unrestricted guest\n"
		"  lintel explain primary:28 SECONDARY_EXEC_ENABLE_PML vmx-ept-1gb\n"
		"  lintel explain error:7\n"
		"  lintel explain exit:48 0x181\n"
		"  lintel explain 0x48b 0x00553cfe00000000\n"
		"  lintel explain 'reason=80000021 qualification=0000000000000004'\n"
		"\n"
		"Exit status: 0 found; 1 nothing, a guess, or more than one thing is called so;\n"
		"2 wrong usage.\n",
};
