/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values taken apart: an exit qualification, an MSR, a field of the VMCS, by the tables of facts/.
 */
#ifndef TOOL_DECODE_H
#define TOOL_DECODE_H

#include <jansson.h>

#include "topic.h"

#define DECODED_BITS_MAX 96
#define DECODED_MAX	 16 /* values in one question */

struct decoded_bits {
	u8 hi, lo;
	bool is_setting; /* of a capability MSR: what a control may be is in `text' */
	u64 value;
	const char *name; /* NULL: none */
	const char *text; /* NULL: nothing to say */
};

struct decoded {
	char title[160];
	const char *section; /* title of the SDM section */
	u64 value;
	unsigned int count;
	struct decoded_bits bits[DECODED_BITS_MAX];
};

/*
 * Words that have values in them: NAME VALUE, or NAME=VALUE, several of these, as logs have it.
 * gives: how many values were taken apart; 0: the words are something else.
 */
unsigned int decode_words(const char *words, struct decoded list[DECODED_MAX]);

/*
 * A number that no thing has, by what its bits can be: interruption information, which has a valid
 * bit, types and vectors that belong together, and bits that are 0.  gives: as above.
 */
unsigned int decode_number(const char *words, struct decoded list[DECODED_MAX]);

void decoded_print(const struct decoded *decoded);
json_t *decoded_json(const struct decoded *decoded);

#endif
