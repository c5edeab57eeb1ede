// SPDX-License-Identifier: GPL-2.0
/*
 * setup_vmcs_config(): from raw capability MSRs to vmcs_config and
 * vmx_capability, or to the list of what is in the way.
 */
#include "cap/internal.h"
#include "cap/fields.h"
#include "host.h"

struct vmcs_config vmcs_config;
struct vmx_capability vmx_capability;

#define BASIC_SIZE_MASK ((u32)0x1fff) /* of the high half of IA32_VMX_BASIC */

static void report_missing(struct cap_setup *setup, enum cap_msr msr)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];
	struct cap_problem entry = {
		.kind = CAP_MISSING,
		.msr = info->index,
		.hi_bit = 63,
		.absent = true,
		.name = info->name,
		.need = info->without,
	};

	if (info->without) {
		cap_setup_note(setup, entry);
		return;
	}
	if (info->by == CAP_MSRS) {
		entry.need = "every processor with VMX has it";
	} else {
		entry.need = "it is announced by";
		entry.other = cap_msr_table[info->by].name;
	}
	cap_setup_problem(setup, entry);
}

static void check_present(struct cap_setup *setup)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (cap_msr_announced(setup->raw, msr) && !cap_msr_present(setup->raw, msr))
			report_missing(setup, msr);
}

/*
 * No VMX at all: nothing could be read, or every MSR reads 0, as in a virtual
 * machine whose hypervisor hides VMX without making RDMSR fault.  Then that is
 * the one thing to say.
 */
static bool check_vmx_exists(struct cap_setup *setup)
{
	u32 present = setup->raw->present & ~BIT32(CAP_FEATURE_CONTROL);
	struct cap_problem entry = {
		.kind = present ? CAP_BAD_VALUE : CAP_MISSING,
		.absent = !present,
		.msr = cap_msr_table[CAP_BASIC].index,
		.hi_bit = 63,
		.name = "basic VMX information",
		.need = present ? "every VMX capability MSR reads 0: this is a virtual machine "
				  "whose hypervisor does not offer VMX"
				: "no VMX capability MSR can be read: the processor has no VMX, or "
				  "its hypervisor does not offer it",
	};
	u64 any = 0;

	for (enum cap_msr msr = CAP_BASIC; msr < CAP_MSRS; msr++)
		any |= cap_msr_value(setup->raw, msr);
	if (any)
		return true;
	cap_setup_problem(setup, entry);
	return false;
}

/* The smallest order so that 2^order pages hold size bytes. */
static u32 order_of(u32 size)
{
	u32 order = 0;

	while (((u32)LINTEL_PAGE_SIZE << order) < size)
		order++;
	return order;
}

void cap_decode(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		struct vmx_capability *capability)
{
	cap_fields_decode(raw, config, capability);
	config->order = order_of(config->size);
	config->basic_cap = (cap_msr_value(raw, CAP_BASIC) >> 32) & ~BASIC_SIZE_MASK;
}

int setup_vmcs_config(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		      struct vmx_capability *capability, struct cap_report *report)
{
	struct cap_setup setup = {
		.raw = raw,
		.config = config,
		.capability = capability,
		.report = report,
	};

	*config = (struct vmcs_config){0};
	*capability = (struct vmx_capability){0};
	cap_report_clear(report);
	if (check_vmx_exists(&setup)) {
		check_present(&setup);
		cap_decode(raw, config, capability);
		cap_check_fields(&setup);
		cap_check_consistency(&setup);
		cap_resolve_controls(&setup);
	}
	if (!cap_report_failed(report))
		return 0;
	*config = (struct vmcs_config){0};
	*capability = (struct vmx_capability){0};
	return -EIO;
}
