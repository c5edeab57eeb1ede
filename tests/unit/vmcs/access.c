// SPDX-License-Identifier: GPL-2.0
/* Fields of the current VMCS, and the words for an access that fails. */
#include "sim.h"
#include "facts/instruction_error.h"
#include "../msr/guest.h"
#include "test.h"
#include "vmx.h"

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
	struct fixture *g = guest_create();

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
	fixture_destroy(g);
	EXPECT_STR_EQ(sim_log_text(), "");
}

TEST(vmcs_access_that_fails_is_put_into_words)
{
	struct fixture *g = guest_create();

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
	fixture_destroy(g);
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
