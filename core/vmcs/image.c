// SPDX-License-Identifier: GPL-2.0
/* A VMCS as values, and as text. */
#include "vmcs/image.h"
#include "cap/fields.h"
#include "host.h"

void vmcs_values_set(struct vmcs_values *values, u32 field, u64 value)
{
	unsigned int row = (unsigned int)(vmcs_field_find(field) - vmcs_field_table);

	values->value[row] = value & vmcs_field_mask(field);
	values->present[row / 64] |= BIT64(row % 64);
}

bool vmcs_values_get(const struct vmcs_values *values, u32 field, u64 *value)
{
	unsigned int row = (unsigned int)(vmcs_field_find(field) - vmcs_field_table);

	*value = values->value[row];
	return vmcs_values_has(values, row);
}

/* Absence is knowledge where the MSR that would announce this one was read and does not. */
static u32 known_msrs(const struct vmx_cap_msrs *msrs)
{
	u32 known = msrs->present;

	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (cap_msr_table[msr].by != CAP_MSRS &&
		    cap_msr_present(msrs, cap_msr_table[msr].by) && !cap_msr_announced(msrs, msr))
			known |= BIT32(msr);
	return known;
}

void vmcs_processor_decode(struct vmcs_processor *processor, const struct vmx_cap_msrs *msrs)
{
	processor->config = (struct vmcs_config){0};
	processor->capability = (struct vmx_capability){0};
	processor->known = known_msrs(msrs);
	cap_fields_decode(msrs, &processor->config, &processor->capability);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		cap_word_decode(msrs, word, &processor->config);
}

/* --- text ---------------------------------------------------------------------- */

struct dump {
	void (*put)(void *context, const char *line);
	void *context;
	char line[160];
};

#define PUT(dump, ...)                                                                             \
	do {                                                                                       \
		host_snprintf((dump)->line, sizeof((dump)->line), VMCS_DUMP_MARK __VA_ARGS__);     \
		(dump)->put((dump)->context, (dump)->line);                                        \
	} while (0)

static void dump_processor(struct dump *dump, const struct vmcs_image *image)
{
	PUT(dump, "dump of Lintel, format 1");
	if (image->processor.physical_width)
		PUT(dump, "physical-address width = %u", image->processor.physical_width);
	if (image->processor.linear_width)
		PUT(dump, "linear-address width = %u", image->processor.linear_width);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (cap_msr_present(&image->msrs, msr))
			PUT(dump, "MSR 0x%x = 0x%llx  %s", cap_msr_table[msr].index,
			    image->msrs.value[msr], cap_msr_table[msr].name);
}

void vmcs_image_dump(const struct vmcs_image *image, void (*put)(void *context, const char *line),
		     void *context)
{
	struct dump dump = {.put = put, .context = context};

	dump_processor(&dump, image);
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (vmcs_values_has(&image->fields, i))
			PUT(&dump, "0x%04x = 0x%llx  %s", vmcs_field_table[i].encoding,
			    image->fields.value[i], vmcs_field_table[i].name);
	for (u32 i = 0; image->entry_load && i < image->entry_load_count; i++)
		PUT(&dump, "entry-load %u = 0x%x 0x%x 0x%llx", i, image->entry_load[i].index,
		    image->entry_load[i].reserved, image->entry_load[i].value);
	PUT(&dump, "end");
}
