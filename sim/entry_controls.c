// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry: the checks of the control fields.
 *
 * SDM: "Checks on VMX Controls".
 */
#include "processor.h"

static const u32 control_fields[CTL_WORDS] = {
	[CTL_PIN] = PIN_BASED_VM_EXEC_CONTROL,
	[CTL_PRIMARY] = CPU_BASED_VM_EXEC_CONTROL,
	[CTL_SECONDARY] = SECONDARY_VM_EXEC_CONTROL,
	[CTL_TERTIARY] = TERTIARY_VM_EXEC_CONTROL,
	[CTL_EXIT] = VM_EXIT_CONTROLS,
	[CTL_EXIT2] = SECONDARY_VM_EXIT_CONTROLS,
	[CTL_ENTRY] = VM_ENTRY_CONTROLS,
};

u64 entry_field(const struct entry *entry, u32 field)
{
	const struct vmcs_field *row = vmcs_field_find(field);

	if (!row ||
	    !vmcs_field_exists(row, &entry->processor->config, &entry->processor->capability))
		return 0;
	return vmcs_get(entry->vmcs, field);
}

void entry_begin(struct entry *entry, const struct processor *processor, const struct vmcs *vmcs)
{
	u64 *control = entry->control;

	*entry = (struct entry){.processor = processor, .vmcs = vmcs};
	for (unsigned int word = 0; word < CTL_WORDS; word++)
		control[word] = entry_field(entry, control_fields[word]);
	if (!(control[CTL_PRIMARY] & CPU1_ACTIVATE_SECONDARY_CONTROLS))
		control[CTL_SECONDARY] = 0;
	if (!(control[CTL_PRIMARY] & CPU1_ACTIVATE_TERTIARY_CONTROLS))
		control[CTL_TERTIARY] = 0;
	if (!(control[CTL_EXIT] & EXIT_ACTIVATE_SECONDARY_CONTROLS))
		control[CTL_EXIT2] = 0;
}

static void check_reserved(struct entry *entry, enum ctl_word word, bool active, const char *words)
{
	const struct vmcs_config *config = &entry->processor->config;

	if (active)
		entry_rule(entry,
			   entry_fixed_ok(entry->control[word], config->allowed0[word],
					  config->allowed1[word]),
			   words);
}

static void check_words(struct entry *entry)
{
	bool secondary = entry_has(entry, CTL_PRIMARY, CPU1_ACTIVATE_SECONDARY_CONTROLS);
	bool tertiary = entry_has(entry, CTL_PRIMARY, CPU1_ACTIVATE_TERTIARY_CONTROLS);
	bool exit2 = entry_has(entry, CTL_EXIT, EXIT_ACTIVATE_SECONDARY_CONTROLS);

	check_reserved(entry, CTL_PIN, true, "pin-based controls: a bit has a setting not allowed");
	check_reserved(entry, CTL_PRIMARY, true,
		       "primary controls: a bit has a setting not allowed");
	check_reserved(entry, CTL_SECONDARY, secondary,
		       "secondary controls: a bit has a setting not allowed");
	check_reserved(entry, CTL_TERTIARY, tertiary,
		       "tertiary controls: a bit has a setting not allowed");
	check_reserved(entry, CTL_EXIT, true, "VM-exit controls: a bit has a setting not allowed");
	check_reserved(entry, CTL_EXIT2, exit2,
		       "secondary VM-exit controls: a bit has a setting not allowed");
	check_reserved(entry, CTL_ENTRY, true,
		       "VM-entry controls: a bit has a setting not allowed");
}

/* When any bit of `given` is as `given_on` says, all bits of `then` must be as `then_on` says. */
struct dependency {
	u8 given_word, then_word;
	bool given_on, then_on;
	u64 given, then;
	const char *words;
};

#define IF_ON(word_, bit)    .given_word = (word_), .given = (bit), .given_on = true
#define IF_OFF(word_, bit)   .given_word = (word_), .given = (bit), .given_on = false
#define THEN_ON(word_, bit)  .then_word = (word_), .then = (bit), .then_on = true
#define THEN_OFF(word_, bit) .then_word = (word_), .then = (bit), .then_on = false

static const struct dependency dependencies[] = {
	{IF_OFF(CTL_PIN, PIN_NMI_EXITING), THEN_OFF(CTL_PIN, PIN_VIRTUAL_NMIS),
	 .words = "virtual NMIs need NMI exiting"},
	{IF_OFF(CTL_PIN, PIN_VIRTUAL_NMIS), THEN_OFF(CTL_PRIMARY, CPU1_NMI_WINDOW_EXITING),
	 .words = "NMI-window exiting needs virtual NMIs"},
	{IF_OFF(CTL_PRIMARY, CPU1_USE_TPR_SHADOW),
	 THEN_OFF(CTL_SECONDARY, CPU2_VIRTUALIZE_X2APIC_MODE | CPU2_APIC_REGISTER_VIRTUALIZATION |
					 CPU2_VIRTUAL_INTERRUPT_DELIVERY),
	 .words = "APIC virtualization needs the TPR shadow"},
	{IF_OFF(CTL_PRIMARY, CPU1_USE_TPR_SHADOW), THEN_OFF(CTL_TERTIARY, CPU3_IPI_VIRTUALIZATION),
	 .words = "IPI virtualization needs the TPR shadow"},
	{IF_ON(CTL_SECONDARY, CPU2_VIRTUALIZE_X2APIC_MODE),
	 THEN_OFF(CTL_SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES),
	 .words = "x2APIC mode and APIC accesses cannot both be virtualized"},
	{IF_ON(CTL_SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY),
	 THEN_ON(CTL_PIN, PIN_EXTERNAL_INTERRUPT_EXITING),
	 .words = "virtual-interrupt delivery needs external-interrupt exiting"},
	{IF_ON(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS),
	 THEN_ON(CTL_SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY),
	 .words = "posted interrupts need virtual-interrupt delivery"},
	{IF_ON(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS),
	 THEN_ON(CTL_EXIT, EXIT_ACKNOWLEDGE_INTERRUPT),
	 .words = "posted interrupts need acknowledge interrupt on exit"},
	{IF_ON(CTL_SECONDARY, CPU2_UNRESTRICTED_GUEST | CPU2_ENABLE_PML |
				      CPU2_MODE_BASED_EXECUTE_EPT | CPU2_SUB_PAGE_WRITE_EPT |
				      CPU2_PT_USES_GUEST_PHYSICAL),
	 THEN_ON(CTL_SECONDARY, CPU2_ENABLE_EPT), .words = "a secondary control needs EPT"},
	{IF_ON(CTL_TERTIARY,
	       CPU3_ENABLE_HLAT | CPU3_EPT_PAGING_WRITE_CONTROL | CPU3_GUEST_PAGING_VERIFICATION),
	 THEN_ON(CTL_SECONDARY, CPU2_ENABLE_EPT), .words = "a tertiary control needs EPT"},
	{IF_ON(CTL_SECONDARY, CPU2_PT_USES_GUEST_PHYSICAL),
	 THEN_ON(CTL_ENTRY, ENTRY_LOAD_IA32_RTIT_CTL),
	 .words = "Intel PT with guest-physical addresses needs load IA32_RTIT_CTL"},
	{IF_ON(CTL_SECONDARY, CPU2_PT_USES_GUEST_PHYSICAL),
	 THEN_ON(CTL_EXIT, EXIT_CLEAR_IA32_RTIT_CTL),
	 .words = "Intel PT with guest-physical addresses needs clear IA32_RTIT_CTL"},
	{IF_OFF(CTL_PIN, PIN_ACTIVATE_PREEMPTION_TIMER),
	 THEN_OFF(CTL_EXIT, EXIT_SAVE_PREEMPTION_TIMER),
	 .words = "saving the preemption timer needs the preemption timer"},
};

static void check_dependencies(struct entry *entry)
{
	for (unsigned int i = 0; i < COUNT_OF(dependencies); i++) {
		const struct dependency *row = &dependencies[i];
		u64 then = entry->control[row->then_word] & row->then;

		if (entry_has(entry, row->given_word, row->given) == row->given_on)
			entry_rule(entry, then == (row->then_on ? row->then : 0), row->words);
	}
	entry_rule(entry,
		   !entry_has(entry, CTL_ENTRY, ENTRY_ENTRY_TO_SMM | ENTRY_DEACTIVATE_DUAL_MONITOR),
		   "outside SMM there is no entry to SMM");
}

/* A physical address that counts when the control is 1. */
struct address_rule {
	u8 word;
	u64 mask;
	u32 field;
	u32 alignment;
	const char *words;
};

static const struct address_rule addresses[] = {
	{CTL_PRIMARY, CPU1_USE_IO_BITMAPS, IO_BITMAP_A, 4096, "address of I/O bitmap A"},
	{CTL_PRIMARY, CPU1_USE_IO_BITMAPS, IO_BITMAP_B, 4096, "address of I/O bitmap B"},
	{CTL_PRIMARY, CPU1_USE_MSR_BITMAPS, MSR_BITMAP, 4096, "address of MSR bitmaps"},
	{CTL_PRIMARY, CPU1_USE_TPR_SHADOW, VIRTUAL_APIC_PAGE_ADDR, 4096, "virtual-APIC address"},
	{CTL_SECONDARY, CPU2_VIRTUALIZE_APIC_ACCESSES, APIC_ACCESS_ADDR, 4096,
	 "APIC-access address"},
	{CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS, POSTED_INTR_DESC_ADDR, 64,
	 "posted-interrupt descriptor address"},
	{CTL_SECONDARY, CPU2_ENABLE_PML, PML_ADDRESS, 4096, "PML address"},
	{CTL_SECONDARY, CPU2_SUB_PAGE_WRITE_EPT, SPP_TABLE_POINTER, 4096,
	 "sub-page-permission-table pointer"},
	{CTL_SECONDARY, CPU2_VMCS_SHADOWING, VMREAD_BITMAP, 4096, "VMREAD-bitmap address"},
	{CTL_SECONDARY, CPU2_VMCS_SHADOWING, VMWRITE_BITMAP, 4096, "VMWRITE-bitmap address"},
	{CTL_SECONDARY, CPU2_EPT_VIOLATION_VE, VE_INFORMATION_ADDRESS, 4096,
	 "virtualization-exception information address"},
	{CTL_SECONDARY, CPU2_PASID_TRANSLATION, LOW_PASID_DIRECTORY_ADDR, 4096,
	 "low PASID directory address"},
	{CTL_SECONDARY, CPU2_PASID_TRANSLATION, HIGH_PASID_DIRECTORY_ADDR, 4096,
	 "high PASID directory address"},
};

static void check_addresses(struct entry *entry)
{
	for (unsigned int i = 0; i < COUNT_OF(addresses); i++) {
		const struct address_rule *row = &addresses[i];

		if (entry_has(entry, row->word, row->mask))
			entry_rule(entry,
				   processor_address_ok(entry->processor,
							entry_field(entry, row->field),
							row->alignment),
				   row->words);
	}
}

#define MSR_ENTRY_SIZE 16

static void check_msr_area(struct entry *entry, u32 count_field, u32 address_field,
			   const char *words)
{
	u64 count = entry_field(entry, count_field), first = entry_field(entry, address_field);
	u64 last = first + count * MSR_ENTRY_SIZE - 1;

	if (count)
		entry_rule(entry,
			   processor_address_ok(entry->processor, first, MSR_ENTRY_SIZE) &&
				   processor_address_ok(entry->processor, last, 1),
			   words);
}

const char *entry_eptp_problem(const struct processor *processor, u64 eptp)
{
	const struct vmx_capability *capability = &processor->capability;
	u64 type = eptp & 7, walk = eptp >> 3 & 7;

	if (!(type == 0 && capability->ept.memory_uc) && !(type == 6 && capability->ept.memory_wb))
		return "EPTP: memory type";
	if (!(walk == 3 && capability->ept.walk_length_4) &&
	    !(walk == 4 && capability->ept.walk_length_5))
		return "EPTP: page-walk length";
	if ((eptp & BIT64(6)) && !capability->ept.accessed_dirty)
		return "EPTP: accessed and dirty flags are not supported";
	if ((eptp & BIT64(7)) && !capability->ept.supervisor_shadow_stack)
		return "EPTP: supervisor shadow-stack control is not supported";
	if ((eptp & 0xf00) || !processor_address_ok(processor, eptp & ~(u64)0xfff, 1))
		return "EPTP: reserved bits";
	return NULL;
}

static void check_values(struct entry *entry)
{
	const char *eptp;

	entry_rule(entry, entry_field(entry, CR3_TARGET_COUNT) <= 4, "CR3-target count");
	if (entry_has(entry, CTL_PRIMARY, CPU1_USE_TPR_SHADOW) &&
	    !entry_has(entry, CTL_SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY))
		entry_rule(entry, !(entry_field(entry, TPR_THRESHOLD) & ~0xfull), "TPR threshold");
	if (entry_has(entry, CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS))
		entry_rule(entry, entry_field(entry, POSTED_INTR_NV) <= 255,
			   "posted-interrupt notification vector");
	if (entry_has(entry, CTL_SECONDARY, CPU2_ENABLE_VPID))
		entry_rule(entry, entry_field(entry, VIRTUAL_PROCESSOR_ID), "VPID is 0");
	if (entry_has(entry, CTL_SECONDARY, CPU2_USE_TSC_SCALING))
		entry_rule(entry, entry_field(entry, TSC_MULTIPLIER), "TSC multiplier is 0");
	if (entry_has(entry, CTL_SECONDARY, CPU2_ENABLE_EPT)) {
		eptp = entry_eptp_problem(entry->processor, entry_field(entry, EPT_POINTER));
		entry_rule(entry, !eptp, eptp);
	}
	if (entry_has(entry, CTL_SECONDARY, CPU2_ENABLE_VM_FUNCTIONS))
		entry_rule(entry,
			   !(entry_field(entry, VM_FUNCTION_CONTROL) &
			     ~entry->processor->capability.vmfunc),
			   "VM-function controls");
}

/* --- "VM-Entry Control Fields": the event to inject --- */

enum {
	EVENT_EXTERNAL = 0,
	EVENT_RESERVED = 1,
	EVENT_NMI = 2,
	EVENT_EXCEPTION = 3,
	EVENT_SOFT_INTERRUPT = 4,
	EVENT_PRIVILEGED_EXCEPTION = 5,
	EVENT_SOFT_EXCEPTION = 6,
	EVENT_OTHER = 7,
};

#define EVENT_VALID	 BIT32(31)
#define EVENT_ERROR_CODE BIT32(11)
#define EVENT_RESERVED_0 0x7ffff000u
/* #DF, #TS, #NP, #SS, #GP, #PF, #AC */
#define VECTORS_WITH_ERROR_CODE 0x00027d00u

static void check_error_code(struct entry *entry, u32 info)
{
	bool has = info & EVENT_ERROR_CODE;
	bool protected = entry_field(entry, GUEST_CR0) & 1;
	u32 type = info >> 8 & 7, vector = info & 0xff;
	bool may = type == EVENT_EXCEPTION && protected;
	bool usual = may && vector < 32 && (VECTORS_WITH_ERROR_CODE >> vector & 1);

	if (entry->processor->capability.basic.any_error_code)
		entry_rule(entry, !has || may, "event: an error code cannot go with it");
	else
		entry_rule(entry, has == usual, "event: error code where there is none, or none");
	if (has)
		entry_rule(entry, !(entry_field(entry, VM_ENTRY_EXCEPTION_ERROR_CODE) >> 16),
			   "event: error code of more than 16 bits");
}

static void check_event(struct entry *entry)
{
	u32 info = (u32)entry_field(entry, VM_ENTRY_INTR_INFO_FIELD);
	u64 length = entry_field(entry, VM_ENTRY_INSTRUCTION_LEN);
	u32 type = info >> 8 & 7, vector = info & 0xff;

	if (!(info & EVENT_VALID))
		return;
	entry_rule(entry, type != EVENT_RESERVED, "event: reserved type");
	entry_rule(entry,
		   type != EVENT_OTHER || (entry->processor->config.allowed1[CTL_PRIMARY] &
					   CPU1_MONITOR_TRAP_FLAG),
		   "event: other events need the monitor trap flag");
	entry_rule(entry, type != EVENT_NMI || vector == 2, "event: NMI with another vector");
	entry_rule(entry, type != EVENT_EXCEPTION || vector <= 31,
		   "event: exception with a vector above 31");
	entry_rule(entry, type != EVENT_OTHER || vector == 0, "event: other event with a vector");
	entry_rule(entry, !(info & EVENT_RESERVED_0), "event: reserved bits");
	check_error_code(entry, info);
	if (type >= EVENT_SOFT_INTERRUPT && type <= EVENT_SOFT_EXCEPTION)
		entry_rule(entry,
			   length <= 15 &&
				   (length || entry->processor->capability.misc.inject_length_0),
			   "event: instruction length");
}

void entry_check_controls(struct entry *entry)
{
	check_words(entry);
	check_dependencies(entry);
	check_addresses(entry);
	check_values(entry);
	check_msr_area(entry, VM_EXIT_MSR_STORE_COUNT, VM_EXIT_MSR_STORE_ADDR,
		       "VM-exit MSR-store address");
	check_msr_area(entry, VM_EXIT_MSR_LOAD_COUNT, VM_EXIT_MSR_LOAD_ADDR,
		       "VM-exit MSR-load address");
	check_msr_area(entry, VM_ENTRY_MSR_LOAD_COUNT, VM_ENTRY_MSR_LOAD_ADDR,
		       "VM-entry MSR-load address");
	check_event(entry);
}
