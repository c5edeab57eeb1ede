// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts/alias_text.h"
#include "facts/capability_text.h"
#include "facts/control.h"
#include "cpuinfo.h"
#include "recording_named.h"

#define LINE_MAX_BYTES 8192 /* the flags of a processor are some 2000 */

struct reader {
	const char *at, *end;
	unsigned int number;
	char line[LINE_MAX_BYTES]; /* the current one, without blanks around it */
	struct recording *recording;
	struct vmx_cap_msrs *msrs;
	struct recording_error *error;
};

__attribute__((format(printf, 2, 3))) static int fail(struct reader *r, const char *format, ...)
{
	va_list args;

	r->error->line = r->number + !r->number;
	r->error->column = 1;
	va_start(args, format);
	vsnprintf(r->error->words, sizeof(r->error->words), format, args);
	va_end(args);
	return -EINVAL;
}

static void start(struct reader *r, const char *text, size_t length, struct recording *recording,
		  struct recording_error *error)
{
	memset(recording, 0, offsetof(struct recording, set));
	recording->sets = 1;
	recording->set[0] = (struct recording_set){0};
	*r = (struct reader){.at = text,
			     .end = text + length,
			     .recording = recording,
			     .msrs = &recording->set[0].msrs,
			     .error = error};
	memset(r->msrs->unknown, 0xff, sizeof(r->msrs->unknown));
}

/* gives: 1, 0 at the end, or -EINVAL. */
static int next_line(struct reader *r)
{
	const char *newline, *last;

	if (r->at == r->end)
		return 0;
	r->number++;
	newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	last = newline ? newline : r->end;
	while (r->at < last && isspace((unsigned char)*r->at))
		r->at++;
	if (last - r->at >= LINE_MAX_BYTES)
		return fail(r, "a line has more than %d bytes", LINE_MAX_BYTES - 1);
	memcpy(r->line, r->at, (size_t)(last - r->at));
	r->line[last - r->at] = '\0';
	r->at = newline ? newline + 1 : r->end;
	for (char *end = strchr(r->line, '\0'); end > r->line && isspace((unsigned char)end[-1]);)
		*--end = '\0';
	return 1;
}

/* Bits of an MSR are told.  gives: 0, or -EINVAL where they were told otherwise before. */
static int tell(struct reader *r, enum cap_msr msr, u64 bits, u64 value)
{
	struct vmx_cap_msrs *msrs = r->msrs;

	if ((msrs->value[msr] ^ value) & bits & ~msrs->unknown[msr])
		return fail(r, "this was told otherwise before: record each processor by itself");
	msrs->present |= BIT32(msr);
	msrs->unknown[msr] &= ~bits;
	msrs->value[msr] |= value & bits;
	return 0;
}

/* What a control may be, in the plain MSR or in the TRUE one.  A wide word has no bits of 0. */
static int tell_setting(struct reader *r, enum ctl_word word, enum cap_msr msr, unsigned int bit,
			bool fixed_1, bool may_be_1)
{
	if (ctl_word_table[word].wide)
		return tell(r, msr, BIT64(bit), (u64)may_be_1 << bit);
	return tell(r, msr, BIT64(bit) | BIT64(bit + 32),
		    (u64)fixed_1 << bit | (u64)may_be_1 << (bit + 32));
}

/* --- vmxcap ---------------------------------------------------------------------------------- */

enum vmxcap_answer { VMXCAP_NO, VMXCAP_YES, VMXCAP_DEFAULT, VMXCAP_FORCED, VMXCAP_ANSWERS };

static const char *const vmxcap_answers[VMXCAP_ANSWERS] = {"no", "yes", "default", "forced"};

/* The same words, whatever is between them and however they are written. */
static bool same_words(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a && !isalnum((unsigned char)*a))
			a++;
		while (*b && !isalnum((unsigned char)*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

/* gives: the bit, or -1: no control of the word is called so. */
static int find_control(enum ctl_word word, const char *name)
{
	for (size_t i = 0; i < ctl_table_count; i++)
		if (ctl_table[i].word == word && same_words(ctl_table[i].name, name))
			return ctl_table[i].bit;
	for (unsigned int i = 0; i < alias_count; i++)
		if (alias_table[i].who == ALIAS_VMXCAP && alias_table[i].of == ALIAS_OF_CONTROL &&
		    alias_table[i].word == word && same_words(alias_table[i].name, name))
			return alias_table[i].number;
	return -1;
}

/* Where the lines that follow belong: a control word, or an MSR that is told whole. */
struct section {
	enum ctl_word word; /* CTL_WORDS: none */
	enum cap_msr msr;   /* CAP_MSRS: none */
};

/* The titles are those of control words and of the SDM's sections about the MSRs. */
static bool take_title(struct reader *r, struct section *section)
{
	char title[64];

	for (enum ctl_word word = 0; word < CTL_WORDS; word++) {
		snprintf(title, sizeof(title), "%s controls", ctl_word_table[word].name);
		if (!strcasecmp(r->line, title)) {
			*section = (struct section){word, CAP_MSRS};
			return true;
		}
	}
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (capability_msr_texts[msr].section &&
		    !strcasecmp(r->line, capability_msr_texts[msr].section)) {
			*section = (struct section){CTL_WORDS, msr};
			return true;
		}
	return false;
}

/*
 * "default": the plain MSR has it as fixed to 1, the TRUE one as free.  A setting that the plain
 * MSR allows the TRUE one allows too, and what may be 1 is the same in both.
 */
static int take_control(struct reader *r, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	char *space = strrchr(r->line, ' ');
	enum vmxcap_answer answer = 0;
	int bit, error;

	if (!space)
		return 0;
	while (answer < VMXCAP_ANSWERS && strcmp(space + 1, vmxcap_answers[answer]))
		answer++;
	*space = '\0';
	bit = find_control(word, r->line);
	if (bit < 0)
		return 0; /* a control that the table has not, or another program's line */
	if (answer == VMXCAP_ANSWERS)
		return fail(r, "no, yes, default or forced is expected");
	error = tell_setting(r, word, info->msr, (unsigned int)bit, answer >= VMXCAP_DEFAULT,
			     answer != VMXCAP_NO);
	if (error || info->true_msr == info->msr)
		return error;
	return tell_setting(r, word, info->true_msr, (unsigned int)bit, answer == VMXCAP_FORCED,
			    answer != VMXCAP_NO);
}

static int take_hex(struct reader *r, enum cap_msr msr)
{
	unsigned long long value;
	int end = 0;

	if (strncmp(r->line, "Hex:", 4))
		return 0;
	if (sscanf(r->line, "Hex: 0x%16llx%n", &value, &end) != 1 || r->line[end])
		return fail(r, "a hexadecimal value is expected");
	/* What is not always there it prints so, too, where it cannot be read. */
	if (!value && cap_msr_table[msr].by != CAP_MSRS)
		return 0;
	return tell(r, msr, ~(u64)0, value);
}

/* What the MSRs that are told of do not announce is not there, and was read as 0. */
static void drop_unannounced(struct vmx_cap_msrs *msrs)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		const struct cap_msr_info *info = &cap_msr_table[msr];

		if (info->by == CAP_MSRS ||
		    (msrs->value[info->by] | msrs->unknown[info->by]) & info->by_mask)
			continue;
		msrs->present &= ~BIT32(msr);
		msrs->value[msr] = msrs->unknown[msr] = 0;
	}
}

int recording_parse_vmxcap(const char *text, size_t length, struct recording *recording,
			   struct recording_error *error)
{
	struct section section = {CTL_WORDS, CAP_MSRS};
	static struct reader r;
	int more, result = 0;

	start(&r, text, length, recording, error);
	while (!result && (more = next_line(&r)) > 0) {
		if (take_title(&r, &section))
			continue;
		if (section.word < CTL_WORDS)
			result = take_control(&r, section.word);
		else if (section.msr < CAP_MSRS)
			result = take_hex(&r, section.msr);
	}
	if (result || more < 0)
		return -EINVAL;
	if (!r.msrs->present)
		return fail(&r, "there is nothing of vmxcap but its first words");
	drop_unannounced(r.msrs);
	return 0;
}

/* --- /proc/cpuinfo --------------------------------------------------------------------------- */

/* A word that is active with others is announced by a bit of another one. */
static int tell_activator(struct reader *r, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	enum ctl_word by = info->activator.word;

	if (!info->activated)
		return 0;
	return tell(r, ctl_word_table[by].msr, BIT64(info->activator.bit + 32),
		    BIT64(info->activator.bit + 32));
}

static int take_flag(struct reader *r, const char *name)
{
	int error = 0;

	for (unsigned int i = 0; i < alias_count && !error; i++) {
		const struct alias *alias = &alias_table[i];
		bool control = alias->of == ALIAS_OF_CONTROL;
		unsigned int bit = alias->number;

		if (alias->who != ALIAS_CPUINFO || strcmp(alias->name, name))
			continue;
		bit += control && !ctl_word_table[alias->word].wide ? 32 : 0;
		error = tell(r, control ? ctl_word_table[alias->word].msr : alias->word, BIT64(bit),
			     BIT64(bit));
		if (!error && control)
			error = tell_activator(r, alias->word);
	}
	return error;
}

static int take_flags(struct reader *r, const char *flags)
{
	static char copy[LINE_MAX_BYTES];
	char *rest = NULL;
	int error = 0;

	snprintf(copy, sizeof(copy), "%s", flags);
	for (char *word = strtok_r(copy, " \t", &rest); word && !error;
	     word = strtok_r(NULL, " \t", &rest)) {
		error = take_flag(r, word);
		if (!strcmp(word, "hypervisor"))
			r->recording->class = RECORDING_VIRTUAL;
	}
	return error;
}

static void take_number(unsigned int *to, const char *text)
{
	if (!*to)
		*to = (unsigned int)strtoul(text, NULL, 10);
}

/* The first processor's counts; but flags that differ are those of another kind. */
static int take_cpuinfo_line(struct reader *r, char **vmx_flags)
{
	struct recording *recording = r->recording;
	const char *value;

	if ((value = cpuinfo_value(r->line, "model name")) && !recording->cpu[0])
		snprintf(recording->cpu, sizeof(recording->cpu), "%s", value);
	else if ((value = cpuinfo_value(r->line, "cpu family")))
		take_number(&recording->family, value);
	else if ((value = cpuinfo_value(r->line, "model")))
		take_number(&recording->model, value);
	else if ((value = cpuinfo_value(r->line, "stepping")))
		take_number(&recording->stepping, value);
	else if ((value = cpuinfo_value(r->line, "flags")))
		return take_flags(r, value);
	else if ((value = cpuinfo_value(r->line, "vmx flags"))) {
		if (*vmx_flags && strcmp(*vmx_flags, value))
			return fail(r, "these differ from those of a processor before: a file for "
				       "each kind is needed");
		if (*vmx_flags)
			return 0;
		*vmx_flags = strdup(value);
		return take_flags(r, value);
	}
	return 0;
}

int recording_parse_cpuinfo(const char *text, size_t length, struct recording *recording,
			    struct recording_error *error)
{
	static struct reader r;
	char *vmx_flags = NULL;
	int more, result = 0;

	start(&r, text, length, recording, error);
	while (!result && (more = next_line(&r)) > 0)
		result = take_cpuinfo_line(&r, &vmx_flags);
	free(vmx_flags);
	if (result || more < 0)
		return -EINVAL;
	for (char *at = recording->cpu; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	if (r.msrs->present)
		return 0;
	return fail(&r, "this /proc/cpuinfo names nothing of VMX: the processor has none, or its "
			"firmware or hypervisor hides it");
}
