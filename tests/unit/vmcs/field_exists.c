// SPDX-License-Identifier: GPL-2.0
/* Which processors have a field. */
#include "vmcs/field_exists.h"
#include "test.h"

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
