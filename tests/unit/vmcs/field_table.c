// SPDX-License-Identifier: GPL-2.0
/* The table of VMCS fields, and the words for an access that fails. */
#include "sim.h"
#include "facts/instruction_error.h"
#include "vmcs/field_table.h"
#include "../msr/guest.h"
#include "test.h"
#include "vmx.h"

TEST(vmcs_field_table_is_sorted)
{
	for (unsigned int i = 1; i < vmcs_field_count; i++) {
		test_context("%s", vmcs_field_table[i].name);
		EXPECT_TRUE(vmcs_field_table[i - 1].encoding < vmcs_field_table[i].encoding);
	}
}

/* Bit 12 and bits 31:15 are reserved, and bit 0 is for the high half. */
TEST(vmcs_field_table_encodings)
{
	for (unsigned int i = 0; i < vmcs_field_count; i++) {
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

	for (unsigned int i = 0; i < vmcs_field_count; i++) {
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

	for (unsigned int i = 0; i < vmcs_field_count; i++)
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
	EXPECT_EQ(found, vmcs_field_count + wide);
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

/* Does the row's condition follow the control it names, and nothing else? */
TEST(vmcs_field_exists_by_control)
{
	static const struct {
		u32 field;
		unsigned int word;
		u64 mask;
	} rows[] = {
		{VIRTUAL_PROCESSOR_ID, CTL_SECONDARY, BIT64(5)},
		{POSTED_INTR_NV, CTL_PIN, BIT64(7)},
		{MSR_BITMAP, CTL_PRIMARY, BIT64(28)},
		{EPT_POINTER, CTL_SECONDARY, BIT64(1)},
		{GUEST_PDPTE2, CTL_SECONDARY, BIT64(1)},
		{GUEST_PHYSICAL_ADDRESS, CTL_SECONDARY, BIT64(1)},
		{XSS_EXIT_BITMAP, CTL_SECONDARY, BIT64(20)},
		{TSC_MULTIPLIER, CTL_SECONDARY, BIT64(25)},
		{TERTIARY_VM_EXEC_CONTROL, CTL_PRIMARY, BIT64(17)},
		{HLAT_POINTER, CTL_TERTIARY, BIT64(1)},
		{IA32_SPEC_CTRL_SHADOW, CTL_TERTIARY, BIT64(7)},
		{SECONDARY_VM_EXIT_CONTROLS, CTL_EXIT, BIT64(31)},
		{GUEST_IA32_PAT, CTL_ENTRY, BIT64(14)},
		{GUEST_IA32_PAT, CTL_EXIT, BIT64(18)},
		{GUEST_IA32_EFER, CTL_EXIT, BIT64(20)},
		{HOST_IA32_EFER, CTL_EXIT, BIT64(21)},
		{HOST_IA32_FRED_SSP3, CTL_EXIT2, BIT64(1)},
		{INJECTED_EVENT_DATA, CTL_ENTRY, BIT64(23)},
		{SECONDARY_VM_EXEC_CONTROL, CTL_PRIMARY, BIT64(31)},
		{PLE_GAP, CTL_SECONDARY, BIT64(10)},
		{VMX_PREEMPTION_TIMER_VALUE, CTL_PIN, BIT64(6)},
		{GUEST_SSP, CTL_ENTRY, BIT64(20)},
		{HOST_SSP, CTL_EXIT, BIT64(28)},
	};
	static const struct vmx_capability capability;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct vmcs_field *field = vmcs_field_find(rows[i].field);
		struct vmcs_config config = {0};

		test_context("%s", field->name);
		EXPECT_FALSE(vmcs_field_exists(field, &config, &capability));
		config.allowed1[rows[i].word] = rows[i].mask;
		EXPECT_TRUE(vmcs_field_exists(field, &config, &capability));
		config.allowed1[rows[i].word] = ~rows[i].mask;
		for (unsigned int word = 0; word < CTL_WORDS; word++)
			if (word != rows[i].word)
				config.allowed1[word] = 0;
		EXPECT_FALSE(vmcs_field_exists(field, &config, &capability));
	}
}

TEST(vmcs_field_exists_always_or_by_vmfunc)
{
	static const struct vmcs_config none;
	struct vmx_capability capability = {0};

	EXPECT_TRUE(vmcs_field_exists(vmcs_field_find(GUEST_RIP), &none, &capability));
	EXPECT_TRUE(vmcs_field_exists(vmcs_field_find(TSC_OFFSET), &none, &capability));
	EXPECT_FALSE(vmcs_field_exists(vmcs_field_find(EPTP_LIST_ADDRESS), &none, &capability));
	capability.vmfunc = 1;
	EXPECT_TRUE(vmcs_field_exists(vmcs_field_find(EPTP_LIST_ADDRESS), &none, &capability));
}

/* --- access.c --- */

TEST(vmcs_instruction_error_words)
{
	EXPECT_STR_EQ(vmcs_instruction_error(7), "VM entry with invalid control field(s)");
	EXPECT_STR_EQ(vmcs_instruction_error(12),
		      "VMREAD/VMWRITE from/to unsupported VMCS component");
	EXPECT_STR_EQ(vmcs_instruction_error(28), "Invalid operand to INVEPT/INVVPID");
	for (u32 number = 0; number < 40; number++)
		EXPECT_TRUE(vmcs_instruction_error(number)[0]);
	EXPECT_STR_EQ(vmcs_instruction_error(14), "an error the SDM does not name");
	EXPECT_STR_EQ(vmcs_instruction_error(~0u), "an error the SDM does not name");
}

TEST(vmcs_access_round_trips)
{
	struct guest *g = guest_create();

	vmcs_write16(GUEST_ES_SELECTOR, 0x1234);
	vmcs_write32(GUEST_ES_LIMIT, 0xfedcba98);
	vmcs_write64(TSC_OFFSET, 0x123456789abcdef0);
	vmcs_writel(GUEST_RIP, 0xfffffffffffffff0);
	EXPECT_EQ(vmcs_read16(GUEST_ES_SELECTOR), 0x1234);
	EXPECT_EQ(vmcs_read32(GUEST_ES_LIMIT), 0xfedcba98);
	EXPECT_EQ(vmcs_read64(TSC_OFFSET), 0x123456789abcdef0);
	EXPECT_EQ(vmcs_readl(GUEST_RIP), 0xfffffffffffffff0);
	vmcs_write_any(GUEST_RIP, 5);
	EXPECT_EQ(vmcs_read_any(GUEST_RIP), 5);
	guest_destroy(g);
	EXPECT_STR_EQ(sim_log_text(), "");
}

TEST(vmcs_access_that_fails_is_put_into_words)
{
	struct guest *g = guest_create();

	/* The recorded processor has no ENCLV exiting. */
	vmcs_write_any(ENCLV_EXITING_BITMAP, 0x30);
	EXPECT_STR_EQ(sim_log_text(), "error: VMWRITE of 0x30 to 0x2036 (ENCLV-exiting bitmap) "
				      "failed: error 12, VMREAD/VMWRITE from/to unsupported VMCS "
				      "component\n");
	sim_log_clear();
	EXPECT_EQ(vmcs_read_any(0x27fe), 0);
	EXPECT_CONTAINS(sim_log_text(),
			"VMREAD of 0x27fe (a field the SDM does not name) failed: error 12, "
			"VMREAD/VMWRITE from/to unsupported VMCS component");
	guest_destroy(g);
}

TEST(vmcs_access_without_a_vmcs)
{
	guest_use_processor();
	host_preempt_disable();
	EXPECT_EQ(vmcs_read_any(GUEST_RIP), 0);
	host_preempt_enable();
	EXPECT_STR_EQ(sim_log_text(),
		      "error: VMREAD of 0x681e (Guest RIP) failed: error 0, no VMCS is current\n");
	sim_vmxoff_all();
}
