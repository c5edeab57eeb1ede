// SPDX-License-Identifier: GPL-2.0
/* The table of VMCS fields. */
#include "facts/vmcs_field.h"
#include "vcpu/vcpu.h"
#include "test.h"

TEST(vmcs_field_table_is_sorted)
{
	for (unsigned int i = 1; i < VMCS_FIELDS; i++) {
		test_context("%s", vmcs_field_table[i].name);
		EXPECT_TRUE(vmcs_field_table[i - 1].encoding < vmcs_field_table[i].encoding);
	}
}

/* Bit 12 and bits 31:15 are reserved, and bit 0 is for the high half. */
TEST(vmcs_field_table_encodings)
{
	for (unsigned int i = 0; i < VMCS_FIELDS; i++) {
		test_context("%s", vmcs_field_table[i].name);
		EXPECT_EQ(vmcs_field_table[i].encoding & 0x9001, 0);
	}
}

/* How many fields there are of each width and type, counted in the tables of the SDM's appendix
 * (fields, not encodings: a 64-bit one has two). */
TEST(vmcs_field_table_is_complete)
{
	static const unsigned int fields[4][4] = {
		[VMCS_WIDTH_16] = {5, 0, 11, 7},
		/* ENCLV-exiting bitmap: in earlier editions, and on processors */
		[VMCS_WIDTH_64] = {37 + 1, 3, 21, 12},
		[VMCS_WIDTH_32] = {20, 8, 23, 1},
		[VMCS_WIDTH_NATURAL] = {8, 6, 23, 15},
	};
	unsigned int found[4][4] = {{0}};

	for (unsigned int i = 0; i < VMCS_FIELDS; i++) {
		u32 encoding = vmcs_field_table[i].encoding;

		found[VMCS_FIELD_WIDTH(encoding)][VMCS_FIELD_TYPE(encoding)]++;
	}
	for (unsigned int width = 0; width < 4; width++) {
		for (unsigned int type = 0; type < 4; type++) {
			test_context("width %u, type %u", width, type);
			EXPECT_EQ(found[width][type], fields[width][type]);
		}
	}
}

/* Encodings typed a second time, one of each group, and those that hang on a fact of their own. */
TEST(vmcs_field_encodings)
{
	static const struct {
		u32 field, encoding;
		const char *name;
	} rows[] = {
		{VIRTUAL_PROCESSOR_ID, 0x0, "Virtual-processor identifier (VPID)"},
		{GUEST_TR_SELECTOR, 0x80e, "Guest TR selector"},
		{HOST_TR_SELECTOR, 0xc0c, "Host TR selector"},
		{MSR_BITMAP, 0x2004, "Address of MSR bitmaps"},
		{TSC_OFFSET, 0x2010, "TSC offset"},
		{EPT_POINTER, 0x201a, "EPT pointer (EPTP)"},
		{SECONDARY_VM_EXIT_CONTROLS, 0x2044, "Secondary VM-exit controls"},
		{GUEST_PHYSICAL_ADDRESS, 0x2400, "Guest-physical address"},
		{GUEST_IA32_EFER, 0x2806, "Guest IA32_EFER"},
		{GUEST_PDPTE3, 0x2810, "Guest PDPTE3"},
		{HOST_IA32_EFER, 0x2c02, "Host IA32_EFER"},
		{VM_ENTRY_INTR_INFO_FIELD, 0x4016, "VM-entry interruption-information field"},
		{SECONDARY_VM_EXEC_CONTROL, 0x401e,
		 "Secondary processor-based VM-execution controls"},
		{VM_EXIT_REASON, 0x4402, "Exit reason"},
		{GUEST_TR_AR_BYTES, 0x4822, "Guest TR access rights"},
		{VMX_PREEMPTION_TIMER_VALUE, 0x482e, "VMX-preemption timer value"},
		{HOST_IA32_SYSENTER_CS, 0x4c00, "Host IA32_SYSENTER_CS"},
		{CR4_READ_SHADOW, 0x6006, "CR4 read shadow"},
		{GUEST_LINEAR_ADDRESS, 0x640a, "Guest-linear address"},
		{GUEST_RIP, 0x681e, "Guest RIP"},
		{HOST_RIP, 0x6c16, "Host RIP"},
		{HOST_INTR_SSP_TABLE, 0x6c1c, "Host IA32_INTERRUPT_SSP_TABLE_ADDR"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct vmcs_field *field = vmcs_field_find(rows[i].encoding);

		test_context("0x%x", rows[i].encoding);
		EXPECT_EQ(rows[i].field, rows[i].encoding);
		REQUIRE_TRUE(field != NULL);
		EXPECT_STR_EQ(field->name, rows[i].name);
	}
}

TEST(vmcs_field_find_any)
{
	unsigned int found = 0, wide = 0;

	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (VMCS_FIELD_WIDTH(vmcs_field_table[i].encoding) == VMCS_WIDTH_64)
			wide++;
	for (u32 encoding = 0; encoding < 0x10000; encoding++) {
		const struct vmcs_field *field = vmcs_field_find(encoding);

		if (!field)
			continue;
		found++;
		test_context("0x%x", encoding);
		EXPECT_TRUE(field->encoding == encoding ||
			    VMCS_FIELD_HIGH(field->encoding) == encoding);
	}
	test_context("%s", "");
	EXPECT_EQ(found, VMCS_FIELDS + wide);
	/* The high half of MSR_BITMAP; but the fields of other widths have none. */
	EXPECT_TRUE(vmcs_field_find(0x2005) == vmcs_field_find(0x2004));
	EXPECT_TRUE(vmcs_field_find(0x4001) == NULL);
	EXPECT_TRUE(vmcs_field_find(0x12004) == NULL);
}

TEST(vmcs_field_segments)
{
	EXPECT_EQ(GUEST_SEGMENT_SELECTOR(SEG_TR), GUEST_TR_SELECTOR);
	EXPECT_EQ(GUEST_SEGMENT_BASE(SEG_LDTR), GUEST_LDTR_BASE);
	EXPECT_EQ(GUEST_SEGMENT_LIMIT(SEG_GS), GUEST_GS_LIMIT);
	EXPECT_EQ(GUEST_SEGMENT_AR_BYTES(SEG_SS), GUEST_SS_AR_BYTES);
}
