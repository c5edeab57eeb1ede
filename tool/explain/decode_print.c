// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "decode.h"
#include "tool/colour.h"
#include "tool/json.h"
#include "tool/paragraph.h"

static void format_bits(char text[8], const struct decoded_bits *bits)
{
	snprintf(text, 8, bits->hi == bits->lo ? "%u" : "%u:%u", bits->hi, bits->lo);
}

static void print_bits(const struct decoded_bits *bits)
{
	bool flag = bits->hi == bits->lo;
	char place[8];

	format_bits(place, bits);
	printf("  %5s  %s", place, bits->name ? bits->name : "(no name)");
	if (!bits->is_setting && !(flag && bits->name && bits->text))
		printf(bits->value > 9 ? " = 0x%llx" : " = %llu", bits->value);
	if (bits->text)
		printf(": %s", bits->text);
	putchar('\n');
}

void decoded_print(const struct decoded *decoded)
{
	printf("%s%s%s: 0x%llx\n", colour(COLOUR_BOLD), decoded->title, colour(COLOUR_NONE),
	       decoded->value);
	for (unsigned int i = 0; i < decoded->count; i++)
		print_bits(&decoded->bits[i]);
	if (!decoded->count)
		paragraph_print(NULL, "it has no bits that mean something");
	if (decoded->section)
		paragraph_print("SDM", "\"%s\"", decoded->section);
}

json_t *decoded_json(const struct decoded *decoded)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < decoded->count; i++) {
		const struct decoded_bits *bits = &decoded->bits[i];
		char place[8];

		format_bits(place, bits);
		json_array_append_new(
			list, json_pack("{s:s, s:o, s:o, s:o}", "bits", place, "name",
					json_text(bits->name), "value",
					bits->is_setting ? json_null() : json_hex(bits->value, 0),
					"text", json_text(bits->text)));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "of", json_text(decoded->title), "value",
			 json_hex(decoded->value, 0), "section", json_text(decoded->section),
			 "bits", list);
}
