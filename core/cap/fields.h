/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the capability MSRs, decoded: from raw values to the members of vmcs_config and
 * vmx_capability, and back from a field to its member's value.
 */
#ifndef LINTEL_CAP_FIELDS_H
#define LINTEL_CAP_FIELDS_H

#include "cap/cap.h"
#include "facts/capability_field.h"

/* The decoded value of a row of cap_field_table. */
u64 cap_field_load(const struct cap_field *field, const struct vmcs_config *config,
		   const struct vmx_capability *capability);

/* Decodes every field whose MSR was read; the others stay as they are. */
void cap_fields_decode(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		       struct vmx_capability *capability);

#endif
