/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LINTEL_VMCS_FIELD_EXISTS_H
#define LINTEL_VMCS_FIELD_EXISTS_H

#include "cap/cap.h"
#include "facts/vmcs_field.h"

/* Does a processor have the field?  Pure. */
bool vmcs_field_exists(const struct vmcs_field *field, const struct vmcs_config *config,
		       const struct vmx_capability *capability);

#endif
