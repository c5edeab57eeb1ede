/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMCS and the processor it is for, as values: read from the current VMCS, from a dump, or made
 * by a test.  What is not known counts as not known, never as 0.
 */
#ifndef LINTEL_VMCS_IMAGE_H
#define LINTEL_VMCS_IMAGE_H

#include "cap/cap.h"
#include "facts/vmcs_field.h"

/* In the order of vmcs_field_table; bit n of `present`: value n is known. */
struct vmcs_values {
	u64 value[VMCS_FIELDS];
	u64 present[(VMCS_FIELDS + 63) / 64];
};

/* "MSR-Load Area": one entry, as in memory. */
struct vmcs_msr_entry {
	u32 index;
	u32 reserved;
	u64 value;
};

/* What the rules of VM entry ask of a processor. */
struct vmcs_processor {
	struct vmcs_config config; /* what is allowed; nothing in it is chosen */
	struct vmx_capability capability;
	u32 known;	   /* bit n: enum cap_msr n was read, or the processor has none */
	u8 physical_width; /* MAXPHYADDR; 0: not known */
	u8 linear_width;   /* 48 or 57; 0: not known */
};

struct vmcs_image {
	struct vmcs_values fields;
	struct vmx_cap_msrs msrs;
	struct vmcs_processor processor; /* follows from the MSRs: vmcs_processor_decode() */
	/* The VM-entry MSR-load area; NULL: not known. */
	const struct vmcs_msr_entry *entry_load;
	u32 entry_load_count;
	bool entry_load_whole; /* the reserved words of its entries are known too */
};

static inline bool vmcs_values_has(const struct vmcs_values *values, unsigned int row)
{
	return values->present[row / 64] >> (row % 64) & 1;
}

/* Fields by encoding, which must be of the table; a value is cut to the field's width. */
void vmcs_values_set(struct vmcs_values *values, u32 field, u64 value);
/* gives: whether it is known. */
bool vmcs_values_get(const struct vmcs_values *values, u32 field, u64 *value);

/* What these MSRs say.  The widths are CPUID's, and stay as they are.  Pure. */
void vmcs_processor_decode(struct vmcs_processor *processor, const struct vmx_cap_msrs *msrs);

/* This processor: its capability MSRs and widths. */
void vmcs_image_read_processor(struct vmcs_image *image);

/* All that the processor has of the current VMCS, its capability MSRs and widths.  Loaded. */
void vmcs_image_read(struct vmcs_image *image);

/*
 * The image as text, for vmcs_image_parse_line() and for people: a line at a time, without the
 * newline.  Every line begins with VMCS_DUMP_MARK.
 */
#define VMCS_DUMP_MARK "VMCS "
void vmcs_image_dump(const struct vmcs_image *image, void (*put)(void *context, const char *line),
		     void *context);

#endif
