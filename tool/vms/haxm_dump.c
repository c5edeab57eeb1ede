// SPDX-License-Identifier: GPL-2.0
/* What HAXM leaves in its log when an entry fails: "4012 VMX_ENTRY_CONTROLS: 51ff", a line a field.
 */
#include "dump_reader.h"

/* gives: is this a field? */
static bool parse(struct cursor *cursor, u64 *field, u64 *value)
{
	const char *first;

	cursor->at -= 5;
	if (!cursor_number(cursor, 16, field) || !cursor_take(cursor, " VMX_"))
		return false;
	first = cursor->at;
	while (cursor->at < cursor->end &&
	       ((*cursor->at >= 'A' && *cursor->at <= 'Z') || *cursor->at == '_' ||
		(*cursor->at >= '0' && *cursor->at <= '9')))
		cursor->at++;
	if (cursor->at == first || !cursor_take(cursor, ": "))
		return false;
	cursor_take(cursor, "0x");
	return cursor_number(cursor, 16, value) && *field <= 0xffff;
}

int haxm_dump_line(struct vmcs_dump_list *list, struct cursor *cursor)
{
	const char *name = cursor_find(cursor, " VMX_");
	u64 field, value, kept;

	if (!name || name - cursor->start < 4)
		return 0;
	cursor->at = name + 1;
	if (!parse(cursor, &field, &value) || (field & 1) || !vmcs_field_find((u32)field))
		return 0;
	if (!list->haxm || vmcs_values_get(&list->haxm->image.fields, (u32)field, &kept))
		list->haxm = dump_begin(list, cursor, "HAXM");
	if (!list->haxm)
		return -1;
	if (!dump_set(list->haxm, (u32)field, value))
		dump_lose(list->haxm, (u32)field);
	return 1;
}
