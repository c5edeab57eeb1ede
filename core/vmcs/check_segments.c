// SPDX-License-Identifier: GPL-2.0
/*
 * The rules on the guest's segment registers.  The operand of a rule is the segment.
 *
 * SDM: "Checks on Guest Segment Registers".
 */
#include "facts/segment.h"
#include "vcpu/vcpu.h"
#include "vmcs/check_rule.h"

/* Access rights. */
#define TYPE(rights)	((rights)&0xf)
#define DPL(rights)	((rights) >> 5 & 3)
#define RIGHTS_S	BIT64(4)
#define RIGHTS_P	BIT64(7)
#define RIGHTS_L	BIT64(13)
#define RIGHTS_DB	BIT64(14)
#define RIGHTS_G	BIT64(15)
#define RIGHTS_UNUSABLE BIT64(16)
#define RIGHTS_RESERVED 0xfffe0f00ull
#define RIGHTS_V8086	0xf3

static u64 rights(struct vmcs_check *check, enum vcpu_seg seg)
{
	return check_field(check, GUEST_SEGMENT_AR_BYTES(seg));
}

static u64 selector(struct vmcs_check *check, enum vcpu_seg seg)
{
	return check_field(check, GUEST_SEGMENT_SELECTOR(seg));
}

static enum vcpu_seg segment_of(const struct check_rule *rule)
{
	return (enum vcpu_seg)rule->operand;
}

static bool is_v8086(struct vmcs_check *check)
{
	return check_field(check, GUEST_RFLAGS) & RFLAGS_VM;
}

static bool is_unrestricted(struct vmcs_check *check)
{
	return check_has(check, CTL_SECONDARY, CPU2_UNRESTRICTED_GUEST);
}

static bool is_usable(struct vmcs_check *check, enum vcpu_seg seg)
{
	return !(rights(check, seg) & RIGHTS_UNUSABLE);
}

/* Of the six segments: do the rules on access rights ask about it?  CS is always in use. */
static bool counts(struct vmcs_check *check, enum vcpu_seg seg)
{
	return !is_v8086(check) && (seg == SEG_CS || is_usable(check, seg));
}

/* --- selectors and bases --- */

static bool table_indicator(struct vmcs_check *check, const struct check_rule *rule)
{
	enum vcpu_seg seg = segment_of(rule);

	return (seg == SEG_LDTR && !is_usable(check, seg)) || !(selector(check, seg) & SELECTOR_TI);
}

static bool stack_rpl(struct vmcs_check *check, ANY_RULE)
{
	return is_v8086(check) || is_unrestricted(check) ||
	       SELECTOR_RPL(selector(check, SEG_SS)) == SELECTOR_RPL(selector(check, SEG_CS));
}

static bool base_canonical(struct vmcs_check *check, const struct check_rule *rule)
{
	return (segment_of(rule) == SEG_LDTR && !is_usable(check, SEG_LDTR)) ||
	       check_canonical(check, rule);
}

static bool base_short(struct vmcs_check *check, const struct check_rule *rule)
{
	enum vcpu_seg seg = segment_of(rule);

	return (seg != SEG_CS && !is_usable(check, seg)) ||
	       !(check_field(check, rule->field) >> 32);
}

/* --- virtual-8086 mode --- */

static bool v8086_base(struct vmcs_check *check, const struct check_rule *rule)
{
	return !is_v8086(check) ||
	       check_field(check, rule->field) == selector(check, segment_of(rule)) << 4;
}

static bool v8086_limit(struct vmcs_check *check, const struct check_rule *rule)
{
	return !is_v8086(check) || check_field(check, rule->field) == 0xffff;
}

static bool v8086_rights(struct vmcs_check *check, const struct check_rule *rule)
{
	return !is_v8086(check) || check_field(check, rule->field) == RIGHTS_V8086;
}

/* --- access rights of the six --- */

static bool is_segment(struct vmcs_check *check, const struct check_rule *rule)
{
	return !counts(check, segment_of(rule)) || (rights(check, segment_of(rule)) & RIGHTS_S);
}

static bool is_present(struct vmcs_check *check, const struct check_rule *rule)
{
	return !counts(check, segment_of(rule)) || (rights(check, segment_of(rule)) & RIGHTS_P);
}

static bool rights_reserved(struct vmcs_check *check, const struct check_rule *rule)
{
	return !counts(check, segment_of(rule)) ||
	       check_bits(check, rights(check, segment_of(rule)), 0, ~RIGHTS_RESERVED);
}

static u64 limit(struct vmcs_check *check, enum vcpu_seg seg)
{
	return check_field(check, GUEST_SEGMENT_LIMIT(seg));
}

static bool granularity_0(struct vmcs_check *check, enum vcpu_seg seg)
{
	return !(rights(check, seg) & RIGHTS_G) || (limit(check, seg) & 0xfff) == 0xfff;
}

static bool granularity_1(struct vmcs_check *check, enum vcpu_seg seg)
{
	return (rights(check, seg) & RIGHTS_G) || !(limit(check, seg) >> 20);
}

static bool limit_low(struct vmcs_check *check, const struct check_rule *rule)
{
	return !counts(check, segment_of(rule)) || granularity_0(check, segment_of(rule));
}

static bool limit_high(struct vmcs_check *check, const struct check_rule *rule)
{
	return !counts(check, segment_of(rule)) || granularity_1(check, segment_of(rule));
}

/* --- CS --- */

static bool code_type(struct vmcs_check *check, ANY_RULE)
{
	u64 type = TYPE(rights(check, SEG_CS));

	if (is_v8086(check) || type == 9 || type == 11 || type == 13 || type == 15)
		return true;
	return type == 3 && is_unrestricted(check);
}

static bool data_as_code_dpl(struct vmcs_check *check, ANY_RULE)
{
	u64 cs = rights(check, SEG_CS);

	return is_v8086(check) || TYPE(cs) != 3 || !DPL(cs);
}

static bool code_dpl(struct vmcs_check *check, ANY_RULE)
{
	u64 cs = rights(check, SEG_CS);

	if (is_v8086(check) || (TYPE(cs) != 9 && TYPE(cs) != 11))
		return true;
	return DPL(cs) == DPL(rights(check, SEG_SS));
}

static bool conforming_dpl(struct vmcs_check *check, ANY_RULE)
{
	u64 cs = rights(check, SEG_CS);

	if (is_v8086(check) || (TYPE(cs) != 13 && TYPE(cs) != 15))
		return true;
	return DPL(cs) <= DPL(rights(check, SEG_SS));
}

static bool code_size(struct vmcs_check *check, ANY_RULE)
{
	u64 both = RIGHTS_L | RIGHTS_DB;

	return is_v8086(check) || !check_is_ia32e(check) || (rights(check, SEG_CS) & both) != both;
}

/* --- SS --- */

static bool stack_type(struct vmcs_check *check, ANY_RULE)
{
	u64 type = TYPE(rights(check, SEG_SS));

	return !counts(check, SEG_SS) || type == 3 || type == 7;
}

static bool stack_dpl_rpl(struct vmcs_check *check, ANY_RULE)
{
	return is_v8086(check) || is_unrestricted(check) ||
	       DPL(rights(check, SEG_SS)) == SELECTOR_RPL(selector(check, SEG_SS));
}

static bool stack_dpl_0(struct vmcs_check *check, ANY_RULE)
{
	if (is_v8086(check) || !DPL(rights(check, SEG_SS)))
		return true;
	return TYPE(rights(check, SEG_CS)) != 3 && (check_field(check, GUEST_CR0) & CR0_PE);
}

/* --- DS, ES, FS, GS --- */

static bool data_accessed(struct vmcs_check *check, const struct check_rule *rule)
{
	return !counts(check, segment_of(rule)) || (rights(check, segment_of(rule)) & 1);
}

static bool data_readable(struct vmcs_check *check, const struct check_rule *rule)
{
	u64 type = TYPE(rights(check, segment_of(rule)));

	return !counts(check, segment_of(rule)) || !(type & TYPE_CODE) || (type & TYPE_READABLE);
}

static bool data_dpl(struct vmcs_check *check, const struct check_rule *rule)
{
	enum vcpu_seg seg = segment_of(rule);
	u64 value = rights(check, seg);

	if (!counts(check, seg) || is_unrestricted(check) || TYPE(value) > 11)
		return true;
	return DPL(value) >= SELECTOR_RPL(selector(check, seg));
}

/* --- TR and LDTR --- */

/* TR is always in use. */
static bool system_counts(struct vmcs_check *check, enum vcpu_seg seg)
{
	return seg == SEG_TR || is_usable(check, seg);
}

static bool task_type(struct vmcs_check *check, ANY_RULE)
{
	u64 type = TYPE(rights(check, SEG_TR));

	return type == 11 || (type == 3 && !check_is_ia32e(check));
}

static bool task_usable(struct vmcs_check *check, ANY_RULE)
{
	return is_usable(check, SEG_TR);
}

static bool local_type(struct vmcs_check *check, ANY_RULE)
{
	return !is_usable(check, SEG_LDTR) || TYPE(rights(check, SEG_LDTR)) == 2;
}

static bool is_system(struct vmcs_check *check, const struct check_rule *rule)
{
	return !system_counts(check, segment_of(rule)) ||
	       !(rights(check, segment_of(rule)) & RIGHTS_S);
}

static bool system_present(struct vmcs_check *check, const struct check_rule *rule)
{
	return !system_counts(check, segment_of(rule)) ||
	       (rights(check, segment_of(rule)) & RIGHTS_P);
}

static bool system_reserved(struct vmcs_check *check, const struct check_rule *rule)
{
	return !system_counts(check, segment_of(rule)) ||
	       check_bits(check, rights(check, segment_of(rule)), 0, ~RIGHTS_RESERVED);
}

static bool system_limit_low(struct vmcs_check *check, const struct check_rule *rule)
{
	return !system_counts(check, segment_of(rule)) || granularity_0(check, segment_of(rule));
}

static bool system_limit_high(struct vmcs_check *check, const struct check_rule *rule)
{
	return !system_counts(check, segment_of(rule)) || granularity_1(check, segment_of(rule));
}

#define RULE(name, id_, reg, part, holds_, need_)                                                  \
	{                                                                                          \
		.id = "guest." name "." id_, .section = CHECK_GUEST_SEGMENTS, .holds = holds_,     \
		.field = GUEST_##reg##_##part, .operand = SEG_##reg, .need = need_                 \
	}
#define NEED_LOW  "bits 11:0 of the limit are all 1 when G is 1"
#define NEED_HIGH "bits 31:20 of the limit are 0 when G is 0"
#define NEED_FREE "bits 31:17 and 11:8 are 0"

#define SIX(name, reg)                                                                             \
	RULE(name, "v8086_base", reg, BASE, v8086_base,                                            \
	     "in virtual-8086 mode, the selector times 16"),                                       \
		RULE(name, "v8086_limit", reg, LIMIT, v8086_limit,                                 \
		     "in virtual-8086 mode, 0xffff"),                                              \
		RULE(name, "v8086_rights", reg, AR_BYTES, v8086_rights,                            \
		     "in virtual-8086 mode, 0xf3"),                                                \
		RULE(name, "s", reg, AR_BYTES, is_segment, "S (bit 4) is 1"),                      \
		RULE(name, "present", reg, AR_BYTES, is_present, "P (bit 7) is 1"),                \
		RULE(name, "reserved", reg, AR_BYTES, rights_reserved, NEED_FREE),                 \
		RULE(name, "limit_low", reg, LIMIT, limit_low, NEED_LOW),                          \
		RULE(name, "limit_high", reg, LIMIT, limit_high, NEED_HIGH)

#define DATA(name, reg)                                                                            \
	RULE(name, "accessed", reg, AR_BYTES, data_accessed, "a type with bit 0 (accessed)"),      \
		RULE(name, "readable", reg, AR_BYTES, data_readable, "a type that can be read"),   \
		RULE(name, "dpl", reg, AR_BYTES, data_dpl,                                         \
		     "a DPL of at least the RPL, without \"unrestricted guest\"")

#define SYSTEM(name, reg)                                                                          \
	RULE(name, "s", reg, AR_BYTES, is_system, "S (bit 4) is 0"),                               \
		RULE(name, "present", reg, AR_BYTES, system_present, "P (bit 7) is 1"),            \
		RULE(name, "reserved", reg, AR_BYTES, system_reserved, NEED_FREE),                 \
		RULE(name, "limit_low", reg, LIMIT, system_limit_low, NEED_LOW),                   \
		RULE(name, "limit_high", reg, LIMIT, system_limit_high, NEED_HIGH)

#define CANONICAL(name, reg) RULE(name, "base", reg, BASE, base_canonical, NEED_CANONICAL)
#define SHORT(name, reg)     RULE(name, "base", reg, BASE, base_short, "bits 63:32 are 0")

static const struct check_rule rules[] = {
	RULE("tr", "ti", TR, SELECTOR, table_indicator, "TI (bit 2) is 0"),
	RULE("ldtr", "ti", LDTR, SELECTOR, table_indicator, "TI (bit 2) is 0"),
	RULE("ss", "rpl", SS, SELECTOR, stack_rpl, "the RPL of CS, without \"unrestricted guest\""),
	CANONICAL("tr", TR),
	CANONICAL("fs", FS),
	CANONICAL("gs", GS),
	CANONICAL("ldtr", LDTR),
	SHORT("cs", CS),
	SHORT("ss", SS),
	SHORT("ds", DS),
	SHORT("es", ES),
	SIX("es", ES),
	SIX("cs", CS),
	SIX("ss", SS),
	SIX("ds", DS),
	SIX("fs", FS),
	SIX("gs", GS),
	RULE("cs", "type", CS, AR_BYTES, code_type,
	     "type 9, 11, 13 or 15; 3 with \"unrestricted guest\""),
	RULE("cs", "data_dpl", CS, AR_BYTES, data_as_code_dpl, "DPL 0 with type 3"),
	RULE("cs", "dpl", CS, AR_BYTES, code_dpl, "the DPL of SS, with type 9 or 11"),
	RULE("cs", "conforming_dpl", CS, AR_BYTES, conforming_dpl,
	     "at most the DPL of SS, with type 13 or 15"),
	RULE("cs", "size", CS, AR_BYTES, code_size,
	     "D/B is 0 when L is 1, with \"IA-32e mode guest\""),
	RULE("ss", "type", SS, AR_BYTES, stack_type, "type 3 or 7"),
	RULE("ss", "dpl_rpl", SS, AR_BYTES, stack_dpl_rpl,
	     "the DPL is the RPL, without \"unrestricted guest\""),
	RULE("ss", "dpl_0", SS, AR_BYTES, stack_dpl_0, "DPL 0 when CS is of type 3 or CR0.PE is 0"),
	DATA("es", ES),
	DATA("ds", DS),
	DATA("fs", FS),
	DATA("gs", GS),
	RULE("tr", "type", TR, AR_BYTES, task_type,
	     "type 11 (busy TSS); 3 without \"IA-32e mode guest\""),
	RULE("tr", "usable", TR, AR_BYTES, task_usable, "usable (bit 16 is 0)"),
	SYSTEM("tr", TR),
	RULE("ldtr", "type", LDTR, AR_BYTES, local_type, "type 2 (LDT)"),
	SYSTEM("ldtr", LDTR),
};

const struct check_table check_segments = {rules, COUNT_OF(rules)};
