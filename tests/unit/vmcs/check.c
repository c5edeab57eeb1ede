// SPDX-License-Identifier: GPL-2.0
/* The rules of VM entry: a whole VMCS breaks none; each can be broken alone, and is reported then.
 */
#include <stdio.h>

#include "../../conformance/vmentry/vmentry.h"
#include "facts/control.h"
#include "test.h"
#include "vcpu/state.h"

#define PHYSICAL_WIDTH 46
#define LINEAR_WIDTH   48

static const struct vmentry_host host = {
	.state = {.cr0 = CR0_PE | CR0_NE | CR0_ET | CR0_WP | CR0_PG,
		  .cr4 = CR4_PAE | CR4_VMXE,
		  .cs = 8,
		  .tr = 16,
		  .efer = IA32_EFER_LME | IA32_EFER_LMA,
		  .pat = 0x0007040600070406},
	.rip = 0xffffffff81000000,
	.page = 0x1000,
	.ept = 0x2000,
	.msr_area = 0x3000,
};

/* A processor that has every control that the SDM names, and all that the rules ask for. */
static struct vmcs_processor processor_full(void)
{
	struct vmcs_processor processor = {
		.known = ~0u,
		.physical_width = PHYSICAL_WIDTH,
		.linear_width = LINEAR_WIDTH,
		.config = {.cr0_fixed0 = CR0_PE | CR0_NE | CR0_PG,
			   .cr0_fixed1 = 0xffffffff,
			   .cr4_fixed0 = CR4_VMXE,
			   .cr4_fixed1 = 0xffffffff},
		.capability = {.basic = {.any_error_code = true},
			       .ept = {.walk_length_4 = true,
				       .memory_wb = true,
				       .accessed_dirty = true,
				       .supervisor_shadow_stack = true,
				       .hlat_prefix_max = 52},
			       .misc = {.activity_hlt = true,
					.activity_shutdown = true,
					.activity_wait_for_sipi = true},
			       .vmfunc = 1},
	};

	for (unsigned int word = 0; word < CTL_WORDS; word++)
		processor.config.allowed1[word] = ctl_word_table[word].default1;
	for (unsigned int i = 0; i < ctl_table_count; i++)
		processor.config.allowed1[ctl_table[i].word] |= BIT64(ctl_table[i].bit);
	for (unsigned int word = 0; word < CTL_WORDS; word++)
		for (unsigned int bit = 0; bit < 64; bit++)
			if ((ctl_word_table[word].default1 >> bit & 1) &&
			    !ctl_find((enum ctl_word)word, bit))
				processor.config.allowed0[word] |= BIT64(bit);
	return processor;
}

/* One that lacks what some rules are about the lack of. */
static struct vmcs_processor processor_old(void)
{
	struct vmcs_processor processor = processor_full();

	processor.capability.basic.any_error_code = false;
	processor.capability.ept.accessed_dirty = false;
	processor.capability.ept.supervisor_shadow_stack = false;
	processor.config.allowed1[CTL_PRIMARY] &= ~(u64)CPU1_MONITOR_TRAP_FLAG;
	return processor;
}

static struct vmcs_image image;

/* The rules that the image breaks: the first, and how many. */
static const struct check_rule *broken(unsigned int *count)
{
	const struct check_rule *first = NULL;
	struct vmcs_check check;

	*count = 0;
	for (unsigned int i = 0; i < check_rule_count(); i++) {
		if (check_rule_run(&check, &image, check_rule_at(i)) != CHECK_BROKEN)
			continue;
		if (!first)
			first = check_rule_at(i);
		++*count;
	}
	return first;
}

static bool breaks_alone(const struct vmentry_break *row, const struct vmcs_processor *processor)
{
	const struct check_rule *rule;
	unsigned int count;

	image.processor = *processor;
	if (!vmentry_build(&image, &host, row))
		return false;
	rule = broken(&count);
	if (rule)
		test_fail(__FILE__, __LINE__, "%s: whole, it breaks %s", row->rule, rule->id);
	if (!vmentry_break(&image, row))
		return false;
	rule = broken(&count);
	return count == 1 && !strcmp(rule->id, row->rule);
}

TEST(check_each_break_breaks_its_rule_alone)
{
	const struct vmcs_processor full = processor_full(), old = processor_old();

	for (unsigned int i = 0; i < vmentry_break_count; i++) {
		const struct vmentry_break *row = &vmentry_breaks[i];

		test_context("row %u: %s", i, row->rule);
		EXPECT_TRUE(check_rule_find(row->rule));
		EXPECT_TRUE(breaks_alone(row, &full) || breaks_alone(row, &old));
	}
}

TEST(check_each_rule_can_be_broken)
{
	for (unsigned int i = 0; i < check_rule_count(); i++) {
		bool found = false;

		test_context("%s", check_rule_at(i)->id);
		for (unsigned int row = 0; row < vmentry_break_count; row++)
			found |= !strcmp(vmentry_breaks[row].rule, check_rule_at(i)->id);
		EXPECT_TRUE(found);
		EXPECT_TRUE(check_rule_find(check_rule_at(i)->id) == check_rule_at(i));
	}
	EXPECT_TRUE(check_rule_count() >= 200);
}

/* Addresses, on processors of several widths: what is in the VMCS, and the rule that it breaks. */
TEST(check_addresses_by_width)
{
	static const struct {
		unsigned int physical, linear;
		bool only_32_bits; /* of physical addresses in the VMCS: IA32_VMX_BASIC bit 48 */
		u32 field;
		u64 value;
		const char *rule;
	} rows[] = {
		{46, 48, false, VM_EXIT_MSR_STORE_ADDR, BIT64(45), NULL},
		{46, 48, false, VM_EXIT_MSR_STORE_ADDR, BIT64(46), "ctl.exit_store.width"},
		{46, 48, true, VM_EXIT_MSR_STORE_ADDR, BIT64(31), NULL},
		{46, 48, true, VM_EXIT_MSR_STORE_ADDR, BIT64(32), "ctl.exit_store.width"},
		/* a width that is not known: by what is so with every one */
		{0, 48, false, VM_EXIT_MSR_STORE_ADDR, BIT64(51), NULL},
		{0, 48, false, VM_EXIT_MSR_STORE_ADDR, BIT64(52), "ctl.exit_store.width"},
		{46, 0, false, GUEST_GDTR_BASE, BIT64(47), NULL},
		{46, 0, false, GUEST_GDTR_BASE, BIT64(55), NULL},
		{46, 0, false, GUEST_GDTR_BASE, BIT64(56), "guest.gdtr_base.canonical"},
		{46, 0, false, GUEST_GDTR_BASE, BIT64(63), "guest.gdtr_base.canonical"},
		/* more than any processor has: a mistake of who asks, not of the VMCS */
		{64, 48, false, VM_EXIT_MSR_STORE_ADDR, BIT64(63), NULL},
		{46, 48, false, GUEST_GDTR_BASE, BIT64(47), "guest.gdtr_base.canonical"},
		{46, 64, false, GUEST_GDTR_BASE, BIT64(63), NULL},
		{46, 65, false, GUEST_GDTR_BASE, BIT64(55), NULL},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		const struct check_rule *rule;
		unsigned int count;

		test_context("row %u", i);
		image.processor = processor_full();
		EXPECT_TRUE(vmentry_build(&image, &host, &vmentry_breaks[0]));
		vmcs_values_set(&image.fields, VM_EXIT_MSR_STORE_COUNT, 1);
		vmcs_values_set(&image.fields, rows[i].field, rows[i].value);
		image.processor.physical_width = rows[i].physical;
		image.processor.linear_width = rows[i].linear;
		image.processor.capability.basic.addresses_32bit = rows[i].only_32_bits;
		rule = broken(&count);
		EXPECT_STR_EQ(rule ? rule->id : "", rows[i].rule ? rows[i].rule : "");
	}
}

/* Of long mode and code of 64 bits, only both together let RIP be that long. */
TEST(check_rip_in_compatibility_mode)
{
	const struct check_rule *rule = check_rule_find("guest.rip.short");
	struct vmcs_check check;

	image.processor = processor_full();
	for (unsigned int i = 0; i < 4; i++) {
		bool ia32e = i & 1, wide = i & 2;

		test_context("row %u", i);
		EXPECT_TRUE(vmentry_build(&image, &host, &vmentry_breaks[0]));
		vmcs_values_set(&image.fields, VM_ENTRY_CONTROLS,
				ia32e ? ENTRY_IA32E_MODE_GUEST : 0);
		vmcs_values_set(&image.fields, GUEST_CS_AR_BYTES, wide ? 0xa09b : 0xc09b);
		vmcs_values_set(&image.fields, GUEST_RIP, BIT64(32));
		EXPECT_EQ(check_rule_run(&check, &image, rule) == CHECK_BROKEN, !(ia32e && wide));
	}
}

/* What is not known is not checked, and never 0. */
TEST(check_without_fields_nothing_is_broken)
{
	unsigned int count;

	image = (struct vmcs_image){0};
	EXPECT_FALSE(broken(&count));
	image.processor = processor_full();
	EXPECT_FALSE(broken(&count));

	/* Nor without a processor. */
	EXPECT_TRUE(vmentry_build(&image, &host, &vmentry_breaks[0]));
	vmcs_values_set(&image.fields, GUEST_CR3, BIT64(51) | CR3_LAM);
	vmcs_values_set(&image.fields, VM_ENTRY_INTR_INFO_FIELD, 0x80002702);
	vmcs_values_set(&image.fields, PIN_BASED_VM_EXEC_CONTROL, 0);
	image.processor = (struct vmcs_processor){0};
	EXPECT_FALSE(broken(&count));
}

/* What no processor with VMX takes is wrong without one, and what is the same for all holds. */
TEST(check_what_every_processor_decides)
{
	static const struct {
		u32 field;
		u64 value;
		const char *rule;
		enum check_result result;
	} rows[] = {
		{GUEST_CR0, CR0_PE | CR0_PG, "guest.cr0.fixed", CHECK_BROKEN},
		{GUEST_CR0, CR0_PE | CR0_NE | CR0_PG, "guest.cr0.fixed", CHECK_NOT_CHECKED},
		{GUEST_CR0, CR0_PE | CR0_NE | CR0_PG | BIT64(32), "guest.cr0.fixed", CHECK_BROKEN},
		{GUEST_CR4, CR4_PAE, "guest.cr4.fixed", CHECK_BROKEN},
		{HOST_CR0, CR0_NE | CR0_PG, "host.cr0.fixed", CHECK_BROKEN},
		{HOST_CR4, CR4_PAE, "host.cr4.fixed", CHECK_BROKEN},
		{GUEST_CR3, BIT64(63), "guest.cr3.width", CHECK_BROKEN},
		{GUEST_CR3, BIT64(62), "guest.cr3.width", CHECK_NOT_CHECKED},
		{GUEST_CR3, BIT64(62) | BIT64(52), "guest.cr3.width", CHECK_BROKEN},
		{HOST_CR3, BIT64(31), "host.cr3.width", CHECK_HOLDS},
		{GUEST_ACTIVITY_STATE, 4, "guest.activity.supported", CHECK_BROKEN},
		{GUEST_ACTIVITY_STATE, 1, "guest.activity.supported", CHECK_NOT_CHECKED},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80004306, "event.reserved", CHECK_BROKEN},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80002306, "event.reserved", CHECK_NOT_CHECKED},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80000703, "event.vector.other", CHECK_BROKEN},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80000702, "event.vector.other", CHECK_NOT_CHECKED},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80000700, "event.vector.other", CHECK_HOLDS},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct vmcs_check check;

		test_context("row %u: %s", i, rows[i].rule);
		image.processor = processor_full();
		EXPECT_TRUE(vmentry_build(&image, &host, &vmentry_breaks[0]));
		image.processor = (struct vmcs_processor){0};
		vmcs_values_set(&image.fields, rows[i].field, rows[i].value);
		EXPECT_EQ(check_rule_run(&check, &image, check_rule_find(rows[i].rule)),
			  rows[i].result);
	}
}

/* With EPT on and PAE paging: the bits of a PDPTE that are reserved whatever the width. */
TEST(check_pdptes_without_a_width)
{
	const struct check_rule *rule = check_rule_find("guest.pdpte0");
	struct vmcs_check check;

	image = (struct vmcs_image){0};
	vmcs_values_set(&image.fields, GUEST_CR0, CR0_PE | CR0_NE | CR0_PG);
	vmcs_values_set(&image.fields, GUEST_CR4, CR4_PAE | CR4_VMXE);
	vmcs_values_set(&image.fields, VM_ENTRY_CONTROLS, 0x11ff);
	vmcs_values_set(&image.fields, CPU_BASED_VM_EXEC_CONTROL, CPU1_ACTIVATE_SECONDARY_CONTROLS);
	vmcs_values_set(&image.fields, SECONDARY_VM_EXEC_CONTROL, CPU2_ENABLE_EPT);
	vmcs_values_set(&image.fields, GUEST_PDPTE0, 0x4000001007);
	EXPECT_EQ(check_rule_run(&check, &image, rule), CHECK_BROKEN);
	EXPECT_EQ(check.must_be_0, 6);
	vmcs_values_set(&image.fields, GUEST_PDPTE0, 0x4000001001);
	EXPECT_EQ(check_rule_run(&check, &image, rule), CHECK_NOT_CHECKED);
	vmcs_values_set(&image.fields, GUEST_PDPTE0, 0x40001001);
	EXPECT_EQ(check_rule_run(&check, &image, rule), CHECK_HOLDS);
}

/* What newer processors allow, by the MSR that says so. */
TEST(check_newer_processors_allow_more)
{
	static const struct {
		u32 field;
		u64 value;
		const char *rule;
	} rows[] = {
		{GUEST_CR3, BIT64(61), "guest.cr3.width"},
		{GUEST_CR3, BIT64(62), "guest.cr3.width"},
		{HOST_CR3, CR3_LAM, "host.cr3.width"},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80000701, "event.vector.other"},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80000702, "event.vector.other"},
		{VM_ENTRY_INTR_INFO_FIELD, 0x80002306, "event.reserved"},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows) * 2; i++) {
		bool newer = i & 1;
		struct vmcs_check check;

		test_context("row %u: %s", i / 2, rows[i / 2].rule);
		image.processor = processor_full();
		EXPECT_TRUE(vmentry_build(&image, &host, &vmentry_breaks[0]));
		image.processor.config.cr4_fixed1 = newer ? CR4_LAM_SUP | CR4_FRED : 0;
		image.processor.capability.basic.nested_exception = newer;
		vmcs_values_set(&image.fields, rows[i / 2].field, rows[i / 2].value);
		EXPECT_EQ(check_rule_run(&check, &image, check_rule_find(rows[i / 2].rule)),
			  newer ? CHECK_HOLDS : CHECK_BROKEN);
	}
}

static char report[4096];

static void append(void *context, const char *line)
{
	size_t used = strlen(report);

	snprintf(report + used, sizeof(report) - used, "%s\n", line);
}

TEST(check_reports_fields_bits_and_consequence)
{
	struct check_summary summary;

	report[0] = '\0';
	image.processor = processor_full();
	EXPECT_TRUE(vmentry_build(&image, &host, &vmentry_breaks[0]));
	vmcs_values_set(&image.fields, GUEST_CR3, BIT64(52) | 0x1000);
	vmcs_values_set(&image.fields, VMCS_LINK_POINTER, 0x800);
	summary = vmcs_check_report(&image, append, NULL);
	EXPECT_EQ(summary.broken, 2);
	EXPECT_EQ(summary.holds + summary.broken + summary.not_checked, check_rule_count());
	EXPECT_STR_EQ(
		report,
		"broken rule guest.cr3.width: needed: no bit beyond the physical-address width; "
		"62 and 61 only where there is LAM\n"
		"  0x6802 = 0x10000000001000  Guest CR3\n"
		"  bits that must be 0: 0x10000000000000\n"
		"  SDM \"Checks on Guest Control Registers, Debug Registers, and MSRs\": exit "
		"reason 33 with bit 31 set, qualification 0\n"
		"broken rule guest.link_pointer.aligned: needed: bits 11:0 are 0, or all bits "
		"are 1\n"
		"  0x2800 = 0x800  VMCS link pointer\n"
		"  bits that must be 0: 0x800\n"
		"  SDM \"Checks on Guest Non-Register State\": exit reason 33 with bit 31 set, "
		"qualification 4\n");
}
