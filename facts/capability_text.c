// SPDX-License-Identifier: GPL-2.0
#include "facts/capability_text.h"

const struct capability_msr_text capability_msr_texts[CAP_MSRS] = {
#define CAPABILITY_MSR(msr, index, name, announced, without, section, text)                        \
	[CAP_##msr] = {"MSR_" name, section, text},
#include "facts/capability_msr_list.h"
};

static const char *const field_texts[] = {
#define CAPABILITY_FIELD(msr, hi, lo, home, member, name, text) text,
#include "facts/capability_field_list.h"
};

const char *capability_field_text(const struct cap_field *row)
{
	return field_texts[row - cap_field_table];
}
