/* SPDX-License-Identifier: GPL-2.0 */
/* What the bits of registers, of fields of the VMCS, and of other values mean. */
#ifndef LINTEL_FACTS_LAYOUT_TEXT_H
#define LINTEL_FACTS_LAYOUT_TEXT_H

#include "facts/vmcs_field.h"

enum layout_id {
#define LAYOUT(constant, ...) LAYOUT_##constant,
#define BITS(...)
#define BITS_IF(...)
#define ADDRESS(...)
#define VALUE(...)
#include "facts/layout_list.h"
	LAYOUTS
};

struct layout {
	const char *name;
	const char *section; /* title of the SDM section */
	u8 width;
	u16 first; /* where its rows are in layout_rows */
	u16 count;
};

enum layout_row_kind { LAYOUT_HEAD, LAYOUT_BITS, LAYOUT_ADDRESS, LAYOUT_VALUE };

struct layout_row {
	u8 kind;
	u8 hi, lo;	 /* of a head: lo is its width */
	u16 number;	 /* of a value */
	u64 mask, value; /* the row applies where the whole has this value in the mask */
	const char *name, *text;
};

extern const struct layout_row layout_rows[];

struct layout layout_at(enum layout_id id);

/* What a number in the field of a row means; NULL: no row says. */
const char *layout_meaning(const struct layout *layout, const struct layout_row *bits, u64 number);

/* The name of a single bit; NULL: it has none. */
const char *layout_bit_name(enum layout_id id, unsigned int bit);

enum layout_use { LAYOUT_USE_FIELD, LAYOUT_USE_EXIT, LAYOUT_USE_MSR };

/* The layout of a field, of a reason's exit qualification, of an MSR; LAYOUTS: none. */
enum layout_id layout_of(enum layout_use use, u32 number);

/* What such values are called, one after the other; NULL: there are no more. */
const char *layout_name_at(unsigned int index, enum layout_id *id);

#endif
