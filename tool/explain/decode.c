// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "facts/capability_field.h"
#include "facts/exit_reason.h"
#include "facts/interruption.h"
#include "facts/layout_text.h"
#include "topic_query.h"

static struct decoded_bits *add(struct decoded *decoded, unsigned int hi, unsigned int lo,
				const char *name, const char *text)
{
	struct decoded_bits *bits = &decoded->bits[decoded->count];

	if (decoded->count < DECODED_BITS_MAX)
		decoded->count++;
	*bits = (struct decoded_bits){.hi = (u8)hi,
				      .lo = (u8)lo,
				      .value = cap_bits(decoded->value, hi, lo),
				      .name = name,
				      .text = text && *text ? text : NULL};
	return bits;
}

/* Bits that are 1 and have no name. */
static void add_unnamed(struct decoded *decoded, u64 named)
{
	for (unsigned int bit = 0; bit < 64; bit++)
		if (decoded->value & ~named & BIT64(bit))
			add(decoded, bit, bit, NULL, NULL);
}

static u64 mask_of(unsigned int hi, unsigned int lo)
{
	return cap_bits(~(u64)0, hi, lo) << lo;
}

static void add_row(struct decoded *decoded, const struct layout *layout,
		    const struct layout_row *row)
{
	u64 value = cap_bits(decoded->value, row->hi, row->lo);
	const char *meaning = layout_meaning(layout, row, value);

	if (row->kind == LAYOUT_ADDRESS)
		add(decoded, row->hi, row->lo, row->name, NULL)->value <<= row->lo;
	else if (row->hi != row->lo || value || meaning)
		add(decoded, row->hi, row->lo, row->name, meaning ? meaning : row->text);
}

static void take_layout(struct decoded *decoded, enum layout_id id)
{
	struct layout layout = layout_at(id);
	u64 named = 0;

	decoded->section = layout.section;
	if (!*decoded->title)
		snprintf(decoded->title, sizeof(decoded->title), "%s", layout.name);
	for (unsigned int i = 0; i < layout.count; i++) {
		const struct layout_row *row = &layout_rows[layout.first + i];
		u64 mask = mask_of(row->hi, row->lo);

		if (row->kind == LAYOUT_VALUE || (named & mask) ||
		    (decoded->value & row->mask) != row->value)
			continue;
		named |= mask;
		add_row(decoded, &layout, row);
	}
	add_unnamed(decoded, named);
}

/* --- control words and capability MSRs ------------------------------------------------------- */

static const char *setting_words(u64 value, const struct ctl_word_info *info, unsigned int bit)
{
	bool may_be_1 = value >> (info->wide ? bit : bit + 32) & 1;
	bool must_be_1 = !info->wide && (value >> bit & 1);

	if (may_be_1)
		return must_be_1 ? "has to be 1" : "may be 0 and 1";
	return must_be_1 ? "neither 0 nor 1 is allowed" : "has to be 0";
}

/* What each control may be: an MSR. */
static void take_settings(struct decoded *decoded, enum ctl_word word)
{
	decoded->section = "VMX Capability Reporting Facility";
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		if (row->word != word)
			continue;
		add(decoded, row->bit, row->bit, row->name,
		    setting_words(decoded->value, &ctl_word_table[word], row->bit))
			->is_setting = true;
	}
}

/* Which controls are 1: a field. */
static void take_controls(struct decoded *decoded, enum ctl_word word)
{
	u64 named = 0;

	decoded->section = "VM-Execution Control Fields";
	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		if (row->word != word)
			continue;
		named |= BIT64(row->bit);
		if (decoded->value >> row->bit & 1)
			add(decoded, row->bit, row->bit, row->name, NULL);
	}
	for (unsigned int bit = 0; bit < 64; bit++)
		if (decoded->value & ~named & BIT64(bit))
			add(decoded, bit, bit, NULL,
			    ctl_word_table[word].default1 >> bit & 1 ? "of the default1 class"
								     : NULL);
}

static enum ctl_word word_of_msr(enum cap_msr msr)
{
	enum ctl_word word = 0;

	while (word < CTL_WORDS && ctl_word_table[word].msr != msr &&
	       ctl_word_table[word].true_msr != msr)
		word++;
	return word;
}

static enum ctl_word word_of_field(u32 field)
{
	enum ctl_word word = 0;

	while (word < CTL_WORDS && ctl_word_table[word].field != field)
		word++;
	return word;
}

static void take_fields(struct decoded *decoded, enum cap_msr msr)
{
	decoded->section = "VMX Capability Reporting Facility";
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr)
			add(decoded, field->hi_bit, field->lo_bit, field->name, NULL);
	}
	add_unnamed(decoded, cap_field_mask(msr));
}

/* gives: false when nothing is known of the bits of such a value. */
static bool take_topic(struct decoded *decoded, const struct topic *topic)
{
	enum layout_id layout = LAYOUTS;
	enum ctl_word word = CTL_WORDS;

	snprintf(decoded->title, sizeof(decoded->title), "%s%s (%s)",
		 topic->kind == TOPIC_EXIT ? "exit qualification of " : "", topic->name, topic->id);
	if (topic->kind == TOPIC_MSR)
		layout = layout_of(LAYOUT_USE_MSR, topic->number);
	else if (topic->kind == TOPIC_FIELD)
		layout = layout_of(LAYOUT_USE_FIELD, topic->number);
	else if (topic->kind == TOPIC_EXIT)
		layout = layout_of(LAYOUT_USE_EXIT, topic->number);
	if (layout < LAYOUTS) {
		take_layout(decoded, layout);
		return true;
	}
	if (topic->kind == TOPIC_FIELD && topic->number == EXIT_QUALIFICATION) {
		add(decoded, 63, 0, "exit qualification",
		    "it depends on the exit reason: name that, too, as in exit:48 0x181");
		return true;
	}
	if (topic->kind == TOPIC_EXIT) /* it has none, or one without parts */
		return true;
	if (topic->kind == TOPIC_FIELD)
		word = word_of_field(topic->number);
	if (word < CTL_WORDS) {
		take_controls(decoded, word);
		return true;
	}
	if (topic->kind != TOPIC_MSR || !topic->cap_msr)
		return false;
	word = word_of_msr(cap_msr_find(topic->number));
	if (word < CTL_WORDS)
		take_settings(decoded, word);
	else
		take_fields(decoded, cap_msr_find(topic->number));
	return true;
}

/* --- questions ------------------------------------------------------------------------------- */

/* What the value is of: a name of a layout, or one topic. */
static bool take(struct decoded *decoded, const char *name, u64 value)
{
	static const struct topic *found[TOPIC_FOUND_MAX];
	char plain[QUERY_MAX], wanted[QUERY_MAX];
	enum layout_id id;
	unsigned int count;
	const char *one;

	*decoded = (struct decoded){.value = value};
	query_plain(wanted, name);
	for (unsigned int i = 0; (one = layout_name_at(i, &id)); i++) {
		query_plain(plain, one);
		if (!strcmp(plain, wanted)) {
			take_layout(decoded, id);
			return true;
		}
	}
	if (topic_search(name, found, &count) != TOPIC_MEANT)
		return false;
	for (unsigned int i = 0; i < count; i++)
		if (take_topic(decoded, found[i]))
			return true;
	return false;
}

/* The exit qualification that stands beside an exit reason. */
static void take_qualification(struct decoded *decoded, u64 reason)
{
	enum layout_id id = layout_of(LAYOUT_USE_EXIT, EXIT_REASON_BASIC((u32)reason));

	decoded->count = 0;
	*decoded->title = '\0';
	if (id < LAYOUTS)
		take_layout(decoded, id);
	else
		snprintf(decoded->title, sizeof(decoded->title), "exit qualification of %s",
			 exit_reason_name((u32)reason));
}

/* FailEntry(2147483681, 0), of programs in Rust, as FailEntry=0x80000021. */
static const char *take_off_parenthesis(const char *words, char copy[QUERY_MAX])
{
	const char *open = strchr(words, '(');
	char *end;
	unsigned long long value;

	if (!open || strchr(words, '=') || !isdigit((unsigned char)open[1]))
		return words;
	value = strtoull(open + 1, &end, 0);
	if (*end != ',' && *end != ')')
		return words;
	snprintf(copy, QUERY_MAX, "%.*s=0x%llx", (int)(open - words), words, value);
	return copy;
}

/* The words before a "=": what stands behind the value before, a comma, or a log's prefix. */
static void copy_name(char name[QUERY_MAX], const char *from, const char *to)
{
	const char *start = from;
	size_t length;

	for (const char *at = from; at < to; at++)
		if (strchr(",:;(|", *at))
			start = at + 1;
	start += strspn(start, " \t");
	length = to > start ? (size_t)(to - start) : 0;
	snprintf(name, QUERY_MAX, "%.*s", (int)length, start);
}

/* All NAME=VALUE. */
static unsigned int decode_pairs(const char *words, struct decoded list[DECODED_MAX])
{
	const char *from = words, *equals;
	char name[QUERY_MAX], digits[32], plain[QUERY_MAX];
	const u64 *reason = NULL;
	unsigned int count = 0;
	unsigned long long value;

	while ((equals = strchr(from, '=')) && count < DECODED_MAX) {
		size_t length;

		copy_name(name, from, equals);
		from = equals + 1;
		from += strspn(from, " \t");
		length = strspn(from, "0123456789abcdefABCDEFxX");
		snprintf(digits, sizeof(digits), "%.*s", (int)length, from);
		from += length;
		if (!query_number(digits, true, &value))
			continue;
		query_plain(plain, name);
		if (reason && strstr(plain, "qualification")) {
			list[count] = (struct decoded){.value = value};
			take_qualification(&list[count++], *reason);
		} else if (take(&list[count], name, value)) {
			if (strstr(plain, "reason"))
				reason = &list[count].value;
			count++;
		}
	}
	return count;
}

static bool is_topic(const char *words)
{
	static const struct topic *found[TOPIC_FOUND_MAX];
	unsigned int count;

	return topic_search(words, found, &count) == TOPIC_MEANT;
}

static bool is_msr(unsigned long long number)
{
	unsigned int count;
	const struct topic *list = topic_list(&count);

	for (unsigned int i = 0; i < count; i++)
		if (list[i].kind == TOPIC_MSR && list[i].number <= number && number <= list[i].last)
			return true;
	return false;
}

#define SMALL_VALUE 0xf /* of IA32_FEATURE_CONTROL; nobody asks for the Pentium's MSRs */

/* "0x48b 0x7cff00000000" is an MSR's value; other numbers are questions of their own. */
static bool decode_msr(unsigned long long msr, u64 value, struct decoded *decoded)
{
	char name[32];

	if (!is_msr(msr) || (value > SMALL_VALUE && is_msr(value)))
		return false;
	snprintf(name, sizeof(name), "msr:0x%llx", msr);
	return take(decoded, name, value);
}

/* NAME VALUE. */
static unsigned int decode_pair(const char *words, struct decoded *decoded)
{
	const char *blank = strrchr(words, ' ');
	unsigned long long value, number;
	char name[QUERY_MAX];

	if (!blank || !query_number(blank + 1, false, &value) || query_tells_reason(words))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(blank - words), words);
	if (query_number(name, false, &number))
		return decode_msr(number, value, decoded);
	/* "exit reason 48" asks for that reason. */
	if (!strchr(name, ':') && is_topic(words))
		return 0;
	return take(decoded, name, value);
}

/* An event that a processor could deliver or report. */
static bool is_interruption(u64 value)
{
	static const u64 reserved = ~(u64)(INTERRUPTION_VALID | INTERRUPTION_NESTED |
					   INTERRUPTION_NMI_UNBLOCKED | 0xfff);
	unsigned int vector = INTERRUPTION_VECTOR(value);
	bool error_code = value & INTERRUPTION_ERROR_CODE;

	if (!(value & INTERRUPTION_VALID) || (value & reserved))
		return false;
	switch (INTERRUPTION_TYPE(value)) {
	case INTERRUPTION_HARDWARE_EXCEPTION:
		return vector < 32 && vector != 2;
	case INTERRUPTION_NMI:
		return vector == 2 && !error_code;
	case INTERRUPTION_EXTERNAL:
	case INTERRUPTION_SOFTWARE_INTERRUPT:
		return !error_code;
	case INTERRUPTION_PRIVILEGED_EXCEPTION:
		return vector == 1 && !error_code;
	case INTERRUPTION_SOFTWARE_EXCEPTION:
		return (vector == 3 || vector == 4) && !error_code;
	case INTERRUPTION_OTHER:
		return vector <= 2 && !error_code;
	default:
		return false;
	}
}

unsigned int decode_number(const char *words, struct decoded list[DECODED_MAX])
{
	const char *last = strrchr(words, ' ');
	unsigned long long value;

	/* Behind other words, as of "extra data[1]: 80000b08". */
	if (last && last[-1] == ':')
		words = last + 1;
	if (!query_number(words, false, &value) || !is_interruption(value))
		return 0;
	return take(&list[0], "interruption information", value);
}

unsigned int decode_words(const char *words, struct decoded list[DECODED_MAX])
{
	char copy[QUERY_MAX];

	if (strlen(words) >= QUERY_MAX)
		return 0;
	words = take_off_parenthesis(words, copy);
	return strchr(words, '=') ? decode_pairs(words, list) : decode_pair(words, list);
}
