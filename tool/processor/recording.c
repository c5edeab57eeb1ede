// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of recordings: strict, one line at a time.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

#define VALUE_DIGITS 16

struct parser {
	const char *at, *line_start, *line_end, *text_end;
	unsigned int line;
	struct recording *recording;
	struct recording_error *error;
};

/* Says what is wrong at `where' of the current line.  gives: -EINVAL. */
__attribute__((format(printf, 3, 4))) static int fail(struct parser *p, const char *where,
						      const char *format, ...)
{
	va_list args;

	p->error->line = p->line;
	p->error->column = where ? (unsigned int)(where - p->line_start) + 1 : 0;
	va_start(args, format);
	vsnprintf(p->error->words, sizeof(p->error->words), format, args);
	va_end(args);
	return -EINVAL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->line_end && is_blank(*p->at))
		p->at++;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int parse_hex(struct parser *p, unsigned int digits_max, u64 *value)
{
	const char *start = p->at;
	unsigned int digits = 0;

	if (p->line_end - p->at < 2 || p->at[0] != '0' || p->at[1] != 'x')
		return fail(p, p->at, "a hexadecimal number with 0x is expected");
	*value = 0;
	for (p->at += 2; p->at < p->line_end && digit_value(*p->at) >= 0; p->at++) {
		if (++digits > digits_max)
			return fail(p, start, "more than %u hexadecimal digits", digits_max);
		*value = *value << 4 | (u64)digit_value(*p->at);
	}
	if (!digits)
		return fail(p, p->at, "a hexadecimal digit is expected");
	if (p->at < p->line_end && !is_blank(*p->at))
		return fail(p, p->at, "unknown character in a number");
	return 0;
}

static struct recording_set *add_set(struct recording *recording)
{
	struct recording_set *set = &recording->set[recording->sets++];

	*set = (struct recording_set){0};
	return set;
}

/* Values without a label are those of the only set. */
static struct recording_set *current_set(struct parser *p)
{
	struct recording *recording = p->recording;

	return recording->sets ? &recording->set[recording->sets - 1] : add_set(recording);
}

/* A value that ends with the text needs all its digits: else the file may be cut off there. */
static bool is_cut(const struct parser *p, const char *value)
{
	return p->at == p->text_end && p->at - value < 2 + VALUE_DIGITS;
}

static enum recording_msr find_more(u64 index)
{
	enum recording_msr msr = 0;

	while (msr < RECORDING_MSRS && recording_msr_table[msr].index != index)
		msr++;
	return msr;
}

/* cpuid LEAF SUBLEAF EAX EBX ECX EDX */
static int parse_cpuid(struct parser *p)
{
	struct recording_more *more = &current_set(p)->more;
	struct recording_cpuid row;
	u32 *const parts[] = {&row.leaf,   &row.subleaf, &row.out[0],
			      &row.out[1], &row.out[2],	 &row.out[3]};
	u64 value;

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		int error;

		skip_blanks(p);
		error = parse_hex(p, 8, &value);
		if (error)
			return error;
		*parts[i] = (u32)value;
	}
	if (p->at == p->text_end)
		return fail(p, p->at, "the file ends within a value, or lacks its last newline");
	skip_blanks(p);
	if (p->at != p->line_end)
		return fail(p, p->at, "nothing may follow the value");
	if (more->cpuids == RECORDING_CPUID_MAX)
		return fail(p, p->at, "more than %d leaves of CPUID", RECORDING_CPUID_MAX);
	recording_add_cpuid(more, &row);
	return 0;
}

static int parse_value(struct parser *p)
{
	const char *start = p->at, *digits;
	enum recording_msr other;
	struct recording_set *set;
	enum cap_msr msr;
	u64 index, value;
	int error;

	error = parse_hex(p, 8, &index);
	if (error)
		return error;
	msr = cap_msr_find((u32)index);
	other = find_more(index);
	if (msr == CAP_MSRS && other == RECORDING_MSRS)
		return fail(p, start, "0x%llx is no VMX capability MSR", index);
	set = current_set(p);
	if (msr < CAP_MSRS ? cap_msr_present(&set->msrs, msr) : set->more.present & BIT32(other))
		return fail(p, start, "0x%llx appears twice", index);
	skip_blanks(p);
	digits = p->at;
	error = parse_hex(p, VALUE_DIGITS, &value);
	if (error)
		return error;
	if (is_cut(p, digits))
		return fail(p, p->at, "the file ends within a value, or lacks its last newline");
	skip_blanks(p);
	if (p->at != p->line_end)
		return fail(p, p->at, "nothing may follow the value");
	if (msr < CAP_MSRS) {
		cap_msr_set(&set->msrs, msr, value);
	} else {
		set->more.msr[other] = value;
		set->more.present |= BIT32(other);
	}
	return 0;
}

static bool set_is_empty(const struct recording_set *set)
{
	return set->msrs.present == 0;
}

static int parse_label(struct parser *p)
{
	struct recording *recording = p->recording;
	const char *end = memchr(p->at, ']', (size_t)(p->line_end - p->at));
	size_t length;

	if (!end)
		return fail(p, p->line_end, "a label ends with ]");
	if (end + 1 != p->line_end)
		return fail(p, end + 1, "nothing may follow a label");
	length = (size_t)(end - p->at) - 1;
	if (length == 0 || length >= sizeof(recording->set[0].label))
		return fail(p, p->at, "a label has 1 to %zu characters",
			    sizeof(recording->set[0].label) - 1);
	if (recording->sets == 1 && !recording->set[0].label[0])
		return fail(p, p->at, "values before the first label");
	if (recording->sets && set_is_empty(&recording->set[recording->sets - 1]))
		return fail(p, p->at, "the label before this one has no values");
	if (recording->sets == RECORDING_SETS_MAX)
		return fail(p, p->at, "more than %d labels", RECORDING_SETS_MAX);
	memcpy(add_set(recording)->label, p->at + 1, length);
	return 0;
}

/* The text of a comment `# key: text', or NULL if the key is another one. */
static const char *comment_text(const struct parser *p, const char *key)
{
	size_t length = strlen(key);

	if ((size_t)(p->line_end - p->at) < length || memcmp(p->at, key, length))
		return NULL;
	return p->at + length;
}

static const char *const class_names[RECORDING_CLASSES] = {
	[RECORDING_PHYSICAL] = "physical",
	[RECORDING_VIRTUAL] = "virtual",
	[RECORDING_EMULATED] = "emulated",
};

const char *recording_class_name(enum recording_class class)
{
	return class_names[class == RECORDING_UNKNOWN ? RECORDING_PHYSICAL : class];
}

static int parse_class(struct parser *p, const char *text)
{
	size_t length = (size_t)(p->line_end - text);

	for (unsigned int i = RECORDING_PHYSICAL; i < RECORDING_CLASSES; i++)
		if (length == strlen(class_names[i]) && !memcmp(text, class_names[i], length)) {
			p->recording->class = i;
			return 0;
		}
	return fail(p, text, "the class is physical, virtual or emulated");
}

/* A comment by custom only: what is no signature is no error. */
static void parse_signature(struct recording *recording, const char *text, size_t length)
{
	unsigned int family, model, stepping;
	char copy[16] = "";
	int end = 0;

	if (length >= sizeof(copy))
		return;
	memcpy(copy, text, length);
	if (sscanf(copy, "%3u/%3u/%2u%n", &family, &model, &stepping, &end) != 3 || copy[end])
		return;
	recording->family = family;
	recording->model = model;
	recording->stepping = stepping;
}

static int parse_comment(struct parser *p)
{
	const char *text = comment_text(p, "# class: ");
	size_t room = sizeof(p->recording->cpu) - 1;

	if (text)
		return parse_class(p, text);
	text = comment_text(p, "# cpu: ");
	if (text) {
		size_t length = (size_t)(p->line_end - text);

		memcpy(p->recording->cpu, text, length < room ? length : room);
	}
	text = comment_text(p, "# family/model/stepping: ");
	if (text)
		parse_signature(p->recording, text, (size_t)(p->line_end - text));
	return 0;
}

static int parse_line(struct parser *p)
{
	for (const char *c = p->at; c < p->line_end; c++)
		if ((*c < ' ' && *c != '\t') || *c > '~')
			return fail(p, c, "byte 0x%02x is not printable ASCII", (u8)*c);
	if (p->at == p->line_end)
		return 0;
	if (*p->at == '#')
		return parse_comment(p);
	if (*p->at == '[')
		return parse_label(p);
	if (p->line_end - p->at > 6 && !memcmp(p->at, "cpuid ", 6)) {
		p->at += 6;
		return parse_cpuid(p);
	}
	return parse_value(p);
}

/* The place where the text ends. */
static const char *go_to_end(struct parser *p, const char *text, size_t length)
{
	if (length == 0 || text[length - 1] == '\n') {
		p->line++;
		p->line_start = text + length;
	}
	return text + length;
}

static int parse_lines(struct parser *p, const char *text, size_t length)
{
	const char *end = text + length;

	p->text_end = end;
	for (const char *start = text; start < end; start = p->line_end + 1) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));
		int result;

		p->line++;
		p->at = p->line_start = start;
		p->line_end = newline ? newline : end;
		result = parse_line(p);
		if (result)
			return result;
	}
	return 0;
}

int recording_parse(const char *text, size_t length, struct recording *recording,
		    struct recording_error *error)
{
	struct parser p = {.recording = recording, .error = error};
	int result;

	memset(recording, 0, offsetof(struct recording, set));
	result = parse_lines(&p, text, length);
	if (result)
		return result;
	recording_take_cpuid(recording);
	if (recording->sets && !set_is_empty(&recording->set[recording->sets - 1]))
		return 0;
	return fail(&p, go_to_end(&p, text, length), "%s",
		    recording->sets ? "the last label has no values" : "there are no values");
}

int recording_parse_start(const char *text, size_t length, struct recording *recording,
			  struct recording_error *error)
{
	struct parser p = {.recording = recording, .error = error};
	size_t whole = length;

	while (whole && text[whole - 1] != '\n')
		whole--;
	memset(recording, 0, offsetof(struct recording, set));
	if (parse_lines(&p, text, whole ? whole : length))
		return -EINVAL;
	if (whole || !length)
		go_to_end(&p, text, whole);
	return fail(&p, text + length, "a recording has at most %d bytes", RECORDING_BYTES_MAX);
}
