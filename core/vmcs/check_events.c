// SPDX-License-Identifier: GPL-2.0
/*
 * The rules on the event that an entry injects.
 *
 * SDM: "VM-Entry Control Fields", "VM-Entry Controls for Event Injection".
 */
#include "vmcs/check_rule.h"

/* #DF, #TS, #NP, #SS, #GP, #PF, #AC */
#define VECTORS_WITH_ERROR_CODE 0x00027d00u

static u64 event_info(struct vmcs_check *check)
{
	return check_field(check, VM_ENTRY_INTR_INFO_FIELD);
}

/* The operand is the type. */
static bool type_is_not(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_event_type(check) != (int)rule->operand;
}

static bool other_needs_trap_flag(struct vmcs_check *check, ANY_RULE)
{
	enum cap_msr msr = cap_word_msr(&check->image->msrs, CTL_PRIMARY);

	return check_event_type(check) != INTERRUPTION_OTHER ||
	       (check_capability(check, msr)->config.allowed1[CTL_PRIMARY] &
		CPU1_MONITOR_TRAP_FLAG);
}

/* The operand is the type, and the highest vector that goes with it in bits 15:8. */
static bool vector_at_most(struct vmcs_check *check, const struct check_rule *rule)
{
	return check_event_type(check) != (int)(rule->operand & 0xff) ||
	       (event_info(check) & 0xff) <= rule->operand >> 8;
}

static bool nmi_vector(struct vmcs_check *check, ANY_RULE)
{
	return check_event_type(check) != INTERRUPTION_NMI || (event_info(check) & 0xff) == 2;
}

/* A pending MTF VM exit; with FRED also SYSCALL and SYSENTER. */
static bool other_vector(struct vmcs_check *check, ANY_RULE)
{
	u64 vector;

	if (check_event_type(check) != INTERRUPTION_OTHER)
		return true;
	vector = event_info(check) & 0xff;
	return !vector || (vector <= 2 && check_cr4_may(check, CR4_FRED));
}

static bool reserved_bits(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 info = event_info(check);

	if (!(info & INTERRUPTION_VALID) || !check_zero_bits(check, rule))
		return !(info & INTERRUPTION_VALID);
	return !(info & INTERRUPTION_NESTED) ||
	       check_capability(check, CAP_BASIC)->capability.basic.nested_exception ||
	       check_bits(check, info, 0, ~(u64)INTERRUPTION_NESTED);
}

static bool usually_has_error_code(u64 info)
{
	u64 vector = info & 0xff;

	return vector < 32 && (VECTORS_WITH_ERROR_CODE >> vector & 1);
}

static bool may_have_error_code(struct vmcs_check *check)
{
	return check_event_type(check) == INTERRUPTION_HARDWARE_EXCEPTION &&
	       (check_field(check, GUEST_CR0) & CR0_PE);
}

static bool error_code_is_missing(struct vmcs_check *check, ANY_RULE)
{
	u64 info = event_info(check);

	if (!(info & INTERRUPTION_VALID) || (info & INTERRUPTION_ERROR_CODE) ||
	    !usually_has_error_code(info))
		return true;
	return !may_have_error_code(check) ||
	       check_capability(check, CAP_BASIC)->capability.basic.any_error_code;
}

static bool error_code_is_wrong(struct vmcs_check *check, ANY_RULE)
{
	u64 info = event_info(check);

	if (!(info & INTERRUPTION_VALID) || !(info & INTERRUPTION_ERROR_CODE))
		return true;
	if (!may_have_error_code(check))
		return false;
	return usually_has_error_code(info) ||
	       check_capability(check, CAP_BASIC)->capability.basic.any_error_code;
}

static bool error_code_bits(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 info = event_info(check);

	return !(info & INTERRUPTION_VALID) || !(info & INTERRUPTION_ERROR_CODE) ||
	       check_zero_bits(check, rule);
}

static bool instruction_length(struct vmcs_check *check, const struct check_rule *rule)
{
	int type = check_event_type(check);
	u64 length;

	if (type < INTERRUPTION_SOFTWARE_INTERRUPT || type > INTERRUPTION_SOFTWARE_EXCEPTION)
		return true;
	length = check_field(check, rule->field);
	return length <= 15 &&
	       (length || check_capability(check, CAP_MISC)->capability.misc.inject_length_0);
}

#define EVENT(id_, need_, holds_, operand_)                                                        \
	{                                                                                          \
		.id = "event." id_, .section = CHECK_ENTRY_CONTROLS, .holds = holds_,              \
		.field = VM_ENTRY_INTR_INFO_FIELD, .operand = operand_, .need = need_              \
	}

static const struct check_rule rules[] = {
	EVENT("type.reserved", "not type 1", type_is_not, INTERRUPTION_RESERVED),
	EVENT("type.other", "type 7 only where there is the monitor trap flag",
	      other_needs_trap_flag, 0),
	EVENT("vector.nmi", "vector 2 with an NMI", nmi_vector, 0),
	EVENT("vector.exception", "a vector of at most 31 with a hardware exception",
	      vector_at_most, INTERRUPTION_HARDWARE_EXCEPTION | 31 << 8),
	EVENT("vector.other", "vector 0 with another event; 1 and 2 too where there is FRED",
	      other_vector, 0),
	EVENT("reserved", "bits 30:14 and 12 are 0; 13 only where there are nested exceptions",
	      reserved_bits, 0x7fffd000),
	EVENT("error_code.missing",
	      "an error code: bit 11 is 1 with #DF, #TS, #NP, #SS, #GP, #PF, #AC",
	      error_code_is_missing, 0),
	EVENT("error_code.wrong",
	      "no error code: bit 11 is 1 only with a hardware exception that has one, and CR0.PE "
	      "= 1",
	      error_code_is_wrong, 0),
	{.id = "event.error_code.reserved",
	 .section = CHECK_ENTRY_CONTROLS,
	 .holds = error_code_bits,
	 .field = VM_ENTRY_EXCEPTION_ERROR_CODE,
	 .operand = 0xffff0000,
	 .need = "bits 31:16 are 0"},
	{.id = "event.length",
	 .section = CHECK_ENTRY_CONTROLS,
	 .holds = instruction_length,
	 .field = VM_ENTRY_INSTRUCTION_LEN,
	 .need = "1 to 15 with a software event; 0 where IA32_VMX_MISC bit 30 allows it"},
};

const struct check_table check_events = {rules, COUNT_OF(rules)};
