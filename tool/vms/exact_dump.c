// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps in Lintel's own format (docs/vm-entry-checks.md).  They are made for this: one that is cut
 * off, or has a line that is none, is an error.
 */
#include <stdio.h>
#include <string.h>

#include "dump_reader.h"

static bool take_hex(struct cursor *cursor, u64 *value)
{
	return cursor_take(cursor, "0x") && cursor_number(cursor, 16, value);
}

static int set_field(struct vmcs_dump_list *list, const struct cursor *at, u32 encoding, u64 value)
{
	const struct vmcs_field *field = encoding & 1 ? NULL : vmcs_field_find(encoding);
	u64 kept;

	/* Others dump what the processor has, which may be newer than the table. */
	if (!field && strcmp(list->exact->hypervisor, "Lintel"))
		return 0;
	if (!field)
		return dump_fail(list, at, "0x%x is no field of a VMCS", encoding);
	if (vmcs_values_get(&list->exact->image.fields, encoding, &kept))
		return dump_fail(list, at, "%s is there twice", field->name);
	if (!dump_set(list->exact, encoding, value))
		return dump_fail(list, at, "the value is too large for %s", field->name);
	return 0;
}

static int parse_width(struct vmcs_dump_list *list, struct cursor *cursor, u8 *width)
{
	struct cursor at = *cursor;
	u64 value;

	if (!cursor_number(cursor, 10, &value) || cursor->at != cursor->end || value < 32 ||
	    value > 64)
		return dump_fail(list, &at, "a number of bits is needed");
	*width = (u8)value;
	return 0;
}

static int parse_msr(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmx_cap_msrs *msrs = &list->exact->image.msrs;
	struct cursor at = *cursor;
	u64 index, value;

	if (!take_hex(cursor, &index) || !cursor_take(cursor, " = ") || !take_hex(cursor, &value))
		return dump_fail(list, cursor, "0xMSR = 0xVALUE is needed");
	if (index > 0xffffffff || cap_msr_find((u32)index) == CAP_MSRS)
		return dump_fail(list, &at, "0x%llx is no capability MSR", index);
	if (cap_msr_present(msrs, cap_msr_find((u32)index)))
		return dump_fail(list, &at, "MSR 0x%llx is there twice", index);
	cap_msr_set(msrs, cap_msr_find((u32)index), value);
	return 0;
}

static int parse_load(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmcs_dump *dump = list->exact;
	struct cursor at = *cursor;
	u64 number, index, reserved, value;

	if (!cursor_number(cursor, 10, &number) || !cursor_take(cursor, " = ") ||
	    !take_hex(cursor, &index) || !cursor_take(cursor, " ") ||
	    !take_hex(cursor, &reserved) || !cursor_take(cursor, " ") ||
	    !take_hex(cursor, &value) || index > 0xffffffff || reserved > 0xffffffff)
		return dump_fail(list, cursor, "N = 0xMSR 0xRESERVED 0xVALUE is needed");
	if (number != dump->image.entry_load_count)
		return dump_fail(list, &at, "entry %u of the MSR-load area is missing",
				 dump->image.entry_load_count);
	if (!dump_add_load(dump, &(struct vmcs_msr_entry){(u32)index, (u32)reserved, value}))
		return dump_fail(list, &at, "more than %u MSRs to load", VMCS_DUMP_LOADS_MAX);
	return 0;
}

static int parse_field(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct cursor at = *cursor;
	u64 encoding, value;

	if (!take_hex(cursor, &encoding) || encoding > 0xffff)
		return dump_fail(list, &at, "what is this line of the dump?");
	if (!cursor_take(cursor, " = ") || !take_hex(cursor, &value) ||
	    (cursor->at != cursor->end && *cursor->at != ' '))
		return dump_fail(list, cursor, "0xFIELD = 0xVALUE is needed");
	return set_field(list, &at, (u32)encoding, value);
}

static int parse_line(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmcs_processor *processor = &list->exact->image.processor;

	if (cursor_take(cursor, "physical-address width = "))
		return parse_width(list, cursor, &processor->physical_width);
	if (cursor_take(cursor, "linear-address width = "))
		return parse_width(list, cursor, &processor->linear_width);
	if (cursor_take(cursor, "MSR "))
		return parse_msr(list, cursor);
	if (cursor_take(cursor, "entry-load "))
		return parse_load(list, cursor);
	if (cursor_take(cursor, "end")) {
		list->exact = NULL;
		return 0;
	}
	return parse_field(list, cursor);
}

/* "dump of NAME, format 1" */
static int begin(struct vmcs_dump_list *list, struct cursor *cursor)
{
	const char *comma = cursor_find(cursor, ", format 1");
	char name[32];

	if (!comma || comma - cursor->at >= (long)sizeof(name) || comma == cursor->at)
		return 0;
	if (list->exact)
		return dump_fail(list, cursor, "the dump of line %u has no end", list->exact->line);
	snprintf(name, sizeof(name), "%.*s", (int)(comma - cursor->at), cursor->at);
	list->exact = dump_begin(list, cursor, name);
	if (!list->exact)
		return -1;
	list->exact->exact = list->exact->image.entry_load_whole = true;
	return 1;
}

/* Others may speak of a VMCS between the lines. */
static bool is_line(const struct cursor *cursor)
{
	static const char *const begin[] = {"0x",  "MSR 0x",	       "entry-load ",
					    "end", "physical-address", "linear-address"};

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		if (cursor_take(&(struct cursor){cursor->start, cursor->at, cursor->end}, begin[i]))
			return true;
	return false;
}

int exact_dump_line(struct vmcs_dump_list *list, struct cursor *cursor)
{
	const char *mark = cursor_find(cursor, VMCS_DUMP_MARK);

	if (!mark || (mark > cursor->start && (mark[-1] == '_' || mark[-1] == '-')))
		return 0;
	cursor->at = mark + strlen(VMCS_DUMP_MARK);
	if (cursor_take(cursor, "dump of "))
		return begin(list, cursor);
	if (!list->exact || !is_line(cursor))
		return 0;
	return parse_line(list, cursor) ? -1 : 1;
}
