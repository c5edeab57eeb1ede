// SPDX-License-Identifier: GPL-2.0
/* Each rule of VM entry, broken alone: the entry fails as the SDM says. */
#include "../../conformance/vmentry/vmentry.h"
#include "facts/exit_reason.h"
#include "fixture/vm.h"
#include "exit/run.h"

struct place {
	struct fixture *machine;
	hpa_t vmcs;
	struct vmentry_host host;
	struct vmcs_msr_entry *msr_area;
	void *pages;
};

static struct vmcs_image image;

static bool place_create(struct place *place)
{
	struct vmx_cap_msrs msrs = fixture_full();
	hpa_t pages;
	u32 widths[4];

	place->machine = FIXTURE(.msrs = &msrs, .pages = 1, .vcpus = 1);
	if (!place->machine)
		return false;
	place->vmcs = fixture_vmcs(place->machine);
	place->pages = host_alloc_pages(2);
	pages = host_virt_to_phys(place->pages);
	place->msr_area = (void *)((char *)place->pages + 2 * LINTEL_PAGE_SIZE);
	place->host = (struct vmentry_host){.state = sim_host_state,
					    .page = pages,
					    .ept = pages + LINTEL_PAGE_SIZE,
					    .msr_area = pages + 2 * LINTEL_PAGE_SIZE};
	vmcs_processor_decode(&image.processor, &msrs);
	sim_cpuid(0x80000008, 0, widths);
	image.processor.physical_width = (u8)widths[0];
	image.processor.linear_width = (u8)(widths[0] >> 8);
	return true;
}

static void place_destroy(struct place *place)
{
	host_free_pages(place->pages, 2);
	fixture_destroy(place->machine);
}

static enum vmx_status enter(struct place *place)
{
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (vmcs_values_has(&image.fields, i))
			sim_vmcs_set(place->vmcs, vmcs_field_table[i].encoding,
				     image.fields.value[i]);
	return fixture_enter(place->machine);
}

static void expect_failure(struct place *place, const struct check_rule *rule,
			   enum vmx_status status)
{
	enum check_consequence consequence = check_sections[rule->section].consequence;
	u32 qualification = rule->section == CHECK_LOADING_MSRS ? 1 : rule->qualification;

	EXPECT_STR_EQ(sim_entry_failure(), rule->id);
	if (consequence <= CHECK_FAILS_HOST_STATE) {
		EXPECT_EQ(status, VMX_FAIL_VALID);
		EXPECT_EQ(sim_vmcs_get(place->vmcs, VM_INSTRUCTION_ERROR), consequence);
		return;
	}
	EXPECT_EQ(status, VMX_SUCCEED);
	EXPECT_EQ(sim_vmcs_get(place->vmcs, VM_EXIT_REASON), BIT32(31) | consequence);
	EXPECT_EQ(sim_vmcs_get(place->vmcs, EXIT_QUALIFICATION), qualification);
}

static bool is_broken(const struct check_rule *rule)
{
	struct vmcs_check check;

	return check_rule_run(&check, &image, rule) == CHECK_BROKEN;
}

/* gives: false when this processor lacks what the row takes. */
static bool check_row(struct place *place, const struct vmentry_break *row)
{
	const struct check_rule *rule = check_rule_find(row->rule);

	/* HOST_RIP is the platform's own to write, at each entry. */
	if (rule->field == HOST_RIP || !vmentry_build(&image, &place->host, row))
		return false;
	EXPECT_EQ(enter(place), VMX_SUCCEED);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	sim_signal(false);
	if (!vmentry_break(&image, row) || !is_broken(rule))
		return false;
	*place->msr_area = row->load;
	expect_failure(place, rule, enter(place));
	return true;
}

TEST(entry_fails_by_each_rule)
{
	struct place place;
	unsigned int failed = 0;

	REQUIRE_TRUE(place_create(&place));
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	EXPECT_EQ(vcpu_run(place.machine->vcpu), 0);
	EXPECT_EQ(vcpu_run(place.machine->vcpu), -EINTR);
	sim_signal(false);
	for (unsigned int i = 0; i < vmentry_break_count; i++) {
		test_context("%s", vmentry_breaks[i].rule);
		failed += check_row(&place, &vmentry_breaks[i]);
	}
	/* This processor lacks little that the rules are about. */
	EXPECT_TRUE(failed > vmentry_break_count - 20);
	place_destroy(&place);
}

/* What only the processor sees: whether there is such an MSR, and a VMCS at the link pointer. */
TEST(entry_fails_by_what_no_rule_sees)
{
	const struct vmentry_break whole = {.rule = "", .guest = PROTECTED};
	struct place place;

	REQUIRE_TRUE(place_create(&place));
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	EXPECT_EQ(vcpu_run(place.machine->vcpu), 0);
	EXPECT_TRUE(vmentry_build(&image, &place.host, &whole));

	vmcs_values_set(&image.fields, VMCS_LINK_POINTER, 0);
	EXPECT_EQ(enter(&place), VMX_SUCCEED);
	EXPECT_EQ(sim_vmcs_get(place.vmcs, VM_EXIT_REASON), BIT32(31) | 33);
	EXPECT_EQ(sim_vmcs_get(place.vmcs, EXIT_QUALIFICATION), 4);

	vmcs_values_set(&image.fields, VMCS_LINK_POINTER, ~0ull);
	vmcs_values_set(&image.fields, VM_ENTRY_MSR_LOAD_COUNT, 2);
	place.msr_area[0] = (struct vmcs_msr_entry){.index = 0x174};
	place.msr_area[1] = (struct vmcs_msr_entry){.index = 0x12345678};
	EXPECT_EQ(enter(&place), VMX_SUCCEED);
	EXPECT_EQ(sim_vmcs_get(place.vmcs, VM_EXIT_REASON), BIT32(31) | 34);
	EXPECT_EQ(sim_vmcs_get(place.vmcs, EXIT_QUALIFICATION), 2);
	place_destroy(&place);
}
