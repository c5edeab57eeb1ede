// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry: the rules of core/vmcs/check.h, until the first that is broken; and what only a
 * processor can see.
 *
 * SDM: "Checks on VMX Controls and Host-State Area", "Checking and Loading Guest State".
 */
#include "processor.h"
#include "vmcs/field_exists.h"

#define LINK_POINTER_QUALIFICATION 4

static struct vmcs_image image; /* too large for a stack; one thread plays every processor */

static void image_fill(const struct processor *processor, const struct vmcs *vmcs)
{
	image = (struct vmcs_image){.processor = processor->can, .msrs = processor->msrs};
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (vmcs_field_exists(&vmcs_field_table[i], &processor->can.config,
				      &processor->can.capability))
			vmcs_values_set(&image.fields, vmcs_field_table[i].encoding,
					vmcs->fields[i]);
}

static void run_rules(struct entry_failure *failure)
{
	struct vmcs_check check;

	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);

		if (check_rule_run(&check, &image, rule) != CHECK_BROKEN)
			continue;
		failure->words = rule->id;
		failure->consequence = check_sections[rule->section].consequence;
		failure->qualification = check_qualification(&check, rule);
		return;
	}
}

/* Lintel has no shadow VMCS, which alone could be there. */
static void follow_link_pointer(const struct vmcs *vmcs, struct entry_failure *failure)
{
	if (vmcs_get(vmcs, VMCS_LINK_POINTER) == ~(u64)0)
		return;
	*failure = (struct entry_failure){"there is no VMCS at the VMCS link pointer",
					  CHECK_FAILS_GUEST_STATE, LINK_POINTER_QUALIFICATION};
}

/* Where "virtualize APIC accesses" is 0: "VM-Execution Control Fields". */
static void look_at_task_priority(const struct vmcs *vmcs, struct entry_failure *failure)
{
	if (!(vmcs_get(vmcs, SECONDARY_VM_EXEC_CONTROL) & CPU2_VIRTUALIZE_APIC_ACCESSES) &&
	    nonroot_tpr_is_below(vmcs))
		*failure = (struct entry_failure){"the TPR threshold is above the virtual TPR",
						  CHECK_FAILS_CONTROLS, 0};
}

/* The area is read once the rules on its address have held. */
static void load_msrs(const struct vmcs *vmcs, struct entry_failure *failure)
{
	u32 count = (u32)vmcs_get(vmcs, VM_ENTRY_MSR_LOAD_COUNT);
	u64 ignored;

	if (!count)
		return;
	image.entry_load = sim_phys_to_virt(vmcs_get(vmcs, VM_ENTRY_MSR_LOAD_ADDR));
	image.entry_load_count = count;
	image.entry_load_whole = true;
	run_rules(failure);
	for (u32 i = 0; !failure->words && i < count; i++)
		if (!sim_msr_get(sim_cpu_now(), image.entry_load[i].index, &ignored))
			*failure = (struct entry_failure){"the processor has no such MSR",
							  CHECK_FAILS_MSR_LOADING, i + 1};
}

struct entry_failure entry_check(const struct processor *processor, const struct vmcs *vmcs)
{
	struct entry_failure failure = {0};

	image_fill(processor, vmcs);
	run_rules(&failure);
	if (!failure.words)
		follow_link_pointer(vmcs, &failure);
	if (!failure.words)
		look_at_task_priority(vmcs, &failure);
	if (!failure.words)
		load_msrs(vmcs, &failure);
	return failure;
}

bool entry_eptp_ok(const struct processor *processor, u64 eptp)
{
	struct vmcs_check check;

	image = (struct vmcs_image){.processor = processor->can, .msrs = processor->msrs};
	vmcs_values_set(&image.fields, CPU_BASED_VM_EXEC_CONTROL, CPU1_ACTIVATE_SECONDARY_CONTROLS);
	vmcs_values_set(&image.fields, SECONDARY_VM_EXEC_CONTROL, CPU2_ENABLE_EPT);
	vmcs_values_set(&image.fields, EPT_POINTER, eptp);
	for (unsigned int i = 0; i < check_rule_count(); i++)
		if (check_rule_at(i)->field == EPT_POINTER &&
		    check_rule_run(&check, &image, check_rule_at(i)) == CHECK_BROKEN)
			return false;
	return true;
}
