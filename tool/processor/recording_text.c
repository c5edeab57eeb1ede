// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "recording_text.h"

static bool begins(const char *text, size_t length, const char *mark, size_t size)
{
	return length >= size && !memcmp(text, mark, size);
}

/* big: the high byte is first. */
static size_t take_utf16(char *text, size_t length, bool big)
{
	size_t used = 0;

	for (size_t i = 2; i + 1 < length; i += 2) {
		unsigned char low = (unsigned char)text[i + big];
		unsigned char high = (unsigned char)text[i + !big];

		text[used++] = (char)(high || low > 0x7f ? '?' : low);
	}
	return used;
}

static size_t take_off_mark(char *text, size_t length)
{
	if (begins(text, length, "\xff\xfe", 2))
		return take_utf16(text, length, false);
	if (begins(text, length, "\xfe\xff", 2))
		return take_utf16(text, length, true);
	if (!begins(text, length, "\xef\xbb\xbf", 3))
		return length;
	memmove(text, text + 3, length - 3);
	return length - 3;
}

size_t recording_text_plain(char *text, size_t length)
{
	size_t used = 0;

	length = take_off_mark(text, length);
	for (size_t i = 0; i < length; i++)
		if (text[i] != '\r' || i + 1 >= length || text[i + 1] != '\n')
			text[used++] = text[i];
	return used;
}
