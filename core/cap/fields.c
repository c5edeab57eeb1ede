// SPDX-License-Identifier: GPL-2.0
#include "cap/fields.h"

/* The member that holds a field decoded. */
struct field_home {
	bool in_config; /* of struct vmcs_config, not struct vmx_capability */
	u8 size;	/* in bytes */
	u16 offset;
};

#define SIZE_AND_OFFSET(structure, member)                                                         \
	sizeof(((structure *)0)->member), offsetof(structure, member)
#define HOME_CONFIG(member)	true, SIZE_AND_OFFSET(struct vmcs_config, member)
#define HOME_CAPABILITY(member) false, SIZE_AND_OFFSET(struct vmx_capability, member)

/* As the rows of cap_field_table. */
static const struct field_home homes[] = {
#define CAPABILITY_FIELD(msr, hi, lo, home, member, name, text) {HOME_##home(member)},
#include "facts/capability_field_list.h"
};

u64 cap_field_load(const struct cap_field *field, const struct vmcs_config *config,
		   const struct vmx_capability *capability)
{
	const struct field_home *home = &homes[field - cap_field_table];
	const void *member =
		(home->in_config ? (const char *)config : (const char *)capability) + home->offset;

	switch (home->size) {
	case sizeof(u8):
		return *(const u8 *)member;
	case sizeof(u16):
		return *(const u16 *)member;
	case sizeof(u32):
		return *(const u32 *)member;
	default:
		return *(const u64 *)member;
	}
}

static void store(void *member, unsigned int size, u64 value)
{
	switch (size) {
	case sizeof(u8):
		*(u8 *)member = value;
		break;
	case sizeof(u16):
		*(u16 *)member = value;
		break;
	case sizeof(u32):
		*(u32 *)member = value;
		break;
	default:
		*(u64 *)member = value;
	}
}

void cap_fields_decode(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		       struct vmx_capability *capability)
{
	for (size_t i = 0; i < COUNT_OF(homes); i++) {
		const struct cap_field *field = &cap_field_table[i];
		char *structure = homes[i].in_config ? (char *)config : (char *)capability;

		if (cap_msr_present(raw, field->msr))
			store(structure + homes[i].offset, homes[i].size,
			      cap_bits(raw->value[field->msr], field->hi_bit, field->lo_bit));
	}
}
