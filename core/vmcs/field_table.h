/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of VMCS fields: what each one is called, what kind it is, and which processors have it.
 * Dumps, the words for a failed access and the VM-entry checks read these rows.
 *
 * SDM: appendix "Field Encoding in VMCS", "Guest-State Area", "VM-Exit Information Fields".
 */
#ifndef LINTEL_VMCS_FIELD_TABLE_H
#define LINTEL_VMCS_FIELD_TABLE_H

#include "vmcs/vmcs.h"
#include "facts/control.h"

enum vmcs_type { VMCS_CONTROL, VMCS_READ_ONLY, VMCS_GUEST, VMCS_HOST };

#define VMCS_FIELD_TYPE(field) (((field) >> 10) & 3)

/* As the word of a struct ctl_ref: a bit of IA32_VMX_VMFUNC. */
#define VMCS_BY_VMFUNC (CTL_WORDS + 1)

struct vmcs_field {
	u16 encoding;
	u8 exists_count;	  /* 0: on every processor with VMX */
	struct ctl_ref exists[2]; /* where any of these controls may be 1 */
	const char *name;	  /* the SDM's words */
};

/* Ordered by encoding. */
extern const struct vmcs_field vmcs_field_table[];
extern const unsigned int vmcs_field_count;

/* The row of a field; of a 64-bit field also by the encoding of its high half.  NULL: none. */
const struct vmcs_field *vmcs_field_find(u32 encoding);

/* Does a processor have the field?  Pure. */
bool vmcs_field_exists(const struct vmcs_field *field, const struct vmcs_config *config,
		       const struct vmx_capability *capability);

#endif
