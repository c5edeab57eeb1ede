// SPDX-License-Identifier: GPL-2.0
/* This processor and its current VMCS, as values. */
#include "facts/cpuid_leaf.h"
#include "vmcs/field_exists.h"
#include "vmcs/image.h"
#include "vmcs/vmcs.h"

void vmcs_image_read_processor(struct vmcs_image *image)
{
	u32 widths[4];

	cap_read_msrs(&image->msrs);
	vmcs_processor_decode(&image->processor, &image->msrs);
	host_cpuid(CPUID_LEAF_ADDRESS_WIDTHS, 0, widths);
	image->processor.physical_width = (u8)cpuid_physical_bits(widths[0]);
	image->processor.linear_width = (u8)cpuid_linear_bits(widths[0]);
}

void vmcs_image_read(struct vmcs_image *image)
{
	*image = (struct vmcs_image){0};
	vmcs_image_read_processor(image);
	for (unsigned int i = 0; i < VMCS_FIELDS; i++) {
		const struct vmcs_field *field = &vmcs_field_table[i];
		u64 value;

		if (vmcs_field_exists(field, &image->processor.config,
				      &image->processor.capability) &&
		    host_vmread(field->encoding, &value) == VMX_SUCCEED)
			vmcs_values_set(&image->fields, field->encoding, value);
	}
}
