// SPDX-License-Identifier: GPL-2.0
/* What a processor has, and how many of the recorded ones. */
#include <stdlib.h>

#include "test.h"
#include "tool/processor/recorded.h"
#include "facts/vmcs_field.h"

static struct vmx_cap_msrs raw;

static enum availability control(enum ctl_word word, u64 mask)
{
	return availability_control(
		&raw, (struct ctl_ref){.word = word, .bit = (u8)__builtin_ctzll(mask)});
}

TEST(availability_needs_the_word_of_the_control)
{
	raw = (struct vmx_cap_msrs){0};
	EXPECT_EQ(control(CTL_SECONDARY, CPU2_ENABLE_EPT), AVAILABLE_UNKNOWN);
	cap_msr_set(&raw, CAP_PROCBASED_CTLS, 0);
	EXPECT_EQ(control(CTL_SECONDARY, CPU2_ENABLE_EPT), AVAILABLE_NO);
	cap_msr_set(&raw, CAP_PROCBASED_CTLS, (u64)CPU1_ACTIVATE_SECONDARY_CONTROLS << 32);
	EXPECT_EQ(control(CTL_SECONDARY, CPU2_ENABLE_EPT), AVAILABLE_UNKNOWN);
	cap_msr_set(&raw, CAP_PROCBASED_CTLS2, (u64)CPU2_ENABLE_EPT << 32);
	EXPECT_EQ(control(CTL_SECONDARY, CPU2_ENABLE_EPT), AVAILABLE_YES);
	EXPECT_EQ(control(CTL_SECONDARY, CPU2_ENABLE_VPID), AVAILABLE_NO);
}

TEST(availability_reads_the_true_msr_where_it_is_the_only_one)
{
	raw = (struct vmx_cap_msrs){0};
	cap_msr_set(&raw, CAP_TRUE_PINBASED_CTLS, (u64)PIN_NMI_EXITING << 32);
	EXPECT_EQ(control(CTL_PIN, PIN_NMI_EXITING), AVAILABLE_YES);
	EXPECT_EQ(control(CTL_PIN, PIN_VIRTUAL_NMIS), AVAILABLE_NO);
}

TEST(availability_of_fields_and_msrs)
{
	raw = (struct vmx_cap_msrs){0};
	EXPECT_EQ(availability_field(&raw, vmcs_field_find(GUEST_RIP)), AVAILABLE_YES);
	EXPECT_EQ(availability_field(&raw, vmcs_field_find(EPT_POINTER)), AVAILABLE_UNKNOWN);
	cap_msr_set(&raw, CAP_PROCBASED_CTLS, 0);
	EXPECT_EQ(availability_field(&raw, vmcs_field_find(EPT_POINTER)), AVAILABLE_NO);
	EXPECT_EQ(availability_field(&raw, vmcs_field_find(EPTP_LIST_ADDRESS)), AVAILABLE_NO);
	EXPECT_EQ(availability_bit(&raw, CAP_EPT_VPID_CAP, 21), AVAILABLE_NO);
	EXPECT_EQ(availability_msr(&raw, CAP_EPT_VPID_CAP), AVAILABLE_NO);
	EXPECT_EQ(availability_msr(&raw, CAP_TRUE_EXIT_CTLS), AVAILABLE_UNKNOWN);
}

static enum availability has_tsc_scaling(const struct vmx_cap_msrs *msrs, const void *what)
{
	return availability_control(msrs, (struct ctl_ref){CTL_SECONDARY, 25});
}

TEST(recorded_counts_the_physical_ones)
{
	struct recorded_list list = recorded_read(test_source_path("data/cpus"));
	struct recorded_count n = recorded_count(list, has_tsc_scaling, NULL);

	EXPECT_EQ(list.count, 180);
	EXPECT_EQ(n.all.yes + n.all.no + n.all.unknown, 143);
	EXPECT_TRUE(n.all.yes > 40 && n.all.no > 60);
	REQUIRE_TRUE(n.first && n.all_since);
	EXPECT_STR_EQ(n.first->name, "Haswell");
	EXPECT_TRUE(n.all_since->year >= n.first->year);
	for (unsigned int i = 0; i < list.count; i++) {
		free((void *)list.row[i].file);
		free((void *)list.row[i].cpu);
		free((void *)list.row[i].label);
	}
	free((void *)list.row);
}
