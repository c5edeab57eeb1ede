// SPDX-License-Identifier: GPL-2.0
/*
 * The rules on what the guest's state has besides registers, on PAE's PDPTEs, and on the MSRs that
 * an entry loads.
 *
 * SDM: "Checks on Guest Non-Register State", "Checks on Guest Page-Directory-Pointer-Table
 * Entries", "Loading MSRs".
 */
#include "facts/msr.h"
#include "vcpu/vcpu.h"
#include "vmcs/check_rule.h"

enum { ACTIVE, HLT, SHUTDOWN, WAIT_FOR_SIPI };

#define ENCLAVE BIT64(4)

static u64 blocking(struct vmcs_check *check)
{
	return check_field(check, GUEST_INTERRUPTIBILITY_INFO);
}

static u64 activity(struct vmcs_check *check)
{
	return check_field(check, GUEST_ACTIVITY_STATE);
}

static bool is_supported(struct vmcs_check *check, ANY_RULE)
{
	u64 state = activity(check);
	const struct vmx_capability *can;

	if (state == ACTIVE || state > WAIT_FOR_SIPI)
		return state == ACTIVE;
	can = &check_capability(check, CAP_MISC)->capability;
	return (state == HLT && can->misc.activity_hlt) ||
	       (state == SHUTDOWN && can->misc.activity_shutdown) ||
	       (state == WAIT_FOR_SIPI && can->misc.activity_wait_for_sipi);
}

static bool hlt_privilege(struct vmcs_check *check, ANY_RULE)
{
	return activity(check) != HLT || !(check_field(check, GUEST_SS_AR_BYTES) >> 5 & 3);
}

static bool active_when_blocked(struct vmcs_check *check, ANY_RULE)
{
	return activity(check) == ACTIVE ||
	       !(blocking(check) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

/* Hardware exceptions that can come from outside: #DB of a pending trap, #MC. */
static bool is_exception(struct vmcs_check *check, u64 vector)
{
	return check_event_type(check) == INTERRUPTION_HARDWARE_EXCEPTION &&
	       (check_field(check, VM_ENTRY_INTR_INFO_FIELD) & 0xff) == vector;
}

static bool event_in_hlt(struct vmcs_check *check, ANY_RULE)
{
	int type = check_event_type(check);

	return type < 0 || activity(check) != HLT || type == INTERRUPTION_EXTERNAL ||
	       type == INTERRUPTION_NMI || type == INTERRUPTION_OTHER ||
	       is_exception(check, VECTOR_DB) || is_exception(check, VECTOR_MC);
}

static bool event_in_shutdown(struct vmcs_check *check, ANY_RULE)
{
	int type = check_event_type(check);

	return type < 0 || activity(check) != SHUTDOWN || type == INTERRUPTION_NMI ||
	       is_exception(check, VECTOR_MC);
}

static bool event_in_wait_for_sipi(struct vmcs_check *check, ANY_RULE)
{
	return check_event_type(check) < 0 || activity(check) != WAIT_FOR_SIPI;
}

static bool sti_or_mov_ss(struct vmcs_check *check, ANY_RULE)
{
	u64 both = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS;

	return (blocking(check) & both) != both;
}

static bool sti_needs_if(struct vmcs_check *check, ANY_RULE)
{
	return !(blocking(check) & BLOCKING_BY_STI) ||
	       (check_field(check, GUEST_RFLAGS) & RFLAGS_IF);
}

/* The operand is what must not block it. */
static bool interrupt_not_blocked(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_event_type(check) != INTERRUPTION_EXTERNAL || check_zero_bits(check, rule);
}

static bool nmi_not_blocked(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_event_type(check) != INTERRUPTION_NMI || check_zero_bits(check, rule);
}

static bool enclave_not_mov_ss(struct vmcs_check *check, const struct check_rule *rule)
{
	return !(blocking(check) & ENCLAVE) || check_zero_bits(check, rule);
}

/* --- pending debug exceptions --- */

#define PENDING_BS	BIT64(14)
#define PENDING_RTM	BIT64(16)
#define PENDING_DEFINED (0xf | BIT64(11) | PENDING_DEBUG_ENABLED | PENDING_BS | PENDING_RTM)

/* The guest has just executed an instruction, and its trap has not been taken. */
static bool trap_waits(struct vmcs_check *check)
{
	return (blocking(check) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)) || activity(check) == HLT;
}

static bool steps(struct vmcs_check *check)
{
	return (check_field(check, GUEST_RFLAGS) & RFLAGS_TF) &&
	       !(check_field(check, GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF);
}

static bool single_step_set(struct vmcs_check *check, const struct check_rule *rule)
{
	return !trap_waits(check) || !steps(check) ||
	       (check_field(check, rule->field) & PENDING_BS);
}

static bool single_step_clear(struct vmcs_check *check, const struct check_rule *rule)
{
	return !trap_waits(check) || steps(check) ||
	       !(check_field(check, rule->field) & PENDING_BS);
}

/* --- the VMCS link pointer --- */

static bool link_pointer(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_field(check, rule->field) == ~(u64)0 || check_zero_bits(check, rule);
}

static bool link_width(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_field(check, rule->field) == ~(u64)0 || check_width(check, rule);
}

/* --- PDPTEs --- */

#define PDPTE_PRESENT  BIT64(0)
#define PDPTE_RESERVED 0x1e6ull

static bool pdpte(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 value, wrong;

	if (!(check_field(check, GUEST_CR0) & CR0_PG) || !(check_field(check, GUEST_CR4) & CR4_PAE))
		return true;
	value = check_field(check, rule->field);
	if (!(value & PDPTE_PRESENT))
		return true;
	wrong = value & PDPTE_RESERVED;
	if (!wrong)
		wrong = check_beyond_width(check, value);
	return check_bits(check, value, 0, ~wrong);
}

/* --- the VM-entry MSR-load area --- */

#define MSR_SMM_MONITOR_CTL 0x9b

/* All entries pass, or check->entry is the first that does not. */
static bool each_entry(struct vmcs_check *check, bool (*passes)(const struct vmcs_msr_entry *entry))
{
	u64 count = check_field(check, VM_ENTRY_MSR_LOAD_COUNT);

	if (!count)
		return true;
	if (!check->image->entry_load || check->image->entry_load_count < count)
		check->unknown = true;
	for (u32 i = 0; !check->unknown && i < count; i++) {
		if (passes(&check->image->entry_load[i]))
			continue;
		check->entry = i + 1;
		return false;
	}
	return true;
}

static bool is_not_base(const struct vmcs_msr_entry *entry)
{
	return entry->index != MSR_FS_BASE && entry->index != MSR_GS_BASE;
}

static bool is_not_x2apic(const struct vmcs_msr_entry *entry)
{
	return entry->index >> 8 != 8;
}

static bool is_not_of_smm(const struct vmcs_msr_entry *entry)
{
	return entry->index != MSR_SMM_MONITOR_CTL;
}

static bool has_no_reserved_bits(const struct vmcs_msr_entry *entry)
{
	return !entry->reserved;
}

static bool load_base(struct vmcs_check *check, ANY_RULE)
{
	return each_entry(check, is_not_base);
}

static bool load_x2apic(struct vmcs_check *check, ANY_RULE)
{
	return each_entry(check, is_not_x2apic);
}

static bool load_smm(struct vmcs_check *check, ANY_RULE)
{
	return each_entry(check, is_not_of_smm);
}

static bool load_reserved(struct vmcs_check *check, ANY_RULE)
{
	if (check->image->entry_load && !check->image->entry_load_whole)
		check->unknown = true;
	return each_entry(check, has_no_reserved_bits);
}

#define STATE(id_, need_, holds_, field_, operand_, ...)                                           \
	{                                                                                          \
		.id = "guest." id_, .section = CHECK_GUEST_NON_REGISTER, .holds = holds_,          \
		.field = field_, .operand = operand_, .need = need_, .when = {                     \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ACTIVITY(id, need, holds) STATE("activity." id, need, holds, GUEST_ACTIVITY_STATE, 0)
#define BLOCKING(id, need, holds, operand, ...)                                                    \
	STATE("blocking." id, need, holds, GUEST_INTERRUPTIBILITY_INFO, operand, __VA_ARGS__)
#define PENDING(id, need, holds)                                                                   \
	STATE("pending_debug." id, need, holds, GUEST_PENDING_DBG_EXCEPTIONS, ~PENDING_DEFINED)
#define QUALIFICATION_LINK 4
#define LINK(id_, need_, holds_)                                                                   \
	{                                                                                          \
		.id = "guest.link_pointer." id_, .section = CHECK_GUEST_NON_REGISTER,              \
		.holds = holds_, .field = VMCS_LINK_POINTER, .operand = 0xfff, .need = need_,      \
		.qualification = QUALIFICATION_LINK                                                \
	}
#define QUALIFICATION_PDPTE 2
#define PDPTE(n)                                                                                   \
	{                                                                                          \
		.id = "guest.pdpte" #n, .section = CHECK_GUEST_PDPTES, .holds = pdpte,             \
		.field = GUEST_PDPTE##n, .qualification = QUALIFICATION_PDPTE,                     \
		.need = "reserved bits are 0 in an entry that is present, with PAE paging",        \
		.when = {                                                                          \
			WHEN(CTL_SECONDARY, CPU2_ENABLE_EPT),                                      \
			WHEN_OFF(CTL_ENTRY, ENTRY_IA32E_MODE_GUEST)                                \
		}                                                                                  \
	}
#define LOAD(id_, need_, holds_)                                                                   \
	{                                                                                          \
		.id = "msr_load." id_, .section = CHECK_LOADING_MSRS, .holds = holds_,             \
		.field = VM_ENTRY_MSR_LOAD_ADDR, .need = need_                                     \
	}

static const struct check_rule rules[] = {
	ACTIVITY("supported", "a state that the processor supports", is_supported),
	ACTIVITY("hlt", "SS.DPL is 0 in the HLT state", hlt_privilege),
	ACTIVITY("blocked", "active (0) when there is blocking by STI or MOV SS",
		 active_when_blocked),
	ACTIVITY("event_in_hlt",
		 "in HLT, no event but an interrupt, NMI, #DB, #MC or pending MTF VM exit",
		 event_in_hlt),
	ACTIVITY("event_in_shutdown", "in shutdown, no event but an NMI or #MC", event_in_shutdown),
	ACTIVITY("event_in_wait_for_sipi", "in wait-for-SIPI, no event", event_in_wait_for_sipi),

	BLOCKING("reserved", "bits 31:5 are 0", check_zero_bits, ~0x1full),
	BLOCKING("both", "not blocked by STI and by MOV SS", sti_or_mov_ss, 0),
	BLOCKING("sti", "not blocked by STI when RFLAGS.IF is 0", sti_needs_if, 0),
	BLOCKING("interrupt", "not blocked by STI or MOV SS when an interrupt is injected",
		 interrupt_not_blocked, BLOCKING_BY_STI | BLOCKING_BY_MOV_SS),
	BLOCKING("nmi_mov_ss", "not blocked by MOV SS when an NMI is injected", nmi_not_blocked,
		 BLOCKING_BY_MOV_SS),
	/* Some processors refuse it, others don't: so a VMM must not do it. */
	BLOCKING("nmi_sti", "not blocked by STI when an NMI is injected", nmi_not_blocked,
		 BLOCKING_BY_STI),
	BLOCKING("smi", "not blocked by SMI outside SMM", check_zero_bits, BLOCKING_BY_SMI),
	BLOCKING("virtual_nmi", "not blocked by NMI when a virtual NMI is injected",
		 nmi_not_blocked, BLOCKING_BY_NMI, WHEN(CTL_PIN, PIN_VIRTUAL_NMIS)),
	BLOCKING("enclave", "not blocked by MOV SS after an enclave's interruption",
		 enclave_not_mov_ss, BLOCKING_BY_MOV_SS),

	PENDING("reserved", "bits 63:17, 15, 13 and 10:4 are 0", check_zero_bits),
	PENDING("step_set", "BS (bit 14) is 1 when the trap of a single step waits",
		single_step_set),
	PENDING("step_clear", "BS (bit 14) is 0 when no single step can have been",
		single_step_clear),

	LINK("aligned", NEED_PAGE ", or all bits are 1", link_pointer),
	LINK("width", NEED_WIDTH ", or all bits are 1", link_width),

	PDPTE(0),
	PDPTE(1),
	PDPTE(2),
	PDPTE(3),

	LOAD("base", "no IA32_FS_BASE and no IA32_GS_BASE", load_base),
	LOAD("x2apic", "no register of the local APIC (0x800 to 0x8ff)", load_x2apic),
	LOAD("smm", "no IA32_SMM_MONITOR_CTL outside SMM", load_smm),
	LOAD("reserved", "bits 63:32 of an entry are 0", load_reserved),
};

const struct check_table check_state = {rules, COUNT_OF(rules)};
