// SPDX-License-Identifier: GPL-2.0
/*
 * The rules on the host-state area, for a host in IA-32e mode.
 *
 * SDM: "Checks on Host Control Registers, MSRs, and SSP", "Checks on Host Segment and Descriptor-
 * Table Registers", "Checks Related to Address-Space Size".
 */
#include "vmcs/check_rule.h"

static bool cr0_fixed(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_fixed_bits(check, check_field(check, rule->field), CAP_CR0_FIXED0, 0);
}

static bool address_space(struct vmcs_check *check, ANY_RULE)
{
	return check_bits(check, check_control(check, CTL_EXIT), EXIT_HOST_ADDRESS_SPACE_SIZE,
			  ~0ull);
}

#define HOST(id_, section_, need_, holds_, field_, operand_, ...)                                  \
	{                                                                                          \
		.id = "host." id_, .section = CHECK_HOST_##section_, .holds = holds_,              \
		.field = HOST_##field_, .operand = operand_, .need = need_, .when = {              \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define CANONICAL(id_, section_, field_, ...)                                                      \
	HOST(id_ ".canonical", section_, NEED_CANONICAL, check_canonical, field_, 0, __VA_ARGS__)
#define SELECTOR(id_, field_)                                                                      \
	HOST(id_ ".selector", SEGMENTS, "bits 2:0 (RPL and TI) are 0", check_zero_bits,            \
	     field_##_SELECTOR, 7)

#define IF_LOADS(bit) WHEN(CTL_EXIT, EXIT_LOAD_##bit)

static const struct check_rule rules[] = {
	HOST("cr0.fixed", REGISTERS, "the bits that VMX operation fixes in CR0", cr0_fixed, CR0, 0),
	HOST("cr4.fixed", REGISTERS, "the bits that VMX operation fixes in CR4", check_cr4_fixed,
	     CR4, 0),
	HOST("cr4.cet", REGISTERS, "CR0.WP is 1 when CR4.CET is 1", check_cet, CR4, HOST_CR0),
	HOST("cr3.width", REGISTERS, NEED_CR3, check_cr3, CR3, 0),
	CANONICAL("sysenter_esp", REGISTERS, IA32_SYSENTER_ESP),
	CANONICAL("sysenter_eip", REGISTERS, IA32_SYSENTER_EIP),
	HOST("perf_global_ctrl", REGISTERS, NEED_PERF_GLOBAL, check_zero_bits,
	     IA32_PERF_GLOBAL_CTRL, PERF_GLOBAL_RESERVED, IF_LOADS(IA32_PERF_GLOBAL_CTRL)),
	HOST("pat", REGISTERS, NEED_PAT, check_pat, IA32_PAT, 0, IF_LOADS(IA32_PAT)),
	HOST("efer.reserved", REGISTERS, NEED_EFER, check_zero_bits, IA32_EFER, ~EFER_DEFINED,
	     IF_LOADS(IA32_EFER)),
	HOST("efer.lma", REGISTERS, "LMA is 1, as \"host address-space size\"", check_one_bits,
	     IA32_EFER, IA32_EFER_LMA, IF_LOADS(IA32_EFER)),
	HOST("efer.lme", REGISTERS, "LME is 1, as \"host address-space size\"", check_one_bits,
	     IA32_EFER, IA32_EFER_LME, IF_LOADS(IA32_EFER)),
	HOST("s_cet.reserved", REGISTERS, NEED_S_CET, check_zero_bits, S_CET, S_CET_RESERVED,
	     IF_LOADS(CET_STATE)),
	HOST("s_cet.tracker", REGISTERS, NEED_TRACKER, check_tracker, S_CET, 0,
	     IF_LOADS(CET_STATE)),
	CANONICAL("s_cet", REGISTERS, S_CET, IF_LOADS(CET_STATE)),
	HOST("ssp.aligned", REGISTERS, "bits 1:0 are 0", check_zero_bits, SSP, 3,
	     IF_LOADS(CET_STATE)),
	CANONICAL("ssp", REGISTERS, SSP, IF_LOADS(CET_STATE)),
	CANONICAL("ssp_table", REGISTERS, INTR_SSP_TABLE, IF_LOADS(CET_STATE)),
	HOST("pkrs", REGISTERS, "bits 63:32 are 0", check_zero_bits, IA32_PKRS, ~0xffffffffull,
	     IF_LOADS(PKRS)),

	SELECTOR("es", ES),
	SELECTOR("cs", CS),
	SELECTOR("ss", SS),
	SELECTOR("ds", DS),
	SELECTOR("fs", FS),
	SELECTOR("gs", GS),
	SELECTOR("tr", TR),
	HOST("cs.null", SEGMENTS, "not 0", check_not_zero, CS_SELECTOR, 0),
	HOST("tr.null", SEGMENTS, "not 0", check_not_zero, TR_SELECTOR, 0),
	CANONICAL("fs_base", SEGMENTS, FS_BASE),
	CANONICAL("gs_base", SEGMENTS, GS_BASE),
	CANONICAL("tr_base", SEGMENTS, TR_BASE),
	CANONICAL("gdtr_base", SEGMENTS, GDTR_BASE),
	CANONICAL("idtr_base", SEGMENTS, IDTR_BASE),

	{.id = "host.address_space",
	 .section = CHECK_HOST_ADDRESS_SPACE,
	 .holds = address_space,
	 .field = VM_EXIT_CONTROLS,
	 .need = "\"host address-space size\" (bit 9) is 1 when the VMM is in IA-32e mode"},
	HOST("cr4.pae", ADDRESS_SPACE, "PAE (bit 5) is 1", check_one_bits, CR4, CR4_PAE),
	CANONICAL("rip", ADDRESS_SPACE, RIP),
};

const struct check_table check_host = {rules, COUNT_OF(rules)};
