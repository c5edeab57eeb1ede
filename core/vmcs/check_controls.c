// SPDX-License-Identifier: GPL-2.0
/*
 * The rules on the control fields, but for the event to inject.
 *
 * SDM: "Checks on VMX Controls".
 */
#include "vmcs/check_rule.h"
#include "facts/control.h"

/* The operand is the word. */
static bool allowed(struct vmcs_check *check, const struct check_rule *rule)
{
	enum ctl_word word = (enum ctl_word)rule->operand;
	enum cap_msr msr = cap_word_msr(&check->image->msrs, word);
	const struct vmcs_config *config = &check_capability(check, msr)->config;

	return check_bits(check, check_control(check, word), config->allowed0[word],
			  config->allowed1[word]);
}

static bool cr3_targets(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_field(check, rule->field) <= 4;
}

/* IA32_VMX_BASIC can limit the addresses of structures to 32 bits: not on a processor with Intel
 * 64, which the VMM runs on, so it need not be known. */
static u64 beyond_structures(struct vmcs_check *check, u64 address)
{
	u64 beyond = check_beyond_width(check, address);

	if (check->image->processor.capability.basic.addresses_32bit)
		beyond |= address & ~(u64)0xffffffff;
	return beyond;
}

static bool structure_width(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 address = check_field(check, rule->field);

	return check_bits(check, address, 0, ~beyond_structures(check, address));
}

static bool eptp_memory_type(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 type = check_field(check, rule->field) & 7;
	const struct vmx_capability *can;

	if (type != 0 && type != 6)
		return false;
	can = &check_capability(check, CAP_EPT_VPID_CAP)->capability;
	return (type == 0 && can->ept.memory_uc) || (type == 6 && can->ept.memory_wb);
}

static bool eptp_walk(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 walk = check_field(check, rule->field) >> 3 & 7;
	const struct vmx_capability *can;

	if (walk != 3 && walk != 4)
		return false;
	can = &check_capability(check, CAP_EPT_VPID_CAP)->capability;
	return (walk == 3 && can->ept.walk_length_4) || (walk == 4 && can->ept.walk_length_5);
}

/* Bits 6 and 7 are for processors that have what they turn on. */
static bool eptp_features(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 eptp = check_field(check, rule->field);
	const struct vmx_capability *can;
	bool has;

	if (!(eptp & rule->operand))
		return true;
	can = &check_capability(check, CAP_EPT_VPID_CAP)->capability;
	has = rule->operand == BIT64(6) ? can->ept.accessed_dirty
					: can->ept.supervisor_shadow_stack;
	return check_bits(check, eptp, 0, has ? ~0ull : ~rule->operand);
}

static bool hlat_prefix(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 size = check_field(check, rule->field);

	return !size ||
	       size <= check_capability(check, CAP_EPT_VPID_CAP)->capability.ept.hlat_prefix_max;
}

static bool vm_functions(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 functions = check_field(check, rule->field);

	return !functions || check_bits(check, functions, 0,
					check_capability(check, CAP_VMFUNC)->capability.vmfunc);
}

static bool eptp_list_zero_bits(struct vmcs_check *check, const struct check_rule *rule)
{
	return !(check_field(check, VM_FUNCTION_CONTROL) & VMFUNC_EPTP_SWITCHING) ||
	       check_zero_bits(check, rule);
}

static bool eptp_list_width(struct vmcs_check *check, const struct check_rule *rule)
{
	return !(check_field(check, VM_FUNCTION_CONTROL) & VMFUNC_EPTP_SWITCHING) ||
	       structure_width(check, rule);
}

static bool eptp_switching_ept(struct vmcs_check *check, const struct check_rule *rule)
{
	return !(check_field(check, rule->field) & VMFUNC_EPTP_SWITCHING) ||
	       check_has(check, CTL_SECONDARY, CPU2_ENABLE_EPT);
}

/* The operand is the field that counts the 16-byte entries; 0 entries have no address. */
static bool msr_area_aligned(struct vmcs_check *check, const struct check_rule *rule)
{
	return !check_field(check, (u32)rule->operand) ||
	       check_bits(check, check_field(check, rule->field), 0, ~(u64)0xf);
}

static bool msr_area_width(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 count = check_field(check, (u32)rule->operand);
	u64 first, last;

	if (!count)
		return true;
	first = check_field(check, rule->field);
	last = first + count * sizeof(struct vmcs_msr_entry) - 1;
	return !beyond_structures(check, first | last);
}

#define ALLOWED(id_, section_, field_, word_, ...)                                                 \
	{                                                                                          \
		.id = id_, .section = section_, .holds = allowed, .field = field_,                 \
		.operand = word_, .need = "each bit as the capability MSR allows it", .when = {    \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
/* A control that may be 1 only where another is as `when` does not say. */
#define NEVER(id_, need_, field_, ...)                                                             \
	{                                                                                          \
		.id = id_, .section = CHECK_EXECUTION_CONTROLS, .holds = check_never,              \
		.field = field_, .need = need_, .when = {                                          \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ADDRESS_BITS(name, field_, bits, words, ...)                                               \
	{                                                                                          \
		.id = "ctl." name ".aligned", .section = CHECK_EXECUTION_CONTROLS,                 \
		.holds = check_zero_bits, .field = field_, .operand = bits, .need = words,         \
		.when = {                                                                          \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ADDRESS_WIDTH(name, field_, ...)                                                           \
	{                                                                                          \
		.id = "ctl." name ".width", .section = CHECK_EXECUTION_CONTROLS,                   \
		.holds = structure_width, .field = field_, .need = NEED_WIDTH, .when = {           \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define PAGE(name, field, ...)                                                                     \
	ADDRESS_BITS(name, field, 0xfff, NEED_PAGE, __VA_ARGS__),                                  \
		ADDRESS_WIDTH(name, field, __VA_ARGS__)
#define VALUE(id_, need_, holds_, field_, operand_, ...)                                           \
	{                                                                                          \
		.id = id_, .section = CHECK_EXECUTION_CONTROLS, .holds = holds_, .field = field_,  \
		.operand = operand_, .need = need_, .when = {                                      \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define MSR_AREA(name, section_, address, count)                                                   \
	{.id = "ctl." name ".aligned",                                                             \
	 .section = section_,                                                                      \
	 .holds = msr_area_aligned,                                                                \
	 .field = address,                                                                         \
	 .operand = count,                                                                         \
	 .need = "bits 3:0 are 0"},                                                                \
	{                                                                                          \
		.id = "ctl." name ".width", .section = section_, .holds = msr_area_width,          \
		.field = address, .operand = count,                                                \
		.need = "the area ends within the physical-address width"                          \
	}

#define PIN  PIN_BASED_VM_EXEC_CONTROL
#define CPU1 CPU_BASED_VM_EXEC_CONTROL
#define CPU2 SECONDARY_VM_EXEC_CONTROL
#define CPU3 TERTIARY_VM_EXEC_CONTROL

#define NEEDS_EPT     "\"enable EPT\" is 1"
#define NEEDS_SHADOW  "\"use TPR shadow\" is 1"
#define IF_CPU1(bits) WHEN(CTL_PRIMARY, bits)
#define IF_CPU2(bits) WHEN(CTL_SECONDARY, bits)
#define IF_CPU3(bits) WHEN(CTL_TERTIARY, bits)
#define NO_EPT	      WHEN_OFF(CTL_SECONDARY, CPU2_ENABLE_EPT)
#define NO_SHADOW     WHEN_OFF(CTL_PRIMARY, CPU1_USE_TPR_SHADOW)

static const struct check_rule rules[] = {
	ALLOWED("ctl.pin.allowed", CHECK_EXECUTION_CONTROLS, PIN, CTL_PIN),
	ALLOWED("ctl.primary.allowed", CHECK_EXECUTION_CONTROLS, CPU1, CTL_PRIMARY),
	ALLOWED("ctl.secondary.allowed", CHECK_EXECUTION_CONTROLS, CPU2, CTL_SECONDARY,
		WHEN(CTL_PRIMARY, CPU1_ACTIVATE_SECONDARY_CONTROLS)),
	ALLOWED("ctl.tertiary.allowed", CHECK_EXECUTION_CONTROLS, CPU3, CTL_TERTIARY,
		WHEN(CTL_PRIMARY, CPU1_ACTIVATE_TERTIARY_CONTROLS)),

	VALUE("ctl.cr3_targets", "at most 4", cr3_targets, CR3_TARGET_COUNT, 0),
	PAGE("io_bitmap_a", IO_BITMAP_A, IF_CPU1(CPU1_USE_IO_BITMAPS)),
	PAGE("io_bitmap_b", IO_BITMAP_B, IF_CPU1(CPU1_USE_IO_BITMAPS)),
	PAGE("msr_bitmap", MSR_BITMAP, IF_CPU1(CPU1_USE_MSR_BITMAPS)),
	PAGE("virtual_apic", VIRTUAL_APIC_PAGE_ADDR, IF_CPU1(CPU1_USE_TPR_SHADOW)),
	VALUE("ctl.tpr_threshold", "bits 31:4 are 0", check_zero_bits, TPR_THRESHOLD, ~0xfull,
	      IF_CPU1(CPU1_USE_TPR_SHADOW),
	      WHEN_OFF(CTL_SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY)),
	NEVER("ctl.virtual_nmis", "\"NMI exiting\" is 1", PIN, WHEN(CTL_PIN, PIN_VIRTUAL_NMIS),
	      WHEN_OFF(CTL_PIN, PIN_NMI_EXITING)),
	NEVER("ctl.nmi_window", "\"virtual NMIs\" is 1", CPU1, IF_CPU1(CPU1_NMI_WINDOW_EXITING),
	      WHEN_OFF(CTL_PIN, PIN_VIRTUAL_NMIS)),
	PAGE("apic_access", APIC_ACCESS_ADDR, IF_CPU2(CPU2_VIRTUALIZE_APIC_ACCESSES)),
	NEVER("ctl.x2apic.tpr_shadow", NEEDS_SHADOW, CPU2, IF_CPU2(CPU2_VIRTUALIZE_X2APIC_MODE),
	      NO_SHADOW),
	NEVER("ctl.apic_register.tpr_shadow", NEEDS_SHADOW, CPU2,
	      IF_CPU2(CPU2_APIC_REGISTER_VIRTUALIZATION), NO_SHADOW),
	NEVER("ctl.virtual_interrupts.tpr_shadow", NEEDS_SHADOW, CPU2,
	      IF_CPU2(CPU2_VIRTUAL_INTERRUPT_DELIVERY), NO_SHADOW),
	NEVER("ctl.ipi.tpr_shadow", NEEDS_SHADOW, CPU3, IF_CPU3(CPU3_IPI_VIRTUALIZATION),
	      NO_SHADOW),
	NEVER("ctl.x2apic.apic_accesses", "\"virtualize APIC accesses\" is 0", CPU2,
	      IF_CPU2(CPU2_VIRTUALIZE_X2APIC_MODE), IF_CPU2(CPU2_VIRTUALIZE_APIC_ACCESSES)),
	NEVER("ctl.virtual_interrupts.exiting", "\"external-interrupt exiting\" is 1", CPU2,
	      IF_CPU2(CPU2_VIRTUAL_INTERRUPT_DELIVERY),
	      WHEN_OFF(CTL_PIN, PIN_EXTERNAL_INTERRUPT_EXITING)),
	NEVER("ctl.posted.delivery", "\"virtual-interrupt delivery\" is 1", PIN,
	      WHEN(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS),
	      WHEN_OFF(CTL_SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY)),
	NEVER("ctl.posted.acknowledge", "\"acknowledge interrupt on exit\" is 1", PIN,
	      WHEN(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS),
	      WHEN_OFF(CTL_EXIT, EXIT_ACKNOWLEDGE_INTERRUPT)),
	VALUE("ctl.posted.vector", "bits 15:8 are 0", check_zero_bits, POSTED_INTR_NV, 0xff00,
	      WHEN(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS)),
	ADDRESS_BITS("posted", POSTED_INTR_DESC_ADDR, 0x3f, "bits 5:0 are 0",
		     WHEN(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS)),
	ADDRESS_WIDTH("posted", POSTED_INTR_DESC_ADDR,
		      WHEN(CTL_PIN, PIN_PROCESS_POSTED_INTERRUPTS)),
	VALUE("ctl.vpid", "not 0", check_not_zero, VIRTUAL_PROCESSOR_ID, 0,
	      IF_CPU2(CPU2_ENABLE_VPID)),
	VALUE("ctl.eptp.memory_type", "a memory type that the processor supports (bits 2:0)",
	      eptp_memory_type, EPT_POINTER, 0, IF_CPU2(CPU2_ENABLE_EPT)),
	VALUE("ctl.eptp.walk", "a page-walk length that the processor supports (bits 5:3)",
	      eptp_walk, EPT_POINTER, 0, IF_CPU2(CPU2_ENABLE_EPT)),
	VALUE("ctl.eptp.accessed_dirty", "bit 6 is 0 where there are no accessed and dirty flags",
	      eptp_features, EPT_POINTER, BIT64(6), IF_CPU2(CPU2_ENABLE_EPT)),
	VALUE("ctl.eptp.shadow_stack", "bit 7 is 0 where it is not supported", eptp_features,
	      EPT_POINTER, BIT64(7), IF_CPU2(CPU2_ENABLE_EPT)),
	VALUE("ctl.eptp.reserved", "bits 11:8 are 0", check_zero_bits, EPT_POINTER, 0xf00,
	      IF_CPU2(CPU2_ENABLE_EPT)),
	VALUE("ctl.eptp.width", NEED_WIDTH, structure_width, EPT_POINTER, 0,
	      IF_CPU2(CPU2_ENABLE_EPT)),
	NEVER("ctl.pml.ept", NEEDS_EPT, CPU2, IF_CPU2(CPU2_ENABLE_PML), NO_EPT),
	PAGE("pml", PML_ADDRESS, IF_CPU2(CPU2_ENABLE_PML)),
	NEVER("ctl.unrestricted.ept", NEEDS_EPT, CPU2, IF_CPU2(CPU2_UNRESTRICTED_GUEST), NO_EPT),
	NEVER("ctl.mode_based_execute.ept", NEEDS_EPT, CPU2, IF_CPU2(CPU2_MODE_BASED_EXECUTE_EPT),
	      NO_EPT),
	NEVER("ctl.sub_page.ept", NEEDS_EPT, CPU2, IF_CPU2(CPU2_SUB_PAGE_WRITE_EPT), NO_EPT),
	PAGE("sub_page", SPP_TABLE_POINTER, IF_CPU2(CPU2_SUB_PAGE_WRITE_EPT)),
	VALUE("ctl.vm_functions", "only bits that IA32_VMX_VMFUNC has", vm_functions,
	      VM_FUNCTION_CONTROL, 0, IF_CPU2(CPU2_ENABLE_VM_FUNCTIONS)),
	VALUE("ctl.eptp_switching.ept", NEEDS_EPT, eptp_switching_ept, VM_FUNCTION_CONTROL, 0,
	      IF_CPU2(CPU2_ENABLE_VM_FUNCTIONS)),
	VALUE("ctl.eptp_list.aligned", NEED_PAGE, eptp_list_zero_bits, EPTP_LIST_ADDRESS, 0xfff,
	      IF_CPU2(CPU2_ENABLE_VM_FUNCTIONS)),
	VALUE("ctl.eptp_list.width", NEED_WIDTH, eptp_list_width, EPTP_LIST_ADDRESS, 0,
	      IF_CPU2(CPU2_ENABLE_VM_FUNCTIONS)),
	PAGE("vmread_bitmap", VMREAD_BITMAP, IF_CPU2(CPU2_VMCS_SHADOWING)),
	PAGE("vmwrite_bitmap", VMWRITE_BITMAP, IF_CPU2(CPU2_VMCS_SHADOWING)),
	PAGE("ve_information", VE_INFORMATION_ADDRESS, IF_CPU2(CPU2_EPT_VIOLATION_VE)),
	PAGE("low_pasid", LOW_PASID_DIRECTORY_ADDR, IF_CPU2(CPU2_PASID_TRANSLATION)),
	PAGE("high_pasid", HIGH_PASID_DIRECTORY_ADDR, IF_CPU2(CPU2_PASID_TRANSLATION)),
	NEVER("ctl.pt.ept", NEEDS_EPT, CPU2, IF_CPU2(CPU2_PT_USES_GUEST_PHYSICAL), NO_EPT),
	NEVER("ctl.pt.load", "\"load IA32_RTIT_CTL\" is 1", CPU2,
	      IF_CPU2(CPU2_PT_USES_GUEST_PHYSICAL), WHEN_OFF(CTL_ENTRY, ENTRY_LOAD_IA32_RTIT_CTL)),
	NEVER("ctl.pt.clear", "\"clear IA32_RTIT_CTL\" is 1", CPU2,
	      IF_CPU2(CPU2_PT_USES_GUEST_PHYSICAL), WHEN_OFF(CTL_EXIT, EXIT_CLEAR_IA32_RTIT_CTL)),
	VALUE("ctl.tsc_multiplier", "not 0", check_not_zero, TSC_MULTIPLIER, 0,
	      IF_CPU2(CPU2_USE_TSC_SCALING)),
	NEVER("ctl.hlat.ept", NEEDS_EPT, CPU3, IF_CPU3(CPU3_ENABLE_HLAT), NO_EPT),
	NEVER("ctl.paging_write.ept", NEEDS_EPT, CPU3, IF_CPU3(CPU3_EPT_PAGING_WRITE_CONTROL),
	      NO_EPT),
	NEVER("ctl.paging_verification.ept", NEEDS_EPT, CPU3,
	      IF_CPU3(CPU3_GUEST_PAGING_VERIFICATION), NO_EPT),
	VALUE("ctl.hlat.reserved", "bits 2:0 and 11:5 are 0", check_zero_bits, HLAT_POINTER, 0xfe7,
	      IF_CPU3(CPU3_ENABLE_HLAT)),
	VALUE("ctl.hlat.width", NEED_WIDTH, structure_width, HLAT_POINTER, 0,
	      IF_CPU3(CPU3_ENABLE_HLAT)),
	VALUE("ctl.hlat.prefix", "at most what IA32_VMX_EPT_VPID_CAP has in bits 53:48",
	      hlat_prefix, HLAT_PREFIX_SIZE, 0, IF_CPU3(CPU3_ENABLE_HLAT)),
	ADDRESS_BITS("ipi_table", PID_POINTER_TABLE, 7, "bits 2:0 are 0",
		     IF_CPU3(CPU3_IPI_VIRTUALIZATION)),
	ADDRESS_WIDTH("ipi_table", PID_POINTER_TABLE, IF_CPU3(CPU3_IPI_VIRTUALIZATION)),

	ALLOWED("ctl.exit.allowed", CHECK_EXIT_CONTROLS, VM_EXIT_CONTROLS, CTL_EXIT),
	ALLOWED("ctl.exit2.allowed", CHECK_EXIT_CONTROLS, SECONDARY_VM_EXIT_CONTROLS, CTL_EXIT2,
		WHEN(CTL_EXIT, EXIT_ACTIVATE_SECONDARY_CONTROLS)),
	{.id = "ctl.exit.preemption_timer",
	 .section = CHECK_EXIT_CONTROLS,
	 .holds = check_never,
	 .field = VM_EXIT_CONTROLS,
	 .need = "\"activate VMX-preemption timer\" is 1",
	 .when = {WHEN(CTL_EXIT, EXIT_SAVE_PREEMPTION_TIMER),
		  WHEN_OFF(CTL_PIN, PIN_ACTIVATE_PREEMPTION_TIMER)}},
	MSR_AREA("exit_store", CHECK_EXIT_CONTROLS, VM_EXIT_MSR_STORE_ADDR,
		 VM_EXIT_MSR_STORE_COUNT),
	MSR_AREA("exit_load", CHECK_EXIT_CONTROLS, VM_EXIT_MSR_LOAD_ADDR, VM_EXIT_MSR_LOAD_COUNT),

	ALLOWED("ctl.entry.allowed", CHECK_ENTRY_CONTROLS, VM_ENTRY_CONTROLS, CTL_ENTRY),
	{.id = "ctl.entry.smm",
	 .section = CHECK_ENTRY_CONTROLS,
	 .holds = check_never,
	 .field = VM_ENTRY_CONTROLS,
	 .need = "0, outside SMM: \"entry to SMM\" (bit 10)",
	 .when = {WHEN(CTL_ENTRY, ENTRY_ENTRY_TO_SMM)}},
	{.id = "ctl.entry.dual_monitor",
	 .section = CHECK_ENTRY_CONTROLS,
	 .holds = check_never,
	 .field = VM_ENTRY_CONTROLS,
	 .need = "0, outside SMM: \"deactivate dual-monitor treatment\" (bit 11)",
	 .when = {WHEN(CTL_ENTRY, ENTRY_DEACTIVATE_DUAL_MONITOR)}},
	MSR_AREA("entry_load", CHECK_ENTRY_CONTROLS, VM_ENTRY_MSR_LOAD_ADDR,
		 VM_ENTRY_MSR_LOAD_COUNT),
};

const struct check_table check_controls = {rules, COUNT_OF(rules)};
