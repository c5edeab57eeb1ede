// SPDX-License-Identifier: GPL-2.0
/*
 * Operands that are neither general registers nor memory: segment registers, the tables' registers,
 * flags, MMX and SSE registers.  Loading one has two steps: what can fault comes before the
 * instruction changes anything.
 */
#include "emulate/access.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* "FXSAVE Area": offsets. */
#define FXSAVE_FCW   0
#define FXSAVE_FSW   2
#define FXSAVE_FTW   4
#define FXSAVE_MXCSR 24
#define FXSAVE_MMX   32	 /* 16 bytes each */
#define FXSAVE_XMM   160 /* 16 bytes each */

struct fxsave_area {
	u8 bytes[512];
} __attribute__((aligned(16)));

static enum vcpu_seg segment_of(const struct insn *insn)
{
	switch ((enum insn_state)insn->opcode->state) {
	case STATE_SEGMENT:
		return (enum vcpu_seg)(insn->reg & 7);
	case STATE_LDTR:
		return SEG_LDTR;
	case STATE_TR:
		return SEG_TR;
	case STATE_CS_IP:
		return SEG_CS;
	default:
		return (enum vcpu_seg)(insn->opcode->state - STATE_ES);
	}
}

/* Where in the FXSAVE area the operand is. */
static unsigned int fxsave_offset(const struct insn *insn)
{
	switch ((enum insn_state)insn->opcode->state) {
	case STATE_FSW:
		return FXSAVE_FSW;
	case STATE_MXCSR:
		return FXSAVE_MXCSR;
	case STATE_MMX:
		return FXSAVE_MMX + 16u * (insn->reg & 7);
	case STATE_XMM:
	case STATE_XMM_LOW:
		return FXSAVE_XMM + 16u * insn->reg;
	case STATE_XMM_HIGH:
		return FXSAVE_XMM + 16u * insn->reg + 8;
	default:
		return FXSAVE_FCW;
	}
}

/* --- reading --- */

/* SGDT and SIDT: the limit, then the base. */
static void read_table(u32 base_field, u32 limit_field, u64 *value)
{
	u64 base = vmcs_read_fast(base_field);

	value[0] = (u16)vmcs_read_fast(limit_field) | base << 16;
	value[1] = base >> 48;
}

/* PUSHA: RAX goes first, to the highest address; the stack pointer is as it was before. */
static void read_all(struct vcpu *vcpu, const struct insn *insn, u64 *value)
{
	u8 *bytes = (u8 *)value;
	unsigned int reg;

	for (reg = REG_RAX; reg <= REG_RDI; reg++) {
		u64 one = vcpu_reg_read(vcpu, (enum vcpu_reg)reg);

		__builtin_memcpy(bytes + (REG_RDI - reg) * insn->operand_size, &one,
				 insn->operand_size);
	}
}

/*
 * "MMX Instructions and the x87 FPU Tag Word": any of them makes all registers valid, and TOP 0.
 * FXSAVE begins with the register that is the top of the stack; MM0 is one and the same always.
 */
static void enter_mmx(struct fxsave_area *area)
{
	/* cppcheck-suppress uninitvar; it does not know the assembly that fills it */
	unsigned int top = area->bytes[FXSAVE_FSW + 1] >> 3 & 7;
	u8 stack[8 * 16];

	__builtin_memcpy(stack, area->bytes + FXSAVE_MMX, sizeof(stack));
	for (unsigned int reg = 0; reg < 8; reg++)
		__builtin_memcpy(area->bytes + FXSAVE_MMX + 16 * reg,
				 stack + 16 * ((reg - top) & 7), 16);
	area->bytes[FXSAVE_FSW + 1] &= (u8)~0x38;
	area->bytes[FXSAVE_FTW] = 0xff;
}

static void read_fpu(struct vcpu *vcpu, const struct insn *insn, u64 *value)
{
	struct fxsave_area area;

	host_fpu_read_registers(vcpu, area.bytes);
	if (insn->opcode->state == STATE_MMX)
		enter_mmx(&area);
	__builtin_memcpy(value, area.bytes + fxsave_offset(insn), insn->src.size);
}

void state_read(struct vcpu *vcpu, const struct insn *insn, u64 *value)
{
	switch ((enum insn_state)insn->opcode->state) {
	case STATE_GDTR:
		read_table(GUEST_GDTR_BASE, GUEST_GDTR_LIMIT, value);
		return;
	case STATE_IDTR:
		read_table(GUEST_IDTR_BASE, GUEST_IDTR_LIMIT, value);
		return;
	case STATE_MSW:
		*value = vcpu_cr0_read(vcpu);
		return;
	case STATE_FLAGS:
		*value = guest_debug_rflags_read(vcpu) & ~(RFLAGS_VM | RFLAGS_RF);
		return;
	case STATE_ALL:
		read_all(vcpu, insn, value);
		return;
	case STATE_MMX:
	case STATE_XMM:
	case STATE_XMM_LOW:
	case STATE_XMM_HIGH:
	case STATE_FCW:
	case STATE_FSW:
	case STATE_MXCSR:
		read_fpu(vcpu, insn, value);
		return;
	default:
		*value = vcpu_seg_selector(vcpu, segment_of(insn));
		return;
	}
}

/* --- loading: what can fault --- */

/* It follows the offset, in a far pointer as on the stack. */
static u16 far_selector(const struct insn *insn, const struct operation *op)
{
	u16 selector;

	__builtin_memcpy(&selector, (const u8 *)&op->src + insn->operand_size, sizeof(selector));
	return selector;
}

static bool fail(struct vcpu *vcpu, const char *why, enum exit_action *action)
{
	*action = emulate_failed(vcpu, why, NULL, 0);
	return false;
}

/* A far branch to the same level alone: gates, tasks and outer levels have more operands than a
 * device is likely to hold. */
static bool far_branch_is_plain(struct vcpu *vcpu, u16 selector, enum segment_use use)
{
	struct descriptor_fault fault;
	struct descriptor descriptor;

	if (!segment_is_protected(vcpu))
		return true;
	if (use == SEGMENT_RETURN)
		return SELECTOR_RPL(selector) <= vcpu_cpl(vcpu);
	return !SELECTOR_ERROR(selector) ||
	       !descriptor_read(vcpu, selector, VECTOR_GP, &descriptor, &fault) ||
	       DESCRIPTOR_S(&descriptor);
}

static bool prepare_far_branch(struct vcpu *vcpu, const struct insn *insn, struct operation *op,
			       struct kvm_segment *segment, struct descriptor_fault *fault,
			       enum exit_action *action)
{
	u16 selector = far_selector(insn, op);
	struct segment_load load = {
		.use = insn->opcode->src == PLACE_POP ? SEGMENT_RETURN : SEGMENT_BRANCH,
		.cpl = vcpu_cpl(vcpu),
		.vector = VECTOR_GP,
	};
	bool is_64bit;

	if (!far_branch_is_plain(vcpu, selector, load.use))
		return fail(vcpu, "a far branch through a gate or to another level", action);
	if (!segment_prepare(vcpu, SEG_CS, selector, &load, segment, fault))
		return false;
	op->next = value_cut(op->src, insn->operand_size);
	is_64bit = (vcpu->efer & IA32_EFER_LMA) && segment->l;
	if (is_64bit ? segment_is_canonical(vcpu, op->next) : op->next <= segment->limit)
		return true;
	*fault = (struct descriptor_fault){.page = WALK_OK, .vector = VECTOR_GP};
	return false;
}

static bool prepare_segment(struct vcpu *vcpu, const struct insn *insn, const struct operation *op,
			    struct kvm_segment *segment, struct descriptor_fault *fault)
{
	enum vcpu_seg seg = segment_of(insn);
	u16 selector = insn->opcode->dst == PLACE_REG ? far_selector(insn, op) : (u16)op->src;
	struct segment_load load = {.use = SEGMENT_MOV, .cpl = vcpu_cpl(vcpu), .vector = VECTOR_GP};

	if (seg >= SEG_LDTR)
		return segment_prepare_system(vcpu, seg, selector, VECTOR_GP, segment, fault);
	return segment_prepare(vcpu, seg, selector, &load, segment, fault);
}

static u64 table_base(const struct insn *insn, const struct operation *op)
{
	u64 base = op->src >> 16 | op->src_words[1] << 48;

	if (insn->src.size == 10)
		return base;
	/* "LGDT/LIDT": of 24 bits with a 16-bit operand. */
	return base & (insn->operand_size == 2 ? 0xffffff : 0xffffffff);
}

bool state_prepare(struct vcpu *vcpu, const struct insn *insn, struct operation *op,
		   struct kvm_segment *segment, enum exit_action *action)
{
	struct descriptor_fault fault;
	bool ok = true;

	*action = ACTION_SAME_INSN;
	switch ((enum insn_state)insn->opcode->state) {
	case STATE_CS_IP:
		ok = prepare_far_branch(vcpu, insn, op, segment, &fault, action);
		break;
	case STATE_GDTR:
	case STATE_IDTR:
		ok = insn->src.size < 10 || segment_is_canonical(vcpu, table_base(insn, op));
		fault = (struct descriptor_fault){.page = WALK_OK, .vector = VECTOR_GP};
		break;
	case STATE_ES ... STATE_TR:
		ok = prepare_segment(vcpu, insn, op, segment, &fault);
		break;
	default:
		break;
	}
	if (!ok && *action == ACTION_SAME_INSN)
		*action = descriptor_fault_inject(vcpu, &fault);
	return ok;
}

/* --- loading: what is left --- */

static void load_segment(struct vcpu *vcpu, const struct insn *insn,
			 const struct kvm_segment *segment)
{
	enum vcpu_seg seg = segment_of(insn);

	vcpu_seg_write(vcpu, seg, segment);
	/* "MOV": not after LSS, which loads the pointer at once. */
	if (seg == SEG_SS && insn->opcode->dst != PLACE_REG)
		vcpu_interrupt_shadow_set(vcpu, BLOCKING_BY_MOV_SS);
}

/* "POPF": which flags change depends on the privilege. */
static void load_flags(struct vcpu *vcpu, const struct insn *insn, u64 value)
{
	u64 old = vcpu_rflags_read(vcpu);
	u64 fixed = RFLAGS_VM | RFLAGS_VIF | RFLAGS_VIP | RFLAGS_RESERVED;
	unsigned int cpl = vcpu_cpl(vcpu);

	if (cpl != 0)
		fixed |= RFLAGS_IOPL;
	if (cpl > (old & RFLAGS_IOPL) >> 12)
		fixed |= RFLAGS_IF;
	if (insn->operand_size == 2)
		fixed |= ~0xffffULL;
	guest_debug_rflags_write(vcpu, ((value & ~fixed) | (old & fixed)) & ~RFLAGS_RF);
}

/* POPA: the stack pointer's place is skipped. */
static void load_all(struct vcpu *vcpu, const struct insn *insn, const struct operation *op)
{
	const u8 *bytes = (const u8 *)&op->src;
	unsigned int reg;

	for (reg = REG_RAX; reg <= REG_RDI; reg++) {
		u64 one = 0;

		__builtin_memcpy(&one, bytes + (REG_RDI - reg) * insn->operand_size,
				 insn->operand_size);
		if (reg != REG_RSP)
			register_write(vcpu, (enum vcpu_reg)reg, insn->operand_size, one);
	}
}

/* What becomes of the register beyond what is loaded.  "MMX Instructions and the x87 FPU Tag Word".
 */
static void clear_around(u8 *reg, enum insn_state state)
{
	if (state == STATE_XMM)
		__builtin_memset(reg, 0, 16);
	if (state == STATE_MMX) {
		__builtin_memset(reg, 0, 8);
		__builtin_memset(reg + 8, 0xff, 2);
	}
}

static void load_fpu(struct vcpu *vcpu, const struct insn *insn, const struct operation *op)
{
	unsigned int offset = fxsave_offset(insn);
	unsigned int size = insn->src.size;
	struct fxsave_area area;

	host_fpu_read_registers(vcpu, area.bytes);
	if (insn->opcode->state == STATE_MMX)
		enter_mmx(&area);
	if (insn->opcode->flags & INSN_LOADS) {
		clear_around(area.bytes + offset, (enum insn_state)insn->opcode->state);
		__builtin_memcpy(area.bytes + offset, &op->src, size);
	}
	host_fpu_write_registers(vcpu, area.bytes);
}

void state_load(struct vcpu *vcpu, const struct insn *insn, const struct operation *op,
		const struct kvm_segment *segment)
{
	switch ((enum insn_state)insn->opcode->state) {
	case STATE_GDTR:
		vmcs_writel(GUEST_GDTR_BASE, table_base(insn, op));
		vmcs_write32(GUEST_GDTR_LIMIT, (u16)op->src);
		return;
	case STATE_IDTR:
		vmcs_writel(GUEST_IDTR_BASE, table_base(insn, op));
		vmcs_write32(GUEST_IDTR_LIMIT, (u16)op->src);
		return;
	case STATE_MSW:
		vcpu_msw_write(vcpu, (u16)op->src);
		return;
	case STATE_FLAGS:
		load_flags(vcpu, insn, op->src);
		return;
	case STATE_ALL:
		load_all(vcpu, insn, op);
		return;
	case STATE_MMX:
	case STATE_XMM:
	case STATE_XMM_LOW:
	case STATE_XMM_HIGH:
		load_fpu(vcpu, insn, op);
		return;
	default:
		load_segment(vcpu, insn, segment);
		return;
	}
}
