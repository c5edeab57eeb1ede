// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log_text.h"

/* A line on its way from `at` to `to`, which never overtakes it. */
struct wash {
	const char *at, *end;
	char *to;
	struct log_text *text;
};

static bool begins(const struct wash *wash, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(wash->end - wash->at) >= length && !memcmp(wash->at, word, length);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- a terminal's sequences ------------------------------------------------------------ */

/* ECMA-48.  `at` is behind the escape. */
static void skip_sequence(struct wash *wash)
{
	if (wash->at < wash->end && *wash->at == ']') { /* of a title: to the bell */
		while (wash->at < wash->end && *wash->at != '\a' && *wash->at != '\33')
			wash->at++;
		return;
	}
	if (wash->at < wash->end && *wash->at++ != '[')
		return;
	while (wash->at < wash->end && *wash->at >= 0x20 && *wash->at < 0x40)
		wash->at++;
	if (wash->at < wash->end)
		wash->at++;
}

/* --- a page's markup ------------------------------------------------------------------- */

static const struct {
	const char *name;
	char is;
} entities[] = {{"&lt;", '<'},	 {"&gt;", '>'},	   {"&amp;", '&'},
		{"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", ' '}};

static bool wash_entity(struct wash *wash)
{
	char *end;
	unsigned long code;

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (!begins(wash, entities[i].name))
			continue;
		wash->at += strlen(entities[i].name);
		*wash->to++ = entities[i].is;
		return true;
	}
	if (!begins(wash, "&#"))
		return false;
	code = wash->at[2] == 'x' || wash->at[2] == 'X' ? strtoul(wash->at + 3, &end, 16)
							: strtoul(wash->at + 2, &end, 10);
	if (end >= wash->end || *end != ';')
		return false;
	wash->at = end + 1;
	*wash->to++ = code == 0xa0 ? ' ' : code >= 0x20 && code < 0x7f ? (char)code : '?';
	return true;
}

/* Elements that end a line. */
static bool ends_line(const char *name, size_t length)
{
	static const char *const names[] = {"br", "p", "div", "li", "tr", "pre", "td"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length && !strncasecmp(name, names[i], length))
			return true;
	return false;
}

static bool wash_element(struct wash *wash)
{
	const char *name = wash->at + 1, *at, *close;

	if (name < wash->end && *name == '/')
		name++;
	close = memchr(wash->at, '>', (size_t)(wash->end - wash->at));
	if (!close || name >= wash->end || !is_letter(*name))
		return false;
	for (at = name; is_letter(*at) && at < close; at++)
		;
	if (ends_line(name, (size_t)(at - name)))
		*wash->to++ = '\n';
	wash->at = close + 1;
	return true;
}

/* --- other encodings ------------------------------------------------------------------- */

/* Blanks that look like one, marks that look like nothing, and how some write control characters.
 */
static const struct {
	const char *from, *to;
} spellings[] = {
	{"\xc2\xa0", " "},    {"\xe2\x80\xaf", " "}, {"\xe2\x80\x8b", ""}, {"\xe2\x80\x8e", ""},
	{"\xef\xbb\xbf", ""}, {"\xff\xfe", ""},	     {"\xfe\xff", ""},	   {"#011", " "},
	{"#033", "\33"},      {"#012", "\n"},	     {"#015", "\n"},	   {"^[[", "\33["},
	{"^M", "\n"},	      {"^I", " "},
};

static bool wash_spelling(struct wash *wash)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		const char *to = spellings[i].to;

		if (!begins(wash, spellings[i].from))
			continue;
		wash->at += strlen(spellings[i].from);
		if (*to == '\33') {
			wash->at -= strlen(to + 1);
			skip_sequence(wash);
		} else if (*to) {
			*wash->to++ = *to;
		}
		return true;
	}
	return false;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "=3D" is an equals sign, which a kernel's lower-case digits never make of one. */
static bool wash_quoted(struct wash *wash)
{
	int high, low;

	if (begins(wash, "=3D"))
		wash->text->quoted_printable = true;
	if (!wash->text->quoted_printable || wash->end - wash->at < 3)
		return false;
	high = hex_digit(wash->at[1]);
	low = hex_digit(wash->at[2]);
	if (high < 0 || low < 0)
		return false;
	wash->at += 3;
	*wash->to++ = high < 8 && high >= 2 ? (char)(high << 4 | low) : ' ';
	return true;
}

/* What is of another kind at `at`: taken, and written as what it stands for. */
static bool wash_one(struct wash *wash)
{
	switch (*wash->at) {
	case '\0': /* half of a character of UTF-16 */
		wash->at++;
		return true;
	case '\r':
		wash->at++;
		*wash->to++ = '\n';
		return true;
	case '\33':
		wash->at++;
		skip_sequence(wash);
		return true;
	case '<':
		return wash_element(wash);
	case '&':
		return wash_entity(wash);
	case '=':
		return wash_quoted(wash);
	case '\xc2':
	case '\xe2':
	case '\xef':
	case '\xff':
	case '\xfe':
	case '#':
	case '^':
		return wash_spelling(wash);
	default:
		return false;
	}
}

static size_t wash(struct log_text *text, char *line, size_t length)
{
	struct wash wash = {line, line + length, line, text};

	line[length] = '\0';
	while (wash.at < wash.end) {
		if (wash_one(&wash))
			continue;
		*wash.to = *wash.at++;
		if ((unsigned char)*wash.to < 0x20 && *wash.to != '\n')
			*wash.to = ' ';
		wash.to++;
	}
	return (size_t)(wash.to - line);
}

/* --- JSON ------------------------------------------------------------------------------ */

static bool json_escape(struct wash *wash)
{
	static const char from[] = "\"\\/ntrbf", to[] = "\"\\/\n \r  ";
	const char *found;
	char code[5] = "";

	if (wash->end - wash->at < 2)
		return false;
	found = wash->at[1] ? strchr(from, wash->at[1]) : NULL;
	if (found) {
		*wash->to++ = to[found - from];
		wash->at += 2;
		return true;
	}
	if (wash->at[1] != 'u' || wash->end - wash->at < 6)
		return false;
	memcpy(code, wash->at + 2, 4);
	*wash->to++ = strtoul(code, NULL, 16) < 0x80 ? (char)strtoul(code, NULL, 16) : '?';
	wash->at += 6;
	return true;
}

/* A string, or, as a journal has what is no text, an array of the bytes. */
static void json_value(struct wash *wash)
{
	bool bytes = *wash->at++ == '[';

	while (wash->at < wash->end && *wash->at != (bytes ? ']' : '"')) {
		char *next;

		if (!bytes && (*wash->at != '\\' || !json_escape(wash))) {
			*wash->to++ = *wash->at++;
		} else if (bytes && hex_digit(*wash->at) >= 0) {
			*wash->to++ = (char)strtoul(wash->at, &next, 10);
			wash->at = next > wash->at ? next : wash->at + 1;
		} else if (bytes) {
			wash->at++;
		}
	}
}

/* Of an object of JSON, or a line of one: the member that is the log's line. */
static size_t json_message(char *line, size_t length)
{
	static const char *const keys[] = {"\"MESSAGE\"", "\"message\"", "\"log\"", "\"msg\"",
					   "\"textPayload\""};
	size_t blanks = 0;

	while (blanks < length && (line[blanks] == ' ' || line[blanks] == '\t'))
		blanks++;
	if (blanks == length || (line[blanks] != '{' && line[blanks] != '"'))
		return length;
	line[length] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct wash wash = {strstr(line, keys[i]), line + length, line, NULL};

		if (!wash.at)
			continue;
		wash.at += strlen(keys[i]);
		wash.at += strspn(wash.at, " \t:");
		if (*wash.at != '"' && *wash.at != '[')
			continue;
		json_value(&wash);
		return (size_t)(wash.to - line);
	}
	return length;
}

/* --- lines ----------------------------------------------------------------------------- */

static void give(struct log_text *text, unsigned int number, char *line, size_t length)
{
	while (length) {
		char *end = memchr(line, '\n', length);
		size_t piece = end ? (size_t)(end - line) : length;
		size_t shown = piece;

		while (shown && line[shown - 1] == ' ')
			shown--;
		if (shown)
			text->line(text->context, number, line, shown);
		line += piece + !!end;
		length -= piece + !!end;
	}
}

/* A line of a mail that goes on in the next. */
static bool is_cut(const struct log_text *text, const char *line, size_t length)
{
	return text->quoted_printable && length && line[length - 1] == '=';
}

/* A byte that is not simply copied. */
static bool is_special(unsigned char c)
{
	return c < 0x20 || c >= 0x80 || c == '<' || c == '&' || c == '=' || c == '#' || c == '^';
}

static bool is_plain(const char *line, size_t length)
{
	if (!length || *line == '{' || *line == '"' || *line == ' ')
		return false;
	for (size_t i = 0; i < length; i++)
		if (is_special((unsigned char)line[i]) &&
		    (line[i] != '=' || (i + 1 < length && line[i + 1] == '3')))
			return false;
	return true;
}

static void end_line(struct log_text *text)
{
	size_t length = text->length;
	char *line = text->collected;

	text->length = 0;
	if (!length)
		return;
	if (text->quoted_printable || !is_plain(line, length))
		length = wash(text, line, json_message(line, length));
	while (length && line[length - 1] == '\n')
		length--;
	if (!text->carried && !is_cut(text, line, length)) {
		give(text, text->number + 1, line, length);
		return;
	}
	if (!text->carried)
		text->carried_number = text->number + 1;
	if (length > LOG_LINE_MAX - text->carried)
		length = LOG_LINE_MAX - text->carried;
	memcpy(text->carry + text->carried, line, length);
	text->carried += length;
	if (is_cut(text, line, length)) {
		text->carried--;
		return;
	}
	length = text->carried;
	text->carried = 0;
	give(text, text->carried_number, text->carry, length);
}

void log_text_feed(struct log_text *text, const char *bytes, size_t size)
{
	while (size) {
		const char *newline = memchr(bytes, '\n', size);
		size_t piece = newline ? (size_t)(newline - bytes) : size;
		size_t room = LOG_LINE_MAX - text->length;

		memcpy(text->collected + text->length, bytes, piece < room ? piece : room);
		text->length += piece < room ? piece : room;
		if (newline) {
			end_line(text);
			text->number++;
		}
		bytes += piece + !!newline;
		size -= piece + !!newline;
	}
}

void log_text_end(struct log_text *text)
{
	end_line(text);
	if (text->carried)
		give(text, text->carried_number, text->carry, text->carried);
	text->carried = 0;
}
