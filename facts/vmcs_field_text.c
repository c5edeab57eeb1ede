// SPDX-License-Identifier: GPL-2.0
#include "facts/vmcs_field_text.h"
#include "facts/section.h"

static const struct vmcs_field_text texts[VMCS_FIELDS] = {
#define VMCS_FIELD(field, encoding, width, type, name, exists_in, section, text)                   \
	{#field, section, text},
#include "facts/vmcs_field_list.h"
};

const struct vmcs_field_text *vmcs_field_text(const struct vmcs_field *row)
{
	return &texts[row - vmcs_field_table];
}
