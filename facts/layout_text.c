// SPDX-License-Identifier: GPL-2.0
#include "facts/layout_text.h"
#include "facts/exit_reason.h"

const struct layout_row layout_rows[] = {
#define LAYOUT(constant, width, name_, section)                                                    \
	{.kind = LAYOUT_HEAD,                                                                      \
	 .number = LAYOUT_##constant,                                                              \
	 .lo = width,                                                                              \
	 .name = name_,                                                                            \
	 .text = section},
#define BITS(hi_, lo_, name_, text_) BITS_IF(0, 0, hi_, lo_, name_, text_)
#define BITS_IF(mask_, value_, hi_, lo_, name_, text_)                                             \
	{.kind = LAYOUT_BITS,                                                                      \
	 .mask = mask_,                                                                            \
	 .value = value_,                                                                          \
	 .hi = hi_,                                                                                \
	 .lo = lo_,                                                                                \
	 .name = name_,                                                                            \
	 .text = text_},
#define ADDRESS(hi_, lo_, name_)                                                                   \
	{.kind = LAYOUT_ADDRESS, .hi = hi_, .lo = lo_, .name = name_, .text = ""},
#define VALUE(number_, text_) {.kind = LAYOUT_VALUE, .number = number_, .text = text_},
#include "facts/layout_list.h"
};

static bool is_head(unsigned int row)
{
	return row == COUNT_OF(layout_rows) || layout_rows[row].kind == LAYOUT_HEAD;
}

struct layout layout_at(enum layout_id id)
{
	struct layout layout = {0};
	unsigned int row = 0, end;

	while (layout_rows[row].kind != LAYOUT_HEAD || layout_rows[row].number != id)
		row++;
	layout.name = layout_rows[row].name;
	layout.section = layout_rows[row].text;
	layout.width = layout_rows[row].lo;
	layout.first = (u16)(row + 1);
	for (end = row + 1; !is_head(end); end++)
		;
	layout.count = (u16)(end - layout.first);
	return layout;
}

const char *layout_meaning(const struct layout *layout, const struct layout_row *bits, u64 number)
{
	const struct layout_row *end = &layout_rows[layout->first + layout->count];

	for (const struct layout_row *row = bits + 1; row < end && row->kind == LAYOUT_VALUE; row++)
		if (row->number == number)
			return row->text;
	return NULL;
}

const char *layout_bit_name(enum layout_id id, unsigned int bit)
{
	struct layout layout = layout_at(id);

	for (unsigned int i = 0; i < layout.count; i++) {
		const struct layout_row *row = &layout_rows[layout.first + i];

		if (row->kind == LAYOUT_BITS && row->lo == bit && row->hi == bit)
			return row->name;
	}
	return NULL;
}

static const struct use {
	u8 use, layout;
	u32 number;
} uses[] = {
#define LAYOUT_OF_FIELD(layout, field) {LAYOUT_USE_FIELD, LAYOUT_##layout, field},
#define LAYOUT_OF_EXIT(layout, reason) {LAYOUT_USE_EXIT, LAYOUT_##layout, EXIT_REASON_##reason},
#define LAYOUT_OF_MSR(layout, msr)     {LAYOUT_USE_MSR, LAYOUT_##layout, msr},
#define LAYOUT_NAMED(...)
#include "facts/layout_use_list.h"
};

enum layout_id layout_of(enum layout_use use, u32 number)
{
	for (unsigned int i = 0; i < COUNT_OF(uses); i++)
		if (uses[i].use == use && uses[i].number == number)
			return uses[i].layout;
	return LAYOUTS;
}

static const struct named {
	u8 layout;
	const char *name;
} names[] = {
#define LAYOUT_OF_FIELD(...)
#define LAYOUT_OF_EXIT(...)
#define LAYOUT_OF_MSR(...)
#define LAYOUT_NAMED(layout, name) {LAYOUT_##layout, name},
#include "facts/layout_use_list.h"
};

const char *layout_name_at(unsigned int index, enum layout_id *id)
{
	if (index >= COUNT_OF(names))
		return NULL;
	*id = names[index].layout;
	return names[index].name;
}
