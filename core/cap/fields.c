// SPDX-License-Identifier: GPL-2.0
/*
 * The fields of the capability MSRs.
 *
 * SDM: appendix "VMX Capability Reporting Facility": "Basic VMX Information",
 * "Miscellaneous Data", "VMX-Fixed Bits in CR0", "VMX-Fixed Bits in CR4", "VMCS
 * Enumeration", "VPID and EPT Capabilities", "VM Functions".
 */
#include "cap/fields.h"

#define CONFIG(msr_, hi, lo, member, name_)                                                        \
	{                                                                                          \
		.msr = CAP_##msr_, .hi_bit = hi, .lo_bit = lo, .home = CAP_IN_CONFIG,              \
		.size = sizeof(((struct vmcs_config *)0)->member),                                 \
		.offset = offsetof(struct vmcs_config, member), .name = name_                      \
	}
#define CAPAB(msr_, hi, lo, member, name_)                                                         \
	{                                                                                          \
		.msr = CAP_##msr_, .hi_bit = hi, .lo_bit = lo, .home = CAP_IN_CAPABILITY,          \
		.size = sizeof(((struct vmx_capability *)0)->member),                              \
		.offset = offsetof(struct vmx_capability, member), .name = name_                   \
	}
#define FLAG(msr_, bit, member, name_) CAPAB(msr_, bit, bit, member, name_)

/* clang-format off */
const struct cap_field cap_field_table[] = {
	CONFIG(BASIC, 30,  0, revision_id,            "VMCS revision identifier"),
	CONFIG(BASIC, 44, 32, size,                   "size of the VMCS region"),
	FLAG(BASIC, 48, basic.addresses_32bit,        "physical addresses limited to 32 bits"),
	FLAG(BASIC, 49, basic.dual_monitor,           "dual-monitor treatment of SMM"),
	CAPAB(BASIC, 53, 50, basic.memory_type,       "memory type for the VMCS"),
	FLAG(BASIC, 54, basic.ins_outs_info,          "information on INS and OUTS exits"),
	FLAG(BASIC, 55, basic.true_ctls,              "TRUE control MSRs"),
	FLAG(BASIC, 56, basic.any_error_code,         "error code with any exception vector"),
	FLAG(BASIC, 58, basic.nested_exception,       "nested-exception indication"),

	CAPAB(MISC, 4, 0, misc.preemption_timer_shift, "VMX-preemption timer shift"),
	FLAG(MISC,  5, misc.stores_lma,               "EFER.LMA stored at VM exit"),
	FLAG(MISC,  6, misc.activity_hlt,             "activity state HLT"),
	FLAG(MISC,  7, misc.activity_shutdown,        "activity state shutdown"),
	FLAG(MISC,  8, misc.activity_wait_for_sipi,   "activity state wait-for-SIPI"),
	FLAG(MISC, 14, misc.pt_in_vmx,                "Intel PT in VMX operation"),
	FLAG(MISC, 15, misc.smbase_msr,               "IA32_SMBASE readable in SMM"),
	CAPAB(MISC, 24, 16, misc.cr3_targets,         "number of CR3-target values"),
	CAPAB(MISC, 27, 25, misc.msr_list_max,        "recommended maximum of MSR lists (512 * (N + 1))"),
	FLAG(MISC, 28, misc.smi_block_by_vmxoff,      "SMIs blocked unless VMXOFF unblocks them"),
	FLAG(MISC, 29, misc.vmwrite_exit_info,        "VMWRITE to VM-exit information fields"),
	FLAG(MISC, 30, misc.inject_length_0,          "injection with instruction length 0"),
	CAPAB(MISC, 63, 32, misc.mseg_revision,       "MSEG revision identifier"),

	CONFIG(CR0_FIXED0, 63, 0, cr0_fixed0,         "CR0 bits fixed to 1"),
	CONFIG(CR0_FIXED1, 63, 0, cr0_fixed1,         "CR0 bits not fixed to 0"),
	CONFIG(CR4_FIXED0, 63, 0, cr4_fixed0,         "CR4 bits fixed to 1"),
	CONFIG(CR4_FIXED1, 63, 0, cr4_fixed1,         "CR4 bits not fixed to 0"),

	CAPAB(VMCS_ENUM, 9, 1, vmcs_enum_max_index,   "highest index of a VMCS field"),

	FLAG(EPT_VPID_CAP,  0, ept.execute_only,      "execute-only EPT translations"),
	FLAG(EPT_VPID_CAP,  6, ept.walk_length_4,     "EPT page-walk length 4"),
	FLAG(EPT_VPID_CAP,  7, ept.walk_length_5,     "EPT page-walk length 5"),
	FLAG(EPT_VPID_CAP,  8, ept.memory_uc,         "EPT structures in uncacheable memory"),
	FLAG(EPT_VPID_CAP, 14, ept.memory_wb,         "EPT structures in write-back memory"),
	FLAG(EPT_VPID_CAP, 16, ept.page_2m,           "EPT 2-MByte pages"),
	FLAG(EPT_VPID_CAP, 17, ept.page_1g,           "EPT 1-GByte pages"),
	FLAG(EPT_VPID_CAP, 20, ept.invept,            "INVEPT"),
	FLAG(EPT_VPID_CAP, 21, ept.accessed_dirty,    "EPT accessed and dirty flags"),
	FLAG(EPT_VPID_CAP, 22, ept.advanced_exit_info, "advanced VM-exit information for EPT violations"),
	FLAG(EPT_VPID_CAP, 23, ept.supervisor_shadow_stack, "EPT supervisor shadow-stack control"),
	FLAG(EPT_VPID_CAP, 25, ept.invept_single,     "single-context INVEPT"),
	FLAG(EPT_VPID_CAP, 26, ept.invept_all,        "all-context INVEPT"),
	FLAG(EPT_VPID_CAP, 32, vpid.invvpid,          "INVVPID"),
	FLAG(EPT_VPID_CAP, 40, vpid.individual_address, "individual-address INVVPID"),
	FLAG(EPT_VPID_CAP, 41, vpid.single_context,   "single-context INVVPID"),
	FLAG(EPT_VPID_CAP, 42, vpid.all_contexts,     "all-context INVVPID"),
	FLAG(EPT_VPID_CAP, 43, vpid.single_retaining_globals, "single-context-retaining-globals INVVPID"),
	CAPAB(EPT_VPID_CAP, 53, 48, ept.hlat_prefix_max, "maximum HLAT prefix size"),

	CAPAB(VMFUNC, 63, 0, vmfunc,                  "allowed VM functions"),
};
/* clang-format on */

const size_t cap_field_count = COUNT_OF(cap_field_table);

u64 cap_bits(u64 value, unsigned int hi_bit, unsigned int lo_bit)
{
	return (value >> lo_bit) & (~(u64)0 >> (63 - (hi_bit - lo_bit)));
}

u64 cap_field_mask(enum cap_msr msr)
{
	u64 mask = 0;

	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr)
			mask |= cap_bits(~(u64)0, field->hi_bit, field->lo_bit) << field->lo_bit;
	}
	return mask;
}

const struct cap_field *cap_field_find(enum cap_msr msr, unsigned int bit)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == msr && field->lo_bit <= bit && bit <= field->hi_bit)
			return field;
	}
	return NULL;
}

u64 cap_field_load(const struct cap_field *field, const struct vmcs_config *config,
		   const struct vmx_capability *capability)
{
	const char *home =
		field->home == CAP_IN_CONFIG ? (const char *)config : (const char *)capability;
	const void *member = home + field->offset;

	switch (field->size) {
	case sizeof(u8):
		return *(const u8 *)member;
	case sizeof(u16):
		return *(const u16 *)member;
	case sizeof(u32):
		return *(const u32 *)member;
	default:
		return *(const u64 *)member;
	}
}

static void cap_field_store(void *member, unsigned int size, u64 value)
{
	switch (size) {
	case sizeof(u8):
		*(u8 *)member = value;
		break;
	case sizeof(u16):
		*(u16 *)member = value;
		break;
	case sizeof(u32):
		*(u32 *)member = value;
		break;
	default:
		*(u64 *)member = value;
	}
}

void cap_fields_decode(const struct vmx_cap_msrs *raw, struct vmcs_config *config,
		       struct vmx_capability *capability)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];
		char *home = field->home == CAP_IN_CONFIG ? (char *)config : (char *)capability;

		if (cap_msr_present(raw, field->msr))
			cap_field_store(
				home + field->offset, field->size,
				cap_bits(raw->value[field->msr], field->hi_bit, field->lo_bit));
	}
}
