// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "recording_foreign.h"
#include "recording_named.h"

#define HOW_TO                                                                                     \
	"lintel record writes them (root), and so does: for m in $(seq 1152 1171); do echo $m; "   \
	"rdmsr $m; done"

/* What a text is, by words that no other has. */
static const struct kind {
	const char *mark;
	const char *prefix;  /* of lines of interest in a log; NULL: any line may have a value */
	const char *refused; /* what it is, where it has no values */
	bool words;	     /* "NAME MSR: VALUE" with a name of words */
	recording_parse_fn *parse; /* who reads what it has instead */
} kinds[] = {
	{.mark = "HM: MSR_IA32_", .prefix = "HM: "}, /* VirtualBox */
	{.mark = "Controls MSR: 0x",
	 .words = true}, /* a module of a course on virtualization, in the kernel's log */
	{.mark = "AIDA64"},
	{.mark = "InstLatx64"},
	{.mark = "[ MSR Registers ]"},
	{.mark = "Basic VMX Information", .parse = recording_parse_vmxcap},
	{.mark = "vmx flags", .parse = recording_parse_cpuinfo},
	{.mark = "vendor_id", .parse = recording_parse_cpuinfo},
	{.mark = "(XEN) VMX:",
	 .refused = "Xen's log has names of features only, no values of MSRs"},
	{.mark = "Pin-Based Controls=",
	 .refused = "FreeBSD's boot text has only halves of the MSRs; "
		    "cpucontrol -m 0x480 /dev/cpuctl0 reads one"},
};

struct reader {
	const char *line, *at, *end; /* of the current line */
	unsigned int number;
	bool log;
	bool last_line;	      /* the text ends with it, without a newline */
	enum cap_msr pending; /* rdmsr was asked for it, and the value is on a line of its own */
	enum cap_msr last;    /* whose value was the last line, for rdmsr -a */
	struct recording *recording;
	struct recording_error *error;
};

__attribute__((format(printf, 2, 3))) static int fail(struct reader *r, const char *format, ...)
{
	va_list args;

	r->error->line = r->number;
	r->error->column = (unsigned int)(r->at - r->line) + 1;
	va_start(args, format);
	vsnprintf(r->error->words, sizeof(r->error->words), format, args);
	va_end(args);
	return -EINVAL;
}

/* The words in the bytes from text to end; NULL: they are not there. */
static const char *find(const char *text, const char *end, const char *words)
{
	size_t length = strlen(words);

	for (; (size_t)(end - text) >= length; text++) {
		text = memchr(text, words[0], (size_t)(end - text) - length + 1);
		if (!text)
			return NULL;
		if (!memcmp(text, words, length))
			return text;
	}
	return NULL;
}

/* Comments of ours say where a recording is from. */
static bool is_marked(const char *text, const char *end, const char *mark)
{
	const char *at, *line;

	while ((at = find(text, end, mark))) {
		for (line = at; line > text && line[-1] != '\n';)
			line--;
		if (*line != '#')
			return true;
		text = memchr(at, '\n', (size_t)(end - at));
		if (!text)
			return false;
	}
	return false;
}

static const struct kind *find_kind(const char *text, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (is_marked(text, text + length, kinds[i].mark))
			return &kinds[i];
	return NULL;
}

bool recording_is_foreign(const char *text, size_t length)
{
	return find_kind(text, length);
}

bool recording_has_cpuid(const char *text, size_t length)
{
	return find(text, text + length, ": eax=0x");
}

/* --- words of a line ------------------------------------------------------------------------- */

static void skip(struct reader *r, const char *letters)
{
	while (r->at < r->end && *r->at && strchr(letters, *r->at))
		r->at++;
}

static bool skip_word(struct reader *r, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(r->end - r->at) < length || strncasecmp(r->at, word, length))
		return false;
	r->at += length;
	return true;
}

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, tolower((unsigned char)c));

	return c && at ? (int)(at - digits) : -1;
}

/*
 * Hexadecimal: 0x1f, 1f, 1fh; in groups, as 00da-0400-0000-0004.
 * gives: how many digits; 0: it is none, and nothing was taken.
 */
static unsigned int take_hex(struct reader *r, u64 *value, const char *joints)
{
	const char *start = r->at;
	unsigned int digits = 0;

	if (r->end - r->at > 1 && r->at[0] == '0' && (r->at[1] == 'x' || r->at[1] == 'X'))
		r->at += 2;
	*value = 0;
	for (; r->at < r->end && digits <= 16; r->at++) {
		bool joint = *r->at && strchr(joints, *r->at) && r->at + 1 < r->end &&
			     digit(r->at[1]) >= 0 && digits;

		if (digit(*r->at) < 0 && !joint)
			break;
		if (!joint) {
			*value = *value << 4 | (u64)digit(*r->at);
			digits++;
		}
	}
	if (r->at < r->end && (*r->at == 'h' || *r->at == 'H'))
		r->at++;
	if (digits && digits <= 16 &&
	    (r->at == r->end || !(isalnum((unsigned char)*r->at) || *r->at == '_')))
		return digits;
	r->at = start;
	return 0;
}

#define VALUE_DIGITS 16

/*
 * A value: also as two halves, 00da0400 00000004 or 00da0400:00000004.  In a line without an end
 * it needs all its digits: else the text may be cut off there.
 */
static bool take_value(struct reader *r, u64 *value)
{
	const char *start = r->at, *after;
	unsigned int digits = take_hex(r, value, "-_'");
	u64 low;

	if (digits == VALUE_DIGITS / 2) {
		after = r->at;
		skip(r, " :");
		if (r->at > after && take_hex(r, &low, "") == VALUE_DIGITS / 2) {
			*value = *value << 32 | low;
			digits = VALUE_DIGITS;
		} else {
			r->at = after;
		}
	}
	if (digits && !(r->last_line && digits < VALUE_DIGITS))
		return true;
	r->at = start;
	return false;
}

/* What is called otherwise than in the table. */
static const struct {
	const char *name;
	enum cap_msr msr;
} spellings[] = {
	{"IA32_FEAT_CTL", CAP_FEATURE_CONTROL},
	{"A32_VMX_VMFUNC", CAP_VMFUNC}, /* VirtualBox 4 */
	{"Pinbased Controls MSR", CAP_PINBASED_CTLS},
	{"Procbased Controls MSR", CAP_PROCBASED_CTLS},
	{"Procbased2 Controls MSR", CAP_PROCBASED_CTLS2},
	{"Procbased3 Controls MSR", CAP_PROCBASED_CTLS3},
	{"Secondary Procbased Controls MSR", CAP_PROCBASED_CTLS2},
	{"Tertiary Procbased Controls MSR", CAP_PROCBASED_CTLS3},
	{"Exit Controls MSR", CAP_EXIT_CTLS},
	{"Entry Controls MSR", CAP_ENTRY_CTLS},
};

static bool is_name(const char *name, size_t length, const char *known)
{
	return length == strlen(known) && !strncasecmp(name, known, length);
}

static enum cap_msr find_name(const char *name, size_t length)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (is_name(name, length, cap_msr_table[msr].name))
			return msr;
	for (size_t i = 0; i < COUNT_OF(spellings); i++)
		if (is_name(name, length, spellings[i].name))
			return spellings[i].msr;
	return CAP_MSRS;
}

/* Which MSR: by number or by name, or by both. */
static bool take_msr(struct reader *r, enum cap_msr *msr)
{
	const char *start = r->at, *end;
	u64 number;

	skip(r, " \t[(");
	if (skip_word(r, "MSR") && r->at < r->end && *r->at == '_')
		r->at++;
	skip(r, " \t[(");
	end = r->at;
	while (end < r->end && (isalnum((unsigned char)*end) || *end == '_'))
		end++;
	*msr = find_name(r->at, (size_t)(end - r->at));
	if (*msr < CAP_MSRS) {
		r->at = end;
		return true;
	}
	if (take_hex(r, &number, "") && number <= ~0u) {
		*msr = cap_msr_find((u32)number);
		return true;
	}
	r->at = start;
	return false;
}

/* --- what lines say -------------------------------------------------------------------------- */

static struct recording_set *set_of(struct reader *r)
{
	struct recording *recording = r->recording;

	if (!recording->sets)
		recording->set[recording->sets++] = (struct recording_set){0};
	return &recording->set[0];
}

static int put_value(struct reader *r, enum cap_msr msr, u64 value)
{
	struct vmx_cap_msrs *msrs = &set_of(r)->msrs;

	r->last = msr;
	r->pending = CAP_MSRS;
	if (msr == CAP_MSRS)
		return 0; /* another MSR: of no interest */
	if (cap_msr_present(msrs, msr) && msrs->value[msr] != value)
		return fail(r, "0x%x has two values: record each processor by itself",
			    cap_msr_table[msr].index);
	cap_msr_set(msrs, msr, value);
	return 0;
}

/* Behind "rdmsr": options, and the number. */
static int parse_rdmsr(struct reader *r)
{
	if (r->at < r->end && *r->at == ':') /* "rdmsr: CPU 0 cannot read MSR 0x491" */
		return 0;
	skip(r, " \t");
	while (r->at < r->end && *r->at == '-') {
		bool processor = r->at + 1 < r->end && r->at[1] == 'p';

		while (r->at < r->end && !isspace((unsigned char)*r->at))
			r->at++;
		skip(r, " \t");
		if (processor)
			skip(r, "0123456789");
		skip(r, " \t");
	}
	if (!take_msr(r, &r->pending))
		return fail(r, "the number of an MSR is expected");
	return 0;
}

/* "0x00000007 0x00: eax=0x... ebx=0x... ecx=0x... edx=0x...", of cpuid -r. */
static bool parse_cpuid(struct reader *r)
{
	static const char *const registers[] = {"eax=", "ebx=", "ecx=", "edx="};
	struct recording_cpuid row = {0};
	const char *start = r->at;
	u64 value, subleaf;

	skip(r, " \t");
	if (!take_hex(r, &value, ""))
		goto other;
	skip(r, " \t");
	if (!take_hex(r, &subleaf, ""))
		goto other;
	skip(r, ": \t");
	row.leaf = (u32)value;
	row.subleaf = (u32)subleaf;
	for (unsigned int i = 0; i < COUNT_OF(registers); i++) {
		if (!skip_word(r, registers[i]) || !take_hex(r, &value, ""))
			goto other;
		row.out[i] = (u32)value;
		skip(r, " \t");
	}
	recording_add_cpuid(&set_of(r)->more, &row);
	return true;
other:
	r->at = start;
	return false;
}

/* "CPUID 00000001: 000306C3-00100800-7FFAFBBF-BFEBFBFF [SL 00]", of AIDA64. */
static bool parse_cpuid_groups(struct reader *r)
{
	struct recording_cpuid row = {0};
	const char *at;
	u64 value;

	skip(r, " \t");
	if (!skip_word(r, "CPUID "))
		return false;
	if (!take_hex(r, &value, ""))
		return false;
	row.leaf = (u32)value;
	skip(r, ": \t");
	for (unsigned int i = 0; i < 4; i++) {
		if (!take_hex(r, &value, ""))
			return false;
		row.out[i] = (u32)value;
		skip(r, "-");
	}
	at = find(r->at, r->end, "[SL ");
	if (at) {
		r->at = at + 4;
		row.subleaf = take_hex(r, &value, "") ? (u32)value : 0;
	}
	recording_add_cpuid(&set_of(r)->more, &row);
	return true;
}

/* "MSR = VALUE", with what may stand around it. */
static int parse_pair(struct reader *r)
{
	enum cap_msr msr, again;
	const char *start = r->at;
	u64 value;

	if (!take_msr(r, &msr)) {
		r->at = start;
		return r->log ? 0 : fail(r, "an MSR and its value are expected");
	}
	if (r->log && msr == CAP_MSRS)
		return 0;
	skip(r, " \t:=,|>)]\"");
	start = r->at;
	/* The name behind the number, or the number behind the name. */
	if (!take_msr(r, &again) || again != msr || msr == CAP_MSRS)
		r->at = start;
	skip(r, " \t:=,|>)]\"");
	if (!take_value(r, &value))
		return r->log && msr == CAP_MSRS ? 0 : fail(r, "a hexadecimal value is expected");
	skip(r, " \t,;)]\"");
	if (!r->log && r->at != r->end)
		return fail(r, "nothing may follow the value");
	return put_value(r, msr, value);
}

/* A value alone, of the rdmsr in the line before; rdmsr -a gives one for each processor. */
static bool is_alone(struct reader *r, u64 *value)
{
	const char *start = r->at;

	skip(r, " \t");
	if ((r->pending < CAP_MSRS || r->last < CAP_MSRS) && take_value(r, value)) {
		skip(r, " \t");
		if (r->at == r->end)
			return true;
	}
	r->at = start;
	return false;
}

static int parse_list_line(struct reader *r)
{
	const char *rdmsr = find(r->at, r->end, "rdmsr");
	u64 value;

	if (rdmsr) {
		r->at = rdmsr + 5;
		return parse_rdmsr(r);
	}
	skip(r, " \t");
	if (r->at == r->end || *r->at == '#' || skip_word(r, "CPU") || parse_cpuid(r))
		return 0;
	if (is_alone(r, &value))
		return put_value(r, r->pending < CAP_MSRS ? r->pending : r->last, value);
	return parse_pair(r);
}

/* "[   56.147766] Exit Controls MSR: 0x...", and what the bits are below. */
static int parse_words_line(struct reader *r)
{
	static const char words[] = " MSR: ";
	const char *end = find(r->line, r->end, words), *at = r->line;
	enum cap_msr msr = CAP_MSRS;
	u64 value;

	if (!end)
		return 0;
	end += 4;
	for (; at < end && msr == CAP_MSRS; at++)
		msr = find_name(at, (size_t)(end - at));
	if (msr == CAP_MSRS)
		return 0;
	r->at = end + 2;
	if (!take_value(r, &value))
		return fail(r, "a hexadecimal value is expected");
	return put_value(r, msr, value);
}

static int parse_log_line(struct reader *r, const struct kind *kind)
{
	if (parse_cpuid_groups(r))
		return 0;
	if (kind->words)
		return parse_words_line(r);
	if (kind->prefix) {
		const char *at = find(r->line, r->end, kind->prefix);

		if (!at)
			return 0;
		r->at = at + strlen(kind->prefix);
	}
	return parse_pair(r);
}

/* Number and value in a line each, as of the loop that HOW_TO has. */
static bool takes_turns(struct reader *r)
{
	const char *start = r->at;
	enum cap_msr msr;

	if (!r->log && r->pending == CAP_MSRS && take_msr(r, &msr) && r->at == r->end) {
		u64 decimal = 0;

		for (const char *at = start; at < r->end && isdigit((unsigned char)*at); at++)
			decimal = decimal * 10 + (u64)(*at - '0');
		if (msr == CAP_MSRS && decimal <= ~0u)
			msr = cap_msr_find((u32)decimal);
		if (msr < CAP_MSRS) {
			r->pending = msr;
			return true;
		}
	}
	r->at = start;
	return false;
}

int recording_parse_foreign(const char *text, size_t length, struct recording *recording,
			    struct recording_error *error)
{
	const struct kind *kind = find_kind(text, length);
	struct reader r = {.log = kind,
			   .pending = CAP_MSRS,
			   .last = CAP_MSRS,
			   .recording = recording,
			   .error = error};
	const char *end = text + length;
	int result = 0;

	memset(recording, 0, offsetof(struct recording, set));
	*error = (struct recording_error){.line = 1, .column = 1};
	if (kind && kind->parse)
		return kind->parse(text, length, recording, error);
	if (kind && kind->refused) {
		snprintf(error->words, sizeof(error->words), "%s: %s", kind->refused, HOW_TO);
		return -EINVAL;
	}
	for (const char *start = text; start < end && !result; start = r.end + 1) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));

		r.number++;
		r.at = r.line = start;
		r.end = newline ? newline : end;
		r.last_line = !newline;
		if (kind)
			result = parse_log_line(&r, kind);
		else if (!takes_turns(&r))
			result = parse_list_line(&r);
	}
	if (result)
		return result;
	if (!recording->sets || !recording->set[0].msrs.present) {
		r.number += !r.number;
		r.at = r.line;
		return fail(&r, "there are no values of VMX capability MSRs: %s", HOW_TO);
	}
	recording_take_cpuid(recording);
	return 0;
}
