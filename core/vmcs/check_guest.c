// SPDX-License-Identifier: GPL-2.0
/*
 * The rules on the guest's registers, but for the segments.
 *
 * SDM: "Checks on Guest Control Registers, Debug Registers, and MSRs", "Checks on Guest Descriptor-
 * Table Registers", "Checks on Guest RIP, RFLAGS, and SSP".
 */
#include "vmcs/check_rule.h"

#define DEBUGCTL_DEFINED 0xffdfull /* LBR, BTF, BLD, TR .. FREEZE_WHILE_SMM, RTM */

static bool cr0_fixed(struct vmcs_check *check, ANY_RULE)
{
	u64 cr0 = check_field(check, GUEST_CR0);
	u64 may_be_free = CR0_PE | CR0_PG;

	if (!check_fixed_bits(check, cr0, CAP_CR0_FIXED0, may_be_free))
		return false;
	return check_has(check, CTL_SECONDARY, CPU2_UNRESTRICTED_GUEST) ||
	       check_fixed_bits(check, cr0, CAP_CR0_FIXED0, 0);
}

static bool paging_needs_protection(struct vmcs_check *check, ANY_RULE)
{
	u64 cr0 = check_field(check, GUEST_CR0);

	return !(cr0 & CR0_PG) || (cr0 & CR0_PE);
}

static bool efer_lma(struct vmcs_check *check, ANY_RULE)
{
	bool lma = check_field(check, GUEST_IA32_EFER) & IA32_EFER_LMA;

	return lma == check_is_ia32e(check);
}

static bool efer_lme(struct vmcs_check *check, ANY_RULE)
{
	u64 efer = check_field(check, GUEST_IA32_EFER);

	return !(check_field(check, GUEST_CR0) & CR0_PG) ||
	       !(efer & IA32_EFER_LMA) == !(efer & IA32_EFER_LME);
}

/* --- RIP and RFLAGS --- */

#define CS_L BIT64(13)

static bool is_64bit_code(struct vmcs_check *check)
{
	return check_is_ia32e(check) && (check_field(check, GUEST_CS_AR_BYTES) & CS_L);
}

static bool short_outside_64bit(struct vmcs_check *check, const struct check_rule *rule)
{
	return is_64bit_code(check) || check_zero_bits(check, rule);
}

static bool canonical_in_64bit(struct vmcs_check *check, const struct check_rule *rule)
{
	return !is_64bit_code(check) || check_canonical(check, rule);
}

static bool rflags_reserved(struct vmcs_check *check, ANY_RULE)
{
	return check_bits(check, check_field(check, GUEST_RFLAGS), RFLAGS_FIXED,
			  ~RFLAGS_RESERVED | RFLAGS_FIXED);
}

static bool rflags_vm(struct vmcs_check *check, ANY_RULE)
{
	return !(check_field(check, GUEST_RFLAGS) & RFLAGS_VM) ||
	       (!check_is_ia32e(check) && (check_field(check, GUEST_CR0) & CR0_PE));
}

static bool rflags_if(struct vmcs_check *check, ANY_RULE)
{
	return check_event_type(check) != INTERRUPTION_EXTERNAL ||
	       (check_field(check, GUEST_RFLAGS) & RFLAGS_IF);
}

#define GUEST(id_, section_, need_, holds_, field_, operand_, ...)                                 \
	{                                                                                          \
		.id = "guest." id_, .section = CHECK_GUEST_##section_, .holds = holds_,            \
		.field = GUEST_##field_, .operand = operand_, .need = need_, .when = {             \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define CANONICAL(id_, section_, field_, ...)                                                      \
	GUEST(id_ ".canonical", section_, NEED_CANONICAL, check_canonical, field_, 0, __VA_ARGS__)

#define IF_LOADS(bit) WHEN(CTL_ENTRY, ENTRY_LOAD_##bit)
#define IF_IA32E      WHEN(CTL_ENTRY, ENTRY_IA32E_MODE_GUEST)
#define IF_NOT_IA32E  WHEN_OFF(CTL_ENTRY, ENTRY_IA32E_MODE_GUEST)
#define NEED_32_BITS  "bits 63:32 are 0"

static const struct check_rule rules[] = {
	GUEST("cr0.fixed", REGISTERS, "the bits that VMX operation fixes in CR0", cr0_fixed, CR0,
	      0),
	GUEST("cr0.pg", REGISTERS, "PE is 1 when PG is 1", paging_needs_protection, CR0, 0),
	GUEST("cr4.fixed", REGISTERS, "the bits that VMX operation fixes in CR4", check_cr4_fixed,
	      CR4, 0),
	GUEST("cr4.cet", REGISTERS, "CR0.WP is 1 when CR4.CET is 1", check_cet, CR4, GUEST_CR0),
	GUEST("debugctl.reserved", REGISTERS, "only bits that IA32_DEBUGCTL has", check_zero_bits,
	      IA32_DEBUGCTL, ~DEBUGCTL_DEFINED, IF_LOADS(DEBUG_CONTROLS)),
	GUEST("cr0.ia32e", REGISTERS, "PG is 1 with \"IA-32e mode guest\"", check_one_bits, CR0,
	      CR0_PG, IF_IA32E),
	GUEST("cr4.ia32e", REGISTERS, "PAE is 1 with \"IA-32e mode guest\"", check_one_bits, CR4,
	      CR4_PAE, IF_IA32E),
	GUEST("cr4.pcide", REGISTERS, "PCIDE is 0 without \"IA-32e mode guest\"", check_zero_bits,
	      CR4, CR4_PCIDE, IF_NOT_IA32E),
	GUEST("cr3.width", REGISTERS, NEED_CR3, check_cr3, CR3, 0),
	GUEST("dr7", REGISTERS, NEED_32_BITS, check_zero_bits, DR7, ~0xffffffffull,
	      IF_LOADS(DEBUG_CONTROLS)),
	CANONICAL("sysenter_esp", REGISTERS, SYSENTER_ESP),
	CANONICAL("sysenter_eip", REGISTERS, SYSENTER_EIP),
	GUEST("s_cet.reserved", REGISTERS, NEED_S_CET, check_zero_bits, S_CET, S_CET_RESERVED,
	      IF_LOADS(CET_STATE)),
	GUEST("s_cet.tracker", REGISTERS, NEED_TRACKER, check_tracker, S_CET, 0,
	      IF_LOADS(CET_STATE)),
	CANONICAL("s_cet", REGISTERS, S_CET, IF_LOADS(CET_STATE)),
	CANONICAL("ssp_table", REGISTERS, INTR_SSP_TABLE, IF_LOADS(CET_STATE)),
	GUEST("perf_global_ctrl", REGISTERS, NEED_PERF_GLOBAL, check_zero_bits,
	      IA32_PERF_GLOBAL_CTRL, PERF_GLOBAL_RESERVED, IF_LOADS(IA32_PERF_GLOBAL_CTRL)),
	GUEST("pat", REGISTERS, NEED_PAT, check_pat, IA32_PAT, 0, IF_LOADS(IA32_PAT)),
	GUEST("efer.reserved", REGISTERS, NEED_EFER, check_zero_bits, IA32_EFER, ~EFER_DEFINED,
	      IF_LOADS(IA32_EFER)),
	GUEST("efer.lma", REGISTERS, "LMA is as \"IA-32e mode guest\"", efer_lma, IA32_EFER, 0,
	      IF_LOADS(IA32_EFER)),
	GUEST("efer.lme", REGISTERS, "LME is as LMA when CR0.PG is 1", efer_lme, IA32_EFER, 0,
	      IF_LOADS(IA32_EFER)),
	GUEST("bndcfgs.reserved", REGISTERS, "bits 11:2 are 0", check_zero_bits, BNDCFGS, 0xffc,
	      IF_LOADS(IA32_BNDCFGS)),
	CANONICAL("bndcfgs", REGISTERS, BNDCFGS, IF_LOADS(IA32_BNDCFGS)),
	GUEST("pkrs", REGISTERS, NEED_32_BITS, check_zero_bits, IA32_PKRS, ~0xffffffffull,
	      IF_LOADS(PKRS)),
	GUEST("uinv", REGISTERS, "bits 15:8 are 0", check_zero_bits, UINV, 0xff00, IF_LOADS(UINV)),

	CANONICAL("gdtr_base", TABLES, GDTR_BASE),
	CANONICAL("idtr_base", TABLES, IDTR_BASE),
	GUEST("gdtr_limit", TABLES, "bits 31:16 are 0", check_zero_bits, GDTR_LIMIT, 0xffff0000),
	GUEST("idtr_limit", TABLES, "bits 31:16 are 0", check_zero_bits, IDTR_LIMIT, 0xffff0000),

	GUEST("rip.short", RIP, "bits 63:32 are 0 outside 64-bit code", short_outside_64bit, RIP,
	      ~0xffffffffull),
	GUEST("rip.canonical", RIP, NEED_CANONICAL, canonical_in_64bit, RIP, 0),
	GUEST("rflags.reserved", RIP, "bit 1 is 1; bits 63:22, 15, 5 and 3 are 0", rflags_reserved,
	      RFLAGS, 0),
	GUEST("rflags.vm", RIP, "VM is 0 with \"IA-32e mode guest\" or CR0.PE = 0", rflags_vm,
	      RFLAGS, 0),
	GUEST("rflags.if", RIP, "IF is 1 when an external interrupt is injected", rflags_if, RFLAGS,
	      0),
	GUEST("ssp.aligned", RIP, "bits 1:0 are 0", check_zero_bits, SSP, 3, IF_LOADS(CET_STATE)),
	GUEST("ssp.short", RIP, "bits 63:32 are 0 outside 64-bit code", short_outside_64bit, SSP,
	      ~0xffffffffull, IF_LOADS(CET_STATE)),
	GUEST("ssp.canonical", RIP, NEED_CANONICAL, canonical_in_64bit, SSP, 0,
	      IF_LOADS(CET_STATE)),
};

const struct check_table check_guest = {rules, COUNT_OF(rules)};
