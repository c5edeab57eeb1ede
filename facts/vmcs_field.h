/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the VMCS: their encodings, what each one is called, what kind it is, and which
 * processors have it.
 *
 * High halves of 64-bit fields are not listed: a host of 64 bits reads and writes the whole field,
 * and the encoding of the half is VMCS_FIELD_HIGH().
 *
 * SDM: appendix "Field Encoding in VMCS".
 */
#ifndef LINTEL_FACTS_VMCS_FIELD_H
#define LINTEL_FACTS_VMCS_FIELD_H

#include "facts/control.h"

/* A constant for each field, as in the kernel: MSR_BITMAP is 0x2004. */
enum {
#define VMCS_FIELD(field, encoding, ...) field = encoding,
#include "facts/vmcs_field_list.h"
};

/*
 * An encoding:
 *
 *	bit 0		0 = the whole field, 1 = the high half of a 64-bit one
 *	bits 9:1	index
 *	bits 11:10	type
 *	bits 14:13	width
 */
enum vmcs_type { VMCS_CONTROL, VMCS_READ_ONLY, VMCS_GUEST, VMCS_HOST };
enum vmcs_width { VMCS_WIDTH_16, VMCS_WIDTH_64, VMCS_WIDTH_32, VMCS_WIDTH_NATURAL };

#define VMCS_FIELD_HIGH(field)	((u32)(field) + 1)
#define VMCS_FIELD_TYPE(field)	(((field) >> 10) & 3)
#define VMCS_FIELD_WIDTH(field) (((field) >> 13) & 3)

/* The bits that a field has. */
static inline u64 vmcs_field_mask(u32 field)
{
	switch (VMCS_FIELD_WIDTH(field)) {
	case VMCS_WIDTH_16:
		return 0xffff;
	case VMCS_WIDTH_32:
		return 0xffffffff;
	default:
		return ~(u64)0;
	}
}

/* As the word of a struct ctl_ref: a bit of IA32_VMX_VMFUNC. */
#define VMCS_BY_VMFUNC (CTL_WORDS + 1)

/* "VM-Function Controls" */
#define VMFUNC_EPTP_SWITCHING BIT64(0)

struct vmcs_field {
	u16 encoding;
	u8 exists_count;	  /* 0: on every processor with VMX */
	struct ctl_ref exists[2]; /* where any of these controls may be 1 */
	const char *name;	  /* the SDM's words */
};

/* The rows' numbers: the n-th row is the n-th of the list. */
enum vmcs_field_row {
#define VMCS_FIELD(field, ...) VMCS_ROW_##field,
#include "facts/vmcs_field_list.h"
	VMCS_FIELDS
};

/* Ordered by encoding. */
extern const struct vmcs_field vmcs_field_table[VMCS_FIELDS];

/* The row of a field; of a 64-bit field also by the encoding of its high half.  NULL: none. */
const struct vmcs_field *vmcs_field_find(u32 encoding);

/*
 * Guest segment registers: each group of fields has them in the order ES, CS, SS, DS, FS, GS, LDTR,
 * TR (enum vcpu_seg), so that the field of one follows from its number.
 */
#define GUEST_SEGMENT_SELECTOR(seg) (GUEST_ES_SELECTOR + 2 * (u32)(seg))
#define GUEST_SEGMENT_BASE(seg)	    (GUEST_ES_BASE + 2 * (u32)(seg))
#define GUEST_SEGMENT_LIMIT(seg)    (GUEST_ES_LIMIT + 2 * (u32)(seg))
#define GUEST_SEGMENT_AR_BYTES(seg) (GUEST_ES_AR_BYTES + 2 * (u32)(seg))

#define VMCS_ASSERT_SEGMENT(name, seg)                                                             \
	_Static_assert(GUEST_##name##_SELECTOR == GUEST_SEGMENT_SELECTOR(seg) &&                   \
			       GUEST_##name##_BASE == GUEST_SEGMENT_BASE(seg) &&                   \
			       GUEST_##name##_LIMIT == GUEST_SEGMENT_LIMIT(seg) &&                 \
			       GUEST_##name##_AR_BYTES == GUEST_SEGMENT_AR_BYTES(seg),             \
		       "fields of the guest's " #name " are out of order")

VMCS_ASSERT_SEGMENT(ES, 0);
VMCS_ASSERT_SEGMENT(CS, 1);
VMCS_ASSERT_SEGMENT(SS, 2);
VMCS_ASSERT_SEGMENT(DS, 3);
VMCS_ASSERT_SEGMENT(FS, 4);
VMCS_ASSERT_SEGMENT(GS, 5);
VMCS_ASSERT_SEGMENT(LDTR, 6);
VMCS_ASSERT_SEGMENT(TR, 7);

#endif
