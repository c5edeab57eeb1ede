// SPDX-License-Identifier: GPL-2.0
#include "facts/vmcs_field.h"
#include "facts/control_ref.h"

#define VMCS_FIELD(field, encoding, width, type, ...)                                              \
	_Static_assert(VMCS_FIELD_WIDTH(encoding) == VMCS_WIDTH_##width &&                         \
			       VMCS_FIELD_TYPE(encoding) == VMCS_##type && !((encoding)&1),        \
		       #field " has another width or type");
#include "facts/vmcs_field_list.h"

#define ALWAYS	  .exists_count = 0
#define BY(a)	  .exists_count = 1, .exists = {a}
#define ANY(a, b) .exists_count = 2, .exists = {a, b}
#define FRED	  ANY(ENTRY(LOAD_FRED), EXIT2(SAVE_FRED))
#define VMFUNC(bit)                                                                                \
	{                                                                                          \
		VMCS_BY_VMFUNC, __builtin_ctzll(VMFUNC_##bit)                                      \
	}

const struct vmcs_field vmcs_field_table[VMCS_FIELDS] = {
#define VMCS_FIELD(field, encoding_, width, type, name_, exists_in, ...)                           \
	{.encoding = encoding_, .name = name_, exists_in},
#include "facts/vmcs_field_list.h"
};

const struct vmcs_field *vmcs_field_find(u32 encoding)
{
	unsigned int low = 0, high = VMCS_FIELDS;

	if ((encoding & 1) && VMCS_FIELD_WIDTH(encoding) == VMCS_WIDTH_64)
		encoding--;
	while (low < high) {
		unsigned int middle = (low + high) / 2;
		const struct vmcs_field *field = &vmcs_field_table[middle];

		if (field->encoding == encoding)
			return field;
		if (field->encoding < encoding)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
